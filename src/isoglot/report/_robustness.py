"""What becomes of what a model knew, while it is taught wrong answers."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import altair as alt

from isoglot.core import Estimate, Paradigm
from isoglot.report._curves import over_epochs
from isoglot.report._dots import DotSeries, draw_dots
from isoglot.report._lines import Curves, draw_lines
from isoglot.report._numbers import NOT_ASKED, Numbers, by_language
from isoglot.report._select import at_last_stage, of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width
from isoglot.report._words import in_order, language_label, percent_with_interval

RobustnessMeasure = Literal["resistance", "adopted", "accuracy"]


class _Measured(NamedTuple):
    title: str
    of: str
    description: str


MEASURED: Final[dict[RobustnessMeasure, _Measured]] = {
    "resistance": _Measured(
        "Resistance: what stays right",
        "Still right, of what was right before",
        "of the facts that were answered right before wrong answers were taught, those still right",
    ),
    "adopted": _Measured(
        "Adopted: the wrong answer is given",
        "Facts answered as wrongly taught",
        "facts that the wrong answer is given to",
    ),
    "accuracy": _Measured(
        "Right answers, whether known before or not",
        "Facts answered right",
        "facts answered right",
    ),
}

_NOTHING_KNOWN: Final = "nothing was known"
"""Why there is no resistance: nothing was answered right before."""


def draw_robustness_curves(
    estimates: Sequence[Estimate], *, measure: RobustnessMeasure, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """A share over epochs of fine-tuning on wrong answers. See `draw_lines`.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        measure: Which share.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where no epoch was asked.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    return draw_lines(robustness_curves(estimates, measure=measure), width=width)


def draw_robustness_in_context(
    estimates: Sequence[Estimate], *, measure: RobustnessMeasure, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """The same share where the wrong answers stand before the question. See `draw_dots`.

    Right answers are shown before and after.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        measure: Which share.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where wrong answers were not taught in context.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    after = pick(estimates, "robustness", measure, paradigm="in-context")
    before = pick(estimates, "robustness", "accuracy_before", paradigm="in-context")
    series = [DotSeries("After", "taught", after)]
    if measure == "accuracy":
        series.append(DotSeries("Before", "taught", before))
    about = MEASURED[measure]
    return draw_dots(
        series,
        of=about.of,
        width=width,
        why_missing={
            each.languages["taught"]: _NOTHING_KNOWN
            for each in before
            if measure == "resistance" and each.value == 0
        },
        description=f"Dot chart, wrong answers in context: {about.description}, by language",
    )


def robustness_curves(
    estimates: Sequence[Estimate], *, measure: RobustnessMeasure
) -> Curves | None:
    """What `draw_robustness_curves` draws."""
    about = MEASURED[measure]
    return over_epochs(
        pick(estimates, "robustness", measure, paradigm="fine-tuning"),
        of=about.of,
        description=f"{about.description}, over epochs of fine-tuning on wrong answers",
    )


def robustness_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """One row a language: before, and after all teaching of wrong answers."""
    measures = ("accuracy_before", "accuracy", "adopted", "resistance")
    found = {
        measure: {
            each.languages["taught"]: each
            for each in at_last_stage(pick(estimates, "robustness", measure, paradigm=paradigm))
        }
        for measure in measures[1:]
    }
    before = pick(estimates, "robustness", "accuracy_before", paradigm=paradigm)
    found["accuracy_before"] = {each.languages["taught"]: each for each in before}
    codes = in_order(code for cells in found.values() for code in cells)
    return Numbers(
        head=("Language", "Right before", "Right after", "Adopted", "Resistance", "of facts"),
        body=tuple(
            (language_label(code), *_cells([found[measure].get(code) for measure in measures]))
            for code in codes
        ),
    )


def in_context_numbers(estimates: Sequence[Estimate], *, measure: RobustnessMeasure) -> Numbers:
    """One row a language of what `draw_robustness_in_context` draws."""
    columns = {"After": measure, **({"Before": "accuracy_before"} if measure == "accuracy" else {})}
    found = {
        title: {
            each.languages["taught"]: percent_with_interval(each)
            for each in pick(estimates, "robustness", name, paradigm="in-context")
        }
        for title, name in columns.items()
    }
    facts = {
        each.languages["taught"]: str(each.n_facts)
        for each in pick(estimates, "robustness", measure, paradigm="in-context")
    }
    return by_language("Language", {**found, "Facts": facts})


def _cells(numbers: Sequence[Estimate | None]) -> list[str]:
    cells = [NOT_ASKED if each is None else percent_with_interval(each) for each in numbers]
    before, *_, resistance = numbers
    known = resistance.n_facts if resistance else 0
    if before and before.value == 0 and not known:
        cells[-1] = _NOTHING_KNOWN
    return [*cells, str(known)]
