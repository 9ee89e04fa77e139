"""How an untaught model is asked: few-shot, and never with a fact's own answer before it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import Wording
from isoglot.corpora import make_knowledge, make_world
from isoglot.study._untaught import UntaughtSpec, shot_groups

FACTS = make_world(["en", "sw"], size=20, seed=5).facts


@settings(max_examples=30, deadline=None)
@given(
    n_facts=st.integers(min_value=0, max_value=20),
    shots=st.integers(min_value=0, max_value=12),
    seed=st.integers(min_value=0, max_value=2**31),
)
def test_every_fact_is_asked_once_and_never_after_itself(
    n_facts: int, shots: int, seed: int
) -> None:
    facts = FACTS[:n_facts]
    groups = shot_groups(facts, "en", shots=shots, seed=seed)
    asked = [fact_id for group in groups for fact_id in group.fact_ids]
    assert sorted(asked) == [fact.id for fact in facts]
    for group in groups:
        # Two lines an example, and never more examples than half of the different answers.
        assert group.context.count("\n") <= 2 * min(shots, n_facts // 2)
        for fact in facts:
            if fact.id in group.fact_ids:
                assert fact.texts["en"].ask not in group.context
                for form in fact.texts["en"].answer.forms:
                    assert f"A: {form}\n" not in group.context


def test_whose_answer_is_an_example_is_asked_after_others() -> None:
    """Of six continents three are the first examples; all their countries come after the rest."""
    facts = make_knowledge(["en"], relations=["country-continent"]).facts
    one, other = shot_groups(facts, "en", shots=8, seed=3)
    # North and South America share "Americas", so there are five that differ, and two examples.
    assert [group.context.count("A: ") for group in (one, other)] == [2, 2]
    assert len(one.fact_ids) + len(other.fact_ids) == len(facts)
    for group in (one, other):
        answers = {fact.texts["en"].answer.text for fact in facts if fact.id in group.fact_ids}
        assert all(f"A: {answer}\n" not in group.context for answer in answers)


def test_facts_with_one_answer_have_no_examples() -> None:
    same = [fact.model_copy(update={"texts": FACTS[0].texts}) for fact in FACTS[:5]]
    (group,) = shot_groups(same, "en", shots=4, seed=0)
    assert (group.context, len(group.fact_ids)) == ("", 5)


@pytest.mark.parametrize("seed", range(12))
def test_an_alias_that_two_answers_share_is_shown_to_neither(seed: int) -> None:
    said = [("mouse",), ("rat",), ("mouse", "rat"), ("lion",), ("bear",), ("wolf",)]
    facts = [
        fact.model_copy(
            update={
                "texts": {
                    "en": fact.texts["en"].model_copy(
                        update={"answer": Wording(text=forms[0], aliases=forms[1:])}
                    )
                }
            }
        )
        for fact, forms in zip(FACTS, said, strict=False)
    ]
    groups = shot_groups(facts, "en", shots=8, seed=seed)
    assert any(group.context for group in groups)
    for group in groups:
        for fact in facts:
            if fact.id in group.fact_ids:
                for form in fact.texts["en"].answer.forms:
                    assert f"A: {form}\n" not in group.context


def test_an_example_is_a_question_and_its_answer() -> None:
    other, one = shot_groups(FACTS[:2], "sw", shots=8, seed=0)
    by_id = {fact.id: fact.texts["sw"] for fact in FACTS[:2]}
    # Two facts make one example each: the other one.
    ((first,), (second,)) = (sorted(group.fact_ids) for group in (one, other))
    assert one.context == f"Q: {by_id[second].ask}\nA: {by_id[second].answer.text}\n"
    assert other.context == f"Q: {by_id[first].ask}\nA: {by_id[first].answer.text}\n"


def test_the_examples_are_the_same_facts_in_every_language() -> None:
    english, swahili = (
        [group.fact_ids for group in shot_groups(FACTS, language, shots=4, seed=9)]
        for language in ("en", "sw")
    )
    assert english == swahili
    # Examples have different answers, so at least they themselves are in the second group.
    assert len(english[1]) >= 4


def test_without_examples_there_is_one_group_and_no_context() -> None:
    (group,) = shot_groups(FACTS, "en", shots=0, seed=1)
    assert (group.context, len(group.fact_ids)) == ("", 20)


@pytest.mark.parametrize("shots", [-1, 65])
def test_the_number_of_examples_is_bounded(shots: int) -> None:
    with pytest.raises(ValueError, match="shots"):
        UntaughtSpec(shots=shots)
