"""What the table of an evaluation shows, in text: for report.md, report.html and protocol.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stenciltorch.evaluation.figures import FIGURES, SETS, Figure
from stenciltorch.evaluation.judges import remedies


def known_figures(facts: Mapping[str, Any]) -> list[Figure]:
    """Those that some contender has, in the table's order."""
    columns = facts["contenders"].values()
    known = {name for column in columns for name, found in rows_of(column).items() if found}
    return [figure for figure in (*FIGURES, *SETS) if figure.name in known]


def rows_of(column: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of single pictures and of sets."""
    return {**column["figures"], **column["sets"]}


def shown(found: Mapping[str, Any] | None) -> str:
    """A mean or a distance with its interval."""
    if not found:
        return "-"
    value, low, high = found.get("mean", found.get("value")), found["low"], found["high"]
    return f"{value:.4g}" + ("" if low is None else f" [{low:.3g}, {high:.3g}]")


def weights_lines(facts: Mapping[str, Any]) -> list[str]:
    """The published weights behind the figures, and how to get those that are missing."""
    used = [
        f"weights of {name}: {of['file']}, sha256 {of['file_sha256']} ({CHECKED[of['checked']]})"
        for name, of in facts["published_weights"].items()
    ]
    return used + remedies(facts["not_computed"])


CHECKED = {
    "published": "as published",
    "yours": "as its user says",
    "nothing": "not checked, for want of a published sha256",
}


def timing_lines(timing: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [
        f"{name}: first painting {of['first_p50']:.3f} s, further request {of['request_p50']:.3f} s (95 %: "
        f"{of['request_p95']:.3f} s), at most {of['peak_bytes'] / 2**20:.0f} MiB in one process"
        for name, of in timing.items()
    ]
