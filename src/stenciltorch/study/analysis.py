"""The answers worked out as the protocol says: screening, mixed model, pairs, bootstrap, textbook tests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stenciltorch.errors import DatasetError
from stenciltorch.study.bootstrap import by_cluster, ratio_interval
from stenciltorch.study.bradley_terry import fit_strengths, is_bounded, preference_shares
from stenciltorch.study.contrasts import Unit, holm
from stenciltorch.study.mixed import Estimate, fit_mixed
from stenciltorch.study.protocol import Protocol, check_pictures, read_frozen
from stenciltorch.study.records import Floats, Opinions, Pairs, opinions_of, pairs_of
from stenciltorch.study.replies import SCORES, Row
from stenciltorch.study.screening import Verdict, screen
from stenciltorch.study.store import Store

Entry = dict[str, Any]


@dataclass(frozen=True)
class Analysis:
    """What was found, ready for JSON.

    Args:
        opinions: or {"not_computed": why}; so for pairs.
        unscreened: opinions and pairs with nobody left out.
    """

    study: Entry
    raters: Entry
    opinions: Entry
    pairs: Entry
    unscreened: Entry

    @property
    def models(self) -> list[str]:
        return list(self.study["models"])


def analyse(folder: Path) -> Analysis:
    """Read a study and work it out.

    Raises:
        DatasetError: no study, or one whose protocol, pictures or database are not those that were frozen.
    """
    protocol, seal = read_frozen(folder)
    check_pictures(folder, protocol)
    store = Store(folder, seal)
    try:
        rows, facts = store.rows(), {"withdrawn": store.withdrawn(), "enrolled": store.enrolled()}
        simulated = store.simulated
    finally:
        store.close()
    if not any(row.value is not None for row in rows):
        raise DatasetError(f"Nobody has answered anything in {folder} yet; serve it first.")
    return analyse_rows(rows, protocol, {"sha256": seal, "simulated": simulated}, facts)


def analyse_rows(
    rows: Sequence[Row], protocol: Protocol, study: Entry | None = None, raters: Entry | None = None
) -> Analysis:
    """Work out answers by the protocol.

    Args:
        rows: by rater and position.
        study: further facts for the report; so for `raters`.
    """
    verdicts = screen(rows, protocol.screening, protocol.checks)
    left_out = {verdict.rater for verdict in verdicts if verdict.broken}
    counted = len(verdicts) - len(left_out)
    told = {"answered": len(verdicts), "counted": counted, "left_out": [_told(v) for v in verdicts if v.broken]}
    facts: Entry = {"title": protocol.title, "created": protocol.created, "models": list(protocol.models)}
    facts |= {"pictures": len(protocol.rated), "plan": asdict(protocol.plan), "screening": asdict(protocol.screening)}
    return Analysis(
        facts | (study or {}),
        told | {"verdicts": [_told(verdict) for verdict in verdicts]} | (raters or {}),
        **judge(rows, protocol, left_out),
        unscreened=judge(rows, protocol, ()) if left_out else {},
    )


def _told(verdict: Verdict) -> Entry:
    return asdict(verdict) | {"broken": list(verdict.broken)}


def judge(rows: Sequence[Row], protocol: Protocol, without: Collection[int]) -> Entry:
    """Opinions and pairs, worked out without these raters."""
    rng = np.random.default_rng((protocol.seed, 1))
    opinions = opinions_of(rows, protocol.models, without)
    pairs = pairs_of(rows, protocol.models, without)
    return {"opinions": judge_opinions(opinions, protocol, rng), "pairs": judge_pairs(pairs, protocol, rng)}


def judge_opinions(data: Opinions, protocol: Protocol, rng: np.random.Generator) -> Entry:
    """Mean opinion scores and their differences."""
    lacking = _lacking(data.rater, data.picture, data.model, protocol)
    if lacking:
        return {"not_computed": lacking}
    plan, compared = protocol.plan, protocol.models.index(protocol.plan.compared)
    fit, units = fit_mixed(data), (Unit.pictures(data), Unit.raters(data))
    identity = np.eye(len(data.models))
    differences = [fit.estimate(identity[compared] - row, plan.level) for row in identity]
    tests = {"p_holm": holm([nan_at(at == compared, found.p) for at, found in enumerate(differences)])}
    for unit in units:
        tests |= {f"welch_{unit.name}s_holm": holm(unit.welch(compared))}
        tests |= {f"wilcoxon_{unit.name}s_holm": holm(unit.wilcoxon(compared))}
    entries = []
    for at, model in enumerate(data.models):
        entry: Entry = {"model": model, "answers": int((data.model == at).sum()), "scores": _histogram(data, at)}
        entry |= {
            "mos": asdict(fit.estimate(identity[at], plan.level)),
            "these_pictures": _drawn(data, at, protocol, rng),
        }
        entry |= {f"std_{unit.name}s": _plain(unit.deviations()[at]) for unit in units}
        if at != compared:
            entry["difference"] = asdict(differences[at])
            entry |= {name: _plain(values[at]) for name, values in tests.items()}
        entries.append(entry)
    return {"answers": len(data.score), "raters": int(data.rater.max()) + 1, "pictures": int(data.picture.max()) + 1,
            "models": entries, "variances": fit.variances, "agreement": _agreement(fit.variances)}  # fmt: skip


def _lacking(rater: Floats | Any, picture: Any, model: Any, protocol: Protocol) -> str:
    """Why nothing can be computed; empty when it can."""
    if len(rater) == 0:
        return "no answers of raters that count"
    if min(len(np.unique(rater)), len(np.unique(picture))) < 2:
        return "answers of at least 2 raters on at least 2 pictures are needed"
    missing = [name for at, name in enumerate(protocol.models) if at not in set(np.ravel(model).tolist())]
    return f"no answers on {', '.join(missing)}" if missing else ""


def nan_at(condition: bool, value: float) -> float:
    return float("nan") if condition else value


def _plain(value: float) -> float | None:
    """JSON knows no nan."""
    return float(value) if np.isfinite(value) else None


def _histogram(data: Opinions, model: int) -> list[int]:
    return [int(((data.score == score) & (data.model == model)).sum()) for score in SCORES]


def _agreement(variances: dict[str, float]) -> float:
    """Share of the variance of one score of one picture that is the picture's and not the rater's or chance's."""
    shared = variances["picture"] + variances["picture x model"]
    total = sum(variances.values())
    return shared / total if total > 0 else 0.0


