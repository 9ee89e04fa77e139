"""The shipped world data, validated: relations, their wordings, spelling tables, taken names.

`docs/worlds.md` says how to add a language or a relation.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from isoglot.core import Record, get_language, known_languages, parse_yaml
from isoglot.corpora._terms import term_languages
from isoglot.corpora._wordings import RelationWording, read_wordings, worded_languages


class Relation(Record):
    """What a kind of thing has.

    Attributes:
        subject: The kind of thing (city, festival).
        answers: The closed set of terms that the answer is drawn from.
    """

    subject: str
    answers: str


class _RelationsFile(Record):
    relations: Mapping[str, Relation]


class Spelling(Record):
    """How names are spelled.

    Attributes:
        syllables: By script, one mapping a syllable.
        endings: The same of what may stand at the end.
        initial: By script, letters that are written otherwise at the beginning of a word.
    """

    syllables: tuple[Mapping[str, str], ...]
    endings: tuple[Mapping[str, str], ...]
    initial: Mapping[str, Mapping[str, str]]


def _folder() -> Traversable:
    return files("isoglot.corpora.worlds").joinpath("data")


def _text(name: str) -> str:
    return _folder().joinpath(name).read_text(encoding="utf-8")


@cache
def relations() -> Mapping[str, Relation]:
    """The catalogue of relations, in the order of the file."""
    return _RelationsFile.model_validate(parse_yaml(_text("relations.yaml"))).relations


@cache
def wordings(language: str) -> Mapping[str, RelationWording]:
    """The questions of every relation in a language."""
    return read_wordings(_folder(), language, relations=list(relations()))


@cache
def spelling() -> Spelling:
    """How names are spelled in every script."""
    return Spelling.model_validate(parse_yaml(_text("names.yaml")))


@cache
def taken_names() -> frozenset[str]:
    """The names, in lower-case Latin letters, that are a word or a place somewhere.

    Built by `tools/build_taken_names.py`.
    """
    lines = _text("taken_names.txt").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def world_languages() -> tuple[str, ...]:
    """The languages that worlds can be made in, by tier, then as `isoglot languages` lists them."""
    scripts = set(spelling().syllables[0])
    worded = set(worded_languages(_folder())) & term_languages()
    return tuple(
        code
        for code in known_languages()
        if code in worded and get_language(code).script in scripts
    )
