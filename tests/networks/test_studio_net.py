"""The studio net before any training, and what it must keep whatever the weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from stenciltorch.canvas import Light
from stenciltorch.networks.graphs import EncoderGraph, PainterGraph, at_cells, lowest_of
from stenciltorch.networks.studio import (
    Coarse,
    StudioNet,
    StudioShape,
    amends,
    illuminate,
    pixel_places,
    put_on_grid,
    sample_at,
    sheltered,
    taken_over,
)
from stenciltorch.suggestion import COLOURS

TINY = StudioShape(encoder=(8, 8, 16, 16), vector=8, rounds=2)
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


@pytest.fixture
def net() -> StudioNet:
    torch.manual_seed(0)
    return StudioNet(TINY).eval()


def shaken(net: StudioNet) -> StudioNet:
    """Weights away from their zero starts, as after training."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in net.parameters():
            value.add_(0.1 * torch.randn(value.shape, generator=generator))
    return net


def page(height: int = 96, width: int = 96) -> dict[str, Tensor]:
    """Bare paper, all open, no hints."""
    lineart = torch.ones(1, 1, height, width)
    return {
        "lineart": lineart,
        "mask": torch.ones_like(lineart),
        "base": lineart.expand(-1, 3, -1, -1).clone(),
        "hints": torch.zeros(1, 4, height, width),
    }


def frame(request: dict[str, Tensor], thickness: int = 4) -> None:
    """A closed square of ink, from pixel 24 to 72."""
    ink = request["lineart"]
    ink[..., 24 : 24 + thickness, 24:72] = ink[..., 72 - thickness : 72, 24:72] = 0.0
    ink[..., 24:72, 24 : 24 + thickness] = ink[..., 24:72, 72 - thickness : 72] = 0.0


def dab(request: dict[str, Tensor], row: int, column: int, colour: tuple[float, float, float], reach: int = 4) -> None:
    square = request["hints"][..., row - reach : row + reach, column - reach : column + reach]
    square[:, :3] = torch.tensor(colour)[None, :, None, None]
    square[:, 3] = 1.0


def room() -> dict[str, Tensor]:
    request = page()
    frame(request)
    dab(request, 60, 36, RED)
    dab(request, 10, 10, BLUE)
    return request


@torch.no_grad()
def painted(net: StudioNet, request: dict[str, Tensor]) -> Tensor:
    return net(**request).flats[0]


# dabs, without any training


def test_a_dab_fills_its_closed_region_and_stops_at_the_line(net):
    flats = painted(net, room())
    inside, outside = flats[:, 30:66, 30:66], torch.cat([flats[:, :22].flatten(1), flats[:, 74:].flatten(1)], dim=1)
    assert (inside[0] > 0.8).all()
    assert (inside[2] < 0.1).all()
    assert (outside[2] > 0.7).all()
    assert (outside[0] < 0.1).all()


def test_colours_change_places_with_their_dabs(net):
    request = room()
    request["hints"][:, :3] = request["hints"][:, [2, 1, 0]]
    torch.testing.assert_close(painted(net, request), painted(net, room())[[2, 1, 0]], atol=0.06, rtol=0.0)


def test_pixels_under_a_line_take_the_colour_beside_it(net):
    """The line is 4 px wide: its inner half belongs to the inside, its outer half to the outside."""
    flats = painted(net, room())
    assert (flats[0, 40:56, 27] > 0.8).all()
    assert (flats[2, 40:56, 24] > 0.8).all()


def test_a_pixel_under_a_dab_has_the_dabs_colour(net):
    request = page()
    frame(request)
    dab(request, 50, 50, (0.2, 0.6, 0.4))
    dab(request, 10, 10, BLUE)
    with torch.no_grad():
        answer = net(**request)
    for picture in (answer.flats, answer.colour):
        found = picture[0, :, 47:53, 47:53]
        torch.testing.assert_close(found, request["hints"][0, :3, 47:53, 47:53], atol=2.5 / 255, rtol=0.0)


def test_kept_pixels_are_sources_too(net):
    """Outside the frame the mask is closed over green: it does not come in, and there it reigns."""
    request = page()
    frame(request)
    request["mask"][...] = 0.0
    request["mask"][..., 24:72, 24:72] = 1.0
    request["base"][...] = torch.tensor([0.0, 1.0, 0.0])[None, :, None, None]
    dab(request, 48, 48, RED)
    flats = painted(net, request)
    assert (flats[0, 30:66, 30:66] > 0.8).all()
    assert (flats[1, 30:66, 30:66] < 0.1).all()
    assert (flats[1, :20] > 0.8).all()


