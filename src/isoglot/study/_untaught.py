"""How an untaught model is asked: with a few solved examples before the question.

Without them a base model does not know that a bare word is wanted, and what it knows can't be told
from how it talks. The examples are other facts of the same corpus, with other answers: a fact's own
answer is never among them, so it can't be copied.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import Field

from isoglot.core import Fact, Record, stream_seed
from isoglot.study._solved import compared_forms, solved_examples


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
    """All facts in two groups, neither of which has an answer among its examples.

    The examples of the first group have different answers. The second group is all facts with one
    of these answers, and its examples have none that is right for any of them. Which facts the
    examples are depends on the seed, and for parallel facts it is the same in every language. Where
    the facts have too few different answers, there are fewer examples.

    Args:
        facts: The facts, all with a text in the language.
        language: The language of questions and examples.
        shots: How many examples a question has, if there are answers enough.
        seed: The study's.
    """
    rng = np.random.default_rng(stream_seed(seed, "few-shot examples"))
    order = [facts[index] for index in rng.permutation(len(facts))]
    forms = {fact.id: compared_forms(fact.answers()) for fact in facts}
    distinct = _with_different_answers(order, forms)
    shots = min(shots, len(distinct) // 2)
    first = distinct[:shots]
    taken = {form for fact in first for form in forms[fact.id]}
    own = frozenset(fact.id for fact in facts if not taken.isdisjoint(forms[fact.id]))
    # An alias may make one fact's answer that of two others: all forms of the group count.
    avoided = {form for fact in facts if fact.id in own for form in forms[fact.id]}
    second = [fact for fact in distinct[shots:] if avoided.isdisjoint(forms[fact.id])][:shots]
    rest = frozenset(fact.id for fact in facts) - own
    groups = (
        ShotGroup(context=solved_examples(first, language), fact_ids=rest),
        ShotGroup(context=solved_examples(second, language), fact_ids=own),
    )
    return tuple(group for group in groups if group.fact_ids)


def _with_different_answers(
    facts: Sequence[Fact], forms: Mapping[str, set[tuple[str, str]]]
) -> list[Fact]:
    """The facts without those that share an answer with one before them."""
    seen: set[tuple[str, str]] = set()
    found = []
    for fact in facts:
        if seen.isdisjoint(forms[fact.id]):
            seen.update(forms[fact.id])
            found.append(fact)
    return found
