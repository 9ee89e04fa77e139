"""The probe table as the page carries it: small, and in the order that is best to read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from isoglot.core import known_languages
from isoglot.report._words import (
    PARADIGM_WORDS,
    context_words,
    epoch_words,
    language_label,
    language_name,
)

RIGHT: Final = "right"
ELSEWHERE: Final = "right, but in another language"
RIVAL: Final = "the rival"
WRONG: Final = "wrong"
_NONE: Final = ""
# What a condition was taught: by what it gives, and whether another language contradicts it.
LESSONS: Final = {
    ("answer", False): "facts",
    ("answer", True): "answers, against rivals",
    ("rival", True): "rivals, against answers",
    ("rival", False): "wrong answers",
}
# What the page shows of a probe. `verdict` is one of four, `verdict_words` says which language.
_COLUMNS: Final = (
    "model",
    "paradigm",
    "lesson",
    "taught",
    "against",
    "asked",
    "stage",
    "question",
    "reference",
    "rival",
    "answer",
    "answer_language",
    "verdict",
    "verdict_words",
    "judge",
)
_STAGE: Final = ["epoch", "times_shown", "facts_in_context"]


class Filter(NamedTuple):
    """A drop-down: which column it filters, and its choices (a level's number, its words)."""

    column: str
    label: str
    choices: tuple[tuple[int, str], ...]


def probe_data(table: pd.DataFrame) -> dict[str, Any]:
    """The table by columns, each as its distinct values (`levels`) and a number a row (`codes`).

    Thirty thousand probes repeat few questions and answers, so this is a tenth of the size of
    rows. The last stage comes first, and languages come from the high tier to the low.
    """
    rows = _in_reading_order(_worded(table))
    columns = {}
    for name in _COLUMNS:
        codes, levels = pd.factorize(rows[name])
        columns[name] = {"levels": [str(level) for level in levels], "codes": codes.tolist()}
    return {"rows": len(rows), "columns": columns}


def probe_filters(data: Mapping[str, Any]) -> list[Filter]:
    """The drop-downs for the columns that hold more than one value."""
    filters = []
    for column, label in (
        ("verdict", "Verdict"),
        ("lesson", "Taught what"),
        ("taught", "Taught in"),
        ("against", "Against"),
        ("asked", "Asked in"),
        ("paradigm", "Learned by"),
        ("stage", "When asked"),
        ("model", "Model"),
        ("judge", "Judge"),
    ):
        levels: list[str] = data["columns"][column]["levels"]
        if len(levels) > 1:
            order = sorted(range(len(levels)), key=lambda code: _rank(column, levels[code]))
            choices = tuple((code, _choice(column, levels[code])) for code in order)
            filters.append(Filter(column, label, choices))
    return filters


def _worded(table: pd.DataFrame) -> pd.DataFrame:
    conflict = table["against"].notna()
    lessons = [
        LESSONS[gives, contradicted]
        for gives, contradicted in zip(table["gives"], conflict, strict=True)
    ]
    verdict, words = _verdicts(table)
    # Where no rival was taught, nobody asks for it, unless it is the answer.
    of_interest = conflict | (table["gives"] == "rival") | table["rival"]
    return table.assign(
        lesson=pd.Series(lessons, index=table.index, dtype="str"),
        against=table["against"].fillna(_NONE),
        stage=_stages(table),
        rival=table["rival_reference"].where(of_interest).fillna(_NONE),
        verdict=verdict,
        verdict_words=words,
        # Text of no known language is taken to be in the language that was asked.
        answer_language=table["answer_language"].fillna(table["asked"]),
    )


def _verdicts(table: pd.DataFrame) -> tuple["pd.Series[str]", "pd.Series[str]"]:
    verdict = pd.Series(WRONG, index=table.index, dtype="str")
    verdict = verdict.mask(table["rival"], RIVAL)
    verdict = verdict.mask(table["wrong_language"], ELSEWHERE).mask(table["correct"], RIGHT)
    in_language = {code: f"right, but in {language_name(code)}" for code in known_languages()}
    elsewhere = table["answer_language"].map(in_language).astype("str").fillna(ELSEWHERE)
    words = verdict.where(verdict != ELSEWHERE, elsewhere)
    taught_wrongly = (table["gives"] == "rival") & table["against"].isna()
    words = words.mask((verdict == RIVAL) & taught_wrongly, "the wrong answer taught")
    both = table["rival"] & (table["correct"] | table["wrong_language"])
    return verdict, words.mask(both, words + ", and the rival")


def _stages(table: pd.DataFrame) -> "pd.Series[str]":
    """The words of each row's stage, made once for each stage."""
    stages = table[_STAGE].drop_duplicates()
    words = {
        stage: _stage_words(*(None if pd.isna(number) else int(number) for number in stage))
        for stage in stages.astype("object").itertuples(index=False, name=None)
    }
    keys = table[_STAGE].astype("object").itertuples(index=False, name=None)
    return pd.Series([words[key] for key in keys], index=table.index, dtype="str")


def _stage_words(epoch: int | None, times_shown: int | None, facts: int | None) -> str:
    if epoch is not None:
        return epoch_words(epoch)
    if times_shown is None:
        return _NONE
    return context_words(times_shown, facts)


def _in_reading_order(rows: pd.DataFrame) -> pd.DataFrame:
    order = list(known_languages())
    lessons = list(LESSONS.values())
    # Of fewer facts than all there are few; with all of them (no number) comes first.
    whole = rows["facts_in_context"].astype("Float64").fillna(float("inf"))
    return rows.assign(
        paradigm_order=rows["paradigm"].map(list(PARADIGM_WORDS).index),
        lesson_order=rows["lesson"].map(lessons.index),
        epoch_order=rows["epoch"].astype("Float64").fillna(-1.0),
        times_order=rows["times_shown"].astype("Float64").fillna(-1.0),
        facts_order=whole,
        taught_order=rows["taught"].map(order.index),
        against_order=rows["against"].map(["", *order].index),
        other=rows["taught"] != rows["asked"],
        asked_order=rows["asked"].map(order.index),
    ).sort_values(
        [
            *("model", "paradigm_order", "lesson_order"),
            *("epoch_order", "times_order", "facts_order"),
            *("taught_order", "against_order", "other", "asked_order", "fact"),
        ],
        ascending=[True, True, True, False, False, False, True, True, True, True, True],
        kind="stable",
    )


def _rank(column: str, level: str) -> Any:
    if column in {"taught", "asked", "against"}:
        return ["", *known_languages()].index(level)
    if column == "stage":
        kinds = (epoch_words(0), "after epoch", "shown", "")
        kind = next(rank for rank, kind in enumerate(kinds) if level.startswith(kind))
        return kind, [int(word) for word in level.replace(",", "").split() if word.isdecimal()]
    order = {
        "verdict": (RIGHT, ELSEWHERE, RIVAL, WRONG),
        "lesson": tuple(LESSONS.values()),
        "paradigm": tuple(PARADIGM_WORDS),
    }
    return order[column].index(level) if column in order else level


def _choice(column: str, level: str) -> str:
    if column in {"taught", "asked"} or (column == "against" and level):
        return language_label(level)
    words = {str(paradigm): words for paradigm, words in PARADIGM_WORDS.items()}
    return words.get(level, level) or {"against": "no other", "stage": "in context"}.get(column, "")


def languages_of(data: Mapping[str, Any]) -> dict[str, str]:
    """The label of every language that the probes name, for the page's script."""
    codes: Sequence[str] = [
        code
        for column in ("taught", "against", "asked")
        for code in data["columns"][column]["levels"]
    ]
    return {code: language_label(code) for code in dict.fromkeys(codes) if code}
