import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.core import known_languages
from isoglot.report import draw_transfer
from isoglot.report._palette import SHARE_RAMP
from isoglot.report._transfer import least_width


@pytest.fixture
def pair(of):
    """Makes an estimate of transfer from one language to another."""

    def make(taught, asked, value, **changes):
        languages = {"taught": taught, "asked": asked}
        bounds = {"value": value, "low": value - 0.1, "high": value + 0.1}
        return of(**{"question": "transfer", "languages": languages, **bounds, **changes})

    return make


@pytest.fixture
def four(pair):
    return [
        pair("cy", "cy", 0.3),
        pair("cy", "en", 0.2),
        pair("en", "cy", 0.1),
        pair("en", "en", 0.9),
        pair("en", "cy", 0.4, measure="wrong_language"),
    ]


def cells(chart):
    """The cells by their two languages."""
    (squares, *_) = layers(chart, "rect")
    return {(cell["taught"], cell["asked"]): cell for cell in squares["rows"]}


def test_cells_hold_the_estimates(four):
    shown = cells(draw_transfer(four, paradigm="fine-tuning"))
    assert {pair: (cell["value"], cell["text"]) for pair, cell in shown.items()} == {
        ("English (en)", "English (en)"): (0.9, "90"),
        ("English (en)", "Welsh (cy)"): (0.1, "10"),
        ("Welsh (cy)", "English (en)"): (0.2, "20"),
        ("Welsh (cy)", "Welsh (cy)"): (0.3, "30"),
    }


def test_languages_go_by_tier_with_a_gap_between(four):
    shown = cells(draw_transfer(four, paradigm="fine-tuning"))
    english, welsh = (shown["English (en)", to] for to in ("English (en)", "Welsh (cy)"))
    # A cell is 1 wide less 0.015 on each side, and tiers are 0.14 apart.
    assert (english["left"], english["right"]) == pytest.approx((0.015, 0.985))
    assert (welsh["left"], welsh["right"]) == pytest.approx((1.155, 2.125))


def test_tooltips_have_the_interval_and_the_share_in_another_language(four):
    shown = cells(draw_transfer(four, paradigm="fine-tuning"))
    assert shown["English (en)", "Welsh (cy)"]["accuracy"] == "10% [0, 20]"
    assert shown["English (en)", "Welsh (cy)"]["elsewhere"] == "40% [30, 50]"
    assert shown["Welsh (cy)", "English (en)"]["elsewhere"] == "no answers"


def test_text_is_light_on_dark_cells(four):
    shown = cells(draw_transfer(four, paradigm="fine-tuning"))
    assert shown["English (en)", "English (en)"]["ink"] == "#ffffff"
    assert shown["English (en)", "Welsh (cy)"]["ink"] == "#000000"


def test_the_scale_is_the_same_for_both_paradigms(pair):
    for paradigm in ("in-context", "fine-tuning"):
        chart = draw_transfer([pair("en", "en", 0.2, paradigm=paradigm)], paradigm=paradigm)
        colour = chart.to_dict()["layer"][0]["encoding"]["color"]
        assert colour["scale"]["domain"] == [0, 1]
        assert colour["scale"]["range"] == list(SHARE_RAMP)


def test_a_pair_without_answers_is_grey_not_zero(pair):
    nothing = pair("en", "cy", math.nan, low=math.nan, high=math.nan, n_facts=0)
    shown = cells(draw_transfer([pair("en", "en", 0.5), nothing], paradigm="fine-tuning"))
    missing = shown["English (en)", "Welsh (cy)"]
    assert (missing["value"], missing["text"], missing["accuracy"]) == (None, "–", "no answers")


def test_every_language_has_its_label(pair):
    every = [pair(a, b, 0.5) for a in known_languages() for b in known_languages()]
    chart = draw_transfer(every, paradigm="fine-tuning")
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    for language in known_languages().values():
        assert svg.count(f">{language.name} ({language.code})<") == 2


def test_the_chart_scrolls_before_its_labels_touch(four):
    assert least_width(four, paradigm="fine-tuning") == 130 + 2 * 52


def test_nothing_to_draw_is_no_chart(four, pair):
    assert draw_transfer([], paradigm="fine-tuning") is None
    assert draw_transfer(four, paradigm="in-context") is None
    nothing = pair("en", "cy", math.nan, low=math.nan, high=math.nan)
    assert draw_transfer([nothing], paradigm="fine-tuning") is None


def test_vega_lite_has_no_complaint(four, capfd):
    chart = draw_transfer(four, paradigm="fine-tuning")
    vl_convert.vegalite_to_svg(chart.to_dict(), show_warnings=True)
    assert capfd.readouterr() == ("", "")
