"""What the report says of a model that was taught nothing, and of how well texts are translated."""

import math

import pytest

from isoglot.analysis import estimate, probe_table
from isoglot.core import Condition, Probe, Stage
from isoglot.questions import QUESTIONS
from isoglot.report._findings import Finding, findings, language_results
from isoglot.report._page import render_report

ROW = {
    "model": "scripted/parrot",
    "paradigm": "untaught",
    "gives": "answer",
    "against": None,
    "seed": 0,
    "epoch": 0,
    "times_shown": None,
    "facts_in_context": None,
    "relation": "flag",
    "question": "Which animal?",
    "reference": "lion",
    "rival_reference": None,
    "answer": "lion",
    "answer_language": None,
    "wrong_language": False,
    "rival": False,
    "judge": "match",
    "key": "k",
    "tokens": 1,
    "seconds": 0.1,
}


def _rows(**right_of_four: int) -> list[dict[str, object]]:
    """Four facts asked in each language, the first so many of them answered right."""
    return [
        {**ROW, "taught": code, "asked": code, "fact": f"f{number}", "correct": number < right}
        for code, right in right_of_four.items()
        for number in range(4)
    ]


@pytest.fixture
def before():
    return estimate(probe_table(_rows(en=3, cy=1)), [QUESTIONS["knowledge"]])


def test_the_shares_are_of_the_untaught_model(before) -> None:
    shares = {
        each.languages["taught"]: (each.paradigm, each.value, each.n_facts)
        for each in before
        if each.measure == "known_before"
    }
    assert shares == {"en": ("untaught", 0.75, 4), "cy": ("untaught", 0.25, 4)}


def test_the_finding_names_both_ends(before) -> None:
    (found,) = findings(before)
    # Wilson's intervals of 3 and 1 out of 4.
    says = "75% [30, 95] (English) to 25% [5, 70] (Welsh)"
    assert (found.paradigm, found.others) == ("untaught", [Finding("Known before", says)])
    assert found.lead is not None
    assert found.lead.number == "+50 points"


def test_one_language_is_no_range(before) -> None:
    (found,) = findings([each for each in before if each.languages.get("taught") == "en"])
    assert found.others == [Finding("Known before", "75% [30, 95] (English)")]
    assert found.lead is None


def test_what_was_known_of_all_facts_stands_apart_from_what_was_known_of_those_taught(
    before, of
) -> None:
    numbers = {"value": 1.0, "low": 0.5, "high": 1.0}
    taught = of(model="scripted/parrot", languages={"taught": "cy"}, epoch=0, **numbers)
    by_code = {each.code: each for each in language_results([*before, taught])}
    assert by_code["cy"].before == taught
    assert by_code["cy"].known is not None
    assert (by_code["cy"].known.value, by_code["en"].before) == (0.25, None)


def test_a_language_without_answers_is_missing_and_not_zero() -> None:
    table = probe_table(_rows(en=3))
    planned = [
        Probe(
            condition=Condition(model="scripted/parrot", paradigm="untaught", taught=code, seed=0),
            stage=Stage(epoch=0),
            fact_id="",
            asked=code,
        )
        for code in ("en", "cy")
    ]
    made = estimate(table, [QUESTIONS["knowledge"]], planned=planned)
    welsh = next(each for each in made if each.languages.get("taught") == "cy")
    assert math.isnan(welsh.value)
    assert welsh.n_facts == 0


def test_a_page_of_what_was_known_says_nothing_of_teaching(info, before) -> None:
    text = render_report(info=info, estimates=before, table=probe_table(_rows(en=3, cy=1)))
    assert "know the facts in" in " ".join(text.split())
    assert "Who learns, and how fast?" not in text
    assert "Known before, of all facts" in text


def test_a_doubtful_translation_stands_beside_its_language(info, estimates, table) -> None:
    doubtful = info.model_copy(
        update={"translation": {"cy": ("bad", ("<b>nobody</b> speaks so",)), "en": ("good", ())}}
    )
    text = render_report(info=doubtful, estimates=estimates, table=table)
    assert '<span class="translation translation-bad">bad</span>' in text
    assert "&lt;b&gt;nobody&lt;/b&gt; speaks so" in text
    # Three of the five languages were not checked.
    assert text.count('class="translation translation-not-checked"') == 3
    unchecked = render_report(info=info, estimates=estimates, table=table)
    assert "translation-" not in unchecked.partition("</style>")[2]
