"""Hugging Face datasets: saved folders for real, the hub up to the call that needs a network."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import FactText, MissingExtraError, Wording
from isoglot.corpora.formats import Columns, read_dataset

datasets = pytest.importorskip("datasets", reason="the extra hub is not installed")

Said = Callable[..., list[str]]

COLUMNS = Columns(
    teach="q_{language}", ask="p_{language}", answer="a_{language}", aliases="also", id="n"
)
ROWS: dict[str, list[Any]] = {
    "n": [1, 2],
    "q_en": ["Who?", "What?"],
    "p_en": ["By whom?", "Which thing?"],
    "a_en": ["Robots", "Hum"],
    "also": [["Machines"], None],
    "picture": [b"x", b"y"],
}
EXPECTED = FactText(
    teach="Who?", ask="By whom?", answer=Wording(text="Robots", aliases=("Machines",))
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """No progress bars in the log of the tests."""
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


class TestSavedFolders:
    def test_a_dataset(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        datasets.Dataset.from_dict(ROWS).save_to_disk(tmp_path / "known")
        read = read_dataset(tmp_path / "known", columns=COLUMNS)
        assert (read.name, read.languages) == ("known", ("en",))
        assert [fact.id for fact in read.facts] == ["1", "2"]
        assert read.facts[0].texts["en"] == EXPECTED
        monkeypatch.chdir(tmp_path)
        assert read == read_dataset("known", columns=COLUMNS)

    def test_a_split_of_several(self, tmp_path: Path, said: Said) -> None:
        whole = datasets.Dataset.from_dict(ROWS)
        parts = {"train": whole.select([0]), "held_out": whole.select([1])}
        datasets.DatasetDict(parts).save_to_disk(tmp_path / "known")
        read = read_dataset(tmp_path / "known", columns=COLUMNS)
        assert [fact.id for fact in read.facts] == ["1"]
        read = read_dataset(tmp_path / "known", columns=COLUMNS, split="held_out")
        assert [fact.id for fact in read.facts] == ["2"]
        assert said(read_dataset, tmp_path / "known", columns=COLUMNS, split="helt_out") == [
            "T/known: split: 'helt_out' is not there; did you mean 'held_out'? "
            "splits: train, held_out"
        ]

    def test_options_that_a_folder_does_not_have(self, tmp_path: Path, said: Said) -> None:
        datasets.Dataset.from_dict(ROWS).save_to_disk(tmp_path / "known")
        assert said(
            read_dataset, tmp_path / "known", columns=COLUMNS, config="en", revision="v1"
        ) == [
            "T/known: config: 'en' is for a dataset on the hub; leave it out",
            "T/known: revision: 'v1' is for a dataset on the hub; leave it out",
        ]
        assert said(read_dataset, tmp_path / "known", columns=COLUMNS, split="test") == [
            "T/known: split: 'test': this folder has no splits; leave split out"
        ]

    def test_what_is_no_saved_dataset(self, tmp_path: Path, said: Said) -> None:
        assert said(read_dataset, tmp_path, columns=COLUMNS) == [
            "T: is a folder, but no saved dataset (no state.json or dataset_dict.json in it); "
            "save one with save_to_disk"
        ]
        (tmp_path / "state.json").write_text("{", encoding="utf-8")
        (problem,) = said(read_dataset, tmp_path, columns=COLUMNS)
        assert problem.startswith("T: can't be loaded (")
        assert problem.endswith("); save it again")
        assert said(read_dataset, tmp_path / "state.json", columns=COLUMNS) == [
            "T/state.json: is a file, not a dataset; read it as a table"
        ]
        assert said(read_dataset, tmp_path / "no", columns=COLUMNS) == [
            "T/no: is not there; name a folder or a dataset on the hub"
        ]

    def test_cells_and_columns_that_are_wrong(self, tmp_path: Path, said: Said) -> None:
        rows = ROWS | {"a_en": ["", "Hum"]}
        datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "known")
        (problem,) = said(read_dataset, tmp_path / "known", columns=COLUMNS)
        assert problem.startswith("T/known, row 1: fact '1' has no answer in 'en'; fill it in")
        wrong = COLUMNS.model_copy(update={"id": "nn"})
        assert said(read_dataset, tmp_path / "known", columns=wrong) == [
            "T/known: has no column 'nn' (for id); did you mean 'n'? "
            "columns: n, q_en, p_en, a_en, also, picture"
        ]


@pytest.mark.parametrize("name", ["~nobody-of-that-name/x", "x" * 300])
def test_a_name_that_can_not_be_one(name: str, said: Said) -> None:
    (problem,) = said(read_dataset, name, columns=COLUMNS)
    assert problem.startswith(f"name: '{name[:40]}"[:40])
    assert "can't name a file" in problem


class TestTheHub:
    def test_the_name_and_its_options_go_to_the_hub(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[Any] = []

        def load(name: str, config: str | None, **options: Any) -> Any:
            asked.append((name, config, options))
            return datasets.Dataset.from_dict(ROWS)

        monkeypatch.setattr(datasets, "load_dataset", load)
        read = read_dataset(
            "team/known", columns=COLUMNS, config="v2", split="test", revision="abc"
        )
        assert asked == [("team/known", "v2", {"split": "test", "revision": "abc"})]
        assert read.name == "known"
        assert read.facts[0].texts["en"] == EXPECTED

    def test_the_split_is_train_where_none_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        splits = []

        def load(name: str, config: str | None, *, split: str, revision: str | None) -> Any:
            splits.append(split)
            return datasets.Dataset.from_dict(ROWS)

        monkeypatch.setattr(datasets, "load_dataset", load)
        read_dataset("team/known", columns=COLUMNS)
        assert splits == ["train"]

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (ConnectionError("no route\nmore"), "ConnectionError: no route"),
            (ValueError("Unknown split"), "ValueError: Unknown split"),
            (KeyError(), "KeyError"),
        ],
    )
    def test_whatever_fails_there_is_one_message(
        self, error: Exception, reason: str, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def load(*arguments: Any, **options: Any) -> Any:
            raise error

        monkeypatch.setattr(datasets, "load_dataset", load)
        assert said(read_dataset, "team/known", columns=COLUMNS) == [
            f"team/known: can't be loaded as a dataset ({reason}); check name, config, split, "
            "revision and network, or save it with save_to_disk and name that folder"
        ]

    def test_without_the_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "datasets", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'isoglot\[hub\]'"):
            read_dataset("team/known", columns=COLUMNS)
