"""Letters that do not belong: another script in the middle of a text."""

import unicodedata
from functools import lru_cache

from isoglot.corpora.quality._data import scripts
from isoglot.corpora.quality._records import Example, Measure, not_measured, share
from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._text import letters, words
from isoglot.corpora.quality._view import View

# Abbreviations and loanwords in Latin letters (DNA, Wi-Fi, Roman numerals) are good writing in
# every script; a fifth of a text is more than those take.
_LATIN_ALLOWED = 0.2
_ALIKE = (
    "LATIN",
    "CYRILLIC",
    "GREEK",
)  # their letters look alike; no word is written in two of them


def wrong_script(view: View) -> dict[str, Measure]:
    """`wrong_script`: the share of texts with letters of a wrong script.

    Texts are questions without their names, and answers. Wrong are: any letters of a script that is
    neither the language's nor Latin, more than a fifth of Latin letters, and a word that mixes
    scripts whose letters look alike.
    """
    if view.script not in scripts():
        return {"wrong_script": not_measured(f"the letters of {view.script!r} are not known")}
    allowed = scripts()[view.script].letters
    texts = {each.masked.replace(SLOT, " "): each.fact_id for each in reversed(view.distinct())}
    for fact_id, text in view.texts.items():
        for form in text.answer.forms:
            texts.setdefault(form, fact_id)
    flagged = [
        Example(fact_id=fact_id, text=text, remark=remark)
        for text, fact_id in texts.items()
        if (remark := wrong_letters(text, allowed))
    ]
    return {"wrong_script": share(flagged, len(texts))}


def wrong_letters(text: str, allowed: tuple[str, ...]) -> str:
    """What is wrong with the letters of a text; empty if nothing is."""
    found = [(each, _script(each)) for each in letters(text)]
    foreign = [(each, script) for each, script in found if script not in allowed]
    if other := next(((each, script) for each, script in foreign if script != "LATIN"), None):
        return f"{other[0]!r} is {other[1].capitalize()}"
    if found and len(foreign) > _LATIN_ALLOWED * len(found):
        return f"{len(foreign)} of {len(found)} letters are Latin"
    for word in words(text):
        mixed = {_script(each) for each in letters(word)} & set(_ALIKE)
        if len(mixed) > 1:
            return f"{word!r} mixes {' and '.join(sorted(each.capitalize() for each in mixed))}"
    return ""


@lru_cache(maxsize=65_536)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN")
    # "FULLWIDTH LATIN CAPITAL LETTER A", "HALFWIDTH KATAKANA LETTER A"
    first, _, rest = name.partition(" ")
    return rest.partition(" ")[0] if first in ("FULLWIDTH", "HALFWIDTH") else first
