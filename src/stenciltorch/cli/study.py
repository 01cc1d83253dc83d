"""`stenciltorch study`: ask people which pictures are better, and work out what they said."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import natural, positive, share
from stenciltorch.cli.studio import can_show_pages, port, site_address

if TYPE_CHECKING:
    from stenciltorch.studio.security import Access

DESCRIPTION = """\
A blinded study in the browser: people rate pictures from 1 to 5 and compare pairs, without knowing which model
made them. The protocol, with the rules for leaving raters out and the analysis, is frozen before anybody is asked."""

EPILOG = """\
examples:
  stenciltorch study create study --title "Which colours?" --model ours=out/ours --model other=out/other
  stenciltorch study serve study                      opens http://127.0.0.1:8766/, or the next free port
  stenciltorch study serve study --host 0.0.0.0       prints the invitation for people on other machines
  stenciltorch study analyse study -o report          report.md, report.html, report.json
  stenciltorch study simulate rehearsal --raters 30   made-up answers, to rehearse a study of its own

docs/study.md explains how to plan a study and how to read its report."""

DEFAULT_PORT = 8766


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "study", help="ask people which pictures are better", description=DESCRIPTION, epilog=EPILOG
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for add in (_add_create, _add_serve, _add_analyse, _add_export, _add_withdraw, _add_simulate):
        action = add(actions)
        action.add_argument("folder", type=Path, metavar="STUDY", help="the study's folder")
    return parser


def _action(actions: Any, name: str, told: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=told, description=told[0].upper() + told[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _add_create(actions: Any) -> argparse.ArgumentParser:
    parser = _action(actions, "create", "freeze a study from folders of pictures, one folder a model", run_create)
    add = parser.add_argument
    add("--model", dest="models", action="append", type=named_folder, required=True, metavar="NAME=FOLDER",
        help="a model's pictures, one a drawing, named alike in all folders; give at least two")  # fmt: skip
    add("--title", required=True, help="title of the page")
    add("--compare", metavar="NAME", help="the model that the others are compared with (default: the first)")
    add("--welcome", default="", metavar="TEXT", help="what raters are told first")
    add("--contact", default="", metavar="TEXT", help="whom raters can ask, as a name or an address")
    add("--beside", type=Path, metavar="FOLDER", help="pictures shown beside, such as drawings with their hints")
    add("--pictures", type=natural, default=12, metavar="N", help="drawings a rater scores, 0 for none (default: 12)")
    add("--pairs", type=natural, default=24, metavar="N", help="pairs a rater compares, 0 for none (default: 24)")
    add("--training", type=natural, default=2, metavar="N", help="drawings kept for practice (default: 2)")
    add("--golden", type=natural, default=3, metavar="N", help="drawings also shown damaged, as a check (default: 3)")
    add("--checks", type=Path, metavar="FILE.json",
        help="questions of your own whose answers are known, with their pictures (docs/study.md)")  # fmt: skip
    add("--repeats", type=share, default=0.1, metavar="SHARE", help="share of questions asked twice (default: 0.1)")
    add("--no-ties", dest="ties", action="store_false", help='do not offer "no difference"')
    add("--level", type=share, default=0.95, metavar="SHARE", help="of the intervals (default: 0.95)")
    add("--most-raters", type=positive, default=500, metavar="N", help="enrol no more people (default: 500)")
    add("--seed", type=natural, default=0, metavar="N", help="of the random assignment (default: 0)")
    return parser


def _add_serve(actions: Any) -> argparse.ArgumentParser:
    parser = _action(actions, "serve", "ask the raters in their browsers", run_serve)
    add = parser.add_argument
    add("--port", type=port, metavar="N", help=f"port, 0 for any (default: {DEFAULT_PORT}, or the next that is free)")
    add("--no-browser", dest="browser", action="store_false", help="do not open the browser")
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen at (default: this machine only)")
    add("--allow-host", action="append", default=[], metavar="NAME[:PORT]",
        help="a further name by which browsers reach this server, as behind a proxy")  # fmt: skip
    return parser


def _add_analyse(actions: Any) -> argparse.ArgumentParser:
    parser = _action(actions, "analyse", "work out the answers as the protocol says", run_analyse)
    parser.add_argument("-o", "--output", type=Path, metavar="PATH",
                        help="where to write PATH.md, PATH.html and PATH.json (default: STUDY/report)")  # fmt: skip
    return parser


def _add_export(actions: Any) -> argparse.ArgumentParser:
    parser = _action(actions, "export", "write all answers as a table (CSV), raters as numbers", run_export)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: STUDY/answers.csv")
    return parser


def _add_withdraw(actions: Any) -> argparse.ArgumentParser:
    parser = _action(actions, "withdraw", "delete all that a rater said, who asks for it with the code", run_withdraw)
    parser.add_argument("--code", required=True, metavar="CODE", help="the rater's code, as the page showed it")
    return parser


def _add_simulate(actions: Any) -> argparse.ArgumentParser:
    parser = _action(actions, "simulate", "fill a study with made-up raters; it can no longer ask people", run_simulate)
    add = parser.add_argument
    add("--raters", type=positive, default=30, metavar="N", help="made-up raters (default: 30)")
    add("--careless", type=share, default=0.0, metavar="SHARE", help="share of them that clicks at random (default: 0)")
    add("--seed", type=natural, default=0, metavar="N", help="of their opinions (default: 0)")
    return parser


def named_folder(text: str) -> tuple[str, Path]:
    """NAME=FOLDER."""
    name, equals, folder = text.partition("=")
    if not (equals and name.strip() and folder) or name.startswith("("):
        raise argparse.ArgumentTypeError(f"expected NAME=FOLDER, found {text!r}")
    return name.strip(), Path(folder)


def run_create(options: argparse.Namespace) -> int:
    from stenciltorch.errors import ConfigError
    from stenciltorch.study.creation import Order, create
    from stenciltorch.study.protocol import Session, read_frozen
    from stenciltorch.study.server import utc_now

    if len(dict(options.models)) < len(options.models):
        raise ConfigError("Two --model have the same name; give each model a name of its own.")
    session = Session(options.pictures, options.pairs, options.repeats, options.ties)
    order = Order(
        options.title, dict(options.models), options.compare, options.welcome, options.contact, options.beside,
        options.training, options.golden, options.checks, session, level=options.level,
        most_raters=options.most_raters, seed=options.seed,
    )  # fmt: skip
    protocol = create(options.folder, order, utc_now().isoformat(timespec="seconds"))
    seal = read_frozen(options.folder)[1]
    known = f", {len(protocol.checks)} questions whose answers are known" if protocol.checks else ""
    sys.stdout.write(
        f"{options.folder}: {len(protocol.models)} models, {len(protocol.rated)} pictures{known}; "
        "the protocol is frozen.\n"
        f"sha256 {seal}\nPublish this hash before the first rater, and the protocol with the results.\n"
    )
    return 0


def run_serve(options: argparse.Namespace) -> int:
    from stenciltorch.errors import DatasetError
    from stenciltorch.studio.security import Access
    from stenciltorch.studio.server import address_of
    from stenciltorch.studio.tokens import choose_token
    from stenciltorch.study.protocol import check_pictures, read_frozen
    from stenciltorch.study.server import Api, serve
    from stenciltorch.study.store import Store

    token = choose_token(os.environ)
    protocol, seal = read_frozen(options.folder)
    check_pictures(options.folder, protocol)
    store = Store(options.folder, seal)
    try:
        if store.simulated:
            raise DatasetError(f"{options.folder} holds simulated answers; create a new study to ask people.")
        listener = _listen(options.host, options.port)
        access = Access.of(*address_of(listener), token, options.allow_host)
        _welcome(access, listener, options.browser, store.enrolled())
        serve(Api(options.folder, protocol, store), access, listener)
    finally:
        store.close()
    return 0


def _listen(host: str, wanted: int | None) -> socket.socket:
    """The port that was asked for, else the study's own or the next that is free."""
    from contextlib import suppress

    from stenciltorch.errors import InputError
    from stenciltorch.studio.server import NEARBY, listen

    if wanted is not None:
        return listen(host, wanted)
    for tried in range(DEFAULT_PORT, DEFAULT_PORT + NEARBY):
        with suppress(InputError):
            return listen(host, tried)
    return listen(host, 0)


