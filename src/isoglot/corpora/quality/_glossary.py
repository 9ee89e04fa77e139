"""What a name is called in other languages, where its translation is known: countries, months."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from isoglot.corpora._terms import term_languages, terms
from isoglot.corpora.quality._text import normal


def known_translations(name: str, source: str, target: str) -> frozenset[str]:
    """All that a name of one language is called in another; empty where that is not known.

    The words are CLDR's, as in `data/terms`.
    """
    return _glossary(source, target).get(normal(name), frozenset())


@cache
def _glossary(source: str, target: str) -> Mapping[str, frozenset[str]]:
    if not {source, target} <= term_languages():
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    of_target = terms(target)
    for set_name, items in terms(source).items():
        for item, wording in items.items():
            if translation := of_target[set_name].get(item):
                for form in wording.forms:
                    found[normal(form)].update(translation.forms)
    return {form: frozenset(translations) for form, translations in found.items()}
