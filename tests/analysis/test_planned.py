"""What a study set out to ask and has no answers to: missing, with a row of its own."""

import math

import pytest

from isoglot.analysis import estimate, probe_table
from isoglot.analysis._planned import cell_table
from isoglot.core import Condition, Estimate, Paradigm, Probe, Stage, Untaught
from isoglot.questions import Effectiveness, Knowledge, Transfer


def cell(
    taught: str,
    asked: str,
    epoch: int | None = 12,
    paradigm: Paradigm | Untaught = "fine-tuning",
    model: str = "m",
) -> Probe:
    condition = Condition(model=model, paradigm=paradigm, taught=taught, seed=1)
    stage = Stage(epoch=epoch, times_shown=1 if paradigm == "in-context" else None)
    return Probe(condition=condition, stage=stage, fact_id="", asked=asked)


def by_languages(found: list[Estimate], measure: str) -> dict[tuple[str, ...], Estimate]:
    return {tuple(each.languages.values()): each for each in found if each.measure == measure}


def is_missing(each: Estimate) -> bool:
    return each.n_facts == 0 and all(map(math.isnan, (each.value, each.low, each.high)))


def test_a_planned_pair_without_answers_is_missing(row):
    table = probe_table([row(fact="f1"), row(fact="f2", correct=False)])
    planned = [cell("cy", "cy"), cell("cy", "en"), cell("en", "en"), cell("en", "cy")]
    found = by_languages(estimate(table, [Transfer()], planned=planned), "accuracy")
    # In the order of the known languages.
    assert list(found) == [("en", "en"), ("en", "cy"), ("cy", "en"), ("cy", "cy")]
    assert (found["cy", "cy"].value, found["cy", "cy"].n_facts) == (1 / 2, 2)
    assert all(is_missing(each) for pair, each in found.items() if pair != ("cy", "cy"))
    assert {each.epoch for each in found.values()} == {12}


def test_what_was_not_planned_has_no_row(row):
    table = probe_table([row(), row(taught="en", asked="en")])
    found = by_languages(estimate(table, [Transfer()], planned=[cell("cy", "cy")]), "accuracy")
    assert list(found) == [("en", "en"), ("cy", "cy")]


def test_planned_and_answered_is_as_if_it_had_not_been_planned(row):
    table = probe_table(
        [row(fact=f"f{number}", correct=number < 3, epoch=12) for number in range(5)]
        + [row(fact=f"f{number}", taught="en", asked="en", correct=False) for number in range(5)]
    )
    questions = [Effectiveness(), Transfer()]
    planned = [cell("cy", "cy"), cell("en", "en")]
    assert estimate(table, questions, planned=planned) == estimate(table, questions)


def test_every_measure_of_a_missing_pair_is_missing(row):
    found = estimate(probe_table([row()]), [Transfer()], planned=[cell("en", "cy")])
    for measure in ("accuracy", "wrong_language", "right_in_any_language"):
        assert is_missing(by_languages(found, measure)["en", "cy"])


def test_a_missing_epoch_is_missing_and_no_earlier_one_takes_its_place(row):
    table = probe_table([row(epoch=3)])
    planned = [cell("cy", "cy", 3), cell("cy", "cy", 12)]
    own = [
        (each.epoch, each.n_facts)
        for each in estimate(table, [Effectiveness()], planned=planned)
        if each.measure == "accuracy"
    ]
    assert own == [(3, 1), (12, 0)]
    # The last epoch is that of the plan: after it there are no answers.
    (last,) = by_languages(estimate(table, [Transfer()], planned=planned), "accuracy").values()
    assert (last.epoch, last.n_facts) == (12, 0)


def test_a_tier_with_some_answers_rests_on_those(row):
    table = probe_table([row(), row(fact="f2", correct=False)])
    planned = [cell("cy", "cy"), cell("sw", "sw"), cell("en", "en")]
    found = estimate(table, [Effectiveness()], planned=planned)
    tiers = by_languages(found, "tier_accuracy")
    assert (tiers["low",].value, tiers["low",].n_facts) == (1 / 2, 2)
    assert is_missing(tiers["high",])
    # With nothing on one side there is nothing to compare.
    assert not [each for each in found if each.measure == "tier_gap"]


