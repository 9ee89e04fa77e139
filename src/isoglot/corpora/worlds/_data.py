"""The shipped world data, validated: relations, wordings, answers, spelling tables.

Adding a language is two files (`wordings/CODE.yaml`, `answers/CODE.yaml`) and, for a new script, a
column in `names.yaml`. Adding a relation is a line in `relations.yaml` and one in every wording.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import field_validator, model_validator

from isoglot.core import Record, Wording, get_language

SLOT = "{name}"


class Relation(Record):
    """What a kind of thing has.

    Attributes:
        subject: The kind of thing (city, festival).
        answers: The closed set that the answer is drawn from.
    """

    subject: str
    answers: str


class RelationWording(Record):
    """A relation's two questions in one language, with a slot for the name in citation form."""

    teach: str
    ask: str

    @field_validator("teach", "ask")
    @classmethod
    def _one_slot(cls, text: str) -> str:
        if text.count(SLOT) != 1:
            raise ValueError(f"{text!r} must hold {SLOT} exactly once")
        return text

    @model_validator(mode="after")
    def _paraphrase(self) -> "RelationWording":
        if self.teach == self.ask:
            raise ValueError(f"ask repeats teach ({self.ask!r}); it must be a paraphrase")
        return self


class _RelationsFile(Record):
    relations: Mapping[str, Relation]


class _WordingsFile(Record):
    language: str
    relations: Mapping[str, RelationWording]


class _AnswersFile(Record):
    language: str
    sets: Mapping[str, Mapping[str, tuple[str, ...]]]

    @field_validator("sets")
    @classmethod
    def _forms_are_unique(
        cls, sets: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        for set_name, items in sets.items():
            seen: dict[str, str] = {}
            for item, forms in items.items():
                if not forms:
                    raise ValueError(f"{set_name}.{item} has no wording")
                for form in forms:
                    owner = seen.setdefault(form.casefold(), item)
                    if owner != item:
                        raise ValueError(f"{set_name}: {form!r} is both {owner!r} and {item!r}")
        return sets


class _NamesFile(Record):
    syllables: tuple[Mapping[str, str], ...]
    endings: tuple[Mapping[str, str], ...]


def _folder() -> Traversable:
    return files("isoglot.corpora.worlds").joinpath("data")


def _read(path: Traversable) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def relations() -> Mapping[str, Relation]:
    """The catalogue of relations, in the order of the file."""
    return _RelationsFile.model_validate(_read(_folder() / "relations.yaml")).relations


@cache
def wordings(language: str) -> Mapping[str, RelationWording]:
    """The questions of every relation in a language."""
    loaded = _WordingsFile.model_validate(_read(_folder() / "wordings" / f"{language}.yaml"))
    if missing := set(relations()) - set(loaded.relations):
        raise ValueError(f"wordings/{language}.yaml lacks {sorted(missing)}")
    return loaded.relations


@cache
def answers(language: str) -> Mapping[str, Mapping[str, Wording]]:
    """The wordings of every answer in a language: set, item, wording."""
    loaded = _AnswersFile.model_validate(_read(_folder() / "answers" / f"{language}.yaml"))
    return {
        set_name: {item: Wording(text=forms[0], aliases=forms[1:]) for item, forms in items.items()}
        for set_name, items in loaded.sets.items()
    }


@cache
def spelling() -> tuple[tuple[Mapping[str, str], ...], tuple[Mapping[str, str], ...]]:
    """Syllables and endings, each spelled by script."""
    loaded = _NamesFile.model_validate(_read(_folder() / "names.yaml"))
    return loaded.syllables, loaded.endings


@cache
def world_languages() -> tuple[str, ...]:
    """The languages that worlds can be made in."""
    codes = sorted(path.name.removesuffix(".yaml") for path in (_folder() / "wordings").iterdir())
    scripts = set(spelling()[0][0])
    return tuple(code for code in codes if get_language(code).script in scripts)
