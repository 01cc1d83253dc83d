"""The command line. A command is a module with `add_parser(commands) -> parser`, listed in COMMANDS.

Its parser sets `run`, a function of the parsed options that answers the exit code. Command modules import
what takes long inside `run`, so that `stenciltorch --help` loads neither numpy nor onnxruntime.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from stenciltorch.cli import (
    batch,
    colorize,
    curate,
    disnet,
    evaluate,
    export,
    lineart,
    model,
    pack,
    palette,
    preprocess,
    regions,
    studio,
    study,
    suggest,
    train,
    weights,
)
from stenciltorch.cli.options import Parser, add_common, top_parser
from stenciltorch.errors import StencilTorchError

COMMANDS = (
    studio,
    colorize,
    batch,
    suggest,
    palette,
    lineart,
    regions,
    model,
    pack,
    curate,
    preprocess,
    train,
    disnet,
    evaluate,
    export,
    weights,
    study,
)

OK, SOME_FAILED, REFUSED, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141
"""Exit codes; the last two are those of a process that SIGINT or SIGPIPE ends."""


def build_parser() -> Parser:
    parser = top_parser()
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        add_common(command.add_parser(commands))
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what a user can cause becomes one line on stderr and an exit code."""
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return PIPE_CLOSED


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = build_parser().parse_args(arguments)
        return int(options.run(options))
    except SystemExit as stop:
        return int(stop.code or 0)
    except StencilTorchError as error:
        sys.stderr.write(f"stenciltorch: {error}\n")
    except MemoryError:
        sys.stderr.write("stenciltorch: Memory ran out; close other programs or use a smaller drawing.\n")
    except KeyboardInterrupt:
        return INTERRUPTED
    return REFUSED
