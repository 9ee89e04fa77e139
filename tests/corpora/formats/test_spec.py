"""Sources as sections of a study file: each loads itself."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from isoglot.core import InputError
from isoglot.corpora.formats import (
    Columns,
    DatasetSource,
    FileSource,
    LnewknowSource,
    Source,
    TableSource,
    check_target,
    read_source,
    write_facts,
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
def test_every_file_is_found_from_here(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    read = read_source(source, languages=None)
    assert (read.languages, len(read.facts)) == (("en", "cy"), 2)
    read = read_source(source, languages=["cy"], allow_missing=True)
    assert read.languages == ("cy",)
    assert read == source.load(languages=["cy"], allow_missing=True)


def test_a_saved_dataset_is_found_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra hub is not installed")
    datasets.disable_progress_bars()
    row = {"q_en": ["a"], "p_en": ["b"], "a_en": ["c"]}
    datasets.Dataset.from_dict(row).save_to_disk(tmp_path / "saved")
    monkeypatch.chdir(tmp_path)
    read = read_source(DatasetSource(name="saved", columns=COLUMNS), languages=None)
    assert [fact.id for fact in read.facts] == ["row-0001"]


@pytest.mark.parametrize("path", ["~nobody-of-that-name/x", "x" * 300])
@pytest.mark.parametrize("kind", [FileSource, LnewknowSource, TableSource])
def test_a_path_that_can_not_be_one(kind: type[Source], path: str) -> None:
    columns = {"columns": COLUMNS} if kind is TableSource else {}
    source = kind.model_validate({"path": path, **columns})
    with pytest.raises(InputError, match=r"^path: '.*' can't name a file"):
        read_source(source, languages=None)


@pytest.mark.parametrize("path", ["~nobody-of-that-name/x", "x" * 300])
def test_nor_one_to_write_to(path: str, folder: Path) -> None:
    corpus = read_source(FileSource(path=folder / "facts.jsonl"), languages=None)
    with pytest.raises(InputError, match=r"^path: '.*' can't name a file"):
        write_facts(corpus, path)
    with pytest.raises(InputError, match=r"^path: '.*' can't name a file"):
        check_target(path)


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
