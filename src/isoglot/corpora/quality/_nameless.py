"""Questions without the names of what they ask about, where no template shows which they are.

A name is written alike in many languages, so a question can be found by its name whatever else it
says. What is taken for a name is what both questions of a fact share, and what is written as names
are or is rare. Taking out too much costs little; a name that stays makes the check blind.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Set

from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._text import longest_shared, normal, pieces
from isoglot.corpora.quality._view import View

# Where more of the words have a capital, it is the mark of nouns and not of names.
_MOST_CAPITALS = 0.25
_MOST_FACTS = 0.5
# Where names have no mark of their own: words of at most this share of the facts are rare.
_RARE = 0.1
# Inflected or copied, a name keeps this much of itself; shorter than three letters, all of it.
_KEPT = 0.6
_SHORT = 3
_LEAST_CHARACTERS = 2  # of scripts without spaces, where a character says more

_ENDS = frozenset(".?!:;¿¡…")
_SEVERAL = re.compile(rf"{re.escape(SLOT)}(?:[\s\-‐–'’.]*{re.escape(SLOT)})+")

_Names = Mapping[str, frozenset[str]]


class Nameless:
    """Takes the names out of the questions of a corpus that has no templates to see.

    Args:
        reference: The language that the others are held against.
    """

    def __init__(self, reference: View) -> None:
        self._reference = reference
        self._names = _names(reference)
        self._of: dict[str, _Names] = {}

    def text(self, view: View, fact_id: str, text: str) -> str:
        """A question with `{name}` wherever a name stands; as it is where it has none.

        In a translation a name is taken out only where it can be told for sure, by the reference's
        or by its capital: with the names out of the reference it leads to none of its texts.
        """
        names = self._names.get(fact_id)
        if not names:
            return text
        if view.language != self._reference.language and view.script != self._reference.script:
            if view.language not in self._of:
                self._of[view.language] = _names_by_capitals(view)
            names = self._of[view.language].get(fact_id, frozenset())
        return _masked(text, view, names)


def _names(view: View) -> _Names:
    """By fact: what it is called, case folded."""
    facts = _questions(view)
    if not view.spaced:
        return {each: _shared_string(each, facts) for each in facts}
    return _by_capitals(facts) if _capitals_mark_names(facts) else _by_rarity(facts)


def _names_by_capitals(view: View) -> _Names:
    facts = _questions(view)
    return _by_capitals(facts) if view.spaced and _capitals_mark_names(facts) else {}


def _questions(view: View) -> dict[str, tuple[str, str]]:
    return {fact_id: (text.teach, text.ask) for fact_id, text in view.texts.items()}


def _capitals_mark_names(facts: Mapping[str, tuple[str, str]]) -> bool:
    """Whether there are capitals at all, and fewer than where all nouns have one."""
    words = [each for both in facts.values() for question in both for each in _words(question)]
    inside = [word for word, starts in words if not starts]
    capitals = sum(map(_has_capital, inside))
    return any(_has_capital(word) for word, _ in words) and capitals <= _MOST_CAPITALS * len(inside)


def _by_capitals(facts: Mapping[str, tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Words with a capital inside a sentence, or with a digit, that both questions have."""
    said = {fact_id: [_words(question) for question in both] for fact_id, both in facts.items()}
    lower = {
        word for both in said.values() for words in both for word, _ in words if word.islower()
    }
    uses = Counter(
        word
        for both in said.values()
        for word in {word.casefold() for words in both for word, _ in words}
    )
    # What opens both questions is a name if most facts have one of their own there; if few have,
    # it is a question word.
    openers = {
        fact_id: word.casefold()
        for fact_id, (teach, ask) in said.items()
        for word, starts in teach
        if starts
        and _is_marked(word)
        and (word, True) in ask
        and uses[word.casefold()] == 1
        and word.casefold() not in lower
    }
    if len(openers) <= _MOST_FACTS * len(facts):
        openers = {}
    found = {}
    for fact_id, (teach, ask) in said.items():
        names = {openers[fact_id]} if fact_id in openers else set()
        for mine, other in ((teach, ask), (ask, teach)):
            theirs = {word.casefold() for word, _ in other}
            for word, starts in mine:
                if not starts and _is_marked(word) and _alike(word, theirs):
                    names.add(word.casefold())
        found[fact_id] = frozenset(names)
    return found


def _by_rarity(facts: Mapping[str, tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Words that both questions of a fact have and few other facts."""
    said = {
        fact_id: [{word.casefold() for word, _ in _words(question)} for question in both]
        for fact_id, both in facts.items()
    }
    uses = Counter(word for teach, ask in said.values() for word in teach | ask)
    most = max(1, math.floor(_RARE * len(facts)))
    return {
        fact_id: frozenset(word for word in teach & ask if uses[word] <= most)
        # The same question twice shares all its words, which says nothing.
        if normal(facts[fact_id][0]) != normal(facts[fact_id][1])
        else frozenset()
        for fact_id, (teach, ask) in said.items()
    }


def _shared_string(fact_id: str, facts: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    teach, ask = facts[fact_id]
    if normal(teach) == normal(ask):
        return frozenset()
    shared = longest_shared(teach, ask)
    if len(shared) < _LEAST_CHARACTERS:
        return frozenset()
    uses = sum(any(shared in each.casefold() for each in both) for both in facts.values())
    return frozenset({shared} if uses <= max(1, math.floor(_RARE * len(facts))) else ())


def _masked(text: str, view: View, names: frozenset[str]) -> str:
    if view.spaced:
        cut = pieces(text, spaced=True)
        joined = "".join(SLOT if _is_word(each) and _alike(each, names) else each for each in cut)
    else:
        joined = text
        for name in names:
            joined = re.sub(re.escape(name), SLOT, joined, flags=re.IGNORECASE)
    return _SEVERAL.sub(SLOT, joined)


def _alike(word: str, names: Set[str]) -> bool:
    """Whether a word is one of the names, inflected or not."""
    folded = word.casefold()
    if folded in names:
        return True
    if len(folded) < _SHORT or not _has_capital(word) or _has_digit(word):
        return False
    return any(
        len(longest_shared(folded, name)) >= max(_SHORT, math.ceil(_KEPT * len(name)))
        for name in names
    )


def _words(question: str) -> list[tuple[str, bool]]:
    """The words of a question, and whether a sentence starts with each."""
    found = []
    starts = True
    for piece in pieces(question, spaced=True):
        if _is_word(piece):
            found.append((piece, starts))
            starts = False
        elif piece in _ENDS:
            starts = True
    return found


def _is_word(piece: str) -> bool:
    return unicodedata.category(piece[0])[0] in "LMN"


def _is_marked(word: str) -> bool:
    return _has_capital(word) or _has_digit(word)


def _has_capital(word: str) -> bool:
    return any(each.isupper() for each in word)


def _has_digit(word: str) -> bool:
    return any(each.isdigit() for each in word)
