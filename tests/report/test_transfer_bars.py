import itertools
import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.core import known_languages
from isoglot.report import draw_directions, draw_transfer_bars, draw_transfer_means
from isoglot.report._directions import MOST_DIRECTIONS, direction_numbers
from isoglot.report._transfer_bars import axis_reach, transfer_bar_numbers, transfer_mean_numbers


@pytest.fixture
def share(of):
    """Makes an estimate of transfer, by its measure and languages."""

    def make(measure, value, *, within=0.1, **changes):
        languages = {
            side: changes.pop(side) for side in ("taught", "asked", "asked_tier") if side in changes
        }
        bounds = {"value": value, "low": value - within, "high": value + within}
        what = {"question": "transfer", "measure": measure, "languages": languages}
        return of(**{**what, **bounds, **changes})

    return make


@pytest.fixture
def by_tier(share):
    return [
        share("out_transfer_by_tier", value, taught=taught, asked_tier=tier)
        for taught, tier, value in (
            ("cy", "low", 0.2),
            ("cy", "high", 0.3),
            ("en", "high", 0.45),
            ("en", "low", math.nan),
        )
    ]


def bars(chart):
    """The bars by language and tier."""
    (rects, *_) = layers(chart, "rect")
    return {(bar["taught"], bar["tier"]): bar for bar in rects["rows"]}


def test_bars_hold_the_estimates(by_tier):
    shown = bars(draw_transfer_bars(by_tier, paradigm="fine-tuning"))
    assert {key: (bar["value"], bar["low"], bar["high"]) for key, bar in shown.items()} == {
        ("English (en)", "high-resource"): (0.45, 0.35, pytest.approx(0.55)),
        ("English (en)", "low-resource"): (None, None, None),
        ("Welsh (cy)", "high-resource"): (0.3, pytest.approx(0.2), 0.4),
        ("Welsh (cy)", "low-resource"): (0.2, 0.1, pytest.approx(0.3)),
    }


def test_bars_of_a_language_follow_each_other_from_the_high_tier_down(by_tier):
    shown = bars(draw_transfer_bars(by_tier, paradigm="fine-tuning"))
    order = sorted(shown, key=lambda key: shown[key]["top"])
    assert order == [
        ("English (en)", "high-resource"),
        ("English (en)", "low-resource"),
        ("Welsh (cy)", "high-resource"),
        ("Welsh (cy)", "low-resource"),
    ]
    spans = [(shown[key]["top"], shown[key]["bottom"]) for key in order]
    assert all(bottom < top for (_, bottom), (top, _) in itertools.pairwise(spans))


def test_a_missing_bar_is_said_and_not_zero(by_tier):
    svg = vl_convert.vegalite_to_svg(draw_transfer_bars(by_tier, paradigm="fine-tuning").to_dict())
    assert svg.count(">– no answers<") == 1


def test_both_paradigms_have_the_same_axis(by_tier, share):
    in_context = {"paradigm": "in-context", "epoch": None, "taught": "cy", "asked_tier": "high"}
    both = [*by_tier, share("out_transfer_by_tier", 0.05, within=0.05, **in_context)]
    for paradigm in ("in-context", "fine-tuning"):
        (rects, *_) = layers(draw_transfer_bars(both, paradigm=paradigm), "rect")
        # The highest end of an interval is 0.55.
        assert rects["encoding"]["x"]["scale"]["domain"] == [0, 0.6]


@pytest.mark.parametrize(("highest", "reach"), [(0.03, 0.1), (0.1, 0.1), (0.11, 0.2), (0.95, 1.0)])
def test_small_shares_have_a_short_axis(share, highest, reach):
    found = share("out_transfer", 0.0, taught="cy", high=highest)
    assert axis_reach([found]) == reach


def dots(chart):
    """The dots by language and series, without those of the key."""
    (points, *_) = layers(chart, "point")
    return {(dot["language"], dot["what"]): dot for dot in points["rows"]}


def test_what_a_language_gives_and_gets(share):
    found = [
        share("out_transfer", 0.5, taught="en"),
        share("out_transfer", 0.25, taught="cy"),
        share("in_transfer", 0.3, asked="en"),
        share("in_transfer", math.nan, asked="cy"),
    ]
    shown = dots(draw_transfer_means(found, paradigm="fine-tuning"))
    assert {key: dot["value"] for key, dot in shown.items()} == {
        ("English (en)", "Out: taught in it"): 0.5,
        ("Welsh (cy)", "Out: taught in it"): 0.25,
        ("English (en)", "In: asked in it"): 0.3,
        ("Welsh (cy)", "In: asked in it"): None,
    }
    filled = {what: dot["fill"] == dot["ink"] for (_, what), dot in shown.items()}
    assert filled == {"Out: taught in it": True, "In: asked in it": False}
    assert transfer_mean_numbers(found, paradigm="fine-tuning").body == (
        ("English (en)", "50% [40, 60]", "30% [20, 40]"),
        ("Welsh (cy)", "25% [15, 35]", "no answers"),
    )


