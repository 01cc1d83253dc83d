"""`stenciltorch curate`: a folder of pictures -> a vetted, deduplicated, licensed and split dataset."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.engine import add_engine, bar, engine_of, tell
from stenciltorch.cli.options import natural, share

if TYPE_CHECKING:
    from stenciltorch.curation.config import CurateConfig

DESCRIPTION = """\
Look at every picture of a folder tree and write DEST/manifest.jsonl: what is kept, what is dropped and why, who drew it
under which licence, and whether it trains or tests. SOURCE is only read. Run it again after adding pictures, or after
an interruption: only what is new is looked at."""

EPILOG = """\
examples:
  stenciltorch curate pictures/ dataset/
  stenciltorch curate pictures/ dataset/ --layout artist --licences CC0-1.0 CC-BY-4.0
  stenciltorch curate pictures/ dataset/ --set thresholds.least_side=512 --test 0.1
  stenciltorch curate pictures/ dataset/ --drop-above unsafe=0.5          a scorer that you have installed
  stenciltorch curate pictures/ dataset/ --review                        look, and overrule by hand

docs/curation.md explains reasons, sidecar files, settings and scorers."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "curate", help="make a dataset of a folder of pictures", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("source", type=Path, metavar="SOURCE", help="folder tree of pictures")
    add("dest", type=Path, metavar="DEST", help="folder of the dataset; made if it is not there")
    _add_deciding(parser)
    _add_metadata(parser)
    _add_looking(parser)
    add_engine(parser)
    add("--json", action="store_true", help="report on standard output as JSON")
    return parser


def _add_deciding(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="change one threshold")
    add("--drop-above", action="append", default=[], metavar="SCORER=VALUE", help="drop what a scorer values higher")
    add("--drop-below", action="append", default=[], metavar="SCORER=VALUE", help="drop what a scorer values lower")
    add("--licences", nargs="+", default=[], metavar="NAME", help="keep these licences only (default: any, or none)")
    add("--test", type=share, default=0.14, metavar="SHARE", help="share of the groups that test (default: 0.14)")
    add("--validation", type=share, default=0.0, metavar="SHARE", help="share that validate (default: 0)")
    add(
        "--group-by",
        nargs="+",
        default=["artist", "character", "folder"],
        metavar="FIELD",
        help="the first that is known of a picture is its group: artist, character, folder (the default)",
    )


def _add_metadata(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--layout", default="", metavar="A/B", help="what the folders of each level name, such as artist/character")
    for name in ("source-name", "licence", "author"):
        add(f"--{name}", metavar="TEXT", help=f"the {name.split('-')[0]} of pictures that state none")


def _add_looking(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--sheet", type=natural, default=48, metavar="N", help="pictures of a contact sheet, 0 for none (default: 48)")
    add("--review", action="store_true", help="open a local page to overrule verdicts by hand")
    add("--port", type=natural, metavar="N", help="port of that page (default: 8765, or the next that is free)")
    add("--no-browser", dest="browser", action="store_false", help="do not open the browser")


def run(options: argparse.Namespace) -> int:
    from stenciltorch.curation.curating import Curation
    from stenciltorch.curation.metadata import read_layout

    general = {"source": options.source_name, "licence": options.licence, "author": options.author}
    curation = Curation(
        options.source,
        options.dest,
        config_of(options),
        engine_of(options),
        read_layout(options.layout) if options.layout else (),
        {name: text for name, text in general.items() if text},
        sheet=options.sheet,
    )
    with bar() as show:
        for progress in curation.run():
            show(progress)
    tell(curation.notices)
    _report(curation.summary, options)
    if options.review:
        from stenciltorch.cli.review import review

        review(curation, options.port, options.browser)
    return 0


def config_of(options: argparse.Namespace) -> CurateConfig:
    """Raises ConfigError for settings that are not there."""
    from stenciltorch.curation.config import CurateConfig, ScorerRule, Splits

    rules = [ScorerRule(name, most=value) for name, value in map(_rule, options.drop_above)]
    rules += [ScorerRule(name, least=value) for name, value in map(_rule, options.drop_below)]
    splits = Splits(options.test, options.validation, tuple(options.group_by))
    config = CurateConfig(splits=splits, scorers=tuple(rules), licences=tuple(options.licences))
    for change in options.set:
        name, found, value = change.partition("=")
        if not found:
            raise _config_error(f"--set takes NAME=VALUE, found {change!r}.")
        config = config.with_setting(name, value)
    return config


def _rule(text: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        limit = float(value)
    except ValueError:
        limit = float("nan")
    if not name or limit != limit:
        raise _config_error(f"A scorer is given as NAME=VALUE, such as unsafe=0.5; found {text!r}.")
    return name, limit


def _config_error(message: str) -> Exception:
    from stenciltorch.errors import ConfigError

    return ConfigError(message)


def _report(summary: dict[str, Any], options: argparse.Namespace) -> None:
    if options.json:
        sys.stdout.write(json.dumps(summary, indent=2, sort_keys=True) + "\n")
        return
    splits = ", ".join(f"{count} {name}" for name, count in summary["splits"].items())
    sys.stdout.write(f"{options.dest}: {summary['pictures']} pictures, {summary['kept']} kept ({splits or 'none'})\n")
    for reason, count in sorted(summary["reasons"].items(), key=lambda item: -item[1]):
        sys.stdout.write(f"{count:8d} {reason}\n")
