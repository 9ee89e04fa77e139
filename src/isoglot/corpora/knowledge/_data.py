"""The shipped general knowledge, validated: who has what, and how it is asked."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from isoglot.core import Record, known_languages
from isoglot.corpora._terms import term_languages
from isoglot.corpora._wordings import RelationWording, read_wordings, worded_languages

COUNTRY_RELATIONS = ("country-continent", "country-currency", "country-language")
RELATIONS = (*COUNTRY_RELATIONS, "month-after", "weekday-after", "sum")


class KnownFact(Record):
    """A fact before it is put into words.

    Attributes:
        id: The relation and what is asked about: `country-currency-JP`, `sum-2-7`.
        slots: What fills the slots of the questions: the item of a set, or digits.
        answer: The right item of the relation's answer set.
        wrong: The items of the same set that a rival can be drawn from.
    """

    id: str
    relation: str
    slots: Mapping[str, str]
    answer: str
    wrong: tuple[str, ...]


def _folder() -> Traversable:
    return files("isoglot.corpora.knowledge").joinpath("data")


@cache
def country_facts() -> Mapping[str, Mapping[str, str]]:
    """Relation to country to answer, as `tools/build_terms.py` found them in CLDR."""
    return {relation: _facts_file()[relation] for relation in COUNTRY_RELATIONS}


@cache
def given_away() -> frozenset[str]:
    """The facts whose question has the answer in it in some language, as "South Africa" has.

    They are left out in every language: who repeats a question knows nothing.
    """
    return frozenset(_facts_file()["given-away"])


@cache
def _facts_file() -> Mapping[str, Any]:
    content: dict[str, Any] = json.loads(
        _folder().joinpath("facts.json").read_text(encoding="utf-8")
    )
    return content


@cache
def wordings(language: str) -> Mapping[str, RelationWording]:
    """The questions of every relation in a language."""
    return read_wordings(_folder(), language, relations=RELATIONS)


@cache
def knowledge_languages() -> tuple[str, ...]:
    """The languages that general knowledge can be asked in, in the order of the known ones."""
    able = set(worded_languages(_folder())) & term_languages()
    return tuple(code for code in known_languages() if code in able)
