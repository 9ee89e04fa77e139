"""What the checks know about languages and about their own tools, from `data/*.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from isoglot.core import Record, parse_yaml


class Relatives(Record):
    """What the identifier may call a language; see `data/relatives.yaml`."""

    same: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


class Script(Record):
    """A script.

    Attributes:
        letters: How the Unicode names of its letters begin.
        spaces: Whether words are set apart by spaces.
        suffixes: Whether what is added to a word is written to it without a space.
    """

    letters: tuple[str, ...]
    spaces: bool
    suffixes: bool = False


class _RelativesFile(Record):
    relatives: Mapping[str, Relatives]


class Found(Record):
    """How much of a good translation the encoder finds; see `data/found.yaml`.

    Attributes:
        questions: The share of questions whose nearest original is their own.
        answers: The same of answers; `None` where it was not measured.
    """

    questions: float = 0.9
    answers: float | None = None


class _FoundFile(Record):
    found: Mapping[str, Found]


class _ScriptsFile(Record):
    scripts: Mapping[str, Script]


class _LengthsFile(Record):
    lengths: Mapping[str, float]


def _read(name: str) -> Any:
    folder = files("isoglot.corpora.quality").joinpath("data")
    return parse_yaml(folder.joinpath(name).read_text(encoding="utf-8"))


@cache
def relatives() -> Mapping[str, Relatives]:
    """By language; a language that is not in it has no relatives."""
    return _RelativesFile.model_validate(_read("relatives.yaml")).relatives


@cache
def _found() -> Mapping[str, Found]:
    return _FoundFile.model_validate(_read("found.yaml")).found


def usually_found(language: str, reference: str) -> Found:
    """What the encoder finds of a good translation from one language to another.

    It was measured against English; between two others the weaker of the two is taken.
    """
    one, other = (_found().get(each, Found()) for each in (language, reference))
    if reference == "en":
        return one
    both = [each.answers for each in (one, other)]
    return Found(
        questions=min(one.questions, other.questions),
        answers=min(each for each in both if each) if all(both) else None,
    )


@cache
def scripts() -> Mapping[str, Script]:
    """By ISO 15924 code."""
    return _ScriptsFile.model_validate(_read("scripts.yaml")).scripts


@cache
def usual_lengths() -> Mapping[str, float]:
    """Characters per character of English, by language."""
    return _LengthsFile.model_validate(_read("lengths.yaml")).lengths


def has_spaces(script: str) -> bool:
    """Whether a script sets words apart by spaces; one that is not known here is taken to."""
    return script not in scripts() or scripts()[script].spaces
