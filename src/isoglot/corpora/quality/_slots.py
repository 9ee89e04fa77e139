"""Finds, without being told, the place in questions where only a name differs.

Questions made from one template share how they begin and how they end. What is left in the middle
is the name. Where it is only numbers that differ, they are the name, wherever they stand. Knows
strings only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from isoglot.corpora.quality._text import NUMBER, numbers_in, pieces

SLOT = "{name}"

_Slot = tuple[int, int]

# Two questions can only be of one template if what they share at both ends is at least half of
# them: names are shorter than questions.
_LEAST_SHARED = 0.5
# Of the questions that share much with one, those that share as much as the best are of its
# template. Where names are not cut at words, those that begin alike make the best share too much:
# there nearly as much is enough.
_OF_BEST_SPACED = 1.0
_OF_BEST = 0.8
# Rising steps in the sorted texts: the next neighbours are in the template for sure, but have names
# that begin like this one's; those further away do not.
_STEPS = tuple(2**power for power in range(9))


class Filled(NamedTuple):
    """A question and what stands in its slot.

    Attributes:
        masked: The text with `{name}` in its slot; the text itself where it has none.
        filling: What stands there; empty where there is no slot.
    """

    masked: str
    filling: str


def find_fillings(texts: Sequence[str], *, spaced: bool) -> list[Filled]:
    """What stands in the slot of each text.

    Args:
        texts: Questions of one language, of any number of templates.
        spaced: Whether the script sets words apart; if so, names begin and end with words.
    """
    numbered = _numbered(texts)
    others = [text for text in texts if text not in numbered]
    slots = iter(_find_slots(others, spaced=spaced))
    return [numbered[text] if text in numbered else _filled(text, next(slots)) for text in texts]


def _filled(text: str, slot: _Slot | None) -> Filled:
    if slot is None:
        return Filled(text, "")
    return Filled(text[: slot[0]] + SLOT + text[slot[1] :], text[slot[0] : slot[1]])


def _numbered(texts: Iterable[str]) -> dict[str, Filled]:
    """The texts that are the same as another but for their numbers."""
    templates: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        if NUMBER.search(text):
            templates[NUMBER.sub(SLOT, text)].add(text)
    return {
        text: Filled(template, " ".join(map(str, numbers_in(text))))
        for template, filled in templates.items()
        if len(filled) > 1
        for text in filled
    }


def _find_slots(texts: Sequence[str], *, spaced: bool) -> list[_Slot | None]:
    """Where the name stands in each text, as character positions; `None` where none was found.

    Args:
        texts: Questions of one language, of any number of templates.
        spaced: Whether the script sets words apart; if so, names begin and end with words.
    """
    distinct = sorted(set(texts))
    cut = {text: pieces(text, spaced=spaced) for text in distinct}
    backwards = sorted(distinct, key=lambda text: text[::-1])
    # Questions of one template stand together in one of the two orders at least: their names can't
    # both open and close them.
    mates: dict[str, set[str]] = {text: set() for text in distinct}
    for order in (distinct, backwards):
        for place, text in enumerate(order):
            for step in _STEPS:
                if place + step < len(order):
                    mates[text].add(order[place + step])
                    mates[order[place + step]].add(text)
    of_best = _OF_BEST_SPACED if spaced else _OF_BEST
    found = {
        text: _slot(cut[text], [cut[mate] for mate in mates[text]], of_best=of_best)
        for text in distinct
    }
    agreed = _agree(found, mates)
    return [agreed[text] for text in texts]


def _agree(
    found: Mapping[str, _Slot | None], mates: Mapping[str, set[str]]
) -> dict[str, _Slot | None]:
    """The slots, each as most texts of its template have it.

    One text's own mates may all have names that end as its does; not those of all its template.
    """
    frames = {text: _frame(text, slot) for text, slot in found.items() if slot}
    users = Counter(frames.values())
    agreed = dict(found)
    for text, own in frames.items():
        least = _OF_BEST * _size(own)
        fitting = {own} | {
            frame
            for mate in mates[text]
            if (frame := frames.get(mate)) and _size(frame) >= least and _fits(text, frame)
        }
        head, tail = max(fitting, key=lambda frame: (users[frame], -_size(frame), frame))
        agreed[text] = (len(head), len(text) - len(tail))
    return agreed


def _frame(text: str, slot: _Slot) -> tuple[str, str]:
    return text[: slot[0]], text[slot[1] :]


def _size(frame: tuple[str, str]) -> int:
    return len(frame[0]) + len(frame[1])


def _fits(text: str, frame: tuple[str, str]) -> bool:
    head, tail = frame
    return _size(frame) < len(text) and text.startswith(head) and text.endswith(tail)


def _slot(text: list[str], mates: list[list[str]], *, of_best: float) -> _Slot | None:
    length = sum(map(len, text))
    shared = []
    for mate in mates:
        head = _shared_head(text, mate)
        tail = _shared_head(text[head:][::-1], mate[head:][::-1])
        if head + tail == len(text) or head + tail == len(mate):
            continue  # one has nothing where the other has something: no slot
        size = sum(map(len, text[:head])) + sum(map(len, text[len(text) - tail :]))
        if size >= _LEAST_SHARED * length:
            shared.append((size, head, tail))
    if not shared:
        return None
    best = max(size for size, _, _ in shared)
    close = [(head, tail) for size, head, tail in shared if size >= of_best * best]
    # By chance ends are too long, never too short: names may begin or end alike.
    head = _lower_quartile([head for head, _ in close])
    tail = _lower_quartile([tail for _, tail in close])
    begin = sum(map(len, text[:head]))
    end = length - sum(map(len, text[len(text) - tail :]))
    return (begin, end)


def _shared_head(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, its in zip(one, other, strict=False):
        if mine != its:
            break
        count += 1
    return count


def _lower_quartile(values: list[int]) -> int:
    return sorted(values)[(len(values) - 1) // 4]
