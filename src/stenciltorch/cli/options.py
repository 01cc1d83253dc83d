"""Parsing that all commands share: one-line errors, --version, --threads and --model."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

DESCRIPTION = "Colour line drawings: dab a few colours, mask what may change, see it painted."
EPILOG = "`stenciltorch COMMAND --help` explains a command."


class Parser(argparse.ArgumentParser):
    """Errors are one line; options are not abbreviated; examples keep their line breaks."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"stenciltorch: {message}; see `{self.prog} --help`.\n")


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"stenciltorch {version('stenciltorch')}\n")
        parser.exit()


def top_parser() -> Parser:
    parser = Parser(prog="stenciltorch", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    _add_threads(parser, None)
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """--threads is understood before and after the command."""
    _add_threads(parser, argparse.SUPPRESS)


def add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="model folder (default: $STENCILTORCH_MODEL, else the model that came with StencilTorch)",
    )


def _add_threads(parser: argparse.ArgumentParser, default: Any) -> None:
    parser.add_argument(
        "--threads",
        type=positive,
        metavar="N",
        default=default,
        help="processor cores to use (default: all that are free to this process)",
    )


def positive(text: str) -> int:
    """A whole number from 1."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """A whole number from 0."""
    return _whole(text, 0)


def share(text: str) -> float:
    """A number from 0 to 1."""
    return _number(text, 0, 1)


def add_light(parser: argparse.ArgumentParser) -> None:
    """How strongly a drawing is shaded, and from where."""
    parser.add_argument(
        "--light",
        type=angle,
        metavar="DEGREES",
        help="where light comes from: 0 above, 90 right, -90 left (default: the project's, else -45)",
    )
    parser.add_argument(
        "--shade",
        type=strength,
        metavar="STRENGTH",
        help="how strong light and shade are, 0 to 2; 0 leaves flat colours (default: the project's, else 1)",
    )


def angle(text: str) -> float:
    """A number from -360 to 360."""
    return _number(text, -360, 360)


def strength(text: str) -> float:
    """A number from 0 to 2."""
    return _number(text, 0, 2)


def _number(text: str, least: int, most: int) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not least <= found <= most:
        raise argparse.ArgumentTypeError(f"expected a number from {least} to {most}, found {text!r}")
    return found


def _whole(text: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a whole number from {least}, found {text!r}")
    return int(text)