def test_bar_numbers(by_tier):
    assert transfer_bar_numbers(by_tier, paradigm="fine-tuning") == (
        ("Taught in", "Asked in high-resource", "Asked in low-resource"),
        (
            ("English (en)", "45% [35, 55]", "no answers"),
            ("Welsh (cy)", "30% [20, 40]", "20% [10, 30]"),
        ),
    )


def test_a_pair_is_turned_so_that_more_goes_the_way_of_the_arrow(share):
    found = [
        share("asymmetry", 0.2, taught="en", asked="cy"),
        share("asymmetry", -0.4, taught="en", asked="sw", low=-0.5, high=-0.3),
        share("asymmetry", math.nan, taught="cy", asked="sw"),
    ]
    (points,) = layers(draw_directions(found, paradigm="fine-tuning"), "point")
    shown = [(row["words"], row["value"], row["low"], row["high"]) for row in points["rows"]]
    assert shown == [
        ("Swahili (sw) → English (en)", 0.4, 0.3, 0.5),
        ("English (en) → Welsh (cy)", 0.2, 0.1, pytest.approx(0.3)),
    ]
    assert direction_numbers(found, paradigm="fine-tuning").body == (
        ("Swahili (sw) → English (en)", "+40 points [+30, +50]", "24"),
        ("English (en) → Welsh (cy)", "+20 points [+10, +30]", "24"),
        ("Welsh (cy) → Swahili (sw)", "no answers", "24"),
    )


def test_a_dot_is_open_where_zero_is_inside(share):
    found = [
        share("asymmetry", 0.3, taught="en", asked="cy"),
        share("asymmetry", 0.05, taught="en", asked="sw"),
    ]
    (points,) = layers(draw_directions(found, paradigm="fine-tuning"), "point")
    assert [row["fill"] == "#ffffff" for row in points["rows"]] == [False, True]


def test_of_many_pairs_the_largest_are_drawn_and_all_are_told(share):
    codes = list(known_languages())
    many = [
        share("asymmetry", (a * 29 + b) / 1000, taught=codes[a], asked=codes[b])
        for a in range(29)
        for b in range(a + 1, 29)
    ]
    (points,) = layers(draw_directions(many, paradigm="fine-tuning"), "point")
    assert [row["value"] for row in points["rows"]] == sorted(
        (each.value for each in many), reverse=True
    )[:MOST_DIRECTIONS]
    assert len(direction_numbers(many, paradigm="fine-tuning").body) == 29 * 28 / 2


@pytest.mark.parametrize("draw", [draw_transfer_bars, draw_transfer_means, draw_directions])
def test_nothing_to_draw_is_no_chart(draw, share):
    assert draw([], paradigm="fine-tuning") is None
    missing = [
        share("out_transfer_by_tier", math.nan, taught="cy", asked_tier="low"),
        share("out_transfer", math.nan, taught="cy"),
        share("asymmetry", math.nan, taught="cy", asked="en"),
    ]
    assert draw(missing, paradigm="fine-tuning") is None
    models = [share("out_transfer", 0.5, taught="cy", model=model) for model in "ab"]
    with pytest.raises(ValueError, match=r"of 2 models \(a, b\); draw one model at a time"):
        draw(models, paradigm="fine-tuning")


@pytest.mark.parametrize("draw", [draw_transfer_bars, draw_transfer_means, draw_directions])
def test_what_is_drawn_of_a_run_is_what_was_estimated(draw, estimates):
    measures = {
        draw_transfer_bars: ("out_transfer_by_tier",),
        draw_transfer_means: ("out_transfer", "in_transfer"),
        draw_directions: ("asymmetry",),
    }[draw]
    mark = "rect" if draw is draw_transfer_bars else "point"
    for paradigm in ("in-context", "fine-tuning"):
        found = [
            e
            for e in estimates
            if e.question == "transfer" and e.measure in measures and e.paradigm == paradigm
        ]
        (drawn, *_) = layers(draw(estimates, paradigm=paradigm), mark)
        # Directions are turned: their sign is the arrow's.
        assert sorted(row["value"] for row in drawn["rows"]) == pytest.approx(
            sorted(abs(each.value) for each in found)
        )
