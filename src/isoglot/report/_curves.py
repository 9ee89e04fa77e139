"""How well facts are learned: over epochs of fine-tuning, and by what a context shows."""

from collections.abc import Sequence
from typing import Final

import altair as alt

from isoglot.core import Estimate, Paradigm, Tier, get_language
from isoglot.report._lines import MOST_LINES, Curves, Placed, Stages, draw_lines
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width
from isoglot.report._words import in_order

_RIGHT: Final = "Facts answered right"
_ALL_FACTS: Final = "all"


def draw_learning_curves(
    estimates: Sequence[Estimate],
    *,
    paradigm: Paradigm = "fine-tuning",
    width: Width = PLOT_WIDTH,
) -> alt.LayerChart | None:
    """Accuracy over epochs, one line a language, with 95% intervals. See `draw_lines`.

    With more than `MOST_LINES` languages draw `tier_by_tier` as well.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: One that has epochs.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where no epoch was asked.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    return draw_lines(learning_curves(estimates, paradigm=paradigm), width=width)


def draw_times_shown(
    estimates: Sequence[Estimate], *, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """Accuracy in context by how often each fact stands before the question. See `draw_lines`.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where there are no two numbers of times.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    return draw_lines(times_shown(estimates), width=width)


def draw_facts_in_context(
    estimates: Sequence[Estimate], *, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """Accuracy by how many facts stand before the question, all of them last. See `draw_lines`.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where nothing was asked with fewer than all facts.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    return draw_lines(facts_in_context(estimates), width=width)


def learning_curves(
    estimates: Sequence[Estimate], *, paradigm: Paradigm = "fine-tuning"
) -> Curves | None:
    """What `draw_learning_curves` draws."""
    return over_epochs(
        pick(estimates, "effectiveness", "accuracy", paradigm=paradigm),
        of=_RIGHT,
        description="accuracy in the taught language over epochs of fine-tuning",
    )


def times_shown(estimates: Sequence[Estimate]) -> Curves | None:
    """What `draw_times_shown` draws."""
    placed = [
        Placed(each.times_shown, each)
        for each in pick(estimates, "effectiveness", "accuracy_by_times_shown")
        if each.times_shown is not None
    ]
    times = sorted({place for place, _ in placed})
    if len(times) < 2:
        return None
    return Curves(
        placed,
        Stages("Times each fact stands before the question", "Times shown", _numbered(times)),
        of=_RIGHT,
        description=(
            "accuracy in the taught language by how often each fact stands before the question"
        ),
    )


def facts_in_context(estimates: Sequence[Estimate]) -> Curves | None:
    """What `draw_facts_in_context` draws."""
    some = pick(estimates, "effectiveness", "accuracy_by_facts_in_context")
    every = pick(estimates, "effectiveness", "final_accuracy", paradigm="in-context")
    numbers = sorted({each.facts_in_context for each in some if each.facts_in_context})
    if not numbers:
        return None
    # Steps of equal width: how many "all" are is no number of this axis.
    places = {number: place for place, number in enumerate(numbers)}
    return Curves(
        [
            *(
                Placed(places[each.facts_in_context], each)
                for each in some
                if each.facts_in_context
            ),
            *(Placed(len(numbers), each) for each in every),
        ],
        Stages(
            "Facts before the question",
            "Facts shown",
            {place: f"{n:,}" for n, place in places.items()} | {len(numbers): _ALL_FACTS},
        ),
        of=_RIGHT,
        description="accuracy in the taught language by how many facts stand before the question",
    )


def over_epochs(estimates: Sequence[Estimate], *, of: str, description: str) -> Curves | None:
    """The estimates that have an epoch, each at its epoch; `None` where none has."""
    placed = [Placed(each.epoch, each) for each in estimates if each.epoch is not None]
    if not placed:
        return None
    epochs = sorted({place for place, _ in placed})
    stages = Stages("Epochs of fine-tuning", "Epoch", {epoch: str(epoch) for epoch in epochs})
    return Curves(placed, stages, of=of, description=description)


def tier_by_tier(estimates: Sequence[Estimate]) -> dict[Tier, list[Estimate]]:
    """The estimates of learning curves parted by tier; empty where one chart holds them all."""
    shown = pick(estimates, "effectiveness", "accuracy")
    parts: dict[Tier, list[Estimate]] = {}
    for code in in_order(each.languages["taught"] for each in shown):
        mine = [each for each in shown if each.languages["taught"] == code]
        parts.setdefault(get_language(code).tier, []).extend(mine)
    n_languages = len({each.languages["taught"] for each in shown})
    return parts if n_languages > MOST_LINES and len(parts) > 1 else {}


def _numbered(times: Sequence[int]) -> dict[int, str]:
    return {each: str(each) for each in times}