def _welcome(access: Access, listener: socket.socket, browser: bool, enrolled: int) -> None:
    from stenciltorch.studio.server import address_of

    site = site_address(*address_of(listener))
    page = f"{site}/?token={access.token}" if access.remote else f"{site}/"
    if access.remote:
        sys.stderr.write(notice(address_of(listener)[0]))
    invitation = (
        f"Invitation for people elsewhere: http://THIS-MACHINE:{address_of(listener)[1]}/?token={access.token}\n"
    )
    sys.stdout.write(f"Study: {page}\n{invitation if access.remote else ''}{enrolled} people take part so far.\n")
    sys.stdout.write("Ctrl-C stops it; nothing that was answered is lost.\n")
    sys.stdout.flush()
    if browser and can_show_pages():
        threading.Thread(target=_open_page, args=(page,), daemon=True).start()


def notice(address: str) -> str:
    return (
        f"stenciltorch: WARNING: the study listens at {address}, so other machines can reach it. What goes to and fro "
        "is not encrypted unless a TLS proxy stands before it (--allow-host), and whoever has the invitation can take "
        "part.\n"
    )


def _open_page(page: str) -> None:
    import webbrowser

    webbrowser.open(page)


def run_analyse(options: argparse.Namespace) -> int:
    from stenciltorch.study.analysis import analyse
    from stenciltorch.study.report import summary, write_report

    analysis = analyse(options.folder)
    paths = write_report(analysis, options.output or options.folder / "report")
    sys.stdout.write(summary(analysis) + "".join(f"{path}\n" for path in paths))
    return 0


def run_export(options: argparse.Namespace) -> int:
    from stenciltorch.files import write_bytes
    from stenciltorch.study.protocol import read_frozen
    from stenciltorch.study.records import as_csv
    from stenciltorch.study.store import Store

    store = Store(options.folder, read_frozen(options.folder)[1])
    try:
        rows = store.rows()
    finally:
        store.close()
    path = options.output or options.folder / "answers.csv"
    write_bytes(path, as_csv(rows).encode())
    sys.stdout.write(f"{path}: {sum(row.value is not None for row in rows)} answers\n")
    return 0


def run_withdraw(options: argparse.Namespace) -> int:
    from stenciltorch.study.codes import key_of
    from stenciltorch.study.protocol import read_frozen
    from stenciltorch.study.store import Store

    seal = read_frozen(options.folder)[1]
    store = Store(options.folder, seal)
    try:
        count = store.withdraw(key_of(options.code, seal))
    finally:
        store.close()
    sys.stdout.write(f"{count} answers deleted\n")
    return 0


def run_simulate(options: argparse.Namespace) -> int:
    from stenciltorch.study.simulation import fill

    count = fill(options.folder, options.raters, options.careless, options.seed)
    sys.stdout.write(f"{options.folder}: {count} made-up answers; the report will say so\n")
    return 0
