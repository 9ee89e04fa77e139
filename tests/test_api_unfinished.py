"""A run that was cut off, opened and reported as it stands."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cut_off import CutOff

import isoglot as ig
from isoglot.study import Silent, read_study, run_study

WriteStudy = Callable[..., Path]


def _reported(folder: Path) -> tuple[list[dict[str, str]], str, ig.Run]:
    """The probes of the report's table, its page, and the run."""
    run = ig.open_run(folder)
    page = run.report(["html", "csv"]).read_text(encoding="utf-8")
    with (folder / "tables" / "probes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), page, run


@pytest.mark.parametrize("asked_before", [4, 20, 32])
def test_a_watcher_that_stops_the_run(
    tiny_study: WriteStudy, tmp_path: Path, asked_before: int
) -> None:
    # One probe a batch, so that a cut may come after any of the 42.
    study = read_study(tiny_study(models=[{"name": "scripted/parrot", "batch_size": 1}]))
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "run", progress=CutOff(asked_before))
    rows, page, run = _reported(tmp_path / "run")
    assert run.n_answered == len(rows) == asked_before
    assert {row["correct"] for row in rows} <= {"True", "False"}
    assert f"The run is unfinished: {42 - asked_before} of 42 probes were not asked yet." in page


def test_an_engine_that_stops_the_run(
    tiny_study: WriteStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[str] = []

    def policy(prompt: str, memory: Any) -> str:
        prompts.append(prompt)
        if len(prompts) == 11:
            raise KeyboardInterrupt
        return "unknown"

    monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": policy})
    study = read_study(tiny_study(models=[{"name": "scripted/parrot", "batch_size": 2}]))
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "run", progress=Silent())
    # In context, in English 3 probes before the facts are shown and 6 after; in Welsh again 3, in
    # batches of two and one: the batch of the 10th and 11th has no answers.
    rows, page, run = _reported(tmp_path / "run")
    assert run.n_answered == len(rows) == 9
    assert "The run is unfinished: 33 of 42 probes were not asked yet." in page


def test_failures_are_not_counted_as_unasked(tiny_study: WriteStudy, tmp_path: Path) -> None:
    changes = {
        "models": [{"name": "scripted/broken", "batch_size": 1}],
        "facts": {"world": {"size": 20}},
        "paradigms": {"fine-tuning": {"ask_after": [0]}},
        "questions": ["effectiveness"],
    }
    study = read_study(tiny_study(**changes))
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "run", progress=CutOff(30))
    rows, page, run = _reported(tmp_path / "run")
    assert len(rows) + len(run.failures) == 30
    assert run.failures
    assert "The run is unfinished: 10 of 40 probes were not asked yet." in page


def test_a_finished_run_has_no_such_note(tiny_study: WriteStudy, tmp_path: Path) -> None:
    run_study(read_study(tiny_study()), tmp_path / "run", progress=Silent())
    rows, page, _ = _reported(tmp_path / "run")
    assert len(rows) == 42
    assert "The run is unfinished" not in page
