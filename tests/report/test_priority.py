import itertools
import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.questions import tiered_pairs
from isoglot.report import draw_priority
from isoglot.report._priority import attraction_numbers, least_priority_width, pair_numbers, pairs


@pytest.fixture
def conflict(of):
    """Makes the estimates of a pair: its preference, as assigned, and what took no side."""

    def make(first, other, value, *, answers=None, rivals=None, undecided=None, **changes):
        pair = {"taught": first, "against": other}
        numbers = {"value": value, "low": value - 0.1, "high": value + 0.1}
        plain = {"question": "priority", **numbers, **changes}
        found = [of(measure="pair_preference", languages=pair, **plain)]
        for gives, share in (("answer", answers), ("rival", rivals)):
            if share is not None:
                given = plain | {"value": share, "low": share, "high": share}
                languages = {**pair, "gives": gives}
                found.append(of(measure="preference_as_assigned", languages=languages, **given))
        if undecided is not None:
            given = plain | {"value": undecided, "low": undecided, "high": undecided}
            found.append(of(measure="undecided", languages=pair, **given))
        return found

    return make


@pytest.fixture
def three(conflict):
    return [
        *conflict("es", "cy", 0.4, undecided=0.25),
        *conflict("en", "cy", 0.7, answers=0.8, rivals=0.6, undecided=0.125),
        *conflict("en", "sw", math.nan, undecided=1.0, n_facts=0),
    ]


def rows(chart):
    """The rows of the chart from top to bottom."""
    (first, *_) = layers(chart, "rect")
    return sorted(first["rows"], key=lambda row: row["top"])


def test_the_bars_hold_the_estimates_from_most_to_least(three):
    drawn = rows(draw_priority(three, paradigm="fine-tuning"))
    shown = [(row["first"], row["other"], row["value"], row["low"], row["high"]) for row in drawn]
    assert shown == [
        ("English (en)", "Welsh (cy)", 0.7, pytest.approx(0.6), pytest.approx(0.8)),
        ("Spanish (es)", "Welsh (cy)", 0.4, pytest.approx(0.3), 0.5),
        ("English (en)", "Swahili (sw)", None, None, None),
    ]


def test_a_bar_is_parted_where_the_share_of_the_first_ends(three):
    chart = draw_priority(three, paradigm="fine-tuning")
    first, other, neither = layers(chart, "rect")
    assert [part["encoding"]["x"]["field"] for part in (first, other)] == ["zero", "split"]
    assert [part["encoding"]["x2"]["field"] for part in (first, other)] == ["split", "one"]
    assert [row["split"] for row in rows(chart)] == [0.7, 0.4, 0]
    # Apart from the sides, and of all answers: those that took neither.
    assert neither["encoding"]["x2"]["field"] == "undecided"
    assert [row["undecided"] for row in rows(chart)] == [0.125, 0.25, 1.0]
    assert [row["neither"] for row in rows(chart)] == ["13%", "25%", "100%"]


def test_what_was_assigned_is_told_apart(three):
    english, spanish, _ = rows(draw_priority(three, paradigm="fine-tuning"))
    assert (english["answers"], english["rivals"]) == ("80% [80, 80]", "60% [60, 60]")
    assert (spanish["answers"], spanish["rivals"]) == ("–", "–")


def test_a_pair_that_took_no_side_is_grey_and_says_so(three):
    last = rows(draw_priority(three, paradigm="fine-tuning"))[-1]
    assert (last["share"], last["other_colour"]) == ("none took a side", "#ececec")


def test_sides_differ_in_lightness_also_within_a_tier(conflict):
    (row,) = rows(draw_priority(conflict("en", "zh", 0.5), paradigm="fine-tuning"))
    # Both are high-resource: the second-darkest blue, and its tint.
    assert (row["first_colour"], row["other_colour"]) == ("#285b98", "#c6d9ef")


