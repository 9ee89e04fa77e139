"""What the tests of runs share: a study, a folder for its run, and one finished run."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tiny_studies import write_study

from isoglot.store import Store
from isoglot.study import DATABASE_FILE, RunOutcome, Study, read_study, run_study

OpenStore = Callable[[], Store]


class Whole(NamedTuple):
    """A run that was not cut off. Its folder is only looked at."""

    study: Study
    folder: Path
    outcome: RunOutcome
    watched: Any
    rows: list[dict[str, Any]]


@pytest.fixture
def study(tiny_study: Callable[..., Path]) -> Study:
    return read_study(tiny_study())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a run may go; it is not there yet."""
    return tmp_path / "runs" / "tiny"


@pytest.fixture
def open_store(folder: Path) -> Iterator[OpenStore]:
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store(folder / DATABASE_FILE))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, watcher: Callable[[], Any]) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    study = read_study(write_study(folder / "tiny.yaml"))
    watched = watcher()
    outcome = run_study(study, folder / "run", progress=watched)
    store = Store(folder / "run" / DATABASE_FILE)
    rows = list(store.probe_rows())
    store.close()
    return Whole(study, folder / "run", outcome, watched, rows)
