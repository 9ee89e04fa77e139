"""What the page shows of one model: findings, and a panel a figure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import altair as alt

from isoglot.core import Estimate, Paradigm
from isoglot.report import _words
from isoglot.report._curves import (
    facts_in_context,
    learning_curves,
    tier_by_tier,
    times_shown,
)
from isoglot.report._findings import Findings, LanguageResult, findings, language_results
from isoglot.report._lines import Curves, draw_lines, line_numbers
from isoglot.report._numbers import Numbers, learning_numbers, transfer_numbers
from isoglot.report._transfer import draw_transfer, least_width

_LINES_WIDTH = 440


class Charts:
    """The charts of a page, by the ids that its places for them point to."""

    def __init__(self) -> None:
        self.specifications: dict[str, Mapping[str, Any]] = {}

    def keep(self, chart: alt.LayerChart | None, name: str) -> str | None:
        """Keeps a chart under its id; `None` for none."""
        if chart is None:
            return None
        specification = chart.to_dict()
        # Only an address that nobody needs: the page says itself what the chart is written in.
        specification.pop("$schema", None)
        self.specifications[name] = specification
        return name


class Panel(NamedTuple):
    """A figure with its numbers.

    Attributes:
        title: What stands above it, if anything.
        chart: The id of its specification; `None` where there is nothing to draw.
        numbers: What it shows, as a table.
        min_width: Pixels below which it scrolls.
    """

    title: str
    chart: str | None
    numbers: Numbers
    min_width: int = 0


class ModelPart(NamedTuple):
    """What the page shows of one model."""

    name: str
    findings: list[Findings]
    results: list[LanguageResult]
    curves: list[Panel]
    learning: Numbers
    contexts: list[Panel]
    heatmaps: list[Panel]


def model_part(
    name: str, estimates: Sequence[Estimate], charts: Charts, *, number: int, guess: float
) -> ModelPart:
    """What the page shows of one model.

    Args:
        name: The model.
        estimates: Of this model alone.
        charts: Where its charts are kept.
        number: Which of the models it is. Charts are numbered and not named after the model, whose
            name may hold any character.
        guess: See `isoglot.analysis.relation_guess`.
    """
    return ModelPart(
        name=name,
        findings=findings(estimates, guess=guess),
        results=language_results(estimates, guess=guess),
        curves=_learning_panels(estimates, charts, number),
        learning=learning_numbers(estimates),
        contexts=_context_panels(estimates, charts, number),
        heatmaps=_heatmaps(estimates, charts, number),
    )


def _lines(title: str, curves: Curves | None, charts: Charts, name: str) -> Panel:
    chart = charts.keep(draw_lines(curves, width="container"), name)
    return Panel(title, chart, line_numbers(curves), _LINES_WIDTH)


def _learning_panels(estimates: Sequence[Estimate], charts: Charts, number: int) -> list[Panel]:
    parts = {"": estimates} | {
        f"{_words.TIER_WORDS[tier].capitalize()} languages": part
        for tier, part in tier_by_tier(estimates).items()
    }
    return [
        _lines(title, learning_curves(part), charts, f"curves-{number}-{place}")
        for place, (title, part) in enumerate(parts.items())
    ]


def _context_panels(estimates: Sequence[Estimate], charts: Charts, number: int) -> list[Panel]:
    found = (
        ("How often each fact is shown", times_shown(estimates), "times-shown"),
        ("How many facts are shown", facts_in_context(estimates), "facts-in-context"),
    )
    panels = [_lines(title, curves, charts, f"{name}-{number}") for title, curves, name in found]
    return [panel for panel in panels if panel.chart]


def _heatmaps(estimates: Sequence[Estimate], charts: Charts, number: int) -> list[Panel]:
    return [
        Panel(
            _words.PARADIGM_WORDS[paradigm],
            charts.keep(
                draw_transfer(estimates, paradigm=paradigm, width="container"),
                f"transfer-{paradigm}-{number}",
            ),
            transfer_numbers(estimates, paradigm=paradigm),
            least_width(estimates, paradigm=paradigm),
        )
        for paradigm in get_args(Paradigm)
    ]
