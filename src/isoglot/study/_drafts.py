"""Guesses at an answer: what a model is likely to say, because it was taught it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from isoglot.core import Fact, Probe, Wording
from isoglot.learning import answer_text

_OTHERS = 128
"""So many answers of other facts are guessed, the most frequent: each costs a comparison."""


class Drafts:
    """What the facts' answers let one guess. Right or wrong, a guess changes no answer.

    Args:
        facts: By id.
    """

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = facts

    def of(self, probe: Probe, *, chat: bool) -> list[str]:
        """What may be said to a probe, the likeliest first.

        What was taught, in the language asked and in those taught; then what other facts were, as
        a model mixes facts up.
        """
        others = self._in_language.get(probe.asked, ())[:_OTHERS]
        texts = dict.fromkeys((*self._own(probe), *others))
        return [answer_text(text, chat=chat) for text in texts]

    def _own(self, probe: Probe) -> Iterator[str]:
        condition = probe.condition
        fact = self._facts[probe.fact_id]
        for language in dict.fromkeys((probe.asked, condition.taught, condition.against)):
            if language is not None and language in fact.texts:
                text = fact.texts[language]
                both: list[Wording | None] = [text.answer, text.rival]
                if condition.teaches == "wrong answers":
                    both.reverse()
                yield from (wording.text for wording in both if wording)

    @cached_property
    def _in_language(self) -> dict[str, list[str]]:
        """By language, the answers of all facts, the most frequent first."""
        found: dict[str, Counter[str]] = {}
        for fact in self._facts.values():
            for language, text in fact.texts.items():
                found.setdefault(language, Counter())[text.answer.text] += 1
        return {
            language: [text for text, _ in counts.most_common()]
            for language, counts in found.items()
        }
