"""Builds the word lists and the general knowledge that the package ships, from Unicode's CLDR.

    python tools/build_terms.py --cldr FOLDER

brings CLDR with npm if it is not there, writes `corpora/data/terms/CODE.json` (the words),
`corpora/knowledge/data/facts.json` (who has which continent, currency and language) and the
licence, and prints per language what was dropped, and why. What is taken is in
`terms/selection.yaml`; what a reader of each language found (other right forms, better words, words
to leave out) in `terms/review/CODE.yaml`.
"""

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from _cldr import VERSION, Cldr
from _knowledge import continents, countries, currencies, official_languages
from _spellout import cardinal_rule_sets, spell_out

from isoglot.core import known_languages

HERE = Path(__file__).parent
CORPORA = HERE.parent / "src/isoglot/corpora"
MONTHS = "january february march april may june july august september october november december"
WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday"
NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
# Where a term that is the English word means that nobody translated it, unless its reader says so.
UNTRANSLATED_IF_ENGLISH = frozenset({"gd", "sw", "tk", "zu"})
PROPER_NAMES = frozenset(
    {"countries", "languages", "official-languages", "continents", "currencies"}
)
# Languages whose name for a language is CLDR's for the country or people, too: there a language is
# called one, or who repeats a country's name would seem to know its language.
LANGUAGE_CALLED = {"ms": "bahasa {}", "mn": "{} хэл", "th": "ภาษา{}"}
# Written for sums of money and in books of account, not said.
UNUSED_NUMBER_RULES = ("financial", "verbose", "-before-consonant", "stressed")
CONTINENT_CODES = {
    "africa": "002", "asia": "142", "europe": "150", "oceania": "009",
    "north-america": "003", "south-america": "005", "america": "019",
}  # fmt: skip

Forms = list[str]
Sets = dict[str, dict[str, Forms]]


class Dropped(NamedTuple):
    """An entry that is left out of a language."""

    set_name: str
    item: str
    term: str
    reason: str


def cldr_forms(cldr: Cldr, language: str, selection: Mapping[str, Any]) -> Sets:
    """CLDR's words of a language, citation form first; an entry without any has an empty list."""
    annotations = cldr.annotations(language)
    sets: Sets = {
        name: {item: _short_name(annotations, character) for item, character in items.items()}
        for name, items in selection["emoji"].items()
    }
    sets["months"] = _calendar(cldr.calendar(language)["months"], MONTHS.split())
    sets["weekdays"] = _calendar(cldr.calendar(language)["days"], WEEKDAYS.split())
    sets["numbers"] = _numbers(cldr, language)
    languages = cldr.names(language, "languages")
    territories = cldr.names(language, "territories")
    spoken = sorted(set(official_languages(cldr).values()))
    sets["languages"] = {code: _named(languages, code) for code in selection["languages"]}
    sets["official-languages"] = {code: _named(languages, code) for code in spoken}
    sets["countries"] = {code: _named(territories, code) for code in selection["countries"]}
    sets["territories"] = {code: _named(territories, code) for code in countries(cldr)}
    sets["continents"] = {item: _named(territories, code) for item, code in CONTINENT_CODES.items()}
    sets["currencies"] = _currencies(cldr, language)
    return sets


def _short_name(annotations: Mapping[str, Mapping[str, list[str]]], character: str) -> Forms:
    for written in (character, character.replace("\ufe0f", "")):
        if written in annotations:
            return list(annotations[written].get("tts", ()))
    return []


def _calendar(names: Mapping[str, Any], items: list[str]) -> dict[str, Forms]:
    columns = [
        list(names[use][width].values())
        for use, width in (("stand-alone", "wide"), ("format", "wide"), ("format", "abbreviated"))
    ]
    return {item: list(forms) for item, *forms in zip(items, *columns, strict=True)}


def _numbers(cldr: Cldr, language: str) -> dict[str, Forms]:
    rules = cldr.number_rules(language)
    found: dict[str, Forms] = {}
    for number, item in enumerate(NUMBERS.split(), start=1):
        words = [
            spell_out(number, rules, name).replace("\u200b", "")
            for name in cardinal_rule_sets(rules)
            if not name.endswith(UNUSED_NUMBER_RULES)
        ] if rules else []  # fmt: skip
        found[item] = [*words, str(number)] if words else []
    return found


