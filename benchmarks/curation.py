"""Curation and preprocessing of generated pictures: the right reasons, what a kill costs, and the rate.

    python benchmarks/curation.py                              10,000 pictures, 5 % of them broken in ten ways
    python benchmarks/curation.py --count 300 --rate 4         a short run
    python benchmarks/curation.py --prepare 2000               prepare only so many of them

Both commands run as a user would run them. Each is killed (SIGKILL) in the middle and begun again, and its result is
compared with that of a run without a kill. Peak memory is that of runs without a kill, over a tenth of the pictures and
over all of them. The rate is processor time a picture on one core, of this project's function and of the steps of the
paper's authors, on the same pictures of 512 x 512 in turn; with scikit-learn installed, its k-means is theirs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
SCORERS = SUPPORT / "scorers"
sys.path[:0] = [str(SUPPORT), str(SCORERS)]
os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2  # noqa: E402 - the folders of the tests' support come first
import numpy as np  # noqa: E402
from generated_pictures import Made, draw, make_pictures  # noqa: E402
from little_scorers import DIARY  # noqa: E402

from stenciltorch import files  # noqa: E402
from stenciltorch.canvas import Illustration  # noqa: E402
from stenciltorch.curation.manifest import read_manifest  # noqa: E402
from stenciltorch.curation.pool import settle_worker  # noqa: E402
from stenciltorch.curation.preparing import RegionSource, members  # noqa: E402
from stenciltorch.curation.sharding import PARTS  # noqa: E402
from stenciltorch.curation.shards import read_listing  # noqa: E402
from stenciltorch.synthesis.disnet import open_disnet  # noqa: E402
from stenciltorch.synthesis.lineart import AUTHORS, extract_lineart  # noqa: E402
from stenciltorch.synthesis.regions import classical_displacement, extract_regions  # noqa: E402

try:
    from sklearn.cluster import KMeans
except ImportError:
    KMeans = None

POISONED = 3
DRAWINGS = (SUPPORT.parents[1] / "examples" / "drawings").glob("*-illustration.png")
SQUARE = (512, 512)
TENFOLD = 3
"""Pictures of each kind that ten starts of k-means are timed on."""
CURATING = ["--set", "thresholds.least_side=96", "--drop-above", "diary=1", "--sheet", "0"]
PROCESSES = Path("/proc")
Command = list[str]


class Ran(NamedTuple):
    """How long a command took, and the most memory that it and one of its workers held at once, in MB."""

    seconds: float
    own: int
    worker: int

    def memory(self) -> dict[str, int]:
        return {"command_mb": self.own, "worker_mb": self.worker}


def main() -> None:
    options = parse()
    home = Path(tempfile.mkdtemp(prefix="curation-", dir=options.folder))
    try:
        for report in measure(options, home):
            if options.out:
                options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(report, indent=2))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="pictures; 0: only compare rates")
    parser.add_argument("--prepare", type=int, default=0, help="pictures to prepare (default: all that are kept)")
    parser.add_argument("--rate", type=int, default=24, help="pictures to compare rates on; 0: do not")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    return parser.parse_args()


def measure(options: argparse.Namespace, home: Path) -> Iterator[dict[str, Any]]:
    """The report as far as it has come, after every stage."""
    os.environ[DIARY] = str(home / "diary")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(SCORERS), os.environ.get("PYTHONPATH", "")])
    report: dict[str, Any] = {"machine": platform.machine(), "cores": len(os.sched_getaffinity(0))}
    report["load"] = os.getloadavg()[0]
    if options.rate:
        say("rate")
        report["rate"] = compare_rates(options.rate)
        yield report
    if not options.count:
        return
    say("pictures")
    made = make_pictures(home / "art", options.count, options.count // 20, more=("poison",) * POISONED)
    say("curate")
    report["curate"] = curate_killed(home, made, options.workers)
    yield report
    say("preprocess")
    report["preprocess"] = preprocess_killed(home, options.prepare, options.workers)
    yield report
    say("a tenth")
    report["memory_of_a_tenth"] = memory_of_few(home, options.count // 10)
    yield report


def say(stage: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {stage}", file=sys.stderr, flush=True)


# rates


def compare_rates(count: int) -> dict[str, Any]:
    """Milliseconds of processor time a picture, medians; every step on one thread, in a process that is settled as
    the workers are."""
    settle_worker()
    scenes = [Illustration(draw(np.random.default_rng((9, number)), SQUARE, (60, 90))) for number in range(count)]
    found = {"k_means": KMeans.__module__ if KMeans else "cv2"}
    return found | {"scenes": rates(scenes), "drawings": rates([squashed(path) for path in sorted(DRAWINGS)[:count]])}


def squashed(path: Path) -> Illustration:
    """A picture brought to the size that the authors' steps know."""
    return Illustration(cv2.resize(files.read_illustration(path).array, SQUARE, interpolation=cv2.INTER_AREA))


