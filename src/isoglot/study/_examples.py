"""Whole prompts as they are asked, for a reader to look at."""

from collections.abc import Iterator, Mapping

from isoglot.core import Condition, Fact
from isoglot.learning import InContext, ask_prompt, context_text
from isoglot.study._courses import (
    StudyFacts,
    condition_course,
    condition_facts,
    study_conditions,
    study_paradigms,
)
from isoglot.study._schema import Study
from isoglot.study._untaught import shot_groups

_LABELS = {
    "facts": "taught in {taught}, asked in {asked}",
    "conflict": "taught in {taught} against {against}, asked in {asked}",
    "wrong answers": "wrong answers taught in {taught}",
}


def example_prompts(
    study: Study, facts: StudyFacts, *, known: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """The whole prompt of a probe for each paradigm and each thing taught, at the last stage.

    A chat model's stands in what its template writes around it, once a run has resolved that.
    """
    used = study.resolved.models[0] if study.resolved else None
    chat = used is not None and used.chat
    return {
        label: used.sent(prompt) if used else prompt
        for condition in _first_conditions(study)
        for own in [condition_facts(study, condition, facts, known)]
        for label, prompt in _examples(study, condition, facts, own, chat=chat)
    }


def _first_conditions(study: Study) -> Iterator[Condition]:
    """One condition for each paradigm and each thing that is taught."""
    for paradigm in study_paradigms(study):
        first: dict[str, Condition] = {}
        for condition in study_conditions(study, paradigm, study.models[0].name):
            first.setdefault(condition.teaches, condition)
        yield from first.values()


def _examples(
    study: Study, condition: Condition, facts: StudyFacts, own: list[Fact], *, chat: bool
) -> Iterator[tuple[str, str]]:
    wrong = condition.teaches == "wrong answers"
    asked = condition.taught if wrong else study.languages[-1]
    fact = next((fact for fact in own if asked in fact.texts), None)
    if fact is None:
        return

    def prompt(context: str) -> str:
        return context_text(context, chat=chat) + ask_prompt(fact.texts[asked].ask, chat=chat)

    solved = facts.wrong.context(asked) if wrong else ""
    label = _LABELS[condition.teaches].format(
        taught=condition.taught, against=condition.against, asked=asked
    )
    if condition.paradigm == "in-context":
        course = condition_course(study, condition, own)
        last = list(InContext().teach(course, tick=lambda _: None))[-1]
        yield f"In context: {label}", prompt(solved + last.context)
    elif condition.paradigm == "fine-tuning":
        if wrong or not condition.against:  # a conflict is asked as a fact is
            what = f", {label}" if wrong else f": asked in {asked}"
            yield f"After fine-tuning{what}", prompt(solved)
    else:
        texts = [each for each in facts.corpus.facts if asked in each.texts]
        for group in shot_groups(texts, asked, shots=study.untaught.shots, seed=study.seed):
            if fact.id in group.fact_ids:
                yield f"Before teaching: asked in {asked}", prompt(group.context)