def _named(names: Mapping[str, str], code: str) -> Forms:
    """A name with its variants (`US-alt-short`); a name that is the code is none."""
    found = [names.get(code, ""), *(names.get(f"{code}-alt-{kind}", "") for kind in ("short", "variant", "long"))]  # fmt: skip  # noqa: E501
    return [name for name in found if name and name != code] if names.get(code) != code else []


def _currencies(cldr: Cldr, language: str) -> dict[str, Forms]:
    """The names of the currencies in use, with the forms that counting takes.

    A bare unit ("yen") is not among them: CLDR does not have it, and cutting it out of the names
    works in some languages only, which would be judged more kindly than the others.
    """
    names = cldr.currencies(language)
    found: dict[str, Forms] = {}
    for code in sorted(set(currencies(cldr).values())):
        forms = [
            form
            for key, form in names.get(code, {}).items()
            if key == "displayName" or key.startswith("displayName-count")
        ]
        found[code] = [] if forms[:1] in ([], [code]) else forms
    return found


def reviewed(
    sets: Sets, english: Sets, language: str, review: Mapping[str, Any]
) -> tuple[Sets, list[Dropped]]:
    """The words as the language's reader left them, and what was dropped."""
    aliases, corrected, refused = (review.get(key) or {} for key in ("aliases", "correct", "drop"))
    kept: Sets = {}
    dropped: list[Dropped] = []
    for set_name, items in sets.items():
        kept[set_name] = {}
        for item, forms in items.items():
            better = (corrected.get(_reviewed_as(set_name)) or {}).get(item)
            more = (aliases.get(_reviewed_as(set_name)) or {}).get(item, [])
            reason = (refused.get(set_name) or {}).get(item)
            found = _unique([better["term"], *_digits(forms), *more] if better else [*forms, *more])
            if set_name == "numbers" and found and better:
                found = _unique([*found, str(NUMBERS.split().index(item) + 1)])
            if not found or not (forms or better):
                reason = reason or "missing"
            elif not better and _is_english(found[0], english[set_name][item], language, set_name):
                reason = reason or "the English word"
            if reason:
                dropped.append(Dropped(set_name, item, (forms or [""])[0], reason))
            else:
                kept[set_name][item] = found
        dropped += _drop_ambiguous(set_name, kept[set_name])
    # Who counts the two Americas as one continent is right, too.
    both = kept["continents"].pop("america", [])
    for item in ("north-america", "south-america"):
        if item in kept["continents"]:
            kept["continents"][item] = _unique([*kept["continents"][item], *both])
    if language in LANGUAGE_CALLED:
        countries_too = {
            form.casefold() for forms in kept["territories"].values() for form in forms
        }
        for set_name in ("languages", "official-languages"):
            for item, forms in kept[set_name].items():
                called = LANGUAGE_CALLED[language]
                bare = [form for form in forms if form.casefold() not in countries_too]
                citation = next(
                    (form for form in forms if _is_called(form, called)), called.format(forms[0])
                )
                kept[set_name][item] = _unique([citation, *bare])
    return kept, dropped


def _is_called(form: str, called: str) -> bool:
    before, _, after = called.partition("{}")
    return form.startswith(before) and form.endswith(after)


def check_review(review: Mapping[str, Any], sets: Sets, language: str) -> None:
    """Stops at a section, set or item that does not exist: a slip would be passed over.

    Raises:
        SystemExit: With the name of what is not known.
    """
    for section, content in review.items():
        if section == "language":
            continue
        if section not in ("aliases", "correct", "drop"):
            sys.exit(f"review/{language}.yaml: {section!r} is none of aliases, correct, drop")
        for set_name, items in (content or {}).items():
            if set_name not in sets:
                sys.exit(f"review/{language}.yaml: {section}: there is no set {set_name!r}")
            for item in items or {}:
                if item not in sets[set_name]:
                    sys.exit(f"review/{language}.yaml: {section}.{set_name}: no item {item!r}")


def _digits(forms: Forms) -> Forms:
    return [form for form in forms if form.isdigit()]


def _reviewed_as(set_name: str) -> str:
    """The set that a reader looked at: the longer lists of places share its words."""
    return {"territories": "countries", "official-languages": "languages"}.get(set_name, set_name)


def _unique(forms: Forms) -> Forms:
    """The forms, composed and trimmed, without those that differ in case only."""
    found: dict[str, str] = {}
    for form in forms:
        tidy = " ".join(unicodedata.normalize("NFC", str(form)).split())
        if tidy:
            found.setdefault(tidy.casefold(), tidy)
    return list(found.values())