def rates(pictures: list[Illustration]) -> dict[str, Any]:
    """Our steps, theirs with one start of k-means, and theirs with ten, picture by picture in turn."""
    heights = [classical_displacement(picture) for picture in pictures]
    net = open_disnet(threads=1)
    our_steps(pictures[0], net.regions)
    ours, plain, drawn, once, tenfold = [], [], [], [], []
    for number, (picture, height) in enumerate(zip(pictures, heights, strict=True)):
        ours.append(timed(lambda picture=picture: our_steps(picture, net.regions)))
        plain.append(timed(lambda picture=picture: our_steps(picture, extract_regions)))
        drawn.append(timed(lambda picture=picture: net(picture)))
        once.append(timed(lambda pair=(picture, height): authors_steps(*pair, 1)))
        if number < TENFOLD:
            tenfold.append((timed(lambda pair=(picture, height): authors_steps(*pair, 10)), ours[-1]))
    return {
        "pictures": len(pictures),
        "ours_ms": round(statistics.median(ours), 1),
        "of_it_network_ms": round(statistics.median(drawn), 1),
        "ours_classical_ms": round(statistics.median(plain), 1),
        "ratio_one_start_classical": round(
            statistics.median(one / own for one, own in zip(once, plain, strict=True)), 2
        ),
        "authors_one_start_ms": round(statistics.median(once), 1),
        "ratio_one_start": round(statistics.median(one / own for one, own in zip(once, ours, strict=True)), 2),
        "least_ratio_one_start": round(min(one / own for one, own in zip(once, ours, strict=True)), 2),
        "authors_ten_starts_ms": round(statistics.median(ten for ten, _ in tenfold), 1),
        "ratio_ten_starts": round(statistics.median(ten / own for ten, own in tenfold), 2),
    }


def timed(action: Callable[[], Any]) -> float:
    started = time.process_time()
    action()
    return 1000 * (time.process_time() - started)


def our_steps(picture: Illustration, find: RegionSource) -> None:
    """What `preprocess` does with a picture that is read, writing included, and the same line drawing as theirs."""
    members("k", picture, find)
    extract_lineart(picture, AUTHORS, np.random.default_rng(0))


def authors_steps(picture: Illustration, height: np.ndarray, starts: int) -> None:
    """Region cutting, k-means on all pixels, xDoG, as the published code of the paper's authors does them.

    Their height map comes from a network; its time is not counted, and ours stands in for it. Nor is writing. They
    call scikit-learn's KMeans(25), which in 2021 meant ten starts; since its version 1.4 it means one.
    """
    labels = cut_regions(height)
    medians = np.zeros(picture.array.shape, np.float64)
    for label in range(1, int(labels.max()) + 1):
        inside = labels == label
        if inside.any():
            medians[inside] = np.median(picture.array[inside], axis=0)
    cluster((medians / 255).reshape(-1, 3), starts)
    extract_lineart(picture, AUTHORS, np.random.default_rng(0))


def cluster(colours: np.ndarray, starts: int) -> None:
    """k-means with 25 centres; by OpenCV where scikit-learn is not installed."""
    if KMeans is None:
        rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 300, 1e-4)
        cv2.kmeans(colours.astype(np.float32), 25, None, rule, starts, cv2.KMEANS_PP_CENTERS)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer than 25 colours are no fault
        KMeans(25, n_init=starts, random_state=0).fit(colours)