def _drawn(data: Opinions, model: int, protocol: Protocol, rng: np.random.Generator) -> Entry | None:
    """The mean of these very pictures, by drawing raters anew."""
    clusters = int(data.rater.max()) + 1
    total, count = by_cluster(data.score, data.rater, (data.model == model).astype(float), clusters)
    nothing = np.zeros(clusters)
    found = ratio_interval((total, nothing), (count, nothing), protocol.plan.level, protocol.plan.replicates, rng)
    return None if found is None else asdict(found)


def judge_pairs(data: Pairs, protocol: Protocol, rng: np.random.Generator) -> Entry:
    """Strengths on the scale of log odds, and shares of comparisons that were won."""
    models = np.r_[data.left, data.right]
    lacking = _lacking(data.rater, data.picture, models, protocol)
    if lacking:
        return {"not_computed": lacking}
    shares = preference_shares(data)
    facts: Entry = {"answers": len(data.outcome), "raters": int(data.rater.max()) + 1,
                    "pictures": int(data.picture.max()) + 1, "ties": float((data.outcome == 0.5).mean()),
                    "won_against": [[_plain(value) for value in line] for line in shares]}  # fmt: skip
    entries = [{"model": model, "won": _won(data, at, protocol, rng)} for at, model in enumerate(data.models)]
    if not is_bounded(data):
        why = "some models won or lost every comparison, so that strengths have no bound"
        return facts | {"models": entries, "strengths_not_computed": why}
    return facts | _strengths(data, protocol, entries)


def _strengths(data: Pairs, protocol: Protocol, entries: list[Entry]) -> Entry:
    plan, compared = protocol.plan, protocol.models.index(protocol.plan.compared)
    fit, identity = fit_strengths(data), np.eye(len(data.models))
    differences = [fit.estimate(identity[compared] - row, plan.level) for row in identity]
    adjusted = holm([nan_at(at == compared, found.p) for at, found in enumerate(differences)])
    for at, entry in enumerate(entries):
        entry["strength"] = asdict(fit.estimate(identity[at] - 1 / len(identity), plan.level))
        if at != compared:
            entry |= {"difference": asdict(differences[at]), "p_holm": _plain(adjusted[at])}
    return {"models": entries, "side": fit.side, "tie": fit.tie}


def _won(data: Pairs, model: int, protocol: Protocol, rng: np.random.Generator) -> Entry | None:
    """Share of its comparisons that a model won, ties as half, by drawing raters anew."""
    clusters = int(data.rater.max()) + 1
    sides = ((data.outcome, data.left), (1 - data.outcome, data.right))
    parts = [by_cluster(values, data.rater, (side == model).astype(float), clusters) for values, side in sides]
    total, count = (parts[0][at] + parts[1][at] for at in (0, 1))
    nothing = np.zeros(clusters)
    found = ratio_interval((total, nothing), (count, nothing), protocol.plan.level, protocol.plan.replicates, rng)
    return None if found is None else asdict(found)


def estimate_of(entry: Entry) -> Estimate:
    """Back from JSON."""
    return Estimate(**entry)