def _is_english(term: str, english: Forms, language: str, set_name: str) -> bool:
    """Whether a term is the English one in a language where that means it was not translated."""
    if language not in UNTRANSLATED_IF_ENGLISH:
        return False
    said = term.casefold()
    if language == "zu":  # a prefix before the English word is no translation
        said = said.partition("-")[2] or said
    # Many a proper name is the same everywhere; a phrase of English words is not.
    if set_name in PROPER_NAMES and " " not in said:
        return False
    return set_name != "territories" and bool(english) and said == english[0].casefold()


def _drop_ambiguous(set_name: str, items: dict[str, Forms]) -> Iterator[Dropped]:
    """Takes out of a set what could mean two of its items: aliases, and terms with the item."""
    owners: dict[str, set[str]] = {}
    for item, forms in items.items():
        for form in forms:
            owners.setdefault(form.casefold(), set()).add(item)
    shared = {form for form, who in owners.items() if len(who) > 1}
    if set_name in {"continents", "currencies"}:
        # America is both; a dollar is several countries'. Rivals are drawn apart from them.
        return
    for item, forms in list(items.items()):
        if forms[0].casefold() in shared:
            del items[item]
            yield Dropped(set_name, item, forms[0], "means another item of the set, too")
        else:
            items[item] = [form for form in forms if form.casefold() not in shared]


def drop_false_friends(built: Mapping[str, Sets]) -> Iterator[str]:
    """Takes out aliases that another language has for another item of the same set.

    An answer in the wrong language is told by its words: the Italian dog is no French duck. Where
    both are the usual words, both stay, and are named.
    """
    for set_name in next(iter(built.values())):
        if set_name in {"continents", "currencies"}:
            continue
        means: dict[str, set[str]] = {}
        for sets in built.values():
            for item, forms in sets[set_name].items():
                for form in forms:
                    means.setdefault(form.casefold(), set()).add(item)
        friends = {form for form, items in means.items() if len(items) > 1}
        for language, sets in built.items():
            for item, forms in sets[set_name].items():
                for form in [form for form in forms if form.casefold() in friends]:
                    kept = form == forms[0]
                    if not kept:
                        forms.remove(form)
                    yield (
                        f"  {set_name}.{item} in {language}: {form!r} means something else in "
                        f"another language; {'kept, the usual word' if kept else 'dropped'}"
                    )


def main() -> None:
    """Writes the data and prints what was dropped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cldr", type=Path, required=True, help="where CLDR is, or is brought to")
    cldr = Cldr(parser.parse_args().cldr)
    selection = yaml.safe_load((HERE / "terms/selection.yaml").read_text(encoding="utf-8"))
    english = cldr_forms(cldr, "en", selection)
    built: dict[str, Sets] = {}
    for language in sorted(known_languages()):
        path = HERE / f"terms/review/{language}.yaml"
        if not path.exists():
            print(f"{language}: no review, left out")
            continue
        review = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = cldr_forms(cldr, language, selection)
        check_review(review, found, language)
        sets, dropped = reviewed(found, english, language, review)
        built[language] = sets
        print(f"{language}: dropped {len(dropped)}")
        for each in dropped:
            print(f"  {each.set_name}.{each.item} ({each.term}): {each.reason}")
    print("false friends:")
    for line in drop_false_friends(built):
        print(line)
    for language, sets in built.items():
        content = {"language": language, "source": f"Unicode CLDR {VERSION}", "sets": sets}
        _write(CORPORA / f"data/terms/{language}.json", content)
    for name in english:
        shared = set.intersection(*(set(sets[name]) for sets in built.values()))
        print(f"{name}: {len(shared)} of {len(english[name])} in all {len(built)} languages")
    (CORPORA / "data/terms/LICENSE-UNICODE.txt").write_text(cldr.licence, encoding="utf-8")
    facts = {
        "source": f"Unicode CLDR {VERSION}",
        "country-continent": continents(cldr),
        "country-currency": currencies(cldr),
        "country-language": official_languages(cldr),
        "given-away": [],
    }
    _write(CORPORA / "knowledge/data/facts.json", facts)
    # The package reads what was just written: not before.
    from _given_away import given_away

    facts["given-away"] = given_away()
    _write(CORPORA / "knowledge/data/facts.json", facts)
    print(f"given away by their questions: {', '.join(facts['given-away'])}")


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=0)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
