"""Fixtures that more than one folder of tests needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_studies import write_study

WriteStudy = Callable[..., Path]


@pytest.fixture
def tiny_study(tmp_path: Path) -> WriteStudy:
    """Writes the study of `helpers/tiny_studies`; keywords replace top-level keys."""

    def write(file: str = "tiny.yaml", /, **changes: Any) -> Path:
        return write_study(tmp_path / file, **changes)

    return write


@pytest.fixture
def study_text(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a study file letter for letter."""

    def write(text: str) -> Path:
        path = tmp_path / "written.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def basque(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A language that a user added: known, but isoglot has no words and no sentences in it."""
    path = tmp_path / "languages.yaml"
    path.write_text(
        "languages: [{code: eu, name: Basque, own_name: euskara, script: Latn, "
        "family: Isolate, tier: low, tier_source: mine}]\n"
    )
    monkeypatch.setenv("ISOGLOT_LANGUAGES", str(path))
    return "eu"


class Watcher:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.announced = {"lessons": -1, "probes": -1}
        self.phases: list[str] = []
        self.lessons = 0
        self.probes = 0

    def begin(self, *, lessons: int, probes: int) -> None:
        self.announced = {"lessons": lessons, "probes": probes}

    def phase(self, text: str) -> None:
        self.phases.append(text)

    def taught(self, lessons: int) -> None:
        self.lessons += lessons

    def asked(self, probes: int) -> None:
        self.probes += probes


@pytest.fixture(scope="session")
def watcher() -> Callable[[], Watcher]:
    """Makes watchers of runs."""
    return Watcher