def cut_regions(height: np.ndarray) -> np.ndarray:
    """Markers above 100/255, watershed on the normal map, then ridges filled from their neighbours, up to 100 times."""
    _, labels = cv2.connectedComponents((height > 100 / 255).astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    down, along = np.gradient(height)
    normal = np.stack((np.full_like(height, 0.75), down, along), axis=2)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    labels = cv2.watershed((normal * 127.5 + 127.5).astype(np.uint8), labels) + 1
    for _ in range(100):
        bare = labels <= 0
        if not bare.any():
            break
        for step, axis in ((1, 1), (-1, 1), (1, 0), (-1, 0)):
            labels = np.where(bare & (labels <= 0), np.roll(labels, step, axis), labels)
    return labels


# runs that are killed


def command(*arguments: object) -> Command:
    return [sys.executable, "-m", "stenciltorch.cli", *map(str, arguments)]


def run(arguments: Command) -> Ran:
    """The exit code may be 1, which says that some pictures failed."""
    started = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    own = worker = 0
    while process.poll() is None:
        own, worker = max(own, peak(process.pid)), max([worker, *map(peak, children(process.pid))])
        time.sleep(0.1)
    _, complaint = process.communicate()
    assert process.returncode in (0, 1), complaint
    return Ran(time.monotonic() - started, own, worker)


def children(process: int) -> list[int]:
    """Processes that this one has started; none where the system does not tell."""
    try:
        return [int(number) for number in (PROCESSES / f"{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def peak(process: int) -> int:
    """The most memory, in MB, that a process has held so far; 0 if it is gone or the system does not tell."""
    try:
        facts = (PROCESSES / f"{process}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in facts.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) // 1024 if found else 0


def kill_when(arguments: Command, reached: Callable[[], int], enough: int) -> int:
    """Start a command and kill it and its workers once `reached()` is `enough`; how far it came."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    while reached() < enough and process.poll() is None:
        time.sleep(0.05)
    assert process.poll() is None, "it ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return reached()


def curate_killed(home: Path, made: list[Made], workers: int) -> dict[str, Any]:
    diary = home / "diary"

    def curate(target: str) -> Command:
        return command("curate", home / "art", home / target, *CURATING, "--workers", workers)

    at_kill = kill_when(curate("dataset"), lambda: lines(diary), len(made) // 2)
    rest = run(curate("dataset"))
    looks = Counter(line.split()[0] for line in diary.read_text().splitlines())
    diary.unlink()
    whole = run(curate("whole"))
    once = lines(diary)
    found = {line["path"]: [reason["reason"] for reason in line["reasons"]] for line in read_manifest(home / "dataset")}
    wanted = {entry.path: [entry.reason] if entry.reason else [] for entry in made}
    wrong = [path for path in wanted if found.get(path) != wanted[path]]
    summary = json.loads((home / "dataset" / "summary.json").read_text())
    return {
        "pictures": len(made),
        "broken": sum(entry.reason is not None for entry in made),
        "wrong_verdicts": len(wrong),
        "first_wrong": [(path, found.get(path), wanted[path]) for path in wrong[:5]],
        "reasons": summary["reasons"],
        "looked_at_when_killed": at_kill,
        "looks_more_than_without_a_kill": looks.total() - once,
        "same_manifest_as_without_a_kill": same(home, "dataset", "whole", "manifest.jsonl"),
        "seconds_without_a_kill": round(whole.seconds, 1),
        "seconds_after_the_kill": round(rest.seconds, 1),
        "pictures_per_second": round(len(made) / whole.seconds, 1),
        "memory": whole.memory(),
    }


def preprocess_killed(home: Path, most: int, workers: int) -> dict[str, Any]:
    keep_first(home / "dataset" / "manifest.jsonl", most)
    kept = sum(line["verdict"] == "kept" for line in read_manifest(home / "dataset"))

    def preprocess(target: str, count: int) -> Command:
        return command("preprocess", home / "dataset", home / target, "--per-shard", 500, "--workers", count)

    def parts() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in (home / "shards" / PARTS).glob("*/[!.]*")}

    done = kill_when(preprocess("shards", workers), lambda: len(parts()), kept // 2)
    before = parts()
    again = kill_when(preprocess("shards", workers), lambda: len(parts()), kept * 3 // 4)
    after = parts()
    redone = sum(after.get(name) != changed for name, changed in before.items())
    run(preprocess("shards", workers))
    whole = run(preprocess("whole-shards", 1))
    names = [shard["name"] for shard in read_listing(home / "shards")["shards"]]
    equal = all(same(home, "shards", "whole-shards", name) for name in (*names, "index.jsonl", "shards.json"))
    return {
        "pictures": kept,
        "shards": len(names),
        "prepared_when_killed": [done, again],
        "prepared_again": redone,
        "same_bytes_as_one_worker_without_a_kill": equal,
        "seconds_of_one_worker": round(whole.seconds, 1),
        "memory": whole.memory(),
    }


def memory_of_few(home: Path, count: int) -> dict[str, Any]:
    """Peak memory of both commands over fewer pictures, to hold that of all against."""
    make_pictures(home / "few", count, count // 20)
    curate = run(command("curate", home / "few", home / "few-dataset", *CURATING, "--workers", 1))
    preprocess = run(command("preprocess", home / "few-dataset", home / "few-shards", "--workers", 1))
    return {"pictures": count, "curate": curate.memory(), "preprocess": preprocess.memory()}


def keep_first(manifest: Path, most: int) -> None:
    """Drop all but the first `most` pictures that are kept; 0 = none."""
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    kept = [line for line in lines if line["verdict"] == "kept"]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in (kept[:most] if most else kept)))


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def same(home: Path, one: str, other: str, name: str) -> bool:
    digests = [hashlib.sha256((home / folder / name).read_bytes()).digest() for folder in (one, other)]
    return digests[0] == digests[1]


if __name__ == "__main__":
    main()