def test_where_no_answer_took_a_side_there_is_no_chart(conflict, of):
    undecided = conflict("en", "cy", math.nan, undecided=1.0)
    assert draw_priority(undecided, paradigm="fine-tuning") is None
    assert draw_priority([of()], paradigm="fine-tuning") is None
    assert draw_priority([], paradigm="in-context") is None


def test_seventy_pairs_have_a_row_each(conflict):
    languages = ("en", "zh", "ja", "fr", "es", "it", "pt", "de", "nl", "ru")
    seventy = tiered_pairs((*languages, "ta", "mn", "cy", "sw", "tk", "gd", "zu"))
    assert len(seventy) == 70
    chart = draw_priority(
        [each for pair in seventy for each in conflict(*pair, 0.6)], paradigm="fine-tuning"
    )
    tops = [row["top"] for row in rows(chart)]
    assert [b - a for a, b in itertools.pairwise(tops)] == [32] * 69
    assert chart.to_dict()["height"] == 70 * 32


def test_both_languages_have_room_before_the_chart_scrolls(conflict):
    # "English (en)" and "Welsh (cy)": 12 and 10 letters of 6.2 pixels.
    found = conflict("en", "cy", 0.5)
    assert least_priority_width(found, paradigm="fine-tuning") == round(22 * 6.2) + 275


def test_the_description_names_every_pair(three):
    description = draw_priority(three, paradigm="fine-tuning").to_dict()["description"]
    assert "English (en) against Welsh (cy) 70% [60, 80], neither 13%" in description
    assert "English (en) against Swahili (sw) none took a side, neither 100%" in description


def test_numbers(three):
    numbers = pair_numbers(three, paradigm="fine-tuning")
    assert numbers.head[2:4] == ("if it was taught the answers", "if it was taught the rivals")
    english = ("English (en) against Welsh (cy)", "70% [60, 80]", "80% [80, 80]", "60% [60, 60]")
    assert numbers.body[0] == (*english, "13% [13, 13]", "24")
    assert numbers.body[2][1:] == ("none took a side", "–", "–", "100% [100, 100]", "0")


def test_how_attractive_answers_were_before(of):
    def untaught(measure, value, asked):
        what = {"question": "priority", "measure": measure, "languages": {"asked": asked}}
        return of(**what, epoch=0, value=value, low=0.0, high=0.5)

    found = [untaught("untaught_rival", 0.25, "cy"), untaught("untaught_answer", 0.125, "cy")]
    assert attraction_numbers(found, paradigm="fine-tuning").body == (
        ("Welsh (cy)", "13% [0, 50]", "25% [0, 50]"),
    )


def test_every_pair_of_a_run_is_drawn_as_it_was_estimated(estimates):
    """Against the estimates themselves, whatever they are."""
    for paradigm in ("in-context", "fine-tuning"):
        found = {
            (e.languages["taught"], e.languages["against"]): e.value
            for e in estimates
            if (e.measure, e.paradigm) == ("pair_preference", paradigm)
        }
        drawn = rows(draw_priority(estimates, paradigm=paradigm))
        assert [row["value"] for row in drawn] == sorted(found.values(), reverse=True)
        assert len(drawn) == len(found) == 6
        for pair in pairs(estimates, paradigm=paradigm):
            assert pair.preference.value == found[pair.first, pair.other]
            # Counting both ways round the same, the preference is the mean of the two.
            ways = [pair.as_assigned[gives].value for gives in ("answer", "rival")]
            assert pair.preference.value == pytest.approx(sum(ways) / 2)


def test_several_models_are_refused(conflict):
    both = [*conflict("en", "cy", 0.5, model="a"), *conflict("en", "cy", 0.5, model="b")]
    with pytest.raises(ValueError, match=r"of 2 models \(a, b\); draw one model at a time"):
        draw_priority(both, paradigm="fine-tuning")


def test_vega_lite_has_no_complaint(three, capfd):
    chart = draw_priority(three, paradigm="fine-tuning")
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), show_warnings=True)
    assert capfd.readouterr() == ("", "")
    assert ">none took a side<" in svg
