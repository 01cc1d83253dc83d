"""What a study is: models, pictures, sessions, rules and analysis, frozen in one file before anybody is asked."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from stenciltorch.errors import ConfigError, DatasetError
from stenciltorch.files import write_bytes

PROTOCOL = "protocol.json"
SEAL = "protocol.sha256"
PICTURES = "pictures"
ANSWERS = "answers.sqlite"
FORMAT = 1
DAMAGED = "(damaged)"
"""Stands where a model's name would: a picture that anybody can see is broken."""
BETTER, WORSE, SHOWN = "(better)", "(worse)", "(shown)"
"""Stand there in questions of the study's own whose answers are known."""

Part = TypeVar("Part")


@dataclass(frozen=True)
class Session:
    """What one rater is asked.

    Args:
        pictures: drawings of which every model's version is rated 1 to 5; 0 for no opinions.
        pairs: comparisons of two versions of one drawing; 0 for none.
        repeats: share of the trials that is asked a second time.
        ties: "no difference" may be answered.
    """

    pictures: int = 12
    pairs: int = 24
    repeats: float = 0.1
    ties: bool = True


@dataclass(frozen=True)
class Screening:
    """Who is left out of the analysis: whoever breaks one of these rules. Stated before the first answer.

    Args:
        answered: least share of the session that is answered.
        golden: least share of the golden trials that is answered rightly (a damaged picture gets `golden_score`
            or less, and loses its pair; a check is answered as it says).
        repeat_difference: most mean difference between the two scores of a repeated picture.
        repeat_agreement: least share of repeated pairs that is decided alike; 0, since honest raters waver too.
        least: golden trials, or repetitions of a kind, that must be answered before they are judged.
        seconds: least median time for an answer.
        bt500: reject by ITU-R BT.500 (scores often far from those of others, to both sides).
    """

    answered: float = 0.5
    golden: float = 0.6
    golden_score: int = 2
    repeat_difference: float = 1.5
    repeat_agreement: float = 0.0
    least: int = 4
    seconds: float = 0.5
    bt500: bool = True


@dataclass(frozen=True)
class Plan:
    """How the answers are analysed. Stated before the first answer.

    Args:
        compared: the model that the others are compared with.
        level: of the intervals.
        replicates: of the bootstrap.
    """

    compared: str
    level: float = 0.95
    replicates: int = 2000


@dataclass(frozen=True)
class Picture:
    """One drawing in all its versions.

    Args:
        size: width, height in pixels.
        files: by model (and `DAMAGED` where there is one) the sha256 of the file in the study's folder.
        context: sha256 of what is shown beside, such as the drawing with its hints.
        damaged_from: the model whose picture was damaged.
    """

    size: tuple[int, int]
    files: Mapping[str, str]
    context: str | None = None
    damaged_from: str | None = None


@dataclass(frozen=True)
class Check:
    """A question of the study's own whose answer is known: a golden trial besides those of damaged pictures.

    Args:
        size: width, height in pixels.
        files: sha256 by `SHOWN`, or by `BETTER` and `WORSE`.
        context: sha256 of what is shown beside.
        scores: the least and the most that is right, where one picture is shown.
    """

    size: tuple[int, int]
    files: Mapping[str, str]
    context: str | None = None
    scores: tuple[int, int] | None = None

    def worth(self, shown: str) -> float:
        """The score that belongs to a picture of this question."""
        if self.scores is not None:
            return sum(self.scores) / 2
        return 5.0 if shown == BETTER else 1.0


