"""`stenciltorch palette`: palettes from one format to another, and from pictures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stenciltorch.palettes import Swatches

DESCRIPTION = """\
Convert, join and name palettes: GIMP (.gpl), Photoshop (.aco), Adobe exchange (.ase) and character sheets
(.json). A picture counts by its flat colours; give the flats that `colorize --flats` writes."""

EPILOG = """\
examples:
  stenciltorch palette swatches.aco -o swatches.gpl
  stenciltorch palette page1-flats.png -o mika.json --title Mika --name skin=#f2c4a0 --name hair=#3a5fcd
  stenciltorch palette mika.json room.gpl -o all.ase
  stenciltorch palette mika.json                          lists the colours"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "palette", help="convert, join and name palettes", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("source", type=Path, nargs="+", metavar="FILE", help="palettes, or pictures (PNG, JPEG, WebP)")
    add("-o", "--output", type=Path, metavar="FILE", help="where to write: .gpl, .aco, .ase or .json")
    add("--title", metavar="TEXT", help="the palette's name, such as the character's")
    add(
        "--name",
        action="append",
        default=[],
        metavar="NAME=#RRGGBB",
        help="call a colour so; one that is not there is added",
    )
    return parser


def run(options: argparse.Namespace) -> int:
    from stenciltorch.palettes import merged, write_swatches

    swatches = _named(merged([_read(path) for path in options.source]), options.name, options.title)
    if options.output:
        write_swatches(options.output, swatches)
        sys.stdout.write(f"{options.output} ({len(swatches.entries)} colours)\n")
    else:
        sys.stdout.writelines(f"{entry.hex}  {entry.name}\n" for entry in swatches.entries)
    return 0


def _read(path: Path) -> Swatches:
    from stenciltorch.files import FORMATS, read_illustration
    from stenciltorch.palettes import read_swatches, swatches_of

    if path.suffix.lower() in FORMATS:
        return swatches_of(read_illustration(path), name=path.stem)
    return read_swatches(path)


def _named(swatches: Swatches, names: list[str], title: str | None) -> Swatches:
    """Raises InputError for a name that is not written NAME=#rrggbb."""
    from stenciltorch.errors import InputError
    from stenciltorch.palettes import Swatch, Swatches, parse_colour

    entries = {entry.colour: entry for entry in swatches.entries}
    for text in names:
        name, sign, code = text.rpartition("=")
        if not sign or not name.strip():
            raise InputError(f"{text!r} names no colour; write NAME=#rrggbb, such as skin=#f2c4a0.")
        colour = parse_colour(code)
        entries[colour] = Swatch(colour, name.strip())
    return Swatches(tuple(entries.values()), swatches.name if title is None else title)
