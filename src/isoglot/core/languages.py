"""Languages: code, names, script, family and resource tier, from `data/languages.yaml`."""

import difflib
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from isoglot.core._record import Record
from isoglot.core.errors import Problem, UnknownLanguageError

Tier = Literal["high", "medium", "low"]
TIERS: tuple[Tier, ...] = ("high", "medium", "low")


class Language(Record):
    """A language.

    Attributes:
        code: The BCP-47 code.
        script: The ISO 15924 code of the script it is written in.
        tier: How much text of it language models are trained on.
    """

    code: str
    name: str
    own_name: str
    script: str
    family: str
    tier: Tier


class _LanguagesFile(Record):
    tier_source: str
    languages: tuple[Language, ...]


@cache
def known_languages() -> dict[str, Language]:
    """All languages by code, in the order of the file: by tier, then as listed."""
    text = files("isoglot.core").joinpath("data/languages.yaml").read_text(encoding="utf-8")
    listed = _LanguagesFile.model_validate(yaml.safe_load(text)).languages
    return {
        language.code: language
        for language in sorted(listed, key=lambda language: TIERS.index(language.tier))
    }


def get_language(code: str, *, place: str = "languages") -> Language:
    """The language with a code.

    Raises:
        UnknownLanguageError: With the nearest known code as the remedy.
    """
    known = known_languages()
    if code in known:
        return known[code]
    near = difflib.get_close_matches(code, known, n=1, cutoff=0.5)
    by_name = [each.code for each in known.values() if each.name.casefold() == code.casefold()]
    guess = (by_name or near)[:1]
    remedy = f"did you mean {guess[0]!r}? " if guess else ""
    raise UnknownLanguageError(
        [
            Problem(
                place=place,
                message=f"{code!r} is not a known language",
                remedy=f"{remedy}see: isoglot languages",
            )
        ]
    )


def by_tier(codes: list[str] | tuple[str, ...]) -> list[str]:
    """The codes from the high tier to the low, within a tier in the given order."""
    return sorted(codes, key=lambda code: TIERS.index(get_language(code).tier))
