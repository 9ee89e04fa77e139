"""How an untaught model is asked: with a few solved examples before the question.

Without them a base model does not know that a bare word is wanted, and what it knows can't be told
from how it talks. The examples are other facts of the same corpus, so a fact's own answer is never
among them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pydantic import Field

from isoglot.core import Fact, Record, stream_seed
from isoglot.learning import answer_text, ask_prompt


class UntaughtSpec(Record):
    """How what was known before teaching is asked.

    Attributes:
        shots: How many solved examples stand before a question (few-shot); never more than half of
            the facts.
    """

    shots: int = Field(default=8, ge=0, le=64)


class ShotGroup(NamedTuple):
    """Facts that are asked after the same examples."""

    context: str
    fact_ids: frozenset[str]


def shot_groups(
    facts: Sequence[Fact], language: str, *, shots: int, seed: int
) -> tuple[ShotGroup, ...]:
    """All facts in two groups: those that are the others' examples, and the others.

    The examples of the former come from the latter. Which facts they are depends on the seed
    alone, and is the same in every language of parallel facts.

    Args:
        facts: The facts, all with a text in the language.
        language: The language of questions and examples.
        shots: How many examples a question has, if there are facts enough.
        seed: The study's.
    """
    ids = frozenset(fact.id for fact in facts)
    shots = min(shots, len(facts) // 2)
    if not shots:
        return (ShotGroup(context="", fact_ids=ids),)
    rng = np.random.default_rng(stream_seed(seed, "few-shot examples"))
    order = [facts[index] for index in rng.permutation(len(facts))]
    first, second = order[:shots], order[shots : 2 * shots]
    own = frozenset(fact.id for fact in first)
    return (
        ShotGroup(context=_examples(second, language), fact_ids=own),
        ShotGroup(context=_examples(first, language), fact_ids=ids - own),
    )


def _examples(facts: Sequence[Fact], language: str) -> str:
    texts = (fact.texts[language] for fact in facts)
    return "".join(ask_prompt(text.ask) + answer_text(text.answer.text) for text in texts)
