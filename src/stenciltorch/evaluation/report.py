"""What an evaluation writes: report.json, report.md, report.html and the pictures of each case."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stenciltorch.canvas import Illustration, Stencil
from stenciltorch.evaluation.cells import known_figures, rows_of, shown, timing_lines, weights_lines
from stenciltorch.evaluation.contenders import Contender
from stenciltorch.evaluation.features import NAME as FEATURES
from stenciltorch.evaluation.gathering import Gathered
from stenciltorch.evaluation.hints import SCOPES
from stenciltorch.evaluation.judges import FID, NEEDS, NO_TRUTH, TOO_FEW, provenance
from stenciltorch.evaluation.page import Card, Shown, page
from stenciltorch.evaluation.running import Result
from stenciltorch.evaluation.suite import Plan
from stenciltorch.evaluation.summary import Tally, hints_of, tally
from stenciltorch.files import write_bytes, write_hints, write_illustration, write_lineart
from stenciltorch.runtime.folder import read_manifest


@dataclass
class Report:
    """Gathers results as they come.

    Args:
        out: folder to write.
        asked: what was asked for, in plain values: data, hints, limit.
        without: figures whose weights are not here, and why they are not computed.
    """

    out: Path
    contenders: Sequence[Contender]
    plan: Plan
    asked: Mapping[str, Any]
    without: Mapping[str, str]
    _names: list[str] = field(default_factory=list)
    _requests: list[str] = field(default_factory=list)
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _seconds: dict[str, list[list[float]]] = field(default_factory=dict)
    _peaks: dict[str, int] = field(default_factory=dict)
    _cards: list[Card] = field(default_factory=list)
    _sets: Gathered = field(default_factory=Gathered)

    def add(self, result: Result) -> None:
        """Write the case's pictures, keep its figures.

        Raises:
            InputError: the folder cannot be written.
        """
        name = result.case.name
        self._names.append(name)
        self._sets.add(result)
        self._requests.append(fingerprint(result.case.stencil))
        for outcome in result.outcomes:
            self._tallies.setdefault(outcome.contender, tally([])).cases.append(outcome.measured)
            self._seconds.setdefault(outcome.contender, []).append(outcome.seconds)
            self._peaks[outcome.contender] = max(outcome.peak, self._peaks.get(outcome.contender, 0))
        self._cards.append(Card(name, self._write_pictures(result)))

    def _write_pictures(self, result: Result) -> list[Shown]:
        folder = Path("cases") / safe_name(result.case.name)
        (self.out / folder).mkdir(parents=True, exist_ok=True)
        stencil = result.case.stencil
        write_lineart(self.out / folder / "lineart.png", stencil.lineart)
        write_hints(self.out / folder / "hints.png", stencil.hints)
        pictures = {"drawing": with_hints(stencil)}
        if result.case.target:
            pictures["truth"] = result.case.target
        shown = []
        for title, picture in pictures.items():
            write_illustration(self.out / folder / f"{title}.png", picture)
            shown.append(Shown(title, f"{folder.as_posix()}/{title}.png", {}))
        for outcome in result.outcomes:
            path = folder / f"by-{safe_name(outcome.contender)}.png"
            write_illustration(self.out / path, outcome.painting.illustration)
            shown.append(Shown(outcome.contender, path.as_posix(), case_figures(outcome.measured)))
        return shown

    def finish(self) -> dict[str, Any]:
        """Write the three reports; what report.json holds."""
        facts = self.facts()
        write_bytes(self.out / "report.json", (json.dumps(facts, indent=2) + "\n").encode())
        write_bytes(self.out / "report.md", markdown(facts).encode())
        write_bytes(self.out / "report.html", page(markdown_title(facts), self._cards, facts).encode())
        return facts

    def facts(self) -> dict[str, Any]:
        recipe = {"plan": asdict(self.plan), "asked": dict(self.asked), "requests": self._requests}
        return {
            "recipe": recipe,
            "recipe_sha256": hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest(),
            "pictures": len(self._names),
            "hints": hints_of(next(iter(self._tallies.values()), tally([])).cases),
            "features": FEATURES,
            "contenders": {contender.name: self._column(contender) for contender in self.contenders},
            "not_computed": self._not_computed(),
            "published_weights": provenance(name for name in NEEDS if name not in self.without),
            "cases": self._per_case(),
            "timing": {name: self._timing(name) for name in self._seconds},
        }

    def _column(self, contender: Contender) -> dict[str, Any]:
        counted = self._tallies.get(contender.name, tally([]))
        figures = {name: found and asdict(found) for name, found in counted.estimates().items()}
        sets = {name: asdict(apart) for name, apart in self._sets.distances(contender.name).items()}
        return {
            "kind": contender.kind,
            "weights": weights_of(contender),
            "figures": figures,
            "sets": sets,
            "p90": counted.p90(),
        }

    def _not_computed(self) -> dict[str, str]:
        """Missing weights come first; then pictures that these figures cannot be had of."""
        pictures = len(self._sets.true.get("own", []))
        reasons = {} if pictures else dict.fromkeys(NEEDS, NO_TRUTH)
        if pictures == 1:
            reasons = {FID: TOO_FEW}
        return reasons | dict(self.without)

    def _per_case(self) -> dict[str, dict[str, dict[str, float]]]:
        return {
            name: {who: case_figures(counted.cases[index]) for who, counted in self._tallies.items()}
            for index, name in enumerate(self._names)
        }

    def _timing(self, name: str) -> dict[str, float]:
        """Seconds of a first painting and of a further stroke, and memory; other work on the machine shows in them."""
        first = [case[0] for case in self._seconds[name]]
        later = [seconds for case in self._seconds[name] for seconds in case[1:]] or first
        return {
            "first_p50": float(np.percentile(first, 50)),
            "request_p50": float(np.percentile(later, 50)),
            "request_p95": float(np.percentile(later, 95)),
            "peak_bytes": float(self._peaks[name]),
        }


def case_figures(measured: Any) -> dict[str, float]:
    """A case's figures; of hints, their means."""
    means = {scope: float(np.mean(measured.hints[scope])) for scope in SCOPES if measured.hints.get(scope)}
    return means | {name: value for name, value in measured.figures.items() if value is not None}


