"""Shards: made once, the same bytes whoever makes them, and read back as they were."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tarfile
import time

import numpy as np
import pytest
from generated_pictures import draw, encode
from inline_engine import Inline
from little_jobs import four_columns

from stenciltorch.canvas import Illustration, Regions
from stenciltorch.curation import preparing
from stenciltorch.curation.config import CurateConfig, Splits
from stenciltorch.curation.curating import Curation
from stenciltorch.curation.engines import Engine
from stenciltorch.curation.manifest import read_manifest
from stenciltorch.curation.preparing import Preparer, members, parse_members
from stenciltorch.curation.sharding import PARTS, Sharding, key_range
from stenciltorch.curation.shards import ShardReader, is_shard_folder, read_index, read_listing
from stenciltorch.errors import ConfigError, DatasetError
from stenciltorch.files import read_illustration
from stenciltorch.synthesis.disnet import FILE
from stenciltorch.synthesis.judging import JUDGE_FILE

CONFIG = CurateConfig(splits=Splits(test=0.4)).with_setting("thresholds.least_side", "60")


def add(root, path, seed, size=(80, 72)):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(encode(draw(np.random.default_rng(seed), size)))


def curate(art, folder):
    for _ in Curation(art, folder, CONFIG, Inline()).run():
        pass


def preprocess(dataset, folder, engine=None, per_shard=4, **more):
    sharding = Sharding(dataset, dataset.parent / "art", folder, engine=engine or Inline(), per_shard=per_shard, **more)
    steps = list(sharding.run())
    return sharding.listing, sum(step.stage == "preparing" for step in steps)


def contents(folder):
    names = [path.name for path in folder.iterdir() if path.is_file() and path.suffix in (".tar", ".json", ".jsonl")]
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture(scope="module")
def curated(tmp_path_factory):
    """Fourteen curated pictures of seven artists."""
    home = tmp_path_factory.mktemp("curated")
    for number in range(14):
        add(home / "art", f"artist{number % 7}/{number}.png", number)
    curate(home / "art", home / "dataset")
    return home


@pytest.fixture
def dataset(tmp_path, curated):
    shutil.copytree(curated, tmp_path, dirs_exist_ok=True)
    return tmp_path / "dataset"


def test_the_bytes_are_the_same_for_any_workers_and_after_a_kill(tmp_path, dataset):
    listing, prepared = preprocess(dataset, tmp_path / "one")
    assert (prepared, listing["pictures"], listing["quarantined"]) == (14, 14, 0)
    whole = contents(tmp_path / "one")
    assert {"index.jsonl", "shards.json", "quarantine.jsonl"} <= set(whole)
    assert sum(name.endswith(".tar") for name in whole) == len(listing["shards"]) >= 4
    command = [sys.executable, "-m", "stenciltorch.cli", "preprocess", str(dataset), str(tmp_path / "two")]
    command += ["--per-shard", "4", "--workers", "2"]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while killed.poll() is None and len(parts(tmp_path / "two")) < 3:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before = parts(tmp_path / "two")
    assert not is_shard_folder(tmp_path / "two"), "killed in the middle"
    _, prepared = preprocess(dataset, tmp_path / "two", Engine("local", 2))
    assert prepared == 14 - len(before)
    assert contents(tmp_path / "two") == whole
    assert not (tmp_path / "two" / PARTS).exists()
    assert multiprocessing.active_children() == []


def parts(folder):
    return {path.name for path in (folder / PARTS).glob("*/[!.]*")}


def test_killed_while_packing(tmp_path, dataset, monkeypatch):
    """Every file as it was left when the index was about to be replaced: the next run ends with the same bytes."""
    preprocess(dataset, tmp_path / "one")
    calls = []

    def dies(self, plan, shards, failed):
        calls.append(len(shards))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Sharding, "_listing", dies)
        with pytest.raises(KeyboardInterrupt):
            preprocess(dataset, tmp_path / "two")
    assert calls[0] >= 4
    assert preprocess(dataset, tmp_path / "two")[1] == 0
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_again_nothing_is_done_twice(tmp_path, dataset):
    preprocess(dataset, tmp_path / "shards")
    before = contents(tmp_path / "shards")
    assert preprocess(dataset, tmp_path / "shards")[1] == 0
    assert contents(tmp_path / "shards") == before
    for number in range(20, 26):
        add(tmp_path / "art", f"artist{number % 7}/{number}.png", number)
    (tmp_path / "art" / "artist1" / "1.png").unlink()
    curate(tmp_path / "art", dataset)
    listing, prepared = preprocess(dataset, tmp_path / "shards")
    assert (prepared, listing["pictures"]) == (6, 19)
    preprocess(dataset, tmp_path / "anew")
    assert contents(tmp_path / "shards") == contents(tmp_path / "anew"), "as if made of all pictures at once"


def test_another_split_moves_pictures_without_preparing_them(tmp_path, dataset):
    preprocess(dataset, tmp_path / "shards")
    lines = [line | {"split": "validation"} for line in read_manifest(dataset)]
    (dataset / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    listing, prepared = preprocess(dataset, tmp_path / "shards")
    assert prepared == 0
    assert {shard["split"] for shard in listing["shards"]} == {"validation"}
    assert len(ShardReader(tmp_path / "shards", "validation")) == 14


def test_another_setting_prepares_all_again(tmp_path, dataset):
    preprocess(dataset, tmp_path / "shards")
    assert preprocess(dataset, tmp_path / "shards", longest=40)[1] == 14
    reader = ShardReader(tmp_path / "shards", "train")
    assert max(reader[0].illustration.shape) == 40


# what shards hold


def test_a_shard_is_a_webdataset(tmp_path, dataset):
    listing, _ = preprocess(dataset, tmp_path / "shards")
    for shard in listing["shards"]:
        with tarfile.open(tmp_path / "shards" / shard["name"]) as archive:
            found = archive.getnames()
        keys = [name.partition(".")[0] for name in found]
        assert found == [f"{key}.{end}" for key in dict.fromkeys(keys) for end in ("png", "regions.png", "json")]
        assert len(found) == 3 * shard["pictures"]


def test_pictures_come_back_as_they_were(tmp_path, dataset):
    preprocess(dataset, tmp_path / "shards")
    index = {line["key"]: line for line in read_index(tmp_path / "shards")}
    kept = {line["path"]: line for line in read_manifest(dataset)}
    seen = 0
    for split in ("train", "test"):
        reader = ShardReader(tmp_path / "shards", split)
        entries = [line for line in index.values() if line["split"] == split]
        for number, entry in enumerate(entries):
            picture = reader[number]
            assert np.array_equal(picture.illustration, read_illustration(tmp_path / "art" / entry["path"]).array)
            assert picture.regions.min() >= 1
            assert picture.colours.shape == (int(picture.regions.max()) + 1, 3)
            assert kept[entry["path"]]["split"] == split
            assert reader.groups[reader.places["group"][number]] == kept[entry["path"]]["group"]
            seen += 1
        assert len(reader) == len(entries)
    assert seen == 14


def test_a_reader_can_be_sent_to_workers(tmp_path, dataset):
    preprocess(dataset, tmp_path / "shards")
    reader = ShardReader(tmp_path / "shards", "train")
    copy = pickle.loads(pickle.dumps(reader))
    assert np.array_equal(copy[2].regions, reader[2].regions)


def test_regions_of_any_source(tmp_path, dataset):
    preprocess(dataset, tmp_path / "shards", regions="little_jobs:four_columns")
    picture = ShardReader(tmp_path / "shards", "train")[0]
    assert np.unique(picture.regions).tolist() == [1, 2, 3, 4]
    assert len(picture.colours) == 5


def test_flat_colours_are_the_medians():
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:, :2], pixels[:, 2:4], pixels[:, 4:6], pixels[:, 6:] = (250, 10, 10), (10, 250, 10), (9, 9, 250), (9, 99, 9)
    pixels[0, 0] = (255, 255, 255)
    found = parse_members(members("k", Illustration(pixels), four_columns))
    assert found.colours.tolist() == [[0, 0, 0], [250, 10, 10], [10, 250, 10], [9, 9, 250], [9, 99, 9]]
    assert np.array_equal(found.illustration, pixels)


def test_shards_cover_all_keys_once():
    edges = [key_range(number, 3) for number in range(3)]
    assert edges[0][0] == "00000000"
    assert [low for low, _ in edges[1:]] == [high for _, high in edges[:-1]]
    assert edges[-1][1] > "f" * 32


# what goes wrong


def test_pictures_that_cannot_be_prepared_are_quarantined(tmp_path, dataset):
    paths = sorted(line["path"] for line in read_manifest(dataset))
    (tmp_path / "art" / paths[0]).unlink()
    add(tmp_path / "art", paths[1], 99)
    listing, _ = preprocess(dataset, tmp_path / "shards", Engine("local", 1))
    assert (listing["pictures"], listing["quarantined"]) == (12, 2)
    rows = [json.loads(line) for line in (tmp_path / "shards" / "quarantine.jsonl").read_text().splitlines()]
    assert [(row["path"], row["reason"]) for row in rows] == [(paths[0], "failed"), (paths[1], "failed")]
    assert "does not exist" in rows[0]["note"]
    assert f"{paths[1]} has changed since it was curated; curate again, 2 times" in rows[1]["note"]
    assert preprocess(dataset, tmp_path / "shards")[1] == 0, "not tried for ever"


def test_a_source_of_regions_that_is_not_there(tmp_path, dataset):
    with pytest.raises(ConfigError, match="There is no source of regions 'nonsense'; expected classical, disnet or"):
        preprocess(dataset, tmp_path / "shards", regions="nonsense")
    with pytest.raises(ConfigError, match="There is no source of regions"):
        preprocess(dataset, tmp_path / "shards", regions="little_jobs:nothing")


def test_regions_of_another_size_fail_the_picture(monkeypatch):
    picture = Illustration(draw(np.random.default_rng(0), (20, 20)))
    with pytest.raises(ValueError, match="the regions are 5 x 5 with 1 labels, the picture 20 x 20"):
        members("k", picture, lambda illustration: Regions(np.ones((5, 5), np.int32)))
    monkeypatch.setattr(preparing, "MOST_REGIONS", 3)
    with pytest.raises(ValueError, match="4 labels"):
        members("k", picture, four_columns)


def test_nothing_to_prepare(tmp_path, dataset):
    lines = [line | {"verdict": "dropped"} for line in read_manifest(dataset)]
    (dataset / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(DatasetError, match="keeps no picture; curate with other thresholds"):
        preprocess(dataset, tmp_path / "shards")


def test_folders_that_hold_no_shards(tmp_path, dataset):
    with pytest.raises(
        DatasetError, match=r"There is no shards\.json in .*; make shards with `stenciltorch preprocess`"
    ):
        ShardReader(tmp_path, "train")
    preprocess(dataset, tmp_path / "shards")
    with pytest.raises(DatasetError, match="have no picture for validation; curate more pictures"):
        ShardReader(tmp_path / "shards", "validation")


@pytest.mark.parametrize("damage", ["gone", "short", "scrambled"])
def test_damaged_shards(tmp_path, dataset, damage):
    preprocess(dataset, tmp_path / "shards")
    reader = ShardReader(tmp_path / "shards", "train")
    shard = tmp_path / "shards" / reader.shards[int(reader.places["shard"][0])]
    if damage == "gone":
        shard.unlink()
    else:
        shard.write_bytes(b"" if damage == "short" else os.urandom(shard.stat().st_size))
    with pytest.raises(DatasetError, match="run `stenciltorch preprocess` again"):
        reader[0]
    if damage != "scrambled":
        listing, prepared = preprocess(dataset, tmp_path / "shards")
        assert prepared == next(entry["pictures"] for entry in listing["shards"] if entry["name"] == shard.name)
        assert len(ShardReader(tmp_path / "shards", "train")[0].regions)


@pytest.mark.parametrize("name", ["shards.json", "index.jsonl"])
def test_damaged_listings(tmp_path, dataset, name):
    preprocess(dataset, tmp_path / "shards")
    (tmp_path / "shards" / name).write_text("{")
    with pytest.raises(DatasetError, match=rf"{name} is .*damaged .*run `stenciltorch preprocess` again"):
        ShardReader(tmp_path / "shards", "train")


def test_members_without_a_picture():
    with pytest.raises(DatasetError, match="A picture of a shard is damaged"):
        parse_members(io.BytesIO(b"\0" * 1024).getvalue())


def test_the_key_names_picture_and_settings():
    keys = {
        Preparer("/a", longest, regions).key_of(pixels)
        for longest in (64, 128)
        for regions in ("classical", "x:y")
        for pixels in ("a" * 64, "b" * 64)
    }
    assert len(keys) == 8
    assert Preparer("/a").key_of("a" * 64) == Preparer("/b").key_of("a" * 64)
    assert {len(key) for key in keys} == {32}


def test_the_network_is_the_default_and_its_files_are_in_the_key(tmp_path, monkeypatch):
    assert Preparer("/a").regions == "disnet"
    before = Preparer("/a").key_of("a" * 64)
    assert before != Preparer("/a", regions="classical").key_of("a" * 64)
    for file in (FILE, JUDGE_FILE):
        folder = shutil.copytree(preparing.PACKAGED, tmp_path / file)
        (folder / file).write_bytes((folder / file).read_bytes() + b" ")
        with monkeypatch.context() as patch:
            patch.setattr(preparing, "PACKAGED", folder)
            assert Preparer("/a").key_of("a" * 64) != before
    assert Preparer("/a").key_of("a" * 64) == before


def test_the_listing_names_the_data(tmp_path, dataset):
    preprocess(dataset, tmp_path / "one")
    preprocess(dataset, tmp_path / "two", per_shard=100)
    assert read_listing(tmp_path / "one")["data"] == read_listing(tmp_path / "two")["data"]
    preprocess(dataset, tmp_path / "three", longest=40)
    assert read_listing(tmp_path / "three")["data"] != read_listing(tmp_path / "one")["data"]
