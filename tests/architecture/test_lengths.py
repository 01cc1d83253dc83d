"""Files stay under 400 lines and functions under 40, so that each can be read at one go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "stenciltorch"
MOST_LINES = 400
MOST_BODY_LINES = 40

LONGER_FILES: dict[str, int] = {}
"""Files that may be longer, and how long: `{"cli.py": 450}`."""
LONGER_FUNCTIONS: dict[str, int] = {}
"""Functions that may be longer, and how long: `{"cli.py:main": 50}`."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*suffixes: str) -> list[Path]:
    found = (path for suffix in suffixes for path in SOURCE.rglob(f"*{suffix}"))
    return sorted(path for path in found if "vendor" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the last."""
    first = 1 if ast.get_docstring(function) is not None and len(function.body) > 1 else 0
    return (function.end_lineno or 0) - function.body[first].lineno + 1


def test_the_source_is_where_this_looks_for_it() -> None:
    assert SOURCE / "canvas.py" in sources(".py")


@pytest.mark.parametrize("path", sources(".py", ".js", ".mjs"), ids=name_of)
def test_no_file_is_too_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGER_FILES.get(name_of(path), MOST_LINES)


def test_no_function_is_too_long() -> None:
    too_long = [
        f"{name_of(path)}:{function.name} has {body_lines(function)} lines"
        for path in sources(".py")
        for function in functions(path)
        if body_lines(function) > LONGER_FUNCTIONS.get(f"{name_of(path)}:{function.name}", MOST_BODY_LINES)
    ]
    assert too_long == []


def test_exceptions_are_still_needed() -> None:
    known = {name_of(path) for path in sources(".py", ".js", ".mjs")}
    assert set(LONGER_FILES) <= known
    assert {name.partition(":")[0] for name in LONGER_FUNCTIONS} <= known


def test_a_body_is_counted_without_its_docstring() -> None:
    function = ast.parse('def work():\n    """One.\n\n    Two.\n    """\n    first()\n    second()\n').body[0]
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function) == 2
