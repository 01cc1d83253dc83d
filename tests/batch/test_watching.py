"""Files are taken when they have stopped growing."""

import pytest

from stenciltorch.batch import settled_files, watch


class Over(Exception):
    pass


def test_only_unchanged_files_that_hold_something(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    assert settled_files({}, {one: (5, 1)}) == set()
    assert settled_files({one: (5, 1), two: (0, 1)}, {one: (5, 1), two: (0, 1)}) == {one}
    assert settled_files({one: (5, 1)}, {one: (6, 1)}) == set()
    assert settled_files({one: (5, 1)}, {one: (5, 2)}) == set()


def test_a_file_that_grows_is_taken_once_it_stops(tmp_path):
    page, taken = tmp_path / "page", []
    contents = iter([b"a", b"ab", b"ab", b"ab"])

    def pause():
        content = next(contents, None)
        if content is None:
            raise Over
        if not page.exists() or page.read_bytes() != content:
            page.write_bytes(content)

    with pytest.raises(Over):
        watch(lambda: tmp_path.iterdir(), lambda settled: taken.append(page.read_bytes()), pause)
    assert taken == [b"ab", b"ab"]


def test_files_may_vanish_between_looks(tmp_path):
    rounds = iter(range(3))

    def pause():
        if next(rounds, None) is None:
            raise Over

    with pytest.raises(Over):
        watch(lambda: [tmp_path / "gone"], pytest.fail, pause)
