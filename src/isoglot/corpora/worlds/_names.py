"""Invented names: drawn syllable by syllable, spelled by rule in every script, unique in each."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import numpy as np

from isoglot.corpora.worlds._data import spelling, taken_names

SYLLABLES_A_NAME = 3


def invented_names(rng: np.random.Generator) -> Iterator[Mapping[str, str]]:
    """Endlessly many names, script to spelling, no two alike in any script.

    None is a word or a place that the list of taken names knows. The first N names of a generator
    do not depend on how many are taken.
    """
    tables = spelling()
    scripts = list(tables.syllables[0])
    seen: set[str] = set()
    while True:
        chosen = rng.choice(len(tables.syllables), size=SYLLABLES_A_NAME, replace=False)
        parts = [tables.syllables[index] for index in chosen]
        if rng.random() < 0.5:  # half the names end in a consonant
            parts.append(tables.endings[rng.integers(len(tables.endings))])
        latin = "".join(part["Latn"] for part in parts)
        if latin not in seen and latin not in taken_names():
            seen.add(latin)
            yield {script: spell(parts, script) for script in scripts}


def spell(parts: Iterable[Mapping[str, str]], script: str) -> str:
    """The name that syllables and an ending make in a script."""
    # Normalised, for an ending that joins the last syllable's letter (Hangul). Only scripts with
    # case are changed by the capital.
    name = unicodedata.normalize("NFC", "".join(part[script] for part in parts)).capitalize()
    initial = spelling().initial.get(script, {})
    return initial.get(name[0], name[0]) + name[1:]


def latin_spelling(text: str, script: str) -> str | None:
    """The Latin spelling, in lower case, of a name in a script; `None` if it is not one.

    No two names share a spelling, so reading back is exact.
    """
    tables = spelling()
    initial = {written: letter for letter, written in tables.initial.get(script, {}).items()}
    inner = initial.get(text[:1], text[:1]) + text[1:]
    match = _form(script).fullmatch(unicodedata.normalize("NFD", inner.lower()))
    if match is None:
        return None
    latin = {_decomposed(part[script]): part["Latn"] for part in tables.syllables}
    endings = {_decomposed(part[script]): part["Latn"] for part in tables.endings}
    *syllables, ending = match.groups()
    read = [latin[syllable] for syllable in syllables]
    if len(set(read)) != SYLLABLES_A_NAME:  # a name never repeats a syllable
        return None
    return "".join(read) + endings.get(ending, "")


@cache
def _form(script: str) -> re.Pattern[str]:
    """The pattern of a name: a group a syllable, and one for the ending."""
    tables = spelling()
    syllable, ending = (
        "|".join(
            sorted((re.escape(_decomposed(part[script])) for part in parts), key=len, reverse=True)
        )
        for parts in (tables.syllables, tables.endings)
    )
    return re.compile(f"({syllable})" * SYLLABLES_A_NAME + f"({ending})?")


def _decomposed(text: str) -> str:
    # So that a Hangul syllable with an ending reads as the syllable and the ending.
    return unicodedata.normalize("NFD", text)
