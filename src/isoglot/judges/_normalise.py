"""What is left of a text when everything is taken away that does not make an answer wrong.

Both sides of a comparison pass through here. Knows Unicode and articles; knows no facts.
"""

import re
import unicodedata
from functools import lru_cache

from isoglot.judges._articles import strip_articles

# Everything that is typed where an apostrophe belongs: quotation marks, primes, accents that stand
# alone, and the letters that some orthographies use for it (ʻokina, saltillo, Armenian, geresh).
_APOSTROPHES = str.maketrans(
    dict.fromkeys("`´‘’‛′‵＇｀ʹʻʼʽʾʿꞌ՚׳\N{GREEK KORONIS}\N{GREEK OXIA}\N{GREEK VARIA}", "'")
)
_VARIATION_SELECTOR = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DOTTED_I = re.compile("i\u0307+")


def normalise(text: str, *, language: str) -> str:
    """The text in the form in which answers are compared.

    Unicode compatibility forms are folded (full-width letters, half-width katakana, ligatures),
    then case; apostrophes inside words, format characters and variation selectors go; other
    punctuation and symbols become spaces; decimal digits become ASCII; white space is folded and
    trimmed; the language's articles at the start go. Letters, digits and the marks that combine
    with them stay. Doing it twice is doing it once.

    Signs count as symbols: "-5" is the same as "5" here, and "C++" as "C".

    Args:
        text: Any text.
        language: The code of the language whose articles are stripped.

    Returns:
        The normalised text; empty only if the text has nothing but white space, apostrophes and
        invisible characters.
    """
    stripped = strip_articles(_folded(text), language=language)
    # Again, for an article that has an apostrophe in it ("y'r"). Taking the apostrophe out can
    # bring together what composes (the letters of a Hangul syllable), hence the last step.
    joined = strip_articles(stripped.replace("'", ""), language=language)
    return unicodedata.normalize("NFC", joined)


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    """The text with all done but articles and inner apostrophes, which depend on the language."""
    text = _fold_case(_drop_invisible(text).translate(_APOSTROPHES)).translate(_APOSTROPHES)
    # Symbols go as punctuation does, on both sides: models decorate answers ("**lion**", "lion 🦁",
    # "$5"), and no fact turns on the decoration. Unless there is nothing else: then the answer is
    # the symbol, or the punctuation mark, and it stays.
    for dropped in ("PS", "P", ""):
        if spaced := " ".join(_space_out(text, dropped).split()):
            return spaced
    return ""


def _drop_invisible(text: str) -> str:
    # First of all, because what stands around such a character may compose. Me: the enclosing
    # marks, as the square around a keycap emoji's digit.
    text = _VARIATION_SELECTOR.sub("", text)
    return "".join(each for each in text if unicodedata.category(each) not in ("Cf", "Me"))


def _fold_case(text: str) -> str:
    # Unicode's NFKC_Casefold in its steps: compatibility forms hide letters that have case, and
    # folding case takes compositions apart.
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)).casefold()
    text = unicodedata.normalize("NFKC", text).casefold()
    # In Turkish I is the capital of ı and İ of i; elsewhere I is that of i. All four as one: which
    # convention a capital was written by can't be seen, and must not make an answer wrong.
    text = _DOTTED_I.sub("i", text.replace("ı", "i"))
    return unicodedata.normalize("NFKC", text)


def _space_out(text: str, dropped: str) -> str:
    """Spaces for the categories whose first letter is in `dropped`; digits in ASCII."""
    characters = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if character == "'":
            characters.append("'" if _inside_word(text, place) else " ")
        elif category[0] in dropped or category == "Cc":
            characters.append(" ")
        elif category == "Nd":
            characters.append(str(unicodedata.decimal(character)))
        else:
            characters.append(character)
    return "".join(characters)


def _inside_word(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    # Not before a mark: taken out, it would hand the mark to the letter before.
    return bool(before and after) and (
        unicodedata.category(before)[0] in "LMN" and unicodedata.category(after)[0] in "LN"
    )
