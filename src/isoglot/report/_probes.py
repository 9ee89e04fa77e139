"""The probe table as the page carries it: small, and in the order that is best to read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from isoglot.core import known_languages
from isoglot.report._words import PARADIGM_WORDS, language_label, language_name

RIGHT: Final = "right"
ELSEWHERE: Final = "right, but in another language"
WRONG: Final = "wrong"
_NO_EPOCH: Final = "none"
# What the page shows of a probe. `verdict` is one of three, `verdict_words` says which language.
_COLUMNS: Final = (
    "model",
    "paradigm",
    "taught",
    "asked",
    "epoch",
    "question",
    "reference",
    "answer",
    "answer_language",
    "verdict",
    "verdict_words",
    "judge",
)


class Filter(NamedTuple):
    """A drop-down: which column it filters, and its choices (a level's number, its words)."""

    column: str
    label: str
    choices: tuple[tuple[int, str], ...]


def probe_data(table: pd.DataFrame) -> dict[str, Any]:
    """The table by columns, each as its distinct values (`levels`) and a number a row (`codes`).

    Thirty thousand probes repeat few questions and answers, so this is a tenth of the size of
    rows. The last epoch comes first, and languages come from the high tier to the low.
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
        ("taught", "Taught in"),
        ("asked", "Asked in"),
        ("paradigm", "Learned by"),
        ("epoch", "Epoch"),
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
    verdict = pd.Series(WRONG, index=table.index, dtype="str")
    verdict = verdict.mask(table["wrong_language"], ELSEWHERE).mask(table["correct"], RIGHT)
    in_language = {code: f"right, but in {language_name(code)}" for code in known_languages()}
    named = table["answer_language"].map(in_language).astype("str").fillna(ELSEWHERE)
    return table.assign(
        verdict=verdict,
        verdict_words=verdict.where(verdict != ELSEWHERE, named),
        epoch_order=table["epoch"].astype("Float64").fillna(-1.0),
        epoch=table["epoch"].astype("str").fillna(_NO_EPOCH),
        # Text of no known language is taken to be in the language that was asked.
        answer_language=table["answer_language"].fillna(table["asked"]),
    )


def _in_reading_order(rows: pd.DataFrame) -> pd.DataFrame:
    order = list(known_languages())
    return rows.assign(
        paradigm_order=rows["paradigm"].map(list(PARADIGM_WORDS).index),
        taught_order=rows["taught"].map(order.index),
        asked_order=rows["asked"].map(order.index),
        other=rows["taught"] != rows["asked"],
    ).sort_values(
        ["model", "paradigm_order", "epoch_order", "taught_order", "other", "asked_order", "fact"],
        ascending=[True, True, False, True, True, True, True],
        kind="stable",
    )


def _rank(column: str, level: str) -> Any:
    if column in {"taught", "asked"}:
        return list(known_languages()).index(level)
    if column == "epoch":
        return -1 if level == _NO_EPOCH else int(level)
    return (RIGHT, ELSEWHERE, WRONG).index(level) if column == "verdict" else level


def _choice(column: str, level: str) -> str:
    if column in {"taught", "asked"}:
        return language_label(level)
    words = {str(paradigm): words for paradigm, words in PARADIGM_WORDS.items()}
    return {**words, _NO_EPOCH: "no epochs (in context)"}.get(level, level)


def languages_of(data: Mapping[str, Any]) -> dict[str, str]:
    """The label of every language that the probes name, for the page's script."""
    codes: Sequence[str] = [
        *data["columns"]["taught"]["levels"],
        *data["columns"]["asked"]["levels"],
    ]
    return {code: language_label(code) for code in dict.fromkeys(codes)}
