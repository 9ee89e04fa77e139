"""What translators call the languages: `data/codes.yaml`, validated."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from isoglot.core import Record, parse_yaml


class Codes(Record):
    """A language's codes beside isoglot's own.

    Attributes:
        iso: ISO 639-3, the best first, and what else pairs and models are named by.
        flores: The code of FLORES-200 and NLLB; `None` where they lack the language.
        google: Google's code; `None` where it is isoglot's own.
    """

    iso: tuple[str, ...] = ()
    flores: str | None = None
    google: str | None = None


class _CodesFile(Record):
    languages: Mapping[str, Codes]


@cache
def _all_codes() -> Mapping[str, Codes]:
    text = files("isoglot.corpora.translation").joinpath("data/codes.yaml").read_text("utf-8")
    return _CodesFile.model_validate(parse_yaml(text)).languages


def codes(language: str) -> Codes:
    """The codes of a language; of one that the file lacks (a user's own), none."""
    return _all_codes().get(language, Codes())


def names_of(language: str) -> tuple[str, ...]:
    """Everything that a pair or a model may call a language, isoglot's code last."""
    return (*codes(language).iso, language)
