"""Languages: code, names, script, family and resource tier.

The list is `data/languages.yaml`. A user adds to it, or replaces an entry, with files of the same
form, named in the environment variable `ISOGLOT_LANGUAGES` (several separated as in `PATH`).
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from isoglot.core._record import Record
from isoglot.core._yaml import parse_yaml
from isoglot.core.errors import InputError, Problem, UnknownLanguageError
from isoglot.core.text import Place, read_utf8

Tier = Literal["high", "medium", "low"]
TIERS: tuple[Tier, ...] = ("high", "medium", "low")

LANGUAGES_VARIABLE = "ISOGLOT_LANGUAGES"
_LONGEST_CODE = 3


class Language(Record):
    """A language.

    Attributes:
        code: The BCP-47 code.
        script: The ISO 15924 code of the script it is written in.
        tier: How much text of it language models are trained on.
        tier_source: Where the tier comes from.
        aliases: Other codes and names that mean it, in lower case.
    """

    code: str = Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
    name: str = Field(min_length=1)
    own_name: str
    script: str = Field(pattern=r"^[A-Z][a-z]{3}$")
    family: str
    tier: Tier
    tier_source: str
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it can be called by, in lower case."""
        said = (self.code, self.name, self.own_name, *self.aliases)
        return tuple(each.casefold() for each in said)


class _LanguagesFile(Record):
    tier_sources: Mapping[str, str] = {}
    languages: tuple[Language, ...]

    @field_validator("languages", mode="before")
    @classmethod
    def _norwegian(cls, languages: Any) -> Any:
        if not isinstance(languages, list):
            return languages
        return [
            {**each, "code": language_value(each.get("code"))} if isinstance(each, dict) else each
            for each in languages
        ]

    @model_validator(mode="after")
    def _names_are_unique(self) -> "_LanguagesFile":
        owners: dict[str, str] = {}
        for each in self.languages:
            for name in set(each.names):
                if name in owners:
                    raise ValueError(f"{name!r} means both {owners[name]!r} and {each.code!r}")
                owners[name] = each.code
        return self

    def resolved(self) -> tuple[Language, ...]:
        """The languages with the sources of their tiers written out."""
        return tuple(
            each.model_copy(
                update={"tier_source": self.tier_sources.get(each.tier_source, each.tier_source)}
            )
            for each in self.languages
        )


def language_value(value: Any) -> Any:
    """A language as YAML gives it: the bare code of Norwegian reads as the truth value `no`."""
    return "no" if value is False else value


def known_languages() -> dict[str, Language]:
    """All languages by code: by tier, then as listed, the user's last.

    Raises:
        InputError: A file of the user's that is wrong.
    """
    return _known(os.environ.get(LANGUAGES_VARIABLE, ""))


@cache
def _known(own_files: str) -> dict[str, Language]:
    shipped = files("isoglot.core").joinpath("data/languages.yaml").read_text(encoding="utf-8")
    listed = {
        each.code: each for each in _LanguagesFile.model_validate(parse_yaml(shipped)).resolved()
    }
    for name in filter(None, own_files.split(os.pathsep)):
        listed.update({each.code: each for each in _read_own(Path(name))})
    return {
        language.code: language
        for language in sorted(listed.values(), key=lambda each: TIERS.index(each.tier))
    }


def _read_own(path: Path) -> tuple[Language, ...]:
    text = read_utf8(path)
    try:
        return _LanguagesFile.model_validate(parse_yaml(text)).resolved()
    except ValidationError as error:
        raise InputError(
            [
                Problem(
                    place=f"{path}: {_said_place(each['loc'])}",
                    message=each["msg"],
                    remedy="write it as in docs/languages.md",
                )
                for each in error.errors()
            ]
        ) from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date
        mark = getattr(error, "problem_mark", None)
        place = Place(str(path), mark.line + 1, mark.column + 1) if mark else Place(str(path))
        raise InputError(
            [Problem(place=str(place), message="is not YAML", remedy="mend it there")]
        ) from None


def _said_place(location: tuple[int | str, ...]) -> str:
    """A place in the file as people count: the first language is number 1."""
    said = [f"number {part + 1}" if isinstance(part, int) else part for part in location]
    return ", ".join(said) or "languages"


def get_language(code: str, *, place: str = "languages") -> Language:
    """The language with a code, an alias or a name.

    Raises:
        UnknownLanguageError: With the nearest known code as the remedy.
    """
    known = known_languages()
    if code in known:
        return known[code]
    said = str(code).casefold().replace("_", "-")
    for language in known.values():
        if said in language.names:
            return language
    guess = _nearest(said)
    remedy = f"did you mean {guess!r}? " if guess else ""
    raise UnknownLanguageError(
        [
            Problem(
                place=place,
                message=f"{code!r} is not a known language",
                remedy=f"{remedy}see: isoglot languages",
            )
        ]
    )


def _nearest(said: str) -> str | None:
    """The code of the language whose code, alias or name is most like what was said."""
    owners = {
        name: language.code for language in known_languages().values() for name in language.names
    }
    language, _, _ = said.partition("-")
    if language in owners:  # a region or script of it
        return owners[language]
    # Two letters are like many a word.
    names, cutoff = (owners, 0.7) if len(said) > _LONGEST_CODE else (known_languages(), 0.5)
    near = difflib.get_close_matches(said, names, n=1, cutoff=cutoff)
    return owners[near[0]] if near else None


def by_tier(codes: Iterable[str]) -> list[str]:
    """The codes from the high tier to the low, within a tier in the given order."""
    return sorted(codes, key=lambda code: TIERS.index(get_language(code).tier))
