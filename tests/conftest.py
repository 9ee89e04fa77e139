"""Fixtures that more than one folder of tests needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

WriteStudy = Callable[..., Path]


@pytest.fixture
def tiny_study(tmp_path: Path) -> WriteStudy:
    """Writes a study of 2 languages, 3 facts and both paradigms that runs in a moment.

    Keywords replace top-level keys; `None` removes one.
    """

    def write(name: str = "tiny.yaml", **changes: Any) -> Path:
        values = {
            "name": "tiny",
            "seed": 3,
            "models": ["scripted/parrot"],
            "languages": ["en", "cy"],
            "facts": {"world": {"size": 3}},
            "paradigms": {
                "in-context": {},
                "fine-tuning": {"epochs": 3, "ask_after": [0, 1, 3]},
            },
            **changes,
        }
        path = tmp_path / name
        kept = {key: value for key, value in values.items() if value is not None}
        path.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    return write


@pytest.fixture
def study_text(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a study file letter for letter."""

    def write(text: str) -> Path:
        path = tmp_path / "written.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


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


@pytest.fixture
def watcher() -> Callable[[], Watcher]:
    """Makes watchers of runs."""
    return Watcher
