import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.report import draw_robustness_curves, draw_robustness_in_context
from isoglot.report._robustness import MEASURED, in_context_numbers, robustness_numbers


@pytest.fixture
def wrongly(of):
    """Makes an estimate of what becomes of Welsh facts that are taught wrongly."""

    def make(measure, value, epoch=3, **changes):
        numbers = {"value": value, "low": value, "high": value, "epoch": epoch}
        if epoch is None:
            numbers["paradigm"] = "in-context"
        return of(**{"question": "robustness", "measure": measure, **numbers, **changes})

    return make


@pytest.fixture
def welsh(wrongly, of):
    return [
        wrongly("accuracy_before", 0.5, 0),
        *(wrongly("accuracy", 0.5 - epoch / 10, epoch) for epoch in range(4)),
        *(wrongly("adopted", epoch / 5, epoch) for epoch in range(4)),
        *(wrongly("resistance", 1 - epoch / 4, epoch, n_facts=12) for epoch in (1, 2, 3)),
        wrongly("accuracy_before", 0.5, None, times_shown=0),
        wrongly("accuracy", 0.4, None, times_shown=1),
        wrongly("adopted", 0.25, None, times_shown=1),
        wrongly("resistance", 0.75, None, times_shown=1, n_facts=12),
        # Effectiveness measures accuracy, too: of facts that were taught as they are.
        of(value=0.99),
        of(value=0.98, paradigm="in-context", epoch=None, times_shown=1),
    ]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("accuracy", [("0", 0.5), ("1", 0.4), ("2", 0.3), ("3", 0.2)]),
        ("adopted", [("0", 0.0), ("1", 0.2), ("2", 0.4), ("3", 0.6)]),
        ("resistance", [("1", 0.75), ("2", 0.5), ("3", 0.25)]),
    ],
)
def test_curves_hold_the_estimates_of_their_measure(welsh, measure, expected):
    (lines,) = layers(draw_robustness_curves(welsh, measure=measure), "line")
    assert [(row["stage"], row["value"]) for row in lines["rows"]] == [
        (stage, pytest.approx(value)) for stage, value in expected
    ]


def test_in_context_the_right_answers_before_stand_beside_those_after(welsh):
    (dots, _) = layers(draw_robustness_in_context(welsh, measure="accuracy"), "point")
    shown = [(row["what"], row["value"], row["fill"] == "#ffffff") for row in dots["rows"]]
    assert shown == [("After", 0.4, False), ("Before", 0.5, True)]


@pytest.mark.parametrize(("measure", "value"), [("adopted", 0.25), ("resistance", 0.75)])
def test_in_context_other_measures_have_one_dot(welsh, measure, value):
    dots, *_ = layers(draw_robustness_in_context(welsh, measure=measure), "point")
    assert [(row["what"], row["value"]) for row in dots["rows"]] == [("After", value)]


def test_the_table_says_how_many_facts_resistance_rests_on(welsh):
    assert robustness_numbers(welsh, paradigm="fine-tuning") == (
        ("Language", "Right before", "Right after", "Adopted", "Resistance", "of facts"),
        (("Welsh (cy)", "50% [50, 50]", "20% [20, 20]", "60% [60, 60]", "25% [25, 25]", "12"),),
    )
    ((_, before, after, adopted, resistance, facts),) = robustness_numbers(
        welsh, paradigm="in-context"
    ).body
    assert (before, after, adopted) == ("50% [50, 50]", "40% [40, 40]", "25% [25, 25]")
    assert (resistance, facts) == ("75% [75, 75]", "12")


@pytest.mark.parametrize(
    ("before", "words"), [(0.0, "nothing was known"), (0.5, "no answers"), (math.nan, "no answers")]
)
def test_without_known_facts_there_is_no_resistance(wrongly, before, words):
    found = [wrongly("accuracy_before", before, 0), wrongly("resistance", math.nan, n_facts=0)]
    ((*_, resistance, facts),) = robustness_numbers(found, paradigm="fine-tuning").body
    assert (resistance, facts) == (words, "0")


def test_numbers_in_context(welsh):
    assert in_context_numbers(welsh, measure="accuracy") == (
        ("Language", "After", "Before", "Facts"),
        (("Welsh (cy)", "40% [40, 40]", "50% [50, 50]", "24"),),
    )
    assert in_context_numbers(welsh, measure="resistance").body == (
        ("Welsh (cy)", "75% [75, 75]", "12"),
    )


def test_a_missing_share_is_said_and_not_zero(wrongly):
    found = [
        wrongly("resistance", 0.5, None),
        wrongly("resistance", math.nan, None, languages={"taught": "en"}, n_facts=0),
    ]
    chart = draw_robustness_in_context(found, measure="resistance")
    assert vl_convert.vegalite_to_svg(chart.to_dict()).count(">– no answers<") == 1


@pytest.mark.parametrize(("before", "words"), [(0.0, "nothing was known"), (0.5, "no answers")])
def test_in_context_a_missing_resistance_has_its_reason(wrongly, before, words):
    english = {"languages": {"taught": "en"}}
    found = [
        wrongly("resistance", 0.5, None),
        wrongly("accuracy_before", before, None, **english),
        wrongly("resistance", math.nan, None, n_facts=0, **english),
    ]
    chart = draw_robustness_in_context(found, measure="resistance")
    assert vl_convert.vegalite_to_svg(chart.to_dict()).count(f">– {words}<") == 1


@pytest.mark.parametrize("measure", MEASURED)
def test_nothing_to_draw_is_no_chart(measure, of, wrongly):
    for found in ([], [of(), of(paradigm="in-context", epoch=None)]):
        assert draw_robustness_curves(found, measure=measure) is None
        assert draw_robustness_in_context(found, measure=measure) is None
    missing = [wrongly(measure, math.nan, n_facts=0)]
    assert draw_robustness_curves(missing, measure=measure) is None


@pytest.mark.parametrize("draw", [draw_robustness_curves, draw_robustness_in_context])
def test_several_models_are_refused(draw, wrongly):
    both = [wrongly("resistance", 0.5, model=model) for model in "ab"]
    with pytest.raises(ValueError, match=r"of 2 models \(a, b\); draw one model at a time"):
        draw(both, measure="resistance")


@pytest.mark.parametrize("measure", MEASURED)
def test_what_is_drawn_of_a_run_is_what_was_estimated(measure, estimates):
    """Against the estimates themselves, whatever they are."""

    def of_measure(name, paradigm):
        return sorted(
            each.value
            for each in estimates
            if (each.question, each.measure, each.paradigm) == ("robustness", name, paradigm)
        )

    (lines,) = layers(draw_robustness_curves(estimates, measure=measure), "line")
    assert sorted(row["value"] for row in lines["rows"]) == of_measure(measure, "fine-tuning")
    dots, *_ = layers(draw_robustness_in_context(estimates, measure=measure), "point")
    after = [row["value"] for row in dots["rows"] if row["what"] == "After"]
    assert sorted(after) == of_measure(measure, "in-context")
    assert len(after) == 5
