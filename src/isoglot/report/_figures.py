"""The figures of a run by name, as they are saved: with a title, and of a fixed size."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, get_args

import altair as alt
import vl_convert

from isoglot.analysis import write_atomically
from isoglot.core import Estimate, Paradigm
from isoglot.report._curves import (
    draw_facts_in_context,
    draw_learning_curves,
    draw_times_shown,
    tier_by_tier,
)
from isoglot.report._gaps import draw_gaps
from isoglot.report._palette import TIER_HUES
from isoglot.report._select import pick
from isoglot.report._theme import looks_of
from isoglot.report._transfer import draw_transfer
from isoglot.report._words import PARADIGM_WORDS, TIER_WORDS, epoch_words

Drawing = alt.LayerChart | alt.HConcatChart

FORMATS: Final = ("svg", "png", "pdf")
# A font that the converter brings along: a figure looks the same on every machine.
_FILE_FONT: Final = "Arial, 'Liberation Sans', sans-serif"
_PNG_SCALE: Final = 2
_TIERS: Final = ", ".join(f"{TIER_WORDS[tier]} {hue}" for tier, hue in TIER_HUES.items())

_INTERVALS: Final = f"Upright lines: 95% intervals, clustered by fact. {_TIERS.capitalize()}"


def figures(estimates: Sequence[Estimate]) -> dict[str, Drawing]:
    """All figures that there is data for, by name.

    `learning_curves` (with more languages than one chart can hold also `learning_curves_TIER`),
    `times_shown` and `facts_in_context`, `transfer` (a heatmap for each paradigm, side by side)
    and `gaps`. With several models, the name of the model goes before the name of the figure, but
    for `gaps`, which compares them.

    Args:
        estimates: Of any models.
    """
    models = list(dict.fromkeys(each.model for each in estimates))
    found: dict[str, Drawing] = {}
    for model in models:
        mine = [each for each in estimates if each.model == model]
        prefix = f"{re.sub(r'[^A-Za-z0-9.-]+', '-', model)}_" if len(models) > 1 else ""
        drawn = {**_curves(mine, model), **_contexts(mine, model), **_transfer(mine, model)}
        for name, chart in drawn.items():
            found[prefix + name] = chart
    gaps = draw_gaps(estimates)
    if gaps:
        how = "Dots with 95% intervals, paired by fact; open where zero is inside"
        found["gaps"] = gaps.properties(title=_title("Gap between tiers", ", ".join(models), how))
    return found


def write_figures(
    directory: str | Path, estimates: Sequence[Estimate], formats: Sequence[str]
) -> list[Path]:
    """Writes `NAME.FORMAT` for each of `figures`, for papers and slides.

    Args:
        directory: The folder for them, `figures` in a run's folder.
        estimates: Of any models.
        formats: Which files to write of each figure: svg, png, pdf.

    Returns:
        The files that were written.

    Raises:
        ValueError: If a format is not known.
        RunFolderError: If the folder can't be written to.
    """
    for each in formats:
        if each not in FORMATS:
            raise ValueError(f"formats: {each!r} is not known; known: {', '.join(FORMATS)}")
    paths = []
    for name, chart in figures(estimates).items():
        specification = chart.to_dict()
        specification["config"]["font"] = _FILE_FONT
        for each in dict.fromkeys(formats):
            path = Path(directory) / f"{name}.{each}"
            write_atomically(path, _converted(specification, each))
            paths.append(path)
    return paths


def _curves(estimates: Sequence[Estimate], model: str) -> dict[str, Drawing]:
    found: dict[str, Drawing] = {}
    parts = {f"_{tier}": part for tier, part in tier_by_tier(estimates).items()}
    for suffix, part in {"": estimates, **parts}.items():
        chart = draw_learning_curves(part)
        if chart:
            what = "Learning curves: asked in the language taught"
            found[f"learning_curves{suffix}"] = chart.properties(
                title=_title(what, model, _INTERVALS)
            )
    return found


def _contexts(estimates: Sequence[Estimate], model: str) -> dict[str, Drawing]:
    charts = {
        "times_shown": ("how often each fact is shown", draw_times_shown(estimates)),
        "facts_in_context": ("how many facts are shown", draw_facts_in_context(estimates)),
    }
    return {
        name: chart.properties(title=_title(f"In context: {what}", model, _INTERVALS))
        for name, (what, chart) in charts.items()
        if chart
    }


def _transfer(estimates: Sequence[Estimate], model: str) -> dict[str, Drawing]:
    drawn = {
        _stage(estimates, paradigm): chart
        for paradigm in get_args(Paradigm)
        if (chart := draw_transfer(estimates, paradigm=paradigm)) is not None
    }
    if not drawn:
        return {}
    how = "Percent of the facts answered right; outlined: asked in the language taught"
    if len(drawn) == 1:
        ((stage, chart),) = drawn.items()
        return {"transfer": chart.properties(title=_title(f"Transfer: {stage}", model, how))}
    # Only the whole may say how it looks, so its parts are made anew.
    parts = [
        alt.LayerChart(
            data=chart.data,
            layer=chart.layer,
            width=chart.width,
            height=chart.height,
            title=alt.TitleParams(text=stage, fontSize=13, offset=8),
        )
        for stage, chart in drawn.items()
    ]
    pair = alt.HConcatChart(hconcat=parts, spacing=40, title=_title("Transfer", model, how))
    return {"transfer": looks_of(pair)}


def _title(text: str, *subtitle: str) -> alt.TitleParams:
    return alt.TitleParams(text=text, subtitle=list(subtitle))


def _stage(estimates: Sequence[Estimate], paradigm: Paradigm) -> str:
    epochs = {each.epoch for each in pick(estimates, "transfer", "accuracy", paradigm=paradigm)}
    words = PARADIGM_WORDS[paradigm]
    epoch = epochs.pop() if len(epochs) == 1 else None
    return words if epoch is None else f"{words}, {epoch_words(epoch)}"


def _converted(specification: dict[str, Any], file_format: str) -> str | bytes:
    # No base address is allowed: a figure fetches nothing.
    if file_format == "svg":
        return str(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]))
    if file_format == "png":
        png = vl_convert.vegalite_to_png(specification, scale=_PNG_SCALE, allowed_base_urls=[])
        return bytes(png)
    return bytes(vl_convert.vegalite_to_pdf(specification, allowed_base_urls=[]))
