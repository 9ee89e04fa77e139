"""Sources as sections of a study file: each loads itself, relative to the study's folder."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from isoglot.corpora.formats import (
    Columns,
    DatasetSource,
    FileSource,
    LnewknowSource,
    Source,
    TableSource,
    read_source,
)

AsText = Callable[..., dict[str, Any]]
WriteLines = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, lines: WriteLines, as_text: AsText) -> Path:
    """A folder with the same two facts in every form, in English and Welsh."""
    lines(*({"id": f"f{n}", "texts": {"en": as_text("a"), "cy": as_text("b")}} for n in (1, 2)))
    rows = [{"q_en": "a", "p_en": "b", "a_en": "c", "q_cy": "d", "p_cy": "e", "a_cy": "f"}] * 2
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    part = {"question_1": "a", "question_2": "b", "answer": "c"}
    items = [{"data": {"en": part, "cy": part}}] * 2
    (tmp_path / "l.json").write_text(json.dumps(items), encoding="utf-8")
    return tmp_path


COLUMNS = Columns(teach="q_{language}", ask="p_{language}", answer="a_{language}")


@pytest.mark.parametrize(
    "source",
    [
        FileSource(path=Path("facts.jsonl")),
        LnewknowSource(path=Path("l.json"), rivals="l.json"),
        TableSource(path=Path("t.csv"), columns=COLUMNS),
    ],
    ids=lambda source: type(source).__name__,
)
def test_every_file_is_found_from_the_base(source: Source, folder: Path) -> None:
    read = read_source(source, languages=None, base=folder)
    assert (read.languages, len(read.facts)) == (("en", "cy"), 2)
    read = read_source(source, languages=["cy"], allow_missing=True, base=folder)
    assert read.languages == ("cy",)
    assert read == source.load(languages=["cy"], allow_missing=True, base=folder)


def test_a_dataset_is_found_from_the_base(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra hub is not installed")
    datasets.disable_progress_bars()
    row = {"q_en": ["a"], "p_en": ["b"], "a_en": ["c"]}
    datasets.Dataset.from_dict(row).save_to_disk(tmp_path / "saved")
    read = read_source(DatasetSource(name="saved", columns=COLUMNS), languages=None, base=tmp_path)
    assert [fact.id for fact in read.facts] == ["row-0001"]


def test_an_absolute_path_is_itself(folder: Path, tmp_path: Path) -> None:
    source = FileSource(path=folder / "facts.jsonl")
    assert len(read_source(source, languages=["en"], base=tmp_path / "else").facts) == 2


def test_a_home_is_expanded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    source = FileSource(path=Path("~/facts.jsonl"))
    assert len(read_source(source, languages=["en"]).facts) == 2


def test_they_are_sections_of_a_study_file() -> None:
    text = """
    name: team/known
    revision: abc
    columns: {teach: q, ask: p, answer: a, id: n, language: lang}
    """
    source = DatasetSource.model_validate(yaml.safe_load(text))
    assert (source.split, source.config, source.columns.language) == ("train", None, "lang")
    again = TypeAdapter(Source).validate_python(yaml.safe_load(yaml.safe_dump(source.model_dump())))
    assert again == source
    with pytest.raises(ValidationError, match="extra_forbidden"):
        FileSource.model_validate({"path": "x", "subset": "y"})