def test_a_blank_page_without_hints(net):
    for weights in (net, shaken(net)):
        with torch.no_grad():
            answer = weights(**page(64, 32))
        for picture in (answer.colour, answer.flats):
            assert torch.isfinite(picture).all()
            assert ((picture >= 0) & (picture <= 1)).all()


def test_a_page_without_hints_stays_paper(net):
    assert torch.equal(painted(net, page(64, 64)), torch.ones(3, 64, 64))


def test_colour_that_has_arrived_is_preferred_to_paper(net):
    """Far from its dab the colour is fainter and still wins."""
    request = page(96, 96)
    dab(request, 48, 8, RED)
    assert (painted(net, request)[:, 48, 90] - torch.tensor(RED)).abs().max() < 0.2


def test_two_colours_within_an_area_mix_unless_they_flood(net):
    """Distance costs hardly anything; where two hints part is for floods to say."""
    request = page(64, 320)
    dab(request, 32, 16, RED)
    dab(request, 32, 304, BLUE)
    flats = painted(net, request)[:, 32]
    assert (flats[0] + flats[2] > 0.9).all()
    assert (flats[1] < 0.1).all()
    assert (flats[0, :8] > 0.45).all()
    assert (flats[2, -8:] > 0.45).all()


def test_where_nothing_arrived_there_is_no_black(net):
    """Behind a wall that lets nothing through, the way of travel holds no colour, which must not count as black."""
    request = page()
    frame(request, thickness=12)
    dab(request, 48, 48, BLUE)
    with torch.no_grad():
        net.encoder.prices.line_price.fill_(40.0)
        outside = painted(net, request)[:, 4:8, 4:8]
    torch.testing.assert_close(outside, torch.ones(3, 4, 4), atol=0.02, rtol=0.0)


def test_no_dab_is_ignored_however_little_it_is_trusted(net):
    with torch.no_grad():
        net.painter.verdict.bias.fill_(-30.0)
    request = page()
    dab(request, 48, 48, BLUE)
    flats = painted(net, request)
    torch.testing.assert_close(flats[:, 48, 48], torch.tensor(BLUE), atol=0.02, rtol=0.0)


@pytest.mark.parametrize("colour", [BLUE, (1.0, 1.0, 1.0), (0.9, 0.5, 0.2)])
def test_a_dab_smaller_than_a_cell_is_no_darker_than_it_was_asked(net, colour):
    request = page()
    dab(request, 49, 49, colour, reach=1)
    flats = painted(net, request)
    torch.testing.assert_close(flats[:, 49, 49], torch.tensor(colour), atol=0.02, rtol=0.0)
    torch.testing.assert_close(flats[:, 40, 49], torch.tensor(colour), atol=0.02, rtol=0.0)


def test_cells_far_less_trusted_than_the_rest_of_their_dab_send_out_nothing(net):
    """What a verdict calls spilled, beside what it does not."""
    request = page()
    dab(request, 48, 48, BLUE)
    with torch.no_grad():
        drawing, *_ = net.encoder(request["lineart"], request["mask"], request["base"])
        doubt = torch.full_like(drawing.doubt, 1.0)
        doubt[:, :, 12:] = -40.0
        net.painter.trust.weight.zero_()
        net.painter.verdict.weight.fill_(5.0)
        weight = (request["hints"][:, 3:, ::4, ::4] > 0).float()
        trust = net.painter._trust(torch.zeros(1, 3, 24, 24), weight, drawing._replace(doubt=doubt))
    inside = weight[0, 0] > 0
    assert trust[0, 0, :12][inside[:12]].min() > 0.99
    assert trust[0, 0, 12:][inside[12:]].max() == 0.0


# colours that flood


def with_flood(net: StudioNet, request: dict[str, Tensor], flooded: Tensor | None) -> Tensor:
    """Flats at cells, (3, height/4, width/4)."""
    with torch.no_grad():
        drawing, *_ = net.encoder(request["lineart"], request["mask"], request["base"])
        flats: Tensor = net.painter(request["hints"], request["lineart"], drawing, flooded).flats[0]
    return flats


