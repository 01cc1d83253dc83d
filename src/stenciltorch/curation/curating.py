"""`curate`: a folder of pictures -> a manifest. Doing it again inspects only what is new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stenciltorch.curation import scorers
from stenciltorch.curation.config import CurateConfig
from stenciltorch.curation.engines import Engine
from stenciltorch.curation.inspection import Inspector, tool_versions
from stenciltorch.curation.manifest import replace_file, write_manifest
from stenciltorch.curation.metadata import Metadata
from stenciltorch.curation.overrides import read_overrides
from stenciltorch.curation.pool import Outcome
from stenciltorch.curation.scanning import scan
from stenciltorch.curation.sheets import write_sheets
from stenciltorch.curation.store import Store
from stenciltorch.errors import DatasetError

CONFIG = "curation.json"


class Progress(NamedTuple):
    """Where a run stands: `stage` is finding, inspecting or deciding; `of` is 0 where the end is not known."""

    stage: str
    done: int
    of: int


@dataclass
class Curation:
    """One run over one source.

    Args:
        source: folder tree of pictures; only read.
        folder: the dataset; made if it is not there.
        layout, general: see `Metadata`.
        notices: receives sentences for the user.
        sheet: pictures of each contact sheet, 0 for none.
        summary: of the manifest, once `run` has ended.
    """

    source: Path
    folder: Path
    config: CurateConfig = field(default_factory=CurateConfig)
    engine: Engine = field(default_factory=Engine)
    layout: tuple[str, ...] = ()
    general: Mapping[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    sheet: int = 0

    def run(self) -> Iterator[Progress]:
        """Find, inspect, decide; may be stopped and begun again at any moment.

        Raises:
            DatasetError: a folder that cannot be read or written.
            ConfigError: a scorer or an engine that is not installed.
        """
        names = tuple(sorted({rule.name for rule in self.config.scorers}))
        scorers.load(names)  # one clear sentence now rather than one from each worker
        inspector = Inspector(str(self.source.resolve()), names)
        running = self.engine.of(inspector)
        store = open_folder(self.folder)
        try:
            for tally in scan(self.source, self.folder, store, inspector.fingerprint, self.notices):
                yield Progress("finding", tally.pictures, 0)
            yield from self._inspect(store, running.run(store.todo()))
            yield Progress("deciding", 0, 0)
            self.decide(store)
        finally:
            store.close()

    def _inspect(self, store: Store, outcomes: Iterator[Outcome]) -> Iterator[Progress]:
        done, of = store.count(done=True), store.count()
        for outcome in outcomes:
            store.save(outcome.task, result_of(outcome))
            done += 1
            yield Progress("inspecting", done, of)

    def decide(self, store: Store) -> None:
        """Write manifest, summary and contact sheets anew from what is known."""
        metadata = Metadata(self.source, store.description, self.layout, self.general, self.notices)
        self.summary = write_manifest(store, self.folder, self.config, metadata, read_overrides(self.folder))
        settings = {"source": str(self.source.resolve()), "layout": list(self.layout), "general": dict(self.general)}
        text = json.dumps(settings | {"config": self.config.as_dict()}, indent=2, sort_keys=True)
        replace_file(self.folder / CONFIG, [text + "\n"])
        if self.sheet:
            write_sheets(self.source, self.folder, self.sheet)


def result_of(outcome: Outcome) -> dict[str, Any]:
    """What is stored of a picture; one that was given up is quarantined with the reason."""
    if outcome.failure is None:
        return dict(outcome.value)
    return {
        "problem": outcome.failure,
        "note": outcome.note,
        "sha256": None,
        "bytes": None,
        "versions": tool_versions(),
    }


def open_folder(folder: Path) -> Store:
    """Raises DatasetError when the folder cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"{folder} cannot be made a folder ({error.strerror}); name another.") from error
    return Store(folder)


def source_of(folder: Path) -> Path:
    """Where the pictures of a dataset lie.

    Raises:
        DatasetError: the folder is no dataset.
    """
    path = folder / CONFIG
    try:
        return Path(json.loads(path.read_text(encoding="utf-8"))["source"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{path} is missing or damaged; make the dataset with `stenciltorch curate`.") from error
