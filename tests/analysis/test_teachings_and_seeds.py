"""What was taught differently is measured apart; what was taught twice alike, together."""

import pytest
from judged_rows import curve, in_context, is_missing, judged, numbers, of, only, planned, values

from isoglot.analysis import estimate, probe_table
from isoglot.questions import Effectiveness, Knowledge, Priority, Robustness, Transfer
from isoglot.stats import clustered_difference, clustered_proportion

QUESTIONS = [Knowledge(), Effectiveness(), Transfer(), Priority(), Robustness()]
CONFLICT = {"taught": "en", "against": "cy"}


class TestEveryQuestionHasItsOwnRows:
    @pytest.fixture
    def parts(self, row):
        """One of every teaching, with outcomes that would show elsewhere."""
        return {
            "effectiveness": [
                *curve(row, {0: "NNNN", 12: "RRRN"}, taught="en", asked="en"),
                *curve(row, {0: "NNNN", 12: "RRNN"}),
                *judged(row, "RNNN", taught="en", asked="cy"),
            ],
            "priority": [
                *curve(row, {0: "RRRR", 12: "RRRR"}, gives="answer", asked="en", **CONFLICT),
                *curve(row, {0: "VVVV", 12: "VVVV"}, gives="rival", asked="en", **CONFLICT),
                *curve(row, {0: "RRRR", 12: "BBBB"}, gives="answer", asked="cy", **CONFLICT),
            ],
            "robustness": [
                *curve(row, {0: "RRRR", 1: "RRRV", 3: "VVVV"}, gives="rival"),
                *curve(
                    row, {0: "RNRR", 1: "NNRV", 3: "VVVV"}, gives="rival", taught="en", asked="en"
                ),
            ],
            "knowledge": judged(row, "RRNN", paradigm="untaught", epoch=0),
        }

    @pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
    def test_what_others_were_taught_changes_nothing(self, parts, question):
        own = parts["effectiveness" if question.name == "transfer" else question.name]
        together = [each for part in parts.values() for each in part]
        alone = estimate(probe_table(own), [question])
        assert alone
        assert repr(estimate(probe_table(together), [question])) == repr(alone)  # nan is not itself

    def test_the_last_epoch_is_that_of_the_teaching(self, parts):
        # Wrong answers are taught for 3 epochs, facts for 12.
        found = estimate(probe_table(each for part in parts.values() for each in part), QUESTIONS)
        assert {each.epoch for each in of(found, "final_accuracy")} == {12}
        assert only(found, "out_transfer", taught="en").epoch == 12
        assert only(found, "pair_preference").epoch == 12
        robustness = [each for each in found if each.question == "robustness"]
        assert {each.epoch for each in robustness} == {0, 1, 3}

    def test_of_the_same_rows_in_another_role_nothing_is_left(self, row):
        table = probe_table(curve(row, {0: "RR", 1: "RV"}, gives="rival"))
        assert estimate(table, [Effectiveness(), Transfer(), Priority(), Knowledge()]) == []
        table = probe_table(curve(row, {0: "RR", 1: "RV"}, gives="answer", **CONFLICT))
        assert estimate(table, [Effectiveness(), Transfer(), Robustness(), Knowledge()]) == []

    def test_planned_cells_are_of_one_teaching_too(self, row):
        table = probe_table(curve(row, {0: "NN", 12: "RN"}))
        cells = [planned("cy", taught="cy", gives="rival", epoch=epoch) for epoch in (0, 3)]
        found = estimate(table, [Effectiveness(), Robustness()], planned=cells)
        own, others = (
            [each for each in found if each.question == name]
            for name in ("effectiveness", "robustness")
        )
        assert own == estimate(table, [Effectiveness()])
        assert others
        assert all(map(is_missing, others))