def weights_of(contender: Contender) -> dict[str, str]:
    """sha256 of each file of a model."""
    if contender.kind != "model" or contender.folder is None:
        return {}
    return {name: facts.sha256 for name, facts in read_manifest(contender.folder).files.items()}


def fingerprint(stencil: Stencil) -> str:
    """sha256 over all that is asked."""
    digest = hashlib.sha256(str(stencil.size).encode())
    for part in (stencil.lineart, stencil.hints, stencil.mask, stencil.base):
        digest.update(part.array.tobytes())
    return digest.hexdigest()


def with_hints(stencil: Stencil) -> Illustration:
    alpha = stencil.hints.array[..., 3:] / 255.0
    return Illustration((stencil.base.array * (1 - alpha) + stencil.hints.array[..., :3] * alpha).astype(np.uint8))


def safe_name(name: str) -> str:
    """A file name of letters, digits, dots, dashes and underscores, without a leading dot."""
    return re.sub(r"[^\w.-]", "_", name).lstrip(".")[:150] or "_"


def markdown_title(facts: Mapping[str, Any]) -> str:
    return f"{facts['pictures']} pictures, {facts['hints']} hints"


def markdown(facts: Mapping[str, Any]) -> str:
    """One table: a row for each figure, a column for each contender."""
    columns = facts["contenders"]
    lines = [
        f"# Evaluation: {markdown_title(facts)}",
        "",
        f"Mean and 95 % bootstrap interval over pictures. Recipe {facts['recipe_sha256']}.",
        "Definitions: docs/metrics.md.",
        "",
        "| figure | better | " + " | ".join(columns) + " |",
        "|---|---|" + "---|" * len(columns),
    ]
    for figure in known_figures(facts):
        cells = [shown(rows_of(column).get(figure.name)) for column in columns.values()]
        lines.append(f"| {figure.name} | {figure.wanted} | " + " | ".join(cells) + " |")
    for name, reason in facts["not_computed"].items():
        lines.append(f"| {name} | less | " + " | ".join([reason] * len(columns)) + " |")
    notes = [f"- {line}" for line in (*weights_lines(facts), *timing_lines(facts["timing"]))]
    return "\n".join([*lines, "", *notes]) + "\n"