def test_a_flood_says_which_colour_and_not_how_far(net):
    request = room()
    plain = with_flood(net, request, None)
    flooded = torch.tensor([*RED, 1.0])[None, :, None, None].expand(1, 4, 24, 24)
    red = with_flood(net, request, flooded)
    share = 1.0 - red[1]  # of red on white paper
    torch.testing.assert_close(red[0], torch.ones(24, 24))
    torch.testing.assert_close(red[2], red[1])
    black = with_flood(net, request | {"hints": request["hints"] * torch.tensor([0, 0, 0, 1.0])[:, None, None]}, None)
    assert (share - (1.0 - black[0])).abs().max() < 0.1
    assert (plain[:, 2, 2] - red[:, 2, 2]).abs().max() > 0.5


def test_a_flood_of_nothing_changes_nothing(net):
    request = room()
    dry = torch.rand(1, 4, 24, 24)
    dry[:, 3] = 0.0
    torch.testing.assert_close(with_flood(net, request, dry), with_flood(net, request, None))


def test_a_flood_fades_beside_what_is_kept(net):
    """The left third is kept, green; red floods the rest."""
    request = page()
    request["mask"][..., :32] = 0.0
    request["base"][...] = torch.tensor([0.0, 1.0, 0.0])[None, :, None, None]
    dab(request, 48, 80, RED)
    flooded = torch.tensor([*RED, 1.0])[None, :, None, None].expand(1, 4, 24, 24)
    green = with_flood(net, request, flooded)[1, 12]
    assert green[8] > 0.5 * with_flood(net, request, None)[1, 12, 8] > 0.2
    assert (green[8:12].diff() <= 1e-6).all()
    assert (green[13:] < 0.01).all()