class TestSeeds:
    def test_the_fact_stays_the_cluster(self, row):
        rows = [*judged(row, "RRRN", seed=1), *judged(row, "RRNN", seed=2)]
        accuracy = only(estimate(probe_table(rows), [Effectiveness()]), "accuracy")
        expected = clustered_proportion([1, 1, 1, 0, 1, 1, 0, 0], [1, 2, 3, 4, 1, 2, 3, 4])
        assert numbers(accuracy) == pytest.approx(numbers(expected))
        assert (accuracy.value, accuracy.n_facts) == (5 / 8, 4)

    def test_teaching_the_same_again_is_no_new_evidence(self, row):
        def interval(seeds):
            rows = [each for seed in seeds for each in judged(row, "RRNNNN", seed=seed)]
            return only(estimate(probe_table(rows), [Effectiveness()]), "accuracy")

        assert numbers(interval([1, 2, 3, 4])) == pytest.approx(numbers(interval([1])))

    def test_in_every_measure(self, row):
        """The same outcomes with two seeds are the same estimates as with one, of as many facts."""

        def rows(seed):
            return [
                *curve(row, {0: "NNNN", 1: "RNNN", 3: "RRNN"}, taught="en", asked="en", seed=seed),
                *curve(row, {0: "NNNN", 1: "NNNN", 3: "RNNN"}, seed=seed),
                *judged(row, "RNNN", taught="en", asked="cy", epoch=3, seed=seed),
                *judged(row, "RRNN", taught="cy", asked="en", epoch=3, seed=seed),
                *judged(row, "RVNN", asked="en", gives="answer", epoch=3, seed=seed, **CONFLICT),
                *judged(row, "VVRN", asked="cy", gives="rival", epoch=3, seed=seed, **CONFLICT),
                *curve(row, {0: "RRNN", 1: "RVNN", 3: "VVNN"}, gives="rival", seed=seed),
                *judged(row, "RRNN", **in_context(2, facts_in_context=2), seed=seed),
            ]

        one = estimate(probe_table(rows(1)), QUESTIONS)
        two = estimate(probe_table([*rows(1), *rows(2)]), QUESTIONS)
        named = [(each.question, each.paradigm, each.measure, each.languages) for each in one]
        assert named == [
            (each.question, each.paradigm, each.measure, each.languages) for each in two
        ]
        assert [each.n_facts for each in two] == [each.n_facts for each in one]
        assert [each.value for each in two] == pytest.approx(
            [each.value for each in one], nan_ok=True
        )

    def test_a_contrast_is_paired_by_fact_over_all_seeds(self, row):
        rows = [
            *judged(row, "RRRR", taught="en", asked="en", seed=1),
            *judged(row, "RRRN", taught="en", asked="en", seed=2),
            *judged(row, "RRNN", seed=1),
            *judged(row, "RNNN", seed=2),
        ]
        gap = only(estimate(probe_table(rows), [Effectiveness()]), "tier_gap")
        facts = [1, 2, 3, 4, 1, 2, 3, 4]
        expected = clustered_difference(
            [1, 1, 1, 1, 1, 1, 1, 0], facts, [1, 1, 0, 0, 1, 0, 0, 0], facts
        )
        assert gap.value == pytest.approx(7 / 8 - 3 / 8)
        assert numbers(gap) == pytest.approx(numbers(expected))
        assert gap.n_facts == 4

    def test_what_was_right_before_is_a_matter_of_each_condition(self, row):
        # Fact 2 was right before with the second seed only: kept there, and gone with the first.
        rows = [
            *curve(row, {0: "RNN", 1: "RNN"}, gives="rival", seed=1),
            *curve(row, {0: "RRN", 1: "VRN"}, gives="rival", seed=2),
        ]
        (resistance,) = of(estimate(probe_table(rows), [Robustness()]), "resistance")
        assert (resistance.value, resistance.n_facts) == (pytest.approx(2 / 3), 2)

    def test_a_seed_that_failed_leaves_the_others(self, row):
        cells = [planned("cy", taught="cy", seed=seed) for seed in (1, 2)]
        found = estimate(probe_table(judged(row, "RN", seed=1)), [Effectiveness()], planned=cells)
        assert values(found, "accuracy") == {("cy",): 1 / 2}


class TestPlannedAndNotAnswered:
    """A new measure of a combination that failed altogether has a row, and no number."""

    def test_of_effectiveness_and_transfer(self, row):
        cells = [
            *(planned(asked, taught="en", epoch=0) for asked in ("en", "cy")),
            *(planned(asked, taught="en", epoch=12) for asked in ("en", "cy")),
            *(planned("en", taught="en", **in_context(times)) for times in (0, 1, 5)),
            planned("en", taught="en", **in_context(5, facts_in_context=2)),
        ]
        rows = [*curve(row, {0: "NN", 12: "RN"}), *judged(row, "RN", **in_context(5))]
        found = estimate(probe_table(rows), [Effectiveness(), Transfer()], planned=cells)
        for measure, n_rows in {
            "area_under_curve": 1,
            "first_epoch_at_80": 1,
            "final_accuracy": 2,
            "accuracy_by_times_shown": 3,
            "accuracy_by_facts_in_context": 1,
            "out_transfer": 1,
            "out_transfer_by_tier": 1,
        }.items():
            missing = of(found, measure, taught="en")
            assert (measure, len(missing)) == (measure, n_rows)
            assert all(map(is_missing, missing))
        before = [
            *of(found, "untaught_accuracy", taught="en"),  # effectiveness
            *of(found, "untaught_accuracy", asked="en"),  # transfer
        ]
        assert [each.paradigm for each in before] == ["in-context", "fine-tuning"] * 2
        assert all(map(is_missing, before))
        assert is_missing(only(found, "in_transfer", asked="cy"))
