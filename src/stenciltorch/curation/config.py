"""What curation decides by: thresholds, splits, and the scorers that are plugged in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from stenciltorch.errors import ConfigError


@dataclass(frozen=True)
class Thresholds:
    """Where a measured value becomes a reason to drop a picture. Measures are those of `measures.Measures`.

    Args:
        least_side: px that the shorter side must have.
        most_pixels: pixels of the largest picture that is read.
        colour: a picture whose colour spreads less than this is greyscale (distance in Lab, 98th percentile).
        paper: a greyscale picture with at least this share of bare paper is a line drawing.
        entropy, smooth: photo-like with more bits of colour than `entropy` and a smaller flat share than `smooth`.
        light: too dark when 95 % of the pixels are below this lightness, 0..100.
        text: share of the picture that lines of text may cover.
        content: share of the picture that must differ from its background.
    """

    least_side: int = 256
    most_pixels: int = 40_000_000
    colour: float = 8.0
    paper: float = 0.55
    entropy: float = 7.2
    smooth: float = 0.18
    light: float = 32.0
    text: float = 0.12
    content: float = 0.02


@dataclass(frozen=True)
class ScorerRule:
    """Keep pictures that the scorer of this name values at `least` to `most`."""

    name: str
    least: float = float("-inf")
    most: float = float("inf")


@dataclass(frozen=True)
class Duplicates:
    """Which pictures are one.

    Args:
        distance: bits of 64 that the perceptual hashes of two related pictures may differ by.
        colour: mean difference of the two thumbnails, 0..255, below which the related pictures are duplicates.
        worst: largest difference of the thumbnails for duplicates.
    """

    distance: int = 6
    colour: float = 4.0
    worst: int = 48


GROUP_KEYS = ("artist", "character", "folder")


@dataclass(frozen=True)
class Splits:
    """How pictures are parted by group.

    Args:
        test, validation: shares of the groups.
        group_by: the first of these that is known of a picture is its group.
        salt: another salt gives another split.
    """

    test: float = 0.14
    validation: float = 0.0
    group_by: tuple[str, ...] = GROUP_KEYS
    salt: str = ""

    def __post_init__(self) -> None:
        if not (0 <= self.test <= 1 and 0 <= self.validation <= 1 and self.test + self.validation <= 1):
            raise ConfigError(
                f"The shares of test and validation must lie in 0..1 together, found {self.test} and {self.validation}."
            )
        unknown = [key for key in self.group_by if key not in GROUP_KEYS]
        if unknown or not self.group_by:
            raise ConfigError(f"Pictures are grouped by {', '.join(GROUP_KEYS)}; found {', '.join(unknown) or 'none'}.")


@dataclass(frozen=True)
class CurateConfig:
    """All that decides what becomes of a picture.

    Args:
        licences: licences that are wanted, compared without case; none = any, also none stated.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    duplicates: Duplicates = field(default_factory=Duplicates)
    splits: Splits = field(default_factory=Splits)
    scorers: tuple[ScorerRule, ...] = ()
    licences: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def with_setting(self, name: str, value: str) -> Self:
        """One setting of `thresholds` or `duplicates` changed, such as "thresholds.least_side", "512".

        Raises:
            ConfigError: no such setting, or no such value.
        """
        part_name, _, key = name.partition(".")
        if name not in setting_names():
            raise ConfigError(f"There is no setting {name!r}; settings are {', '.join(setting_names())}.")
        part: Any = getattr(self, part_name)
        changed: Any = {part_name: replace(part, **{key: _number(name, value, getattr(part, key))})}
        return replace(self, **changed)


def setting_names() -> list[str]:
    """What `with_setting` can change."""
    return [
        f"{part}.{entry.name}"
        for part, kind in (("thresholds", Thresholds), ("duplicates", Duplicates))
        for entry in fields(kind)
    ]


def _number(name: str, text: str, default: float) -> float:
    """`text` as a number from 0 of the default's type."""
    try:
        found = type(default)(text)
    except ValueError:
        found = -1
    if not 0 <= found < float("inf"):
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise ConfigError(f"{name} must be {kind} from 0, found {text!r}.")
    return found


def fingerprint(content: Any) -> str:
    """16 hexadecimal digits that name a JSON value."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
