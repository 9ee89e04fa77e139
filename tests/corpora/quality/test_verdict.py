import math

import pytest

from isoglot.corpora.quality import Measure
from isoglot.corpora.quality._records import not_measured
from isoglot.corpora.quality._verdict import judge

GOOD = {
    "identified": 0.95,
    "near_relative": 0.0,
    "identified_together": 1.0,
    "retrieved_first": 0.9,
    "mean_reciprocal_rank": 0.95,
    "round_trip_similarity": 0.85,
    "round_trip_chrf": 0.6,
    "length_outliers": 0.0,
    "length_norm": 1.1,
    "untranslated": 0.0,
    "untranslated_answers": 0.1,
    "repeated": 0.0,
    "repeated_answers": 0.0,
    "paraphrase_lost": 0.0,
    "leaks": 0.0,
    "answer_is_rival": 0.0,
    "wrong_script": 0.0,
    "names_lost": 0.0,
    "missing": 0.0,
}


def said(language="de", *, is_reference=False, **changed):
    values = {**GOOD, **changed}
    measures = {
        name: not_measured("no tool") if math.isnan(value) else Measure(value=value, of=50)
        for name, value in values.items()
    }
    verdict, reasons = judge(language, measures, is_reference=is_reference)
    return verdict, [reason.sentence for reason in reasons]


def test_good_needs_no_reason() -> None:
    assert said() == ("good", [])


# By the constants of _thresholds, a little on each side.
@pytest.mark.parametrize(
    ("metric", "still_good", "to_check", "bad"),
    [
        ("identified", 0.8, 0.79, 0.49),
        ("identified_together", 0.9, 0.89, 0.49),
        ("retrieved_first", 0.6, 0.59, 0.29),
        ("round_trip_similarity", 0.7, 0.69, 0.49),
        ("length_outliers", 0.05, 0.06, 0.26),
        ("length_norm", 1.6, 1.61, 2.51),
        ("length_norm", 0.63, 0.62, 0.39),
        ("untranslated", 0.02, 0.03, 0.21),
        ("repeated", 0.02, 0.03, 0.21),
        ("repeated_answers", 0.02, 0.03, 0.21),
        ("leaks", 0.02, 0.03, 0.21),
        ("wrong_script", 0.02, 0.03, 0.21),
        ("names_lost", 0.02, 0.03, 0.21),
        ("answer_is_rival", 0.0, 0.01, 0.21),
        ("missing", 0.0, 0.01, 0.21),
    ],
)
def test_thresholds(metric, still_good, to_check, bad) -> None:
    assert [said(**{metric: value})[0] for value in (still_good, to_check, bad)] == [
        "good",
        "check",
        "bad",
    ]


@pytest.mark.parametrize("metric", ["near_relative", "untranslated_answers", "paraphrase_lost"])
def test_some_faults_alone_make_nothing_bad(metric) -> None:
    assert said(**{metric: 1.0})[0] == "check"


def test_a_reason_says_the_figure_and_what_was_expected() -> None:
    assert said("sw", identified=0.4)[1] == [
        "40% of 50 different questions are identified as Swahili (expected at least 50%)"
    ]
    assert said(length_norm=0.5)[1] == [
        "questions are 0.50 times as long as texts in the language usually are "
        "(expected 0.62 to 1.60)"
    ]


def test_the_heaviest_reason_stands_first() -> None:
    verdict, sentences = said(identified=0.7, missing=0.5)
    assert verdict == "bad"
    assert [sentence.split(" (")[0] for sentence in sentences] == [
        "50% of 50 facts have no text",
        "70% of 50 different questions are identified as German",
    ]


def test_a_weak_language_is_named_and_not_lowered() -> None:
    verdict, (sentence,) = said("gd", retrieved_first=0.2)
    assert verdict == "good"
    assert "the tool is weak here: of good Scottish Gaelic it finds" in sentence


def test_but_nearly_nothing_found_is_more_than_weakness() -> None:
    assert said("gd", retrieved_first=0.1)[0] == "check"


@pytest.mark.parametrize("metric", sorted({*GOOD} - {"retrieved_first", "round_trip_similarity"}))
def test_what_was_not_measured_is_neither_good_nor_bad(metric) -> None:
    assert said(**{metric: math.nan}) == ("good", [])


def test_meaning_that_nothing_looked_at_is_not_good() -> None:
    unseen = {"retrieved_first": math.nan, "round_trip_similarity": math.nan}
    assert said(**unseen) == ("check", ["nothing looked at what the texts mean (no tool)"])
    assert said("en", is_reference=True, **unseen) == ("good", [])
    assert said(retrieved_first=math.nan) == ("good", [])
