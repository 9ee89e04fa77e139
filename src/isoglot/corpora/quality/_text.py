"""Texts as the checks compare them: words, letters, and what two strings share."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The maximal runs of letters, marks and digits, compatibility forms and case folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Marks belong to words: `\\w` of `re` would cut words of Indic scripts at their vowel signs.
    spaced = "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in folded)
    return tuple(spaced.split())


def normal(text: str) -> str:
    """The words of a text with one space between them."""
    return " ".join(words(text))


def pieces(text: str, *, spaced: bool) -> list[str]:
    """A text in pieces that no name begins or ends inside.

    They are words and the characters between them, or all characters; joined they are the text.
    """
    if not spaced:
        return list(text)
    found: list[str] = []
    inside = False
    for character in text:
        is_word = unicodedata.category(character)[0] in "LMN"
        if is_word and inside:
            found[-1] += character
        else:
            found.append(character)
        inside = is_word
    return found


def longest_shared(one: str, other: str) -> str:
    """The longest string that both hold, case folded, without white space at its ends."""
    one, other = one.casefold(), other.casefold()
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return one[match.a : match.a + match.size].strip()


def numbers_in(text: str) -> list[int]:
    """The numbers that stand in a text, in any script's digits, in their order."""
    return [int(each) for each in NUMBER.findall(text)]


def numbers(text: str) -> list[int] | None:
    """The numbers of a text in rising order; `None` if it holds anything else, or none."""
    parts = text.split()
    return sorted(map(int, parts)) if parts and all(map(str.isdecimal, parts)) else None


def letters(text: str) -> Iterable[str]:
    """The letters of a text; modifier letters count for no script."""
    return (each for each in text if unicodedata.category(each) in ("Lu", "Ll", "Lt", "Lo"))
