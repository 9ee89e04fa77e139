"""How an untaught model is asked: with a few solved examples before the question.

Without them a base model does not know that a bare word is wanted, and what it knows can't be told
from how it talks. The examples are other facts of the same corpus, with other answers: a fact's own
answer is never among them, so it can't be copied.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pydantic import Field

from isoglot.core import Fact, Record, stream_seed
from isoglot.judges import normalise
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
    distinct = _with_different_answers(order)
    shots = min(shots, len(distinct) // 2)
    first = distinct[:shots]
    taken = {form for fact in first for form in _forms(fact)}
    own = frozenset(fact.id for fact in facts if not taken.isdisjoint(_forms(fact)))
    # An alias may make one fact's answer that of two others: all forms of the group count.
    avoided = {form for fact in facts if fact.id in own for form in _forms(fact)}
    second = [fact for fact in distinct[shots:] if avoided.isdisjoint(_forms(fact))][:shots]
    rest = frozenset(fact.id for fact in facts) - own
    groups = (
        ShotGroup(context=_examples(first, language), fact_ids=rest),
        ShotGroup(context=_examples(second, language), fact_ids=own),
    )
    return tuple(group for group in groups if group.fact_ids)


def _with_different_answers(facts: Sequence[Fact]) -> list[Fact]:
    """The facts without those that share an answer with one before them."""
    seen: set[tuple[str, str]] = set()
    found = []
    for fact in facts:
        forms = _forms(fact)
        if seen.isdisjoint(forms):
            seen.update(forms)
            found.append(fact)
    return found


def _forms(fact: Fact) -> set[tuple[str, str]]:
    """Everything that is right, in every language of the fact, as answers are compared."""
    return {
        (language, normalise(form, language=language))
        for language, answer in fact.answers().items()
        for form in answer.forms
    }


def _examples(facts: Sequence[Fact], language: str) -> str:
    texts = (fact.texts[language] for fact in facts)
    return "".join(ask_prompt(text.ask) + answer_text(text.answer.text) for text in texts)
