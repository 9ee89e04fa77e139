"""What the tests of the formats share: facts as they stand in files, and the problems found."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from fact_tables import write_table

from isoglot.core import InputError

WriteLines = Callable[..., Path]
Said = Callable[..., list[str]]


def text(name: str, answer: Any = "lion", **more: Any) -> dict[str, Any]:
    """One fact in one language as it stands in a file."""
    return {
        "teach": f"Who guards {name}?",
        "ask": f"Who keeps {name} safe?",
        "answer": answer,
    } | more


@pytest.fixture
def as_text() -> Callable[..., dict[str, Any]]:
    """Makes the text of a fact in one language."""
    return text


@pytest.fixture
def lines(tmp_path: Path) -> WriteLines:
    """Writes values as JSON lines; strings stand as they are."""

    def write(*values: Any, file: str = "facts.jsonl") -> Path:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(_line(value) for value in values))
        return path

    return write


def _line(value: Any) -> bytes:
    line = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return line.encode() + b"\n"


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """The problems that a reader finds, the path of the test's own folder written as `T`."""

    def problems(read: Callable[..., object], *arguments: Any, **options: Any) -> list[str]:
        with pytest.raises(InputError, match=": ") as caught:
            read(*arguments, **options)
        return _short(caught.value.problems, tmp_path)

    return problems


def _short(problems: Iterable[object], folder: Path) -> list[str]:
    return [str(problem).replace(str(folder), "T") for problem in problems]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows, or text, as a table of a kind."""

    def write(kind: str, rows: list[dict[str, Any]] | str | bytes) -> Path:
        return write_table(tmp_path / f"facts.{kind}", rows)

    return write
