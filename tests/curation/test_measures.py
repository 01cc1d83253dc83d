"""Measures and verdicts: each on pictures whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from generated_pictures import WAYS, draw

from stenciltorch.canvas import Illustration
from stenciltorch.curation import measures, verdicts
from stenciltorch.curation.config import ScorerRule, Thresholds
from stenciltorch.curation.verdicts import Reason, reasons_of, reasons_of_licence, reasons_of_scores
from stenciltorch.files import decode_illustration

LIMITS = Thresholds(least_side=96)
PIXEL_WAYS = [name for name, (reason, _) in WAYS.items() if reason not in verdicts.UNREADABLE]


def rng(seed=0):
    return np.random.default_rng(seed)


def named(picture):
    return [reason.reason for reason in reasons_of(measures.measure(Illustration(picture)), LIMITS)]


@pytest.mark.parametrize("seed", range(6))
def test_a_good_picture_has_no_reason(seed):
    assert named(draw(rng(seed))) == []


@pytest.mark.parametrize("name", PIXEL_WAYS)
def test_every_way_to_be_broken_has_its_reason_alone(name):
    reason, make = WAYS[name]
    for seed in range(3):
        assert named(decode_illustration(make(rng(seed))).array) == [reason]


def test_colours_of_one_tint_do_not_spread_and_others_do():
    """A sepia scan has one tint; two patches at a distance in Lab of 20 spread by 10 around... the larger's median."""
    lab = np.zeros((10, 10, 3), np.float32)
    lab[..., 1], lab[..., 2] = 12, 30
    assert measures.colour_spread(lab) == 0
    lab[:4, :, 1] = 32
    assert measures.colour_spread(lab) == pytest.approx(20)


def test_entropy_by_hand():
    picture = np.zeros((4, 4, 3), np.uint8)
    assert measures.colour_entropy(picture) == 0
    picture[:2], picture[2:, :2] = (255, 0, 0), (0, 255, 0)
    assert measures.colour_entropy(picture) == pytest.approx(1.5)
    picture[2:, :2] = (0, 7, 7)
    assert measures.colour_entropy(picture) == pytest.approx(1.0), "5 bits a channel: 7 is as good as 0"


def test_content_is_what_differs_from_the_border():
    picture = np.full((20, 20, 3), 200, np.uint8)
    picture[5:10, 5:9] = (200, 200, 230)
    picture[12:14, 12:14] = 205
    assert measures.content_pixels(picture).sum() == 20


def test_flat_pixels_by_hand():
    picture = np.full((5, 5, 3), 100, np.uint8)
    picture[2, 2] = 104
    assert measures.flat_pixels(picture).all()
    picture[2, 2, 1] = 105
    assert measures.flat_pixels(picture).sum() == 25 - 9


@pytest.mark.parametrize("light", [True, False])
def test_lines_of_text_are_found_dark_on_light_and_light_on_dark(light):
    page = WAYS["text"][1](rng(5))
    picture = decode_illustration(page).array
    grey = picture.mean(axis=2).astype(np.uint8)
    assert measures.text_share(grey if light else 255 - grey) > 0.25
    assert measures.text_share(draw(rng(5)).mean(axis=2).astype(np.uint8)) < 0.02


@pytest.mark.parametrize("way", PIXEL_WAYS)
def test_every_picture_of_a_kind_is_dropped_for_that_reason_alone(way):
    reason, make = WAYS[way]
    for number in range(7, 500, 25):
        picture = decode_illustration(make(np.random.default_rng((0, 1, number))))
        assert [found.reason for found in reasons_of(measures.measure(picture), LIMITS)] == [reason], number


@pytest.mark.parametrize("number", [*range(60), 7340, 9333])
def test_shapes_are_no_text(number):
    """Two of these have rims that look like rows of strokes, but of three at most."""
    found = measures.measure(Illustration(draw(np.random.default_rng((0, 0, number)))))
    assert (found.text, reasons_of(found, LIMITS)) == (0, [])


def test_measures_do_not_depend_on_the_size_much():
    large = draw(rng(3), (700, 640))
    one = measures.measure(Illustration(large))
    other = measures.measure(Illustration(measures.reduced(large, 400)))
    assert abs(one.entropy - other.entropy) < 0.5
    assert abs(one.content - other.content) < 0.03
    assert (one.height, one.width, one.shorter) == (700, 640, 640)


def test_reducing_never_enlarges():
    small = draw(rng(), (30, 20))
    assert measures.reduced(small, 100) is small
    assert measures.reduced(small, 15).shape == (15, 10, 3)
    assert measures.reduced(np.zeros((2, 3000, 3), np.uint8), 100).shape == (1, 100, 3)


def test_a_reason_tells_what_was_found_and_what_was_expected():
    found = measures.measure(Illustration(draw(rng(), (80, 200))))
    assert reasons_of(found, LIMITS) == [Reason("too-small", 80, 96)]
    assert Reason("too-small", 80, 96).as_dict() == {"reason": "too-small", "value": 80, "limit": 96}
    large = Thresholds(least_side=10, most_pixels=15_999)
    assert [reason.reason for reason in reasons_of(found, large)] == ["too-large"]
    assert reasons_of(found, Thresholds(least_side=80, most_pixels=16_000)) == []


def test_scores_are_held_against_their_rules():
    rules = (ScorerRule("taste", least=0.3), ScorerRule("unsafe", most=0.5))
    assert reasons_of_scores({"taste": 0.3, "unsafe": 0.5}, rules) == []
    found = reasons_of_scores({"taste": 0.1, "unsafe": 0.9}, rules)
    assert found == [Reason("taste", 0.1, 0.3), Reason("unsafe", 0.9, 0.5)]


def test_licences_are_compared_without_case():
    assert reasons_of_licence(None, ()) == []
    assert reasons_of_licence("cc0-1.0", ("CC0-1.0",)) == []
    assert reasons_of_licence("CC-BY-NC-4.0", ("CC0-1.0",)) == [Reason("licence", note="CC-BY-NC-4.0")]
    assert reasons_of_licence(None, ("CC0-1.0",)) == [Reason("licence", note="none stated")]
