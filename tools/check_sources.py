"""Compare a folder of pictures with the list of what the default model was trained on.

    python tools/check_sources.py FOLDER                     # against docs/data/sources.csv
    python tools/check_sources.py FOLDER --list OTHER.csv    # against another list with the columns file and sha256
    python tools/check_sources.py FOLDER --allow-extra       # files that are not listed do not count

Prints one line for each file that is missing, changed, unreadable or not listed, then a summary. Exit code 0: all is as
listed; 1: something differs; 2: the list or the folder cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

LISTING = Path(__file__).resolve().parents[1] / "docs" / "data" / "sources.csv"
MANIFEST = "manifest.csv"
SHA256 = re.compile(r"[0-9a-f]{64}")


class ListError(Exception):
    """The list or the folder cannot be used; one sentence that says why."""


def read_list(listing: Path) -> dict[str, str]:
    """File (relative, with slashes) -> sha256.

    Raises:
        ListError: the list cannot be read, is empty, or has a row that makes no sense.
    """
    try:
        with listing.open(newline="", encoding="utf-8") as table:
            reader = csv.DictReader(table)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ListError(f"{listing} cannot be read ({error}); name a table in UTF-8 with --list.") from error
    wanted: dict[str, str] = {}
    for line, row in rows:
        file, sha256 = _checked(row, f"{listing}, line {line}")
        if file in wanted:
            raise ListError(f"{listing}, line {line}: {file} is listed twice; keep one of the two rows.")
        wanted[file] = sha256
    if not wanted:
        raise ListError(f"{listing} lists no picture; it needs the columns file and sha256 and a row a picture.")
    return wanted


def _checked(row: dict[str, str], place: str) -> tuple[str, str]:
    file, sha256 = row.get("file") or "", (row.get("sha256") or "").lower()
    path = PurePosixPath(file)
    if not file or path.is_absolute() or ".." in path.parts or "\\" in file or "\0" in file:
        raise ListError(f"{place}: file must be a path inside the folder, found {file!r}.")
    if not SHA256.fullmatch(sha256):
        raise ListError(f"{place}: sha256 must have 64 hexadecimal digits, found {sha256!r}.")
    return str(path), sha256


def compare(folder: Path, wanted: dict[str, str], allow_extra: bool = False) -> Iterator[str]:
    """One line for each file that is not as listed; a manifest.csv at the top and hidden files do not count."""
    for file, sha256 in sorted(wanted.items()):
        problem = _problem(folder / file, sha256)
        if problem:
            yield f"{problem[0]}: {file}{problem[1]}"
    if not allow_extra:
        yield from (f"extra: {file}" for file in sorted(files_in(folder) - set(wanted)))


def _problem(picture: Path, sha256: str) -> tuple[str, str] | None:
    if not picture.is_file():
        return "missing", ""
    try:
        with picture.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return "unreadable", f" ({error.strerror})"
    return None if found == sha256 else ("changed", f" (sha256 is {found[:12]}..., listed is {sha256[:12]}...)")


def files_in(folder: Path) -> set[str]:
    """All files below the folder, relative and with slashes, without hidden ones and the manifest."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
    shown = {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}
    return shown - {MANIFEST}


def check(folder: Path, listing: Path, allow_extra: bool) -> int:
    if not folder.is_dir():
        raise ListError(f"There is no folder {folder}; name the one that holds the pictures.")
    wanted = read_list(listing)
    differing = 0
    for line in compare(folder, wanted, allow_extra):
        differing += 1
        sys.stdout.write(line + "\n")
    verdict = f"{differing} not as listed" if differing else "all as listed"
    sys.stdout.write(f"{folder}: {len(wanted)} pictures listed, {verdict}\n")
    return 1 if differing else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with the pictures, as in the list's column file")
    parser.add_argument("--list", type=Path, default=LISTING, help="the list (default: docs/data/sources.csv)")
    parser.add_argument("--allow-extra", action="store_true", help="do not report files that are not listed")
    options = parser.parse_args()
    try:
        return check(options.folder, options.list, options.allow_extra)
    except ListError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
