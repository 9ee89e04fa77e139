"""What `isoglot data check` shows: a row a language, then the reasons with examples."""

import math
from collections import defaultdict
from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from isoglot.core import get_language
from isoglot.corpora.quality import CorpusCheck, LanguageCheck, Measure

_COLOURS = {"good": "green", "check": "yellow", "bad": "red", "note": "dim"}
# These have columns of their own.
_SHOWN = ("identified", "retrieved_first", "round_trip_similarity")
# Nobody misses them where they were not measured: that they can't be is no news.
_SELDOM = ("round_trip_similarity", "round_trip_chrf", "names_lost", "answer_is_rival")


def checks_table(check: CorpusCheck) -> Table:
    """One row a language: verdict, the main figures, and what else there is to say."""
    kind = "with names in slots" if check.has_slots else "each in its own words"
    table = Table(
        title=f"How well {check.corpus} is translated ({check.facts} facts, {kind})",
        title_justify="left",
        title_style="bold",
    )
    for title in ("language", "verdict"):
        table.add_column(title)
    for title in ("identified", "retrieved first", "round trip"):
        table.add_column(title, justify="right")
    table.add_column("flags")
    for each in check.languages:
        measures = each.measures
        table.add_row(
            _name(each.language),
            f"[{_COLOURS[each.verdict]}]{each.verdict}[/]",
            _percent(measures["identified"]),
            _percent(measures["retrieved_first"]),
            _figure(measures["round_trip_similarity"]),
            _flags(each, reference=check.reference),
        )
    return table


def reason_lines(check: CorpusCheck, *, examples: int) -> Iterator[str]:
    """The reasons of every language with examples, as rich markup; then what was not measured."""
    for each in check.languages:
        round_trip = _round_trip(each)
        if each.reasons or round_trip:
            yield f"\n{_name(each.language)}"
        if round_trip:
            yield f"  {round_trip}"
        for reason in each.reasons:
            yield f"  [{_COLOURS[reason.weight]}]{reason.weight}[/] {escape(reason.sentence)}"
            for example in reason.examples[:examples]:
                said = f"{example.fact_id}: {example.text}" if example.fact_id else example.text
                remark = f" [dim]({escape(example.remark)})[/]" if example.remark else ""
                yield f"      {escape(said)}{remark}"
    if check.near_duplicates.examples:
        yield f"\n{check.near_duplicates.value:.0%} of the facts say what another one says:"
        for example in check.near_duplicates.examples[:examples]:
            yield f"      {escape(f'{example.fact_id} ({example.remark}): {example.text}')}"
    yield from _not_measured(check)


def _round_trip(each: LanguageCheck) -> str:
    similarity, chrf = (each.measures[f"round_trip_{name}"] for name in ("similarity", "chrf"))
    figures = [
        f"{name} {measure.value:.2f}"
        for name, measure in (("similarity", similarity), ("chrF", chrf))
        if measure.measured
    ]
    questions = max(similarity.of, chrf.of)
    return f"round trip of {questions} questions: {', '.join(figures)}" if figures else ""


def _not_measured(check: CorpusCheck) -> Iterator[str]:
    by_why: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in check.languages:
        if each.language == check.reference:
            continue
        for metric, why in each.not_measured.items():
            if metric not in _SELDOM or "run: " in why:
                by_why[metric, why].append(each.language)
    if by_why:
        yield "\nNot measured, and neither good nor bad:"
    for (metric, why), languages in by_why.items():
        whose = "" if len(languages) == len(check.languages) - 1 else f" ({', '.join(languages)})"
        yield escape(f"  {metric}{whose}: {why}")


def _flags(each: LanguageCheck, *, reference: str) -> str:
    if each.language == reference and not each.reasons:
        return "[dim]reference[/]"
    return ", ".join(
        f"[{_COLOURS[reason.weight]}]{reason.metric}[/]"
        for reason in each.reasons
        if reason.metric not in _SHOWN
    )


def _name(code: str) -> str:
    return f"{get_language(code).name} ({code})"


def _percent(measure: Measure) -> str:
    return "" if math.isnan(measure.value) else f"{measure.value:.0%}"


def _figure(measure: Measure) -> str:
    return "" if math.isnan(measure.value) else f"{measure.value:.2f}"