def test_each_cell_is_spoken_for_by_its_lowest_square():
    height = torch.randint(100, 200, (8, 6), dtype=torch.uint8)
    height[5, 2] = height[0, 5] = 9
    places = lowest_of(height, 4, 3)
    assert places.shape == (4, 3)
    assert places[2, 1] == 5 * 6 + 2
    assert places[0, 2] == 5
    assert (places // 6 // 2 == torch.arange(4)[:, None]).all()
    assert (places % 6 // 2 == torch.arange(3)).all()


def test_cells_beyond_the_picture_are_spoken_for_by_its_rim():
    places = lowest_of(torch.zeros(5, 3, dtype=torch.uint8), 8, 8)
    assert places.max() == 5 * 3 - 1
    assert (places[3:] // 3 == 4).all()
    assert (places[:, 2:] % 3 == 2).all()


def test_what_is_at_cells_are_the_bytes_of_those_pixels():
    pixels = torch.arange(2 * 3 * 4, dtype=torch.uint8).reshape(2, 3, 4)
    found = at_cells(pixels, torch.tensor([[5, 0]], dtype=torch.int32))
    assert found.shape == (1, 4, 1, 2)
    torch.testing.assert_close(found[0, :, 0], torch.stack([pixels[1, 2], pixels[0, 0]], dim=1) / 255.0)


# sizes, batches, repetition


@pytest.mark.parametrize("size", [(32, 32), (32, 160), (96, 64)])
def test_answers_have_the_size_of_the_drawing(net, size):
    request = page(*size)
    with torch.no_grad():
        answer = net(**request)
        drawing, displacement, taste, borders = net.encoder(request["lineart"], request["mask"], request["base"])
    height, width = size
    assert answer.colour.shape == answer.flats.shape == (1, 3, height, width)
    assert drawing.doubt.shape == (1, 16, height // 4, width // 4)
    assert taste.shape == (1, len(COLOURS), height // 8, width // 8)
    assert borders.shape == (1, 1, height // 2, width // 2)
    assert drawing.rows.within.shape == (1, height // 4, width // 32, 8, 10)
    assert drawing.rows.ends.shape == (1, height // 4, width // 32, 2, 8)
    assert drawing.columns.between.shape == (1, width // 4, 2, height // 32, height // 32)
    assert displacement.shape == (1, 2, height, width)


def painted_by_graphs(net: StudioNet, request: dict[str, Tensor]) -> Tensor:
    """Flats, uint8 (height, width, 3)."""
    lineart, mask, base, hints = (
        (255 * request[name][0]).to(torch.uint8).permute(1, 2, 0).squeeze(2)
        for name in ("lineart", "mask", "base", "hints")
    )
    with torch.no_grad():
        *known, _, _ = EncoderGraph(net)(lineart, mask, base)
        dry = torch.zeros((hints.shape[0] + 1) // 2, (hints.shape[1] + 1) // 2, 4, dtype=torch.uint8)
        flats: Tensor = PainterGraph(net)(hints, lineart, torch.from_numpy(Light().vector), dry, *known)[2]
    return flats


def test_what_fills_up_the_stride_is_no_paper_to_keep(net):
    """A drawing of 200 x 168 pixels is padded to 224 x 192; none of the padding's white may run into it."""
    request = page(200, 168)
    dab(request, 24, 24, BLUE)
    flats = painted_by_graphs(net, request)
    assert flats.shape == (200, 168, 3)
    assert (flats.int() - torch.tensor([0, 0, 255])).abs().max() <= 3


def test_no_colour_gets_round_a_line_that_ends_at_the_rim(net):
    """72 x 168 pixels are padded to 96 x 192; the line from rim to rim runs on through the padding."""
    request = page(72, 168)
    request["lineart"][..., 34:40, :] = 0.0
    dab(request, 12, 150, BLUE)
    dab(request, 60, 150, RED)
    flats = painted_by_graphs(net, request)
    assert (flats[:24].int() - torch.tensor([0, 0, 255])).abs().max() <= 3
    assert (flats[50:].int() - torch.tensor([255, 0, 0])).abs().max() <= 3


def test_pictures_of_a_batch_do_not_see_each_other(net):
    shaken(net)
    pages = [room(), page(), room()]
    dab(pages[1], 40, 40, (0.3, 0.9, 0.1))
    pages[2]["mask"][..., :30, :] = 0.0
    joined = {name: torch.cat([one[name] for one in pages]) for name in pages[0]}
    with torch.no_grad():
        together = net(**joined).colour
        turned = net(**{name: values[[2, 0, 1]] for name, values in joined.items()}).colour
        alone = torch.cat([net(**one).colour for one in pages])
    torch.testing.assert_close(turned, together[[2, 0, 1]], atol=1e-5, rtol=0.0)
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=0.0)


def test_the_same_request_gives_the_same_bytes(net):
    shaken(net)
    assert torch.equal(painted(net, room()), painted(net, room()))


def test_training_and_use_are_the_same_net(net):
    shaken(net)
    asleep = painted(net, room())
    assert torch.equal(painted(net.train(), room()), asleep)


# learning


def backward(net: StudioNet) -> dict[str, Tensor]:
    """The gradients of a loss that looks at every output."""
    request = room()
    request["mask"][..., 80:, :] = 0.0
    request["base"][..., 80:, :] = 0.4
    target = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(2))
    answer = net(**request)
    (
        (answer.colour - target).square().mean()
        + (answer.flats - target).square().mean()
        + answer.taste.square().mean()
        + answer.borders.square().mean()
    ).backward()
    return {name: value.grad for name, value in net.named_parameters()}


def test_layers_that_start_at_zero_learn_from_the_first_step(net):
    found = backward(net.train())
    zero = ["encoder.prices.learned", "encoder.prices.borders", "encoder.prices.gaps"]
    for name in zero:
        assert found[f"{name}.weight"].abs().max() > 0, name
    assert found["encoder.prices.line_price"].abs().max() > 0
    assert found["encoder.kept_strength"].abs().max() > 0


def test_taste_leaves_the_rest_of_the_net_alone(net):
    net(**room()).taste.square().mean().backward()
    touched = {name for name, value in net.named_parameters() if value.grad is not None and value.grad.abs().max() > 0}
    assert {name.rsplit(".", 1)[0] for name in touched} == {"encoder.taste.0", "encoder.taste.2"}


def test_every_parameter_learns_after_the_first_steps(net):
    """Behind a layer that starts at zero the gradient comes once that layer has moved."""
    optimizer = torch.optim.AdamW(net.train().parameters(), lr=3e-3)
    seen: set[str] = set()
    for _ in range(4):
        optimizer.zero_grad()
        gradients = backward(net)
        assert all(torch.isfinite(value).all() for value in gradients.values())
        seen |= {name for name, value in gradients.items() if value.abs().max() > 0}
        optimizer.step()
    assert {name for name, _ in net.named_parameters()} - seen == set()


# parts by hand


def test_dabs_are_sheltered_and_hinted_areas_are_not():
    dab_there = torch.zeros(1, 1, 40, 40)
    dab_there[..., 19:21, 19:21] = 1.0
    dabbed, filled = sheltered(dab_there)[0, 0], sheltered(torch.ones(1, 1, 40, 40))[0, 0]
    assert dabbed[19:21, 19:21].min() > 0.95
    assert dabbed[:15].max() == 0.0
    assert filled.max() == 0.0


def test_paper_is_not_lit():
    flats = torch.tensor([0.5, 1.0]).expand(1, 3, 1, 2)
    coarse = Coarse(flats, torch.tensor([1.0, 0.0]).view(1, 1, 1, 2), torch.zeros(1, 1, 1, 2))
    found = illuminate(coarse, torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(-1, -1, 1, 2))
    assert (found[..., 0] < 0.45).all()
    assert torch.equal(found[..., 1], torch.ones(1, 3, 1))


def test_without_a_light_the_colour_is_the_flats(net):
    with torch.no_grad():
        plain, dark = net(**room()), net(**room(), light=torch.zeros(1, 3))
        bright = net(**room(), light=torch.from_numpy(Light(90.0, 1.0).vector)[None])
    assert torch.equal(plain.colour, plain.flats)
    torch.testing.assert_close(dark.colour, plain.flats, atol=1e-6, rtol=0.0)
    assert torch.equal(bright.flats, plain.flats)
    left, right = bright.colour[0, :, 48, 30:36].mean(), bright.colour[0, :, 48, 60:66].mean()
    assert left < right - 0.02


def test_hints_are_taken_over_as_far_as_their_cells_are_trusted():
    trust = torch.tensor([0.5, 1.0]).view(1, 1, 1, 2)
    found = taken_over(torch.full((1, 1, 3, 7), 0.5), trust)
    assert found.shape == (1, 1, 3, 7)
    assert found[0, 0, 2].tolist() == [0.25] * 4 + [0.5] * 3


def test_dabs_are_taken_by_share():
    flats = torch.tensor([0.0, 0.5, 1.0]).view(1, 3, 1, 1)
    for share, expected in ((0.0, [0.0, 0.5, 1.0]), (1.0, [1.0, 1.0, 0.0]), (0.5, [0.5, 0.75, 0.5])):
        wished = torch.tensor([1.0, 1.0, 0.0]).view(1, 3, 1, 1)
        added = amends(flats, share * wished, torch.full((1, 1, 1, 1), share))
        assert (flats + added).flatten().tolist() == pytest.approx(expected)


def test_samples_at_centres_are_the_pixels_and_between_them_the_mean():
    values = torch.tensor([[[[1.0, 3.0, 7.0]]]])
    across = torch.tensor([0.5, 1.0, 2.5, -9.0, 9.0]) / 3
    found = sample_at(values, across.view(1, 1, 5), torch.full((1, 1, 5), 0.5))
    assert found.flatten().tolist() == pytest.approx([1.0, 2.0, 7.0, 1.0, 7.0])


def test_places_of_pixels():
    across, down = pixel_places(2, 3, torch.zeros(1))
    assert across.flatten().tolist() == [0.5, 1.5, 2.5]
    assert down.flatten().tolist() == [0.5, 1.5]


def test_a_pixel_takes_the_flat_colour_it_is_sent_to():
    """Two cells, red and blue: without a step a pixel sees its own cell, four pixels on the other one."""
    flats = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]).view(1, 3, 1, 2)
    whole = torch.ones(1, 1, 1, 2)
    coarse, hints = Coarse(flats, whole, whole), torch.zeros(1, 4, 4, 8)
    still, colour = put_on_grid(coarse, 0.5 * flats, torch.zeros(1, 2, 4, 8), hints)
    assert torch.equal(colour, 0.5 * still)
    assert still[0, :, 0, 0].tolist() == [1.0, 0.0, 0.0]
    assert still[0, :, 3, 7].tolist() == [0.0, 0.0, 1.0]
    moved, _ = put_on_grid(coarse, flats, torch.tensor([4.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 4, 8), hints)
    assert moved[0, :, 0, 2].tolist() == pytest.approx([0.0, 0.0, 1.0])
