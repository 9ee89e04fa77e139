import itertools
import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.core import known_languages
from isoglot.report import draw_facts_in_context, draw_learning_curves, draw_times_shown
from isoglot.report._curves import facts_in_context, tier_by_tier
from isoglot.report._lines import MOST_LINES, line_numbers, spread


@pytest.fixture
def two_languages(of):
    numbers = {
        ("en", 0): (0.0, 0.0, 0.14),
        ("en", 12): (1.0, 0.86, 1.0),
        ("cy", 0): (0.0, 0.0, 0.14),
        ("cy", 12): (0.25, 0.12, 0.45),
    }
    return [
        of(languages={"taught": code}, epoch=epoch, value=value, low=low, high=high)
        for (code, epoch), (value, low, high) in numbers.items()
    ]


def test_every_estimate_is_a_point_with_its_interval(two_languages):
    (lines,) = layers(draw_learning_curves(two_languages), "line")
    shown = {(r["language"], r["stage"]): (r["value"], r["low"], r["high"]) for r in lines["rows"]}
    assert shown == {
        ("English (en)", "0"): (0.0, 0.0, 0.14),
        ("English (en)", "12"): (1.0, 0.86, 1.0),
        ("Welsh (cy)", "0"): (0.0, 0.0, 0.14),
        ("Welsh (cy)", "12"): (0.25, 0.12, 0.45),
    }


def test_axes_go_from_0_to_100_percent_with_ticks_at_the_asked_epochs(two_languages):
    (lines,) = layers(draw_learning_curves(two_languages), "line")
    encoding = lines["encoding"]
    assert encoding["y"]["scale"]["domain"] == [0, 1]
    assert encoding["y"]["axis"]["format"] == ".0%"
    assert encoding["x"]["axis"]["values"] == [0, 12]


def test_tiers_are_colour_families(two_languages):
    (lines,) = layers(draw_learning_curves(two_languages), "line")
    scale = lines["encoding"]["color"]["scale"]
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    # The darkest blue of the high tier, the darkest orange of the low one.
    assert colours == {"English (en)": "#123b75", "Welsh (cy)": "#8b3111"}


def test_points_of_one_epoch_stand_side_by_side(estimates):
    (lines,) = layers(draw_learning_curves(estimates), "line")
    at_8 = {row["language"]: row["at"] for row in lines["rows"] if row["stage"] == "8"}
    # 60% of the distance between the nearest epochs (1) for 5 languages: 0.12 epochs; a hundredth
    # of the span of 12: 0.12 as well.
    assert sorted(at_8.values()) == pytest.approx([7.76, 7.88, 8.0, 8.12, 8.24])


def test_labels_name_the_languages_from_best_to_worst(estimates):
    text = layers(draw_learning_curves(estimates), "text")[0]
    ends = text["rows"]
    assert [end["value"] for end in ends] == sorted((end["value"] for end in ends), reverse=True)
    places = [end["label_at"] for end in ends]
    assert min(a - b for a, b in itertools.pairwise(places)) >= 17 / 380 - 1e-4


def test_the_description_says_the_last_numbers(two_languages):
    description = draw_learning_curves(two_languages).to_dict()["description"]
    assert description.endswith(
        "At the last epoch: English (en) 100% [86, 100]; Welsh (cy) 25% [12, 45]."
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], []),
        ([0.9, 0.5], [0.9, 0.5]),
        # Three at the same place at the top go down from it, at the bottom up from it.
        ([1.0, 1.0, 1.0], [1.0, 0.9, 0.8]),
        ([0.0, 0.0, 0.0], [0.2, 0.1, 0.0]),
        ([0.55, 0.5, 0.5], [0.55, 0.45, 0.35]),
    ],
)
def test_labels_are_spread(wanted, expected):
    assert spread(wanted, gap=0.1) == pytest.approx(expected)


def test_nothing_to_draw_is_no_chart(of):
    assert draw_learning_curves([]) is None
    assert draw_learning_curves([of(paradigm="in-context", epoch=None)]) is None
    assert draw_learning_curves([of(value=math.nan, low=math.nan, high=math.nan)]) is None


