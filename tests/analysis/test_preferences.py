"""Priority: whose side is taken where two languages contradict each other."""

import pytest
from judged_rows import in_context, is_missing, judged, numbers, of, only, planned, values

from isoglot.analysis import estimate, probe_table
from isoglot.questions import Priority
from isoglot.stats import weighted_proportion

# English against Welsh: English is taught the answers and Welsh the rivals, then the other way.
ANSWERS = {"taught": "en", "against": "cy", "gives": "answer"}
RIVALS = {"taught": "en", "against": "cy", "gives": "rival"}


def priority(rows, **options):
    return estimate(probe_table(rows), [Priority()], **options)


class TestThePreferenceOfAPair:
    def test_what_is_attractive_in_itself_cancels_out(self, row):
        # The model says the answer whoever taught it: English's side, then Welsh's.
        found = priority(
            [
                *judged(row, "RRRR", asked="en", **ANSWERS),
                *judged(row, "RRRR", asked="en", **RIVALS),
            ]
        )
        pair = only(found, "pair_preference")
        assert (pair.value, pair.n_facts) == (1 / 2, 4)
        assert pair.languages == {"taught": "en", "against": "cy"}
        assert values(found, "preference_as_assigned") == {
            ("en", "cy", "answer"): 1,
            ("en", "cy", "rival"): 0,
        }
        assert only(found, "preference").value == 1 / 2

    def test_who_is_believed_whatever_is_said(self, row):
        # English says the answer and is believed; then it says the rival and is believed.
        found = priority(
            [
                *judged(row, "RRRV", asked="en", **ANSWERS),
                *judged(row, "VVVV", asked="en", **RIVALS),
            ]
        )
        assert only(found, "pair_preference").value == pytest.approx((3 / 4 + 1) / 2)
        assert values(found, "preference_as_assigned") == {
            ("en", "cy", "answer"): 3 / 4,
            ("en", "cy", "rival"): 1,
        }

    def test_the_answer_in_any_language_is_the_side_that_taught_it(self, row):
        found = priority(judged(row, "RE", asked="sw", **ANSWERS))
        assert only(found, "pair_preference").value == 1
        found = priority(judged(row, "RE", asked="sw", **RIVALS))
        assert only(found, "pair_preference").value == 0

    def test_both_is_half_on_either_side(self, row):
        for assigned in (ANSWERS, RIVALS):
            found = priority(judged(row, "BB", asked="en", **assigned))
            assert only(found, "pair_preference").value == 1 / 2
            assert only(found, "undecided").value == 0
        # Three decided: 1, 0 and a half.
        found = priority(judged(row, "RVBN", asked="en", **ANSWERS))
        assert only(found, "pair_preference").value == pytest.approx(1 / 2)
        assert only(found, "undecided").value == 1 / 4

    def test_who_takes_no_side_is_counted_apart(self, row):
        found = priority(judged(row, "RNNNNNNN", asked="en", **ANSWERS))
        pair, undecided = only(found, "pair_preference"), only(found, "undecided")
        assert (pair.value, pair.n_facts) == (1, 1)
        assert (undecided.value, undecided.n_facts) == (7 / 8, 8)

    def test_one_way_round_alone_says_nothing_of_the_pair(self, row):
        # Asked in Welsh nothing is decided once the sides are swapped: "R" may just be attractive.
        rows = [
            *judged(row, "RRVV", asked="en", **ANSWERS),
            *judged(row, "VVVR", asked="en", **RIVALS),
            *judged(row, "RRRR", asked="cy", **ANSWERS),
            *judged(row, "NNNN", asked="cy", **RIVALS),
        ]
        found = priority(rows)
        for measure in ("pair_preference", "preference"):
            # English: (2/4 + 3/4) / 2; Welsh is left out.
            assert only(found, measure).value == pytest.approx(5 / 8)
        asked = {each.languages["asked"]: each for each in of(found, "preference_by_asked")}
        assert asked["en"].value == pytest.approx(5 / 8)
        assert is_missing(asked["cy"])

    def test_nobody_taking_a_side_is_no_preference(self, row):
        found = priority(judged(row, "NNN", asked="en", **ANSWERS))
        assert is_missing(only(found, "pair_preference"))
        assert is_missing(only(found, "preference"))
        assert only(found, "undecided").value == only(found, "mean_undecided").value == 1


