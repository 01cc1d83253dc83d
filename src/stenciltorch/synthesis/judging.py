"""The judge of borders: a little network that tells from `evidence.MEASURES` whether a border parts regions (ours).

Heights see objects where light and texture hide them; colours see what is filled flat. The judge has learned from
drawings whose regions are known which of them to believe where.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stenciltorch.errors import ModelError
from stenciltorch.runtime.folder import check_contract
from stenciltorch.synthesis.arrays import BoolArray, Float64Array
from stenciltorch.synthesis.evidence import MEASURES, Evidence, joined_evidence, measures
from stenciltorch.synthesis.merging import cheap_borders

JUDGE_FILE = "borders.json"
"""Beside the network whose heights the judge knows."""

LIMIT = 0.3
"""Borders that are less likely than this are none."""
ROUNDS = 10
"""Steps in which the limit rises: the least likely borders go first."""

AGREED, DISTINCT = 0.7, 0.5
"""A border always stands where both cuts draw more than this share of it, between colours farther apart than this."""


@dataclass(frozen=True)
class BorderJudge:
    """Weights of two layers.

    Args:
        mean, spread: (20,) of the measures; `inner`: (20, n); `inner_bias`, `outer`: (n,); `outer_bias`: one number.
    """

    mean: Float64Array
    spread: Float64Array
    inner: Float64Array
    inner_bias: Float64Array
    outer: Float64Array
    outer_bias: float

    def __call__(self, found: Float64Array) -> Float64Array:
        """How likely each border (m, 20) parts two regions: (m,) in 0 .. 1."""
        hidden = np.tanh((found - self.mean) / self.spread @ self.inner + self.inner_bias)
        return np.asarray(1 / (1 + np.exp(-(hidden @ self.outer + self.outer_bias))))


def settle(evidence: Evidence, judge: BorderJudge, limit: float = LIMIT) -> Evidence:
    """Join pieces over the least likely borders first, judged anew each time, until all borders are likely."""
    for bound in np.linspace(0, limit, ROUNDS + 1)[1:]:
        while len(evidence.first):
            found = measures(evidence)
            likely = np.where(agreed(found), 1.0, judge(found))
            open_ones = cheap_borders(evidence, likely, bound)
            if not len(open_ones):
                break
            evidence = joined_evidence(evidence, open_ones)
    return evidence


def agreed(found: Float64Array) -> BoolArray:
    """Borders (m, 20) that heights and colours both draw, between distinct colours: no judge may open them."""
    seen, coloured, apart = (found[:, MEASURES.index(name)] for name in ("seen", "coloured", "colour distance"))
    return np.asarray((seen > AGREED) & (coloured > AGREED) & (apart > DISTINCT))


def read_judge(folder: Path) -> BorderJudge | None:
    """The judge that lies beside a network, None if there is none.

    Raises:
        ModelError: it is damaged, or made for other measures.
    """
    file = folder / JUDGE_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} cannot be read ({error}); get the network anew.") from error
    try:
        return _checked(json.loads(text), file)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file} cannot be used ({type(error).__name__}); get the network anew.") from error


def _checked(facts: dict[str, Any], file: Path) -> BorderJudge:
    check_contract(facts.get("contract"), str(file))
    if tuple(facts["measures"]) != MEASURES:
        raise ModelError(f"{file} judges by other measures than this version takes; teach the judge anew.")
    planes = {name: np.asarray(facts["weights"][name], dtype=np.float64) for name in ("mean", "spread", "inner")}
    inner_bias, outer = (np.asarray(facts["weights"][name], dtype=np.float64) for name in ("inner_bias", "outer"))
    judge = BorderJudge(**planes, inner_bias=inner_bias, outer=outer, outer_bias=float(facts["weights"]["outer_bias"]))
    count, hidden = len(MEASURES), len(outer)
    shapes = (judge.mean.shape, judge.spread.shape, judge.inner.shape, inner_bias.shape)
    if shapes != ((count,), (count,), (count, hidden), (hidden,)) or not (judge.spread > 0).all():
        raise ValueError("shapes")
    return judge


def write_judge(folder: Path, judge: BorderJudge, facts: dict[str, Any]) -> None:
    """Write `folder/borders.json`; six digits are kept.

    Args:
        facts: for the card: licence, data, what taught it.
    """
    weights = {name: _rounded(value) for name, value in vars(judge).items()}
    card = {"name": "borders", "contract": 1, **facts, "measures": list(MEASURES), "weights": weights}
    temporary = folder / f"{JUDGE_FILE}.tmp"
    temporary.write_text(json.dumps(card) + "\n", encoding="utf-8")
    temporary.replace(folder / JUDGE_FILE)


def _rounded(value: Any) -> Any:
    """Numbers in nested lists, or an array, to six digits."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return [_rounded(one) for one in value] if isinstance(value, list) else float(f"{value:.6g}")