@dataclass(frozen=True)
class Protocol:
    """A study.

    Args:
        welcome: what the raters are told first, in the words of who runs the study; may be empty.
        contact: whom the raters can ask.
        models: names, never shown to raters.
        pictures: by name.
        training: names of pictures that are only practised with.
        golden: names of pictures with a damaged version.
        checks: by a name that no picture has.
        seed: of the assignment and of the bootstrap.
        most_raters: nobody is enrolled beyond.
        created: ISO 8601, UTC.
    """

    title: str
    welcome: str
    contact: str
    models: tuple[str, ...]
    pictures: Mapping[str, Picture]
    training: tuple[str, ...]
    golden: tuple[str, ...]
    plan: Plan
    session: Session = field(default_factory=Session)
    screening: Screening = field(default_factory=Screening)
    seed: int = 0
    most_raters: int = 500
    created: str = ""
    format: int = FORMAT
    checks: Mapping[str, Check] = field(default_factory=dict)

    @property
    def shown(self) -> Mapping[str, Picture | Check]:
        """All that raters may see, by name."""
        return {**self.pictures, **self.checks}

    @property
    def rated(self) -> tuple[str, ...]:
        """Names of the pictures whose answers count."""
        return tuple(name for name in self.pictures if name not in self.training)

    def as_bytes(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()


def freeze(folder: Path, protocol: Protocol) -> str:
    """Write protocol and seal; the hash."""
    content = protocol.as_bytes()
    write_bytes(folder / PROTOCOL, content)
    seal = hashlib.sha256(content).hexdigest()
    write_bytes(folder / SEAL, f"{seal}  {PROTOCOL}\n".encode())
    return seal


def read_frozen(folder: Path) -> tuple[Protocol, str]:
    """Protocol and hash.

    Raises:
        DatasetError: no study, one that was changed after it was frozen, or one of another version.
    """
    try:
        content = (folder / PROTOCOL).read_bytes()
        seal = (folder / SEAL).read_text(encoding="ascii", errors="replace").split()[0]
    except (OSError, IndexError) as error:
        raise DatasetError(
            f"{folder} is not a study: {PROTOCOL} or {SEAL} is missing; make one with `stenciltorch study create`."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if not hmac.compare_digest(found.encode(), seal.encode("utf-8", "replace")):
        raise DatasetError(
            f"{folder / PROTOCOL} was changed after it was frozen (sha256 {found[:12]}…, expected {seal[:12]}…); "
            "put the first version back, or create a new study."
        )
    return _parse(content, folder), found


def _parse(content: bytes, folder: Path) -> Protocol:
    try:
        raw: dict[str, Any] = json.loads(content)
        if raw.get("format") != FORMAT:
            raise DatasetError(
                f"{folder / PROTOCOL} has format {raw.get('format')!r}, this version reads {FORMAT}; "
                "use the version of StencilTorch that made the study."
            )
        raw["pictures"] = {name: _picture(entry) for name, entry in raw["pictures"].items()}
        raw["checks"] = {name: _check(entry) for name, entry in raw.get("checks", {}).items()}
        raw |= {"session": _part(Session, raw["session"]), "screening": _part(Screening, raw["screening"])}
        raw |= {"plan": _part(Plan, raw["plan"])}
        raw |= {name: tuple(raw[name]) for name in ("models", "training", "golden")}
        return _part(Protocol, raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{folder / PROTOCOL} cannot be read ({error}); create the study anew.") from error


def _picture(entry: dict[str, Any]) -> Picture:
    return _part(Picture, entry | {"size": tuple(entry["size"])})


def _check(entry: dict[str, Any]) -> Check:
    scores = entry["scores"] and tuple(entry["scores"])
    return _part(Check, entry | {"size": tuple(entry["size"]), "scores": scores})


def _part(kind: type[Part], entry: dict[str, Any]) -> Part:
    unknown = set(entry) - {item.name for item in fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise ValueError(f"unknown entries {sorted(unknown)}")
    return kind(**entry)


def check_settings(protocol: Protocol) -> None:
    """Raises ConfigError for a study that cannot be held."""
    for wrong, sentence in _complaints(protocol):
        if wrong:
            raise ConfigError(sentence)


def _complaints(protocol: Protocol) -> list[tuple[bool, str]]:
    session, rated, models = protocol.session, len(protocol.rated), protocol.models
    return [
        (
            len(models) < 2,
            f"A study compares at least 2 models, found {len(models)}; give each as --model NAME=FOLDER.",
        ),
        (
            protocol.plan.compared not in models,
            f"--compare {protocol.plan.compared!r} is none of the models {', '.join(models)}.",
        ),
        (rated < 2, f"A study needs at least 2 pictures beside those for training, found {rated}."),
        (
            session.pictures > rated,
            f"A rater cannot be asked for {session.pictures} pictures: {rated} remain beside those for training.",
        ),
        (not (session.pictures or session.pairs), "A session needs pictures to rate or pairs to compare, found none."),
        (
            not session.pictures and any(check.scores for check in protocol.checks.values()),
            "The checks ask for scores, but a rater scores no pictures; ask for --pictures, or drop those checks.",
        ),
        (
            not session.pairs and any(not check.scores for check in protocol.checks.values()),
            "The checks ask which is better, but a rater compares no pairs; ask for --pairs, or drop those checks.",
        ),
        (not 0 <= session.repeats <= 0.5, f"--repeats must be from 0 to 0.5, found {session.repeats}."),
        (not 0.5 <= protocol.plan.level < 1, f"--level must be from 0.5 to below 1, found {protocol.plan.level}."),
    ]


def picture_file(folder: Path, sha256: str) -> Path:
    return folder / PICTURES / f"{sha256[:40]}.png"


def check_pictures(folder: Path, protocol: Protocol) -> None:
    """Raises DatasetError when a picture is missing or is no longer the one that was frozen."""
    for name, picture in protocol.shown.items():
        for sha256 in (*picture.files.values(), *([picture.context] if picture.context else [])):
            path = picture_file(folder, sha256)
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise DatasetError(
                    f"A version of picture {name!r}, {path}, is missing or was changed after the study was frozen; "
                    "put it back, or create a new study."
                )
