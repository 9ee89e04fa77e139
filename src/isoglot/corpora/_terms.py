"""Closed sets of words in every language: animals, months, countries, numbers and more.

`data/terms/CODE.json` is built from Unicode's CLDR by `tools/build_terms.py`; its licence is beside
it. The data are made so that no form belongs to two items of a set.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from isoglot.core import Wording


def _folder() -> Traversable:
    return files("isoglot.corpora").joinpath("data/terms")


@cache
def terms(language: str) -> Mapping[str, Mapping[str, Wording]]:
    """The wordings of every item in a language: set, item, wording."""
    text = _folder().joinpath(f"{language}.json").read_text(encoding="utf-8")
    return {
        set_name: {
            item: Wording.model_construct(text=forms[0], aliases=tuple(forms[1:]))
            for item, forms in items.items()
        }
        for set_name, items in json.loads(text)["sets"].items()
    }


@cache
def term_languages() -> frozenset[str]:
    """The languages that there are terms in."""
    names = (path.name for path in _folder().iterdir())
    return frozenset(name.removesuffix(".json") for name in names if name.endswith(".json"))


def shared_items(set_name: str, languages: Sequence[str]) -> list[str]:
    """The items of a set that every one of the languages has a word for, in the set's order."""
    first, *others = (terms(language)[set_name] for language in languages)
    return [item for item in first if all(item in other for other in others)]
