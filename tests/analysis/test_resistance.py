"""Robustness: of what was answered right before, what is still answered right after."""

import pytest
from judged_rows import curve, in_context, is_missing, judged, numbers, of, only, planned, values

from isoglot.analysis import estimate, probe_table
from isoglot.questions import Robustness
from isoglot.stats import clustered_difference, clustered_proportion

WELSH = {"taught": "cy", "asked": "cy", "gives": "rival"}
ENGLISH = {"taught": "en", "asked": "en", "gives": "rival"}


def robustness(rows, **options):
    return estimate(probe_table(rows), [Robustness()], **options)


def by_epoch(found, measure, **languages):
    return {each.epoch: each.value for each in of(found, measure, **languages)}


class TestResistance:
    @pytest.fixture
    def found(self, row):
        # Before, facts 1 to 3 are right, 4 is not, and of 5 there is no answer.
        return robustness(curve(row, {0: "RRRN-", 1: "RVNRR", 3: "VVVVR"}, **WELSH))

    def test_it_is_what_was_kept_right_of_what_was_right_before(self, found):
        # After one epoch fact 1 of the three; that 4 and 5 are right now is no merit.
        assert by_epoch(found, "resistance") == {1: pytest.approx(1 / 3), 3: 0}
        assert {each.n_facts for each in of(found, "resistance")} == {3}

    def test_adopted_is_the_wrong_answer_that_was_taught(self, found):
        assert by_epoch(found, "adopted") == {0: 0, 1: 1 / 5, 3: 4 / 5}
        assert by_epoch(found, "adopted_of_known") == {1: pytest.approx(1 / 3), 3: 1}

    def test_accuracy_is_of_all_facts(self, found):
        assert only(found, "accuracy_before").value == 3 / 4
        assert by_epoch(found, "accuracy") == {0: 3 / 4, 1: 3 / 5, 3: 1 / 5}

    def test_what_was_not_answered_after_teaching_is_left_out(self, row):
        # Two were right before; of one of them there is no answer after. It is not lost.
        found = robustness(curve(row, {0: "RRN", 1: "R-R"}, **WELSH))
        (resistance,) = of(found, "resistance")
        assert (resistance.value, resistance.n_facts) == (1, 1)

    def test_where_nothing_was_right_there_is_nothing_to_resist_with(self, row):
        found = robustness(curve(row, {0: "NNVE", 1: "RRRR"}, **WELSH))
        assert is_missing(only(found, "resistance"))
        assert is_missing(only(found, "adopted_of_known"))
        assert is_missing(only(found, "tier_resistance"))
        # Right in another language than the asked one is not right, and neither is the rival.
        assert only(found, "accuracy_before").value == 0

    def test_before_teaching_there_is_no_resistance(self, found):
        for measure in ("resistance", "adopted_of_known", "tier_resistance"):
            assert 0 not in by_epoch(found, measure)

    def test_in_context(self, row):
        found = robustness(
            [
                *judged(row, "RRNN", **in_context(0), **WELSH),
                *judged(row, "RVRV", **in_context(5), **WELSH),
            ]
        )
        (resistance,) = of(found, "resistance")
        assert (resistance.value, resistance.n_facts, resistance.times_shown) == (1 / 2, 2, 5)
        assert only(found, "accuracy_before").times_shown == 0
        assert only(found, "adopted").value == 2 / 4


class TestWhatCountsAsRightBefore:
    @pytest.mark.parametrize(
        "other",
        [
            {"model": "another"},
            {"seed": 2},
            {"taught": "en", "asked": "en"},
            {"gives": "answer"},
            in_context(0),
        ],
        ids=["model", "seed", "language", "teaching", "paradigm"],
    )
    def test_only_the_same_question_to_the_same_condition(self, row, other):
        rows = [
            *judged(row, "RNNN", epoch=0, **WELSH),
            *judged(row, "RRVV", epoch=1, **WELSH),
            *judged(row, "NRRR", **{**WELSH, "epoch": 0, **other}),
        ]
        found = [
            each
            for each in robustness(rows)
            if each.model == "m" and each.languages.get("taught") == "cy" and each.epoch == 1
        ]
        (resistance,) = of(found, "resistance")
        assert (resistance.value, resistance.n_facts) == (1, 1)


class TestTiers:
    @pytest.fixture
    def found(self, row):
        return robustness(
            [
                # English keeps three of four, Spanish two of two, Welsh one of three.
                *curve(row, {0: "RRRR", 1: "RRRV"}, **ENGLISH),
                *curve(row, {0: "RRNN", 1: "RRVV"}, taught="es", asked="es", gives="rival"),
                *curve(row, {0: "RRRN", 1: "RVVR"}, **WELSH),
            ]
        )

    def test_a_tier_pools_its_answers(self, found):
        tiers = {each.languages["taught_tier"]: each for each in of(found, "tier_resistance")}
        assert tiers["high"].value == pytest.approx(5 / 6)
        assert tiers["low"].value == pytest.approx(1 / 3)
        assert (tiers["high"].n_facts, tiers["low"].n_facts) == (4, 3)
        # English 1, 2, 3, 4 and Spanish 1, 2.
        expected = clustered_proportion([1, 1, 1, 0, 1, 1], [1, 2, 3, 4, 1, 2])
        assert numbers(tiers["high"]) == pytest.approx(numbers(expected))

    def test_the_gap_is_high_minus_low(self, found):
        gap = only(found, "resistance_gap")
        assert gap.value == pytest.approx(5 / 6 - 1 / 3)
        assert (gap.epoch, gap.languages) == (1, {"high": "en,es", "low": "cy"})
        expected = clustered_difference(
            [1, 1, 1, 0, 1, 1], [1, 2, 3, 4, 1, 2], [1, 0, 0], [1, 2, 3]
        )
        assert numbers(gap) == pytest.approx(numbers(expected))

    def test_a_language_in_which_nothing_was_known_is_in_no_gap(self, row):
        found = robustness(
            [
                *curve(row, {0: "RR", 1: "RV"}, **ENGLISH),
                *curve(row, {0: "RR", 1: "VV"}, **WELSH),
                *curve(row, {0: "NN", 1: "RR"}, taught="sw", asked="sw", gives="rival"),
            ]
        )
        gap = only(found, "resistance_gap")
        assert (gap.value, gap.languages) == (1 / 2, {"high": "en", "low": "cy"})
        assert is_missing(only(found, "resistance", taught="sw"))


def test_a_planned_language_without_answers_is_missing(row):
    cells = [
        planned(code, taught=code, gives="rival", epoch=epoch)
        for code in ("en", "cy")
        for epoch in (0, 1)
    ]
    found = robustness(curve(row, {0: "RR", 1: "RV"}, **WELSH), planned=cells)
    for measure in ("accuracy_before", "accuracy", "adopted", "resistance", "adopted_of_known"):
        assert of(found, measure, taught="en")
        assert all(map(is_missing, of(found, measure, taught="en")))
        assert not any(map(is_missing, of(found, measure, taught="cy")))
    assert values(found, "tier_resistance")["low",] == 1 / 2
    assert is_missing(only(found, "tier_resistance", taught_tier="high"))
    assert of(found, "resistance_gap") == []
