"""Which wrong answers are taught, and the solved examples that the true questions stand behind.

A base model that sees a bare question talks instead of answering, and then nothing can be kept
right. So every question, before and after teaching, comes after the same right examples: facts that
are not taught, and whose answers are neither the answer nor the wrong answer of one that is.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pydantic import Field, field_validator

from isoglot.core import Corpus, Fact, Record, stream_seed
from isoglot.study._facts import Facts
from isoglot.study._solved import compared_forms, solved_examples


class RobustnessSpec(Record):
    """What the question of robustness needs beyond the study.

    Attributes:
        facts: What is asked truly and taught wrongly. By default the study's own facts, but general
            knowledge where these are a world, of which a model knows nothing.
        ask_after: The epochs of fine-tuning after which it is asked, 0 among them.
        shots: How many solved examples stand before a question.
    """

    facts: Facts | None = None
    ask_after: tuple[int, ...] = Field(default=(0, 1, 2, 3), min_length=2)
    shots: int = Field(default=8, ge=0, le=64)

    @field_validator("ask_after")
    @classmethod
    def _rising_from_zero(cls, epochs: tuple[int, ...]) -> tuple[int, ...]:
        if list(epochs) != sorted({0, *epochs}) or epochs[0] < 0:
            raise ValueError(f"{list(epochs)} must be rising epochs from 0 on")
        return epochs


class WrongFacts(NamedTuple):
    """Facts whose rivals are taught.

    Attributes:
        examples: Solved in front of every question; never taught.
        taught: The others.
    """

    examples: tuple[Fact, ...]
    taught: tuple[Fact, ...]

    def context(self, language: str) -> str:
        """The solved examples, as they stand before a question."""
        return solved_examples(self.examples, language)


def wrong_facts(corpus: Corpus, *, shots: int, seed: int) -> WrongFacts:
    """Chooses the examples, at most half of the facts: those that cost the others least.

    A fact that shares its answer or its rival with an example's answer, in any language, could be
    copied from it, or be pulled to it; it is neither taught nor asked. The examples have different
    answers.

    Args:
        corpus: The facts.
        shots: How many examples.
        seed: Decides between examples that cost the same.
    """
    forms = {fact.id: compared_forms(fact.answers()) for fact in corpus.facts}
    touched = {fact.id: forms[fact.id] | compared_forms(fact.rivals()) for fact in corpus.facts}
    shared = Counter(form for fact in corpus.facts for form in touched[fact.id])
    rng = np.random.default_rng(stream_seed(seed, "robustness examples"))
    order = [corpus.facts[index] for index in rng.permutation(len(corpus.facts))]
    order.sort(key=lambda fact: max((shared[form] for form in forms[fact.id]), default=0))
    examples: list[Fact] = []
    taken: set[tuple[str, str]] = set()
    for fact in order:
        everywhere = all(language in fact.texts for language in corpus.languages)
        wanted = len(examples) < min(shots, len(order) // 2)
        if wanted and everywhere and taken.isdisjoint(forms[fact.id]):
            examples.append(fact)
            taken |= forms[fact.id]
    kept = (fact for fact in corpus.facts if fact not in examples)
    return WrongFacts(
        examples=tuple(examples),
        taught=tuple(fact for fact in kept if taken.isdisjoint(touched[fact.id])),
    )


def without_rival(facts: Sequence[Fact]) -> list[str]:
    """The facts that have no rival in some language: they can't be taught wrongly."""
    return [fact.id for fact in facts if any(text.rival is None for text in fact.texts.values())]
