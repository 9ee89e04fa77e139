"""Writes the list of names that worlds must not invent, because they are a word or a place.

A name counts as taken if, read back from any script, it is in a word-frequency list of any language
or among the places (territories, subdivisions, cities), languages and things that CLDR names.

    python tools/build_taken_names.py --cldr FOLDER

needs npm (for CLDR) and the Python package wordfreq. Run it again after a change of `names.yaml`.
"""

import argparse
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import wordfreq
from _cldr import Cldr

from isoglot.core import known_languages
from isoglot.corpora.worlds._data import spelling
from isoglot.corpora.worlds._names import latin_spelling, spell

OUT = Path(__file__).parent.parent / "src/isoglot/corpora/worlds/data/taken_names.txt"
HEADER = """\
# Names that are a word or a place somewhere, so that no world invents them.
# Built by tools/build_taken_names.py from wordfreq (CC BY-SA 4.0, see NOTICE.md) and CLDR.
"""
# Letters that sound alike and are written differently: a place is avoided in its usual spelling.
RESPELLED = str.maketrans({"c": "k", "q": "k", "w": "v", "y": "i", "z": "s", "f": "v"})
DOUBLED = re.compile(r"(.)\1")


def words(cldr: Cldr) -> Iterator[str]:
    """Every known word and place, in every language there is."""
    for language in sorted(wordfreq.available_languages("best")):
        yield from wordfreq.get_frequency_dict(language, "best")
    for language in known_languages():
        yield from cldr.names(language, "territories").values()
        yield from cldr.names(language, "languages").values()
        yield from cldr.subdivisions(language).values()
        yield from cldr.cities(language)
        for annotation in cldr.annotations(language).values():
            for phrase in [*annotation.get("tts", ()), *annotation.get("default", ())]:
                yield from (phrase, *phrase.split())


def spellings(word: str) -> Iterator[str]:
    """A word as it stands, without diacritics, and as it might be respelled."""
    plain = unicodedata.normalize("NFC", word.casefold())
    stripped = "".join(
        each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each)
    )
    yield from {plain, stripped}
    yield from {stripped.translate(RESPELLED), DOUBLED.sub(r"\1", stripped.translate(RESPELLED))}


def first_letters() -> dict[str, set[str]]:
    """The scripts in which a name can begin with a letter: most words need not be read at all."""
    found: dict[str, set[str]] = {}
    for part in spelling().syllables:
        for script in part:
            found.setdefault(spell([part], script)[0].lower(), set()).add(script)
    return found


def main() -> None:
    """Writes the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cldr", type=Path, required=True, help="where CLDR is, or is brought to")
    cldr = Cldr(parser.parse_args().cldr)
    scripts_by_letter = first_letters()
    taken = {
        name
        for word in set(words(cldr))
        for spelled in spellings(word)
        for script in scripts_by_letter.get(spelled[:1], ())
        if (name := latin_spelling(spelled, script))
    }
    OUT.write_text(HEADER + "\n".join(sorted(taken)) + "\n", encoding="utf-8")
    print(f"{len(taken):,} names are taken: {OUT}")


if __name__ == "__main__":
    main()
