"""What a run ends with: a table of what was known and learned, and a line a finding."""

from collections.abc import Sequence
from typing import get_args

from rich.table import Table

from isoglot.core import Estimate, Paradigm, by_tier, get_language
from isoglot.report import (
    percent_with_interval,
    points_with_interval,
    priority_sentence,
    robustness_sentence,
)


def results_table(estimates: Sequence[Estimate], *, model: str, languages: Sequence[str]) -> Table:
    """One row a language: accuracy in its own language under each paradigm, with 95% intervals."""
    columns: list[tuple[str, str, str, int | None]] = [
        ("known before", "known_before", "untaught", 0),
        ("untaught", "accuracy", "fine-tuning", 0),
        ("in context", "accuracy", "in-context", None),
    ]
    if last := _last_epoch(estimates, model):
        columns.append(("fine-tuned", "accuracy", "fine-tuning", last))
    shown = [column for column in columns if _own(estimates, model, *column[1:])]
    did = "knew" if [column[0] for column in shown] == ["known before"] else "learned"
    table = Table(title=f"What {model} {did}", title_justify="left", title_style="bold")
    table.add_column("language")
    table.add_column("tier")
    for title, *_ in shown:
        table.add_column(title, justify="right")
    for code in by_tier(tuple(languages)):
        language = get_language(code)
        cells = []
        for _, measure, paradigm, epoch in shown:
            found = _own(estimates, model, measure, paradigm, epoch).get(code)
            cells.append(_cell(found) if found else "")
        table.add_row(f"{language.name} ({code})", language.tier, *cells)
    return table


def gap_lines(estimates: Sequence[Estimate], *, model: str) -> list[str]:
    """The gap between the tiers after teaching, a line a paradigm."""
    last = _last_epoch(estimates, model) or 0
    return [
        f"Gap between high- and low-resource languages, {each.paradigm}: "
        + points_with_interval(each)
        for each in estimates
        if each.model == model
        and each.question == "effectiveness"
        and each.measure == "tier_gap"
        and (each.epoch is None or (each.epoch == last and last > 0))
    ]


def finding_lines(estimates: Sequence[Estimate], *, model: str) -> list[str]:
    """The gap between the tiers, who is believed in a conflict, and what resists wrong answers."""
    mine = [each for each in estimates if each.model == model]
    lines = gap_lines(mine, model=model)
    for about, sentence in (("Priority", priority_sentence), ("Robustness", robustness_sentence)):
        said = {paradigm: sentence(mine, paradigm=paradigm) for paradigm in get_args(Paradigm)}
        lines += [f"{about}, {paradigm}: {words}" for paradigm, words in said.items() if words]
    return lines


def _own(
    estimates: Sequence[Estimate], model: str, measure: str, paradigm: str, epoch: int | None
) -> dict[str, Estimate]:
    """A measure in the own language, by language, from whichever question asked for it."""
    return {
        each.languages["taught"]: each
        for each in estimates
        if each.model == model
        and each.question != "robustness"  # which is of wrong answers
        and each.measure == measure
        and each.languages.get("asked", each.languages["taught"]) == each.languages["taught"]
        and each.paradigm == paradigm
        and each.epoch == epoch
    }


def _last_epoch(estimates: Sequence[Estimate], model: str) -> int | None:
    """Of what was learned: wrong answers have epochs of their own."""
    return max(
        (
            each.epoch
            for each in estimates
            if each.model == model
            and each.question in {"effectiveness", "transfer"}
            and each.measure == "accuracy"
            and each.epoch is not None
        ),
        default=None,
    )


def _cell(each: Estimate) -> str:
    value, _, interval = percent_with_interval(each).partition(" [")
    return f"{value} [dim]\\[{interval}[/dim]" if interval else value
