"""What the checks know about languages and about their own tools, from `data/*.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from isoglot.core import Record


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


class _WeakFile(Record):
    weak: Mapping[str, str]


class _ScriptsFile(Record):
    scripts: Mapping[str, Script]


class _LengthsFile(Record):
    lengths: Mapping[str, float]


def _read(name: str) -> Any:
    folder = files("isoglot.corpora.quality").joinpath("data")
    return yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8"))


@cache
def relatives() -> Mapping[str, Relatives]:
    """By language; a language that is not in it has no relatives."""
    return _RelativesFile.model_validate(_read("relatives.yaml")).relatives


@cache
def weak_in_retrieval() -> Mapping[str, str]:
    """The languages that the encoder is weak in, with the reason."""
    return _WeakFile.model_validate(_read("weak.yaml")).weak


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
