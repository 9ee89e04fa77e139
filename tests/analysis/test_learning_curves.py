"""Effectiveness beyond single epochs: curves, first and last results, and what contexts hold."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged_rows import curve, in_context, is_missing, judged, numbers, of, only, planned, values
from statsmodels.stats.proportion import proportion_confint

from isoglot.analysis import estimate, probe_table
from isoglot.questions import Effectiveness
from isoglot.stats import clustered_proportion, weighted_proportion

EN = {"taught": "en", "asked": "en"}
# Of four facts 0, 1, 2, 2, 3, 4 right after the epochs 0, 1, 2, 4, 8, 12.
LETTERS = {0: "NNNN", 1: "RNNN", 2: "RRNN", 4: "RNRN", 8: "RRRN", 12: "RRRR"}


def effectiveness(rows, **options):
    return estimate(probe_table(rows), [Effectiveness()], **options)


class TestTheAreaUnderTheCurve:
    def test_trapezoids_over_uneven_epochs(self, row):
        # 1·(0 + 1/4)/2 + 1·(1/4 + 1/2)/2 + 2·1/2 + 4·(1/2 + 3/4)/2 + 4·(3/4 + 1)/2
        #   = 1/8 + 3/8 + 1 + 5/2 + 7/2 = 15/2, of 12.
        found = effectiveness(curve(row, LETTERS))
        area = only(found, "area_under_curve", taught="cy")
        assert area.value == pytest.approx(15 / 2 / 12)
        assert (area.epoch, area.n_facts) == (None, 4)

    def test_its_bounds_are_those_of_a_weighted_mean(self, row):
        # What an epoch's answers stand for: half of the way to each of its neighbours. Of 24 parts:
        # epoch 0 has 1, 1 has 2, 2 has 3 (half of 1 and of 2), 4 has 6, 8 has 8, 12 has 4.
        parts = {0: 1, 1: 2, 2: 3, 4: 6, 8: 8, 12: 4}
        asked = [
            (letter == "R", number, parts[epoch])
            for epoch, letters in LETTERS.items()
            for number, letter in enumerate(letters)
        ]
        area = only(effectiveness(curve(row, LETTERS)), "area_under_curve")
        assert numbers(area) == pytest.approx(
            numbers(weighted_proportion(*zip(*asked, strict=True)))
        )

    # The fixture makes rows and keeps nothing.
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.dictionaries(
            st.integers(0, 50), st.text("RN", min_size=3, max_size=3), min_size=2, max_size=6
        )
    )
    def test_it_is_what_numpy_integrates(self, row, letters):
        area = only(effectiveness(curve(row, letters)), "area_under_curve")
        epochs = sorted(letters)
        accuracies = [letters[epoch].count("R") / 3 for epoch in epochs]
        whole = np.trapezoid(accuracies, epochs)
        assert area.value == pytest.approx(whole / (epochs[-1] - epochs[0]))
        assert min(accuracies) - 1e-9 <= area.value <= max(accuracies) + 1e-9

    def test_an_epoch_counts_the_same_however_many_of_its_facts_were_answered(self, row):
        # Epochs 0, 1, 3: nothing; 2 of 4; of the two that were answered, both. 1·1/4 + 2·3/4 of 3.
        area = only(
            effectiveness(curve(row, {0: "NNNN", 1: "RRNN", 3: "R-R-"})), "area_under_curve"
        )
        assert area.value == pytest.approx((1 / 4 + 3 / 2) / 3)

    def test_a_curve_that_begins_later_is_a_share_of_its_own_span(self, row):
        area = only(effectiveness(curve(row, {2: "RN", 4: "RR"})), "area_under_curve")
        assert area.value == pytest.approx(3 / 4)

    def test_a_curve_with_a_hole_has_no_area(self, row):
        rows = [*curve(row, {0: "NN", 12: "RR"}), *curve(row, {0: "NN", 4: "RN", 12: "RR"}, **EN)]
        cells = [
            planned(code, taught=code, epoch=epoch) for code in ("cy", "en") for epoch in (0, 4, 12)
        ]
        found = effectiveness(rows, planned=cells)
        assert is_missing(only(found, "area_under_curve", taught="cy"))
        # 4·(0 + 1/2)/2 + 8·(1/2 + 1)/2 = 7, of 12.
        assert only(found, "area_under_curve", taught="en").value == pytest.approx(7 / 12)

    def test_one_epoch_is_no_curve(self, row):
        found = effectiveness([*curve(row, {12: "RR"}), *judged(row, "RR", **in_context())])
        assert of(found, "area_under_curve") == of(found, "first_epoch_at_80") == []

    def test_only_the_own_language_counts(self, row):
        rows = [*curve(row, {0: "NN", 1: "RR"}), *curve(row, {0: "RR", 1: "RR"}, asked="en")]
        assert values(effectiveness(rows), "area_under_curve") == {("cy",): 1 / 2}


class TestTheFirstEpochAt80:
    def test_its_bounds_are_where_the_bounds_of_the_accuracy_are_there(self, row):
        # 20 facts, one answer each: plain Wilson intervals.
        for right, low, high in ((13, 0.433, 0.819), (17, 0.640, 0.948), (20, 0.839, 1)):
            assert proportion_confint(right, 20, method="wilson") == pytest.approx(
                (low, high), abs=1e-3
            )
        # 13 of 20 may be 80% already, 17 are more, 20 are so for certain.
        letters = {0: "N" * 20, 1: "R" * 13 + "N" * 7, 2: "R" * 17 + "NNN", 4: "R" * 20}
        first = only(effectiveness(curve(row, letters)), "first_epoch_at_80")
        assert numbers(first) == (2, 1, 4)
        assert first.n_facts == 20
        assert first.epoch is None

    def test_80_percent_is_enough(self, row):
        first = only(
            effectiveness(curve(row, {0: "NNNNN", 3: "RRRRN", 12: "RRRRR"})), "first_epoch_at_80"
        )
        assert first.value == 3

    def test_once_reached_it_may_fall_again(self, row):
        first = only(
            effectiveness(curve(row, {1: "RRRRN", 2: "RNNNN", 4: "RRRRR"})), "first_epoch_at_80"
        )
        assert first.value == 1

    def test_never_is_not_a_number(self, row):
        # 3 of 4 have the upper bound 0.95: that it was reached after epoch 12 can't be ruled out.
        first = only(effectiveness(curve(row, {0: "NNNN", 12: "RRRN"})), "first_epoch_at_80")
        assert math.isnan(first.value)
        assert first.low == 12
        assert math.isnan(first.high)
        assert first.n_facts == 4

    def test_what_has_no_answers_has_no_first_epoch(self, row):
        cells = [planned("cy", taught="cy", epoch=epoch) for epoch in (0, 12)]
        assert is_missing(only(effectiveness([], planned=cells), "first_epoch_at_80"))


class TestTheFirstAndTheLastStage:
    def test_of_fine_tuning(self, row):
        found = effectiveness(curve(row, {0: "RNNN", 4: "RRRR", 12: "RRNN"}))
        before, after = (only(found, f"{name}_accuracy") for name in ("untaught", "final"))
        assert (before.value, before.epoch) == (1 / 4, 0)
        assert (after.value, after.epoch) == (1 / 2, 12)
        assert numbers(after) == pytest.approx(
            numbers(clustered_proportion([1, 1, 0, 0], range(4)))
        )

    def test_of_in_context_learning(self, row):
        found = effectiveness(
            [
                *judged(row, "RNNN", **in_context(0)),
                *judged(row, "RRRR", **in_context(2, facts_in_context=2)),
                *judged(row, "NNNN", **in_context(3)),
                *judged(row, "RRRN", **in_context(2)),
            ]
        )
        before, after, accuracy = (
            only(found, name) for name in ("untaught_accuracy", "final_accuracy", "accuracy")
        )
        assert (before.value, before.times_shown) == (1 / 4, 0)
        assert (after.value, after.times_shown, after.facts_in_context) == (3 / 4, 2, None)
        # Without epochs there is one point of the curve: all facts, shown as often as usual.
        assert numbers(accuracy) == numbers(after)
        assert (accuracy.epoch, accuracy.times_shown) == (None, 2)

    def test_without_an_untaught_stage_nothing_is_said_of_it(self, row):
        found = effectiveness([*curve(row, {1: "RR"}), *judged(row, "RR", **in_context(1))])
        assert of(found, "untaught_accuracy") == []
        assert len(of(found, "final_accuracy")) == 2


class TestWhatTheContextHolds:
    @pytest.fixture
    def found(self, row):
        return effectiveness(
            [
                *judged(row, "NNNN", **in_context(0)),
                *judged(row, "RNNN", **in_context(1)),
                *judged(row, "RRRN", **in_context(5)),
                *judged(row, "RRRR", **in_context(5, facts_in_context=1)),
                *judged(row, "RRNN", **in_context(5, facts_in_context=2)),
                *judged(row, "RRRR", **in_context(5, facts_in_context=2), **EN),
            ]
        )

    def test_by_how_often_each_fact_is_shown(self, found):
        shown = of(found, "accuracy_by_times_shown")
        assert [(each.times_shown, each.value) for each in shown] == [
            (0, 0),
            (1, 1 / 4),
            (5, 3 / 4),
        ]
        assert {each.facts_in_context for each in shown} == {None}
        assert {tuple(each.languages.items()) for each in shown} == {(("taught", "cy"),)}

    def test_by_how_many_facts_are_there(self, found):
        held = of(found, "accuracy_by_facts_in_context")
        # In the order of the known languages, then rising; all facts at once is no stage of these.
        assert [(each.languages["taught"], each.facts_in_context, each.value) for each in held] == [
            ("en", 2, 1),
            ("cy", 1, 1),
            ("cy", 2, 1 / 2),
        ]
        assert {each.times_shown for each in held} == {5}

    def test_fine_tuning_has_no_contexts(self, row):
        found = effectiveness(curve(row, {0: "NN", 1: "RR"}))
        assert of(found, "accuracy_by_times_shown") == []
        assert of(found, "accuracy_by_facts_in_context") == []
