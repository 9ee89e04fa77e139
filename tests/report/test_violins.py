import json
import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.report import draw_preferences
from isoglot.report._violins import FEWEST_PAIRS, preference_numbers

OTHERS = ("cy", "sw", "zu", "tk", "gd", "ta")


@pytest.fixture
def preferences(of):
    """Makes the preferences of so many pairs, and their mean, under a paradigm."""

    def make(values, *, mean=0.6, undecided=0.2, **changes):
        plain = {"question": "priority", "paradigm": "in-context", "epoch": None, **changes}
        found = [
            of(
                measure="pair_preference",
                languages={"taught": "en", "against": other},
                value=value,
                low=value - 0.1,
                high=value + 0.1,
                **plain,
            )
            for other, value in zip(OTHERS, values, strict=False)
        ]
        for measure, value in (("preference", mean), ("mean_undecided", undecided)):
            ends = {"value": value, "low": value - 0.05, "high": value + 0.05}
            found.append(of(measure=measure, languages={}, **ends, **plain))
        return found

    return make


def points(chart):
    """The pairs, and the means."""
    dots, means = layers(chart, "point")
    return dots["rows"], means["rows"]


def test_every_pair_is_a_point_and_every_paradigm_has_its_mean(preferences):
    tuned = preferences([0.4, 0.3], mean=0.35, paradigm="fine-tuning", epoch=12)
    dots, means = points(draw_preferences([*preferences([0.5, 0.7, 0.6, 0.8, 0.9]), *tuned]))
    assert sorted((dot["stage"], dot["value"]) for dot in dots) == [
        ("Fine-tuning", 0.3),
        ("Fine-tuning", 0.4),
        ("In context", 0.5),
        ("In context", 0.6),
        ("In context", 0.7),
        ("In context", 0.8),
        ("In context", 0.9),
    ]
    assert [mean["words"] for mean in means] == [
        "In context, 5 pairs",
        "Fine-tuning, 2 pairs (too few for a shape)",
    ]
    intervals = [[mean[end] for end in ("value", "low", "high")] for mean in means]
    assert intervals == [pytest.approx([0.6, 0.55, 0.65]), pytest.approx([0.35, 0.3, 0.4])]


@pytest.mark.parametrize("n_pairs", [FEWEST_PAIRS - 1, FEWEST_PAIRS])
def test_a_few_pairs_have_no_shape(preferences, n_pairs):
    values = [0.5, 0.7, 0.6, 0.8, 0.9][:n_pairs]
    svg = vl_convert.vegalite_to_svg(draw_preferences(preferences(values)).to_dict())
    # An area, and the rectangle of a box, drawn by the library of the points that it is given.
    drawn = [svg.count(f'aria-roledescription="{mark} mark"') for mark in ("area", "rect")]
    assert drawn == ([1, 1] if n_pairs == FEWEST_PAIRS else [0, 0])


def test_the_box_is_around_the_middle_half(preferences):
    chart = draw_preferences(preferences([0.1, 0.2, 0.3, 0.4, 0.5]))
    (box,) = layers(chart, "rect")
    aggregate = next(each["aggregate"] for each in box["transform"] if "aggregate" in each)
    assert {each["as"]: (each["op"], each["field"]) for each in aggregate} == {
        "least": ("min", "value"),
        "first": ("q1", "value"),
        "median": ("median", "value"),
        "third": ("q3", "value"),
        "most": ("max", "value"),
    }


def test_the_line_is_at_even(preferences):
    specification = draw_preferences(preferences([0.5])).to_dict()
    assert '{"half": 0.5}' in json.dumps(specification["datasets"])
    (dots, _) = layers(draw_preferences(preferences([0.5])), "point")
    assert dots["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_equal_points_do_not_cover_each_other(preferences):
    dots, _ = points(draw_preferences(preferences([0.5] * 6)))
    assert len({dot["at"] for dot in dots}) == 6


def test_pairs_that_took_no_side_are_no_points(preferences):
    dots, means = points(draw_preferences(preferences([0.5, math.nan])))
    assert len(dots) == 1
    assert means[0]["words"] == "In context, 1 pair (too few for a shape)"


def test_nothing_to_draw_is_no_chart(preferences, of):
    assert draw_preferences([of()]) is None
    nothing = preferences([math.nan], mean=math.nan)
    assert draw_preferences(nothing) is None


def test_numbers_count_all_pairs(preferences):
    assert preference_numbers(preferences([0.5, math.nan])).body == (
        ("In context", "60% [55, 65]", "20% [15, 25]", "2"),
    )
    assert preference_numbers([]).body == ()


def test_vega_lite_has_no_complaint(preferences, capfd):
    chart = draw_preferences(preferences([0.5, 0.7, 0.6, 0.8, 0.9]))
    vl_convert.vegalite_to_svg(chart.to_dict(), show_warnings=True)
    assert capfd.readouterr() == ("", "")
