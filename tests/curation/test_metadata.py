"""Who drew a picture and under which licence: which statement wins, and what damaged files do."""

from __future__ import annotations

import json

import pytest

from stenciltorch.curation.metadata import Metadata, fields_of, read_layout, read_table
from stenciltorch.errors import ConfigError


def metadata(root, tables=None, **more):
    return Metadata(root, lambda path: (tables or {}).get(path, {}), **more)


def test_the_nearest_statement_wins(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "metadata.json").write_text('{"licence": "top", "author": "top", "source": "top", "artist": "top"}')
    (tmp_path / "a" / "metadata.json").write_text('{"author": "folder", "source": "folder", "artist": "folder"}')
    (tmp_path / "a" / "b" / "1.json").write_text('{"artist": "beside"}')
    tables = {"a/b/1.png": {"source": "table", "artist": "table"}}
    found = metadata(tmp_path, tables, layout=("artist", "character"), general={"licence": "general"}).of("a/b/1.png")
    assert found == {
        "licence": "top",
        "author": "folder",
        "source": "table",
        "artist": "beside",
        "character": "b",
        "folder": "a/b",
    }


def test_a_picture_of_which_nothing_is_known(tmp_path):
    assert metadata(tmp_path).of("1.png") == {}
    assert metadata(tmp_path, layout=("artist", "", "character")).of("x/y/1.png") == {"artist": "x", "folder": "x/y"}


def test_both_names_of_files_beside_a_picture(tmp_path):
    (tmp_path / "1.json").write_text('{"licence": "one", "author": "Ada"}')
    (tmp_path / "1.png.json").write_text('{"licence": "two"}')
    assert metadata(tmp_path).of("1.png") == {"licence": "two", "author": "Ada"}


def test_fields_have_other_names_elsewhere():
    found = fields_of(
        {"License": "CC0", "URL": "u", "characters": ["Bo", "Cy"], "author": " ", "artist": None, "x": "y"}
    )
    assert found == {"licence": "CC0", "source": "u", "character": "Bo"}
    assert fields_of({"source": 1234, "artist": {"name": "x"}, "character": []}) == {"source": "1234"}


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_damaged_files_are_told_and_stop_nothing(tmp_path, content):
    (tmp_path / "1.json").write_bytes(content)
    notices = []
    assert metadata(tmp_path, notices=notices).of("1.png") == {}
    assert len(notices) == 1
    assert "what it says of its picture is not known" in notices[0]


def test_tables(tmp_path):
    (tmp_path / "metadata.csv").write_text("\ufefffile,license,artist\na\\1.png,CC0,Ada\n,CC0,\n", encoding="utf-8")
    rows = [{"path": "b/2.png", "author": "Ben"}, [], {"x": 1}]
    (tmp_path / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    notices = []
    assert list(read_table(tmp_path / "metadata.csv", notices)) == [("a/1.png", {"licence": "CC0", "artist": "Ada"})]
    assert list(read_table(tmp_path / "metadata.jsonl", notices)) == [("b/2.png", {"author": "Ben"})]
    assert notices == []
    (tmp_path / "metadata.jsonl").write_text('{"file": "1.png", "author": "A"}\n{"file"')
    assert list(read_table(tmp_path / "metadata.jsonl", notices)) == [("1.png", {"author": "A"})]
    assert "cannot be read to its end" in notices[0]


def test_layouts():
    assert read_layout("artist/-/character") == ("artist", "", "character")
    with pytest.raises(
        ConfigError, match="Folders can name source, licence, author, artist, character or - for nothing"
    ):
        read_layout("artist/series")
