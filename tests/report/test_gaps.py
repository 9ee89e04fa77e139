import math

import pytest
import vl_convert
from chart_data import layers

from isoglot.report import draw_gaps


@pytest.fixture
def gap(of):
    """Makes an estimate of a gap, after epoch 12 of fine-tuning unless told otherwise."""

    def make(value, low, high, **changes):
        numbers = {"value": value, "low": low, "high": high}
        of_tiers = {"measure": "tier_gap", "languages": {"high": "en", "low": "cy"}}
        return of(**{**numbers, **of_tiers, **changes})

    return make


def rows(chart):
    """The rows of the chart from top to bottom."""
    (dots,) = layers(chart, "point")
    return sorted(dots["rows"], key=lambda row: row["at"])


def test_the_last_epoch_of_every_contrast_is_drawn(gap):
    chart = draw_gaps(
        [
            gap(0.1, -0.1, 0.3, epoch=1),
            gap(0.5, 0.3, 0.7, epoch=12),
            gap(0.2, 0.1, 0.3, paradigm="in-context", epoch=None),
            gap(-0.3, -0.5, -0.1, question="transfer", measure="tier_gap_taught"),
        ]
    )
    assert [(row["what"], row["words"], row["gap"]) for row in rows(chart)] == [
        (
            "Learning: asked in the language taught",
            "Fine-tuning, after epoch 12",
            "+50 points [+30, +70]",
        ),
        ("Learning: asked in the language taught", "In context", "+20 points [+10, +30]"),
        (
            "Transfer: by the language taught",
            "Fine-tuning, after epoch 12",
            "−30 points [−50, −10]",
        ),
    ]


def test_a_dot_is_open_where_zero_is_inside(gap):
    drawn = rows(
        draw_gaps(
            [
                gap(0.1, -0.1, 0.3),
                gap(0.5, 0.3, 0.7, question="transfer"),
                gap(0.2, 0.0, 0.4, question="priority"),
            ]
        )
    )
    assert [row["fill"] == "#ffffff" for row in drawn] == [True, False, True]
    assert drawn[1]["fill"] == drawn[1]["ink"]


@pytest.mark.parametrize(
    ("ends", "domain"), [((0.1, 0.2), 0.25), ((-0.26, 0.2), 0.5), ((0.2, 0.97), 1.0)]
)
def test_zero_is_in_the_middle(gap, ends, domain):
    (dots,) = layers(draw_gaps([gap(0.15, *ends)]), "point")
    assert dots["encoding"]["x"]["scale"]["domain"] == [-domain, domain]


def test_models_are_named_where_there_are_several(gap):
    drawn = rows(draw_gaps([gap(0.1, 0.0, 0.2, model="a"), gap(0.1, 0.0, 0.2, model="b")]))
    assert [row["words"] for row in drawn] == [
        "Fine-tuning, after epoch 12, a",
        "Fine-tuning, after epoch 12, b",
    ]


def test_nothing_to_draw_is_no_chart(of, gap):
    assert draw_gaps([]) is None
    assert draw_gaps([of()]) is None
    assert draw_gaps([gap(math.nan, math.nan, math.nan)]) is None


def test_vega_lite_has_no_complaint(gap, capfd):
    chart = draw_gaps([gap(0.5, 0.3, 0.7)])
    vl_convert.vegalite_to_svg(chart.to_dict(), show_warnings=True)
    assert capfd.readouterr() == ("", "")