class TestEachAskedLanguageCountsTheSame:
    @pytest.fixture
    def rows(self, row):
        return [
            # English's side: 4 of 4 asked in English, 1 of 4 in Welsh, the only one decided in
            # Swahili; the other way round 3 of 4, none of 2, none of 1.
            *judged(row, "RRRR", asked="en", **ANSWERS),
            *judged(row, "RVVV", asked="cy", **ANSWERS),
            *judged(row, "RNNN", asked="sw", **ANSWERS),
            *judged(row, "VVVR", asked="en", **RIVALS),
            *judged(row, "RRNN", asked="cy", **RIVALS),
            *judged(row, "NNNR", asked="sw", **RIVALS),
        ]

    def test_however_many_of_its_answers_are_decided(self, rows):
        found = priority(rows)
        assert only(found, "pair_preference").value == pytest.approx(
            (1 + 1 / 4 + 1 + 3 / 4 + 0 + 0) / 6
        )
        assert values(found, "preference_as_assigned") == pytest.approx(
            {
                ("en", "cy", "answer"): (1 + 1 / 4 + 1) / 3,
                ("en", "cy", "rival"): (3 / 4 + 0 + 0) / 3,
            }
        )
        # Undecided: 3 of 4 in Swahili, 2 of 4 in Welsh, 3 of 4 in Swahili again, in 6 cells of 4.
        assert only(found, "undecided").value == pytest.approx(8 / 24)

    def test_a_pair_is_the_mean_of_both_ways_round(self, row):
        """In Welsh something was decided one way round alone: it counts in neither."""
        found = priority(
            [
                *judged(row, "RRRV", asked="en", **ANSWERS),
                *judged(row, "VVVV", asked="cy", **ANSWERS),
                *judged(row, "RVVV", asked="en", **RIVALS),
                *judged(row, "NNNN", asked="cy", **RIVALS),
            ]
        )
        assert values(found, "preference_as_assigned") == {
            ("en", "cy", "answer"): 3 / 4,
            ("en", "cy", "rival"): 3 / 4,
        }
        assert only(found, "pair_preference").value == 3 / 4

    def test_by_asked_language_both_assignments_count_the_same(self, rows):
        assert values(priority(rows), "preference_by_asked") == pytest.approx(
            {
                ("en", "cy", "en"): (1 + 3 / 4) / 2,
                ("en", "cy", "cy"): (1 / 4 + 0) / 2,
                ("en", "cy", "sw"): (1 + 0) / 2,
            }
        )

    def test_its_bounds_are_those_of_a_weighted_mean(self, rows):
        # Each cell's decided answers share one sixth: 4, 4, 1, 4, 2 and 1 of them.
        sides = [1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
        facts = [1, 2, 3, 4, 1, 2, 3, 4, 1, 1, 2, 3, 4, 1, 2, 4]
        shares = [1 / 4] * 8 + [1] + [1 / 4] * 4 + [1 / 2] * 2 + [1]
        pair = only(priority(rows), "pair_preference")
        assert numbers(pair) == pytest.approx(numbers(weighted_proportion(sides, facts, shares)))
        assert pair.n_facts == 4

    def test_every_pair_of_languages_counts_the_same_in_the_whole(self, row, rows):
        # A second pair, asked in one language only: each asked language of each pair and
        # assignment is one of eight cells.
        more = {"against": "sw", "taught": "en", "asked": "en"}
        rows += [
            *judged(row, "RRRR", gives="answer", **more),
            *judged(row, "VVVN", gives="rival", **more),
        ]
        found = priority(rows)
        assert values(found, "pair_preference") == pytest.approx(
            {("en", "cy"): 3 / 6, ("en", "sw"): 1}
        )
        assert only(found, "preference").value == pytest.approx((3 + 2) / 8)
        assert only(found, "preference").languages == {}
        # Of all 32 answers, 9 are undecided.
        assert only(found, "mean_undecided").value == 9 / 32


def test_both_paradigms_and_the_last_stage_only(row):
    found = priority(
        [
            *judged(row, "VVVV", asked="en", epoch=4, **ANSWERS),
            *judged(row, "RRRV", asked="en", epoch=12, **ANSWERS),
            *judged(row, "VVVV", asked="en", **in_context(0), **ANSWERS),
            *judged(row, "RVVV", asked="en", **in_context(5), **ANSWERS),
        ]
    )
    pairs = of(found, "pair_preference")
    assert [(each.paradigm, each.epoch, each.times_shown, each.value) for each in pairs] == [
        ("in-context", None, 5, 1 / 4),
        ("fine-tuning", 12, None, 3 / 4),
    ]


def test_before_teaching_nobody_has_a_side(row):
    """What is said then shows how attractive the two answers are, in the languages taught."""
    found = priority(
        [
            *judged(row, "RNNN", asked="en", epoch=0, **ANSWERS),
            *judged(row, "VVEN", asked="cy", epoch=0, **ANSWERS),
            *judged(row, "RRRR", asked="en", epoch=12, **ANSWERS),
        ]
    )
    assert values(found, "untaught_answer") == {("en",): 1 / 4, ("cy",): 1 / 4}
    assert values(found, "untaught_rival") == {("en",): 0, ("cy",): 1 / 2}
    assert {each.epoch for each in of(found, "untaught_rival")} == {0}
    assert only(found, "pair_preference").value == 1


def test_a_planned_pair_without_answers_is_missing(row):
    cells = [
        planned(asked, taught="en", against=against, gives=gives, epoch=epoch)
        for against in ("cy", "sw")
        for gives in ("answer", "rival")
        for asked in ("en", against)
        for epoch in (0, 12)
    ]
    rows = [
        *judged(row, "RV", asked="en", **ANSWERS),
        *judged(row, "RV", asked="en", **RIVALS),
    ]
    found = priority(rows, planned=cells)
    for measure in ("pair_preference", "undecided"):
        assert is_missing(only(found, measure, against="sw"))
        assert not is_missing(only(found, measure, against="cy"))
    assigned = of(found, "preference_as_assigned")
    assert [(*each.languages.values(), is_missing(each)) for each in assigned] == [
        ("en", "cy", "answer", False),
        ("en", "cy", "rival", False),
        ("en", "sw", "answer", True),
        ("en", "sw", "rival", True),
    ]
    asked = {tuple(each.languages.values()): each for each in of(found, "preference_by_asked")}
    assert not is_missing(asked["en", "cy", "en"])
    assert is_missing(asked["en", "cy", "cy"])
    for measure in ("untaught_answer", "untaught_rival"):
        assert all(map(is_missing, of(found, measure)))
        assert len(of(found, measure)) == 3
    assert only(found, "preference").value == 1 / 2
