"""The table that a run ends with, for studies that do not ask everything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.api import open_run
from isoglot.cli._results import results_table
from isoglot.study import Silent, read_study, run_study

# A parrot knows nothing untaught and everything taught; the intervals are Wilson's, of 3 facts: see
# test_run_command.
NOTHING = "0% [dim]\\[0, 56][/dim]"
ALL = "100% [dim]\\[44, 100][/dim]"


@pytest.fixture
def columns(tiny_study: Callable[..., Path], tmp_path: Path) -> Callable[..., dict[str, list[str]]]:
    """Runs the tiny study with changes; the columns of its table."""

    def make(**changes: Any) -> dict[str, list[str]]:
        study = read_study(tiny_study(**changes))
        run_study(study, tmp_path / "run", progress=Silent())
        table = results_table(
            open_run(tmp_path / "run").estimates(),
            model="scripted/parrot",
            languages=study.languages,
        )
        return {
            str(column.header): [str(cell) for cell in column.cells] for column in table.columns
        }

    return make


LANGUAGES = {"language": ["English (en)", "Welsh (cy)"], "tier": ["high", "low"]}


@pytest.mark.parametrize(
    "questions", [["effectiveness"], ["transfer"], ["effectiveness", "transfer"]]
)
def test_the_untaught_model_is_not_called_fine_tuned(
    columns: Callable[..., dict[str, list[str]]], questions: list[str]
) -> None:
    shown = columns(paradigms={"fine-tuning": {"ask_after": [0]}}, questions=questions)
    assert shown == LANGUAGES | {"untaught": [NOTHING, NOTHING]}


def test_transfer_alone_has_numbers(columns: Callable[..., dict[str, list[str]]]) -> None:
    # It asks at the last stage, and there also in the own language; what it asks the untaught model
    # is a measure of its own.
    shown = columns(questions=["transfer"])
    assert shown == LANGUAGES | {"in context": [ALL, ALL], "fine-tuned": [ALL, ALL]}


def test_one_paradigm_alone_has_its_column(columns: Callable[..., dict[str, list[str]]]) -> None:
    assert columns(paradigms={"in-context": {}}) == LANGUAGES | {"in context": [ALL, ALL]}