def test_several_models_are_refused(of):
    with pytest.raises(ValueError, match=r"of 2 models \(a, b\); draw one model at a time"):
        draw_learning_curves([of(model="a"), of(model="b")])


def test_many_languages_leave_the_intervals_to_a_chart_a_tier(of):
    many = [
        of(languages={"taught": code}, epoch=epoch)
        for code in known_languages()
        for epoch in (0, 1)
    ]
    assert len(known_languages()) > MOST_LINES
    # The leaders of the labels are rules too.
    assert len(layers(draw_learning_curves(many), "rule")) == 1
    parts = tier_by_tier(many)
    assert {tier: len(part) for tier, part in parts.items()} == {
        "high": 22,
        "medium": 18,
        "low": 18,
    }
    assert len(layers(draw_learning_curves(parts["low"]), "rule")) == 2


def test_few_languages_stay_together(two_languages):
    assert tier_by_tier(two_languages) == {}


def test_vega_lite_has_no_complaint(estimates, capfd):
    vl_convert.vegalite_to_svg(draw_learning_curves(estimates).to_dict(), show_warnings=True)
    assert capfd.readouterr() == ("", "")


def values(chart):
    """What the lines show: a value for every language and stage, from left to right."""
    (lines,) = layers(chart, "line")
    rows = sorted(lines["rows"], key=lambda row: row["at"])
    return [(row["language"], row["stage"], row["value"]) for row in rows]


def test_lines_over_times_shown(of):
    def shown(times, value):
        what = {"measure": "accuracy_by_times_shown", "paradigm": "in-context", "epoch": None}
        return of(**what, times_shown=times, value=value)

    chart = draw_times_shown([shown(3, 0.5), shown(0, 0.0), shown(1, 0.25), of(value=0.9)])
    assert values(chart) == [
        ("Welsh (cy)", "0", 0.0),
        ("Welsh (cy)", "1", 0.25),
        ("Welsh (cy)", "3", 0.5),
    ]
    (lines,) = layers(chart, "line")
    assert lines["encoding"]["x"]["axis"]["values"] == [0, 1, 3]
    # One number of times is no line.
    assert draw_times_shown([shown(1, 0.25)]) is None


@pytest.fixture
def shown_facts(of):
    """Accuracy with 5 and with 20 facts before the question, and with all of them."""

    def shown(number, value, measure="accuracy_by_facts_in_context"):
        what = {"measure": measure, "paradigm": "in-context", "epoch": None, "times_shown": 1}
        return of(**what, facts_in_context=number, value=value)

    return [shown(20, 0.6), shown(5, 0.75), shown(None, 0.5, "final_accuracy")]


def test_all_facts_stand_last_in_steps_of_equal_width(shown_facts, of):
    chart = draw_facts_in_context([*shown_facts, of(measure="final_accuracy", value=0.9)])
    assert values(chart) == [
        ("Welsh (cy)", "5", 0.75),
        ("Welsh (cy)", "20", 0.6),
        ("Welsh (cy)", "all", 0.5),
    ]
    (lines,) = layers(chart, "line")
    assert [row["at"] for row in lines["rows"]] == [1, 0, 2]
    # Without fewer than all there is nothing to compare all with.
    assert draw_facts_in_context(shown_facts[2:]) is None


def test_numbers_name_the_stages_and_what_was_not_asked(shown_facts, of):
    swahili = shown_facts[1].model_copy(update={"languages": {"taught": "sw"}})
    assert line_numbers(facts_in_context([*shown_facts, swahili])) == (
        ("Language", "Facts shown 5", "Facts shown 20", "Facts shown all"),
        (
            ("Welsh (cy)", "75% [12, 45]", "60% [12, 45]", "50% [12, 45]"),
            ("Swahili (sw)", "75% [12, 45]", "–", "–"),
        ),
    )


def test_other_questions_have_lines_of_their_own(two_languages, of):
    # Robustness measures accuracy, too: of facts that were taught wrongly.
    wrongly = of(question="robustness", epoch=3, value=0.99)
    (lines,) = layers(draw_learning_curves([*two_languages, wrongly]), "line")
    assert len(lines["rows"]) == 4
    assert 0.99 not in {row["value"] for row in lines["rows"]}