def test_a_contrast_names_the_languages_that_went_into_it(row):
    table = probe_table([row(), row(taught="en", asked="en")])
    planned = [cell(code, code) for code in ("cy", "sw", "en", "zh")]
    (gap,) = [
        each
        for each in estimate(table, [Effectiveness()], planned=planned)
        if each.measure == "tier_gap"
    ]
    assert gap.languages == {"high": "en", "low": "cy"}


def test_a_model_without_any_answer_has_its_rows(row):
    planned = [cell("cy", "cy"), cell("cy", "cy", model="silent")]
    found = estimate(probe_table([row()]), [Effectiveness()], planned=planned)
    accuracy = {each.model: each for each in found if each.measure == "accuracy"}
    assert accuracy["m"].value == 1
    assert is_missing(accuracy["silent"])


def test_with_nothing_answered_all_that_was_planned_is_missing():
    planned = [cell("cy", "cy", None, "in-context"), cell("cy", "cy", 12)]
    found = estimate(probe_table([]), [Effectiveness()], planned=planned)
    assert found
    assert all(is_missing(each) for each in found)
    assert {(each.paradigm, each.epoch) for each in found} == {
        ("in-context", None),
        ("fine-tuning", 12),
    }


class TestBeforeTeaching:
    def test_the_untaught_model_is_apart_from_the_taught_ones(self, row):
        table = probe_table(
            [
                row(paradigm="untaught", epoch=0, fact="f1"),
                row(paradigm="untaught", epoch=0, fact="f2", correct=False),
                row(paradigm="untaught", epoch=0, fact="f3", correct=False),
                row(paradigm="fine-tuning", epoch=12, fact="f1"),
            ]
        )
        found = estimate(table, [Knowledge(), Effectiveness()])
        (known,) = [each for each in found if each.question == "knowledge"]
        assert (known.measure, known.paradigm, known.epoch) == ("known_before", "untaught", 0)
        assert (known.value, known.n_facts) == (pytest.approx(1 / 3), 3)
        taught = [each for each in found if each.question == "effectiveness"]
        assert {(each.paradigm, each.epoch) for each in taught} == {("fine-tuning", 12)}

    def test_its_gap_is_high_minus_low(self, row):
        rights = {"en": "RRRW", "zh": "RRWW", "cy": "RWWW", "th": "RRRR"}
        table = probe_table(
            [
                row(
                    paradigm="untaught",
                    epoch=0,
                    taught=code,
                    asked=code,
                    fact=f"f{number}",
                    correct=letter == "R",
                )
                for code, letters in rights.items()
                for number, letter in enumerate(letters)
            ]
        )
        (gap,) = [e for e in estimate(table, [Knowledge()]) if e.measure == "known_before_tier_gap"]
        # (3 + 2) of 8 in the high tier, 1 of 4 in the low one; the middle one takes no part.
        assert gap.value == pytest.approx(5 / 8 - 1 / 4)
        assert gap.languages == {"high": "en,zh", "low": "cy"}

    def test_a_language_that_was_to_be_asked_is_missing(self, row):
        table = probe_table([row(paradigm="untaught", epoch=0)])
        planned = [cell(code, code, 0, "untaught") for code in ("cy", "en")]
        found = by_languages(estimate(table, [Knowledge()], planned=planned), "known_before")
        assert is_missing(found["en",])
        assert found["cy",].value == 1


def test_cells_have_the_columns_that_estimates_are_grouped_by():
    table = cell_table([cell("en", "cy", 3), cell("cy", "th", None, "in-context")])
    assert table.astype(object).where(table.notna(), None).to_dict("records") == [
        {
            "model": "m",
            "paradigm": "fine-tuning",
            "taught": "en",
            "gives": "answer",
            "against": None,
            "asked": "cy",
            "taught_tier": "high",
            "asked_tier": "low",
            "seed": 1,
            "epoch": 3,
            "times_shown": None,
            "facts_in_context": None,
        },
        {
            "model": "m",
            "paradigm": "in-context",
            "taught": "cy",
            "gives": "answer",
            "against": None,
            "asked": "th",
            "taught_tier": "low",
            "asked_tier": "medium",
            "seed": 1,
            "epoch": None,
            "times_shown": 1,
            "facts_in_context": None,
        },
    ]
    assert cell_table([]).empty
    assert list(cell_table([]).columns) == list(table.columns)
