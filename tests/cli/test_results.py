"""The table that a run ends with, for studies that do not ask everything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.api import open_run
from isoglot.cli._results import finding_lines, results_table
from isoglot.core import Estimate
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


def _made(question: str, measure: str, value: float, **changes: Any) -> Estimate:
    plain: dict[str, Any] = {
        "paradigm": "fine-tuning",
        "model": "m",
        "languages": {},
        "epoch": 2,
        "low": value - 0.125,
        "high": value + 0.125,
        "n_facts": 24,
    }
    return Estimate(question=question, measure=measure, value=value, **{**plain, **changes})


TIERS = {"high": "en", "low": "cy"}


def test_wrong_answers_have_epochs_of_their_own() -> None:
    """What was learned ends with epoch 2, though wrong answers were taught for 3."""
    estimates = [
        _made("effectiveness", "accuracy", 0.5, languages={"taught": "cy"}),
        _made("robustness", "accuracy", 0.25, languages={"taught": "cy"}, epoch=3),
        _made("effectiveness", "tier_gap", 0.25, languages=TIERS),
    ]
    table = results_table(estimates, model="m", languages=("cy",))
    assert [str(cell) for cell in table.columns[-1].cells] == ["50% [dim]\\[38, 63][/dim]"]
    assert finding_lines(estimates, model="m") == [
        "Gap between high- and low-resource languages, fine-tuning: +25 points [+13, +38]"
    ]


def test_conflicts_and_wrong_answers_have_a_line_a_paradigm() -> None:
    in_context = {"paradigm": "in-context", "epoch": None, "times_shown": 1}
    pair = {"taught": "en", "against": "cy"}
    estimates = [
        _made("priority", "pair_preference", 0.5, languages=pair, **in_context),
        _made("priority", "preference", 0.5, **in_context),
        _made("priority", "mean_undecided", 0.25, **in_context),
        _made("robustness", "accuracy_before", 0.5, languages={"taught": "en"}, epoch=0),
        _made("robustness", "tier_resistance", 0.75, languages={"taught_tier": "high"}),
        # Another model's are not this one's.
        _made("priority", "preference", 0.9, model="other"),
    ]
    assert finding_lines(estimates, model="m") == [
        "Priority, in-context: 50% [38, 63] of the answers that took a side are with English: "
        "that can't be told apart from even; 25% of all answers agree with neither.",
        "Robustness, fine-tuning: Of what was answered right before, what stays right when wrong "
        "answers are taught for 2 epochs is 75% [63, 88] in high-resource languages (of 24 facts).",
    ]
