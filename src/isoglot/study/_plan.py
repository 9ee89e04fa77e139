"""What a study will do, before it does it: conditions, probes, tokens, the gap it can detect."""

from collections.abc import Mapping, Sequence

from isoglot.core import (
    Condition,
    Corpus,
    Fact,
    Paradigm,
    Probe,
    Record,
    Untaught,
    get_language,
)
from isoglot.learning import InContext, Lesson, NoLearning, ask_prompt, context_text
from isoglot.questions import QUESTIONS
from isoglot.study._facts import read_corpus, taught_facts
from isoglot.study._schema import Study
from isoglot.study._untaught import shot_groups

_BYTES_A_TOKEN = 4
"""A rule of thumb for multilingual tokenizers; `isoglot plan` says "about"."""


class ParadigmPlan(Record):
    """The work of one model and paradigm.

    Attributes:
        lessons: Lessons taught over all conditions and epochs.
        probes: Probes asked.
        prompt_tokens: About how many tokens of prompts, a context counted once a condition.
    """

    model: str
    paradigm: Paradigm | Untaught
    conditions: int
    lessons: int
    probes: int
    prompt_tokens: int


class StudyPlan(Record):
    """A study's work.

    Attributes:
        at_most: Whether it may be less: how many facts are taught depends on what is known.
        smallest_gap: The smallest difference between the accuracies of the high and the low tier
            (own language, one epoch) that the study finds with 80% power; `None` without both.
    """

    parts: tuple[ParadigmPlan, ...]
    n_facts: int
    at_most: bool
    smallest_gap: float | None


def study_corpus(study: Study) -> Corpus:
    """The facts of a study, in its languages.

    Raises:
        InputError: They can't be read, or not made in these languages.
    """
    return read_corpus(study.facts, languages=study.languages, seed=study.seed, limit=study.limit)


def study_conditions(study: Study, paradigm: Paradigm | Untaught, model: str) -> list[Condition]:
    """One condition a language."""
    return [
        Condition(model=model, paradigm=paradigm, taught=language, seed=study.seed)
        for language in study.languages
    ]


def study_lessons(facts: Sequence[Fact], language: str) -> list[Lesson]:
    """The facts as they are taught in a language."""
    return [
        Lesson(question=fact.texts[language].teach, answer=fact.texts[language].answer.text)
        for fact in facts
    ]


def condition_probes(
    study: Study, condition: Condition, *, stages: Sequence[int | None], facts: Sequence[Fact]
) -> dict[int | None, list[Probe]]:
    """What all questions together ask of a condition, by stage; asked by two, asked once.

    A fact that has no text in a language is not asked in it.
    """
    has_text = {(fact.id, language) for fact in facts for language in fact.texts}
    found = _all_probes(study, condition, stages=stages, fact_ids=[fact.id for fact in facts])
    order = {language: index for index, language in enumerate(study.languages)}
    return {
        stage: sorted(
            (probe for probe in probes if (probe.fact_id, probe.asked) in has_text),
            key=lambda probe: (order[probe.asked], probe.fact_id),
        )
        for stage, probes in found.items()
    }


def _all_probes(
    study: Study, condition: Condition, *, stages: Sequence[int | None], fact_ids: Sequence[str]
) -> dict[int | None, list[Probe]]:
    probes: dict[int | None, dict[str, Probe]] = {stage: {} for stage in stages}
    for name in study.asked_questions:
        # Some questions are put to the untaught model, and only these.
        if QUESTIONS[name].of_untaught != (condition.paradigm == "untaught"):
            continue
        for probe in QUESTIONS[name].probes(
            condition, stages=stages, languages=study.languages, fact_ids=fact_ids
        ):
            probes[probe.epoch][probe.id] = probe
    return {stage: list(found.values()) for stage, found in probes.items()}


def planned_cells(study: Study) -> list[Probe]:
    """One probe for every pair of languages and epoch that a study asks, of a fact without name.

    What of it has no answers in the end is missing, and known to be.
    """
    return [
        probe
        for model in study.models
        for paradigm, stages in study_paradigms(study)
        for condition in study_conditions(study, paradigm, model.name)
        for probes in _all_probes(study, condition, stages=stages, fact_ids=[""]).values()
        for probe in probes
    ]


def study_paradigms(study: Study) -> list[tuple[Paradigm | Untaught, tuple[int | None, ...]]]:
    """The paradigms of a study with the stages at which their conditions are asked, in order."""
    found: list[tuple[Paradigm | Untaught, tuple[int | None, ...]]] = []
    if any(QUESTIONS[name].of_untaught for name in study.asked_questions):
        found.append(("untaught", NoLearning.stages))
    if study.paradigms.in_context is not None:
        found.append(("in-context", InContext.stages))
    if study.paradigms.fine_tuning is not None:
        found.append(("fine-tuning", study.paradigms.fine_tuning.ask_after))
    return found


def condition_facts(
    study: Study, condition: Condition, corpus: Corpus, known: Mapping[str, frozenset[str]]
) -> list[Fact]:
    """The facts that a condition is taught and asked.

    Args:
        study: The study.
        condition: The condition.
        corpus: All facts.
        known: By model, the ids of the facts that it knew before; all count as known for a model
            that is not in it.
    """
    facts = taught_facts(corpus, condition.taught)
    if not study.facts.known_only or condition.paradigm == "untaught":
        return facts
    kept = known.get(condition.model)
    return facts if kept is None else [fact for fact in facts if fact.id in kept]


def example_prompts(
    study: Study, corpus: Corpus, *, known: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """The whole prompt of a probe under each paradigm, as it was asked, for a reader to look at."""
    taught, asked = study.languages[0], study.languages[-1]
    model = study.models[0].name
    used = study.resolved.models[0] if study.resolved else None
    chat = used is not None and used.chat
    examples: dict[str, str] = {}
    for paradigm, _ in study_paradigms(study):
        first = study_conditions(study, paradigm, model)[0]
        facts = condition_facts(study, first, corpus, known)
        both = [fact for fact in facts if asked in fact.texts]
        if not both:
            continue
        question = ask_prompt(both[0].texts[asked].ask, chat=chat)
        if paradigm == "in-context":
            lessons = study_lessons(facts, taught)
            context = next(InContext().teach(first, lessons, tick=lambda _: None)).context
            context = context_text(context, chat=chat)
            examples[f"In context: taught in {taught}, asked in {asked}"] = context + question
        elif paradigm == "untaught":
            own = taught_facts(corpus, asked)
            for group in shot_groups(own, asked, shots=study.untaught.shots, seed=study.seed):
                if both[0].id in group.fact_ids:
                    context = context_text(group.context, chat=chat)
                    examples[f"Before teaching: asked in {asked}"] = context + question
        else:
            examples[f"After fine-tuning: asked in {asked}"] = question
    return examples if used is None else {name: used.sent(each) for name, each in examples.items()}


def make_plan(
    study: Study, corpus: Corpus, *, known: Mapping[str, frozenset[str]] | None = None
) -> StudyPlan:
    """What a run of the study would do. Touches no model.

    Args:
        study: The study.
        corpus: Its facts.
        known: By model, the ids of the facts that it knew before, once a run found that out.
    """
    from isoglot.stats import smallest_detectable_gap  # scipy and statsmodels take seconds

    parts = [
        _plan_part(study, corpus, known or {}, model.name, paradigm, stages)
        for model in study.models
        for paradigm, stages in study_paradigms(study)
    ]
    tiers = [get_language(code).tier for code in study.languages]
    high, low = tiers.count("high"), tiers.count("low")
    n_facts = len(corpus.facts)
    gap = smallest_detectable_gap(n_facts, n_high=high, n_low=low) if high and low else None
    return StudyPlan(
        parts=tuple(parts),
        n_facts=n_facts,
        at_most=study.facts.known_only and known is None,
        smallest_gap=gap,
    )


def _plan_part(
    study: Study,
    corpus: Corpus,
    known: Mapping[str, frozenset[str]],
    model: str,
    paradigm: Paradigm | Untaught,
    stages: tuple[int | None, ...],
) -> ParadigmPlan:
    by_id = {fact.id: fact for fact in corpus.facts}
    conditions = study_conditions(study, paradigm, model)
    lessons = n_probes = size = 0
    for condition in conditions:
        facts = condition_facts(study, condition, corpus, known)
        probes = condition_probes(study, condition, stages=stages, facts=facts)
        if not any(probes.values()):  # nothing is taught, either
            continue
        taught = study_lessons(facts, condition.taught)
        if paradigm == "in-context":
            context = next(InContext().teach(condition, taught, tick=lambda _: None)).context
            size += len(context.encode())
        elif paradigm == "untaught":
            groups = shot_groups(
                facts, condition.taught, shots=study.untaught.shots, seed=study.seed
            )
            size += sum(len(group.context.encode()) for group in groups)
        else:
            lessons += len(taught) * int(stages[-1] or 0)
        for stage in stages:
            n_probes += len(probes[stage])
            for probe in probes[stage]:
                size += len(ask_prompt(by_id[probe.fact_id].texts[probe.asked].ask).encode())
    return ParadigmPlan(
        model=model,
        paradigm=paradigm,
        conditions=len(conditions),
        lessons=lessons,
        probes=n_probes,
        prompt_tokens=size // _BYTES_A_TOKEN,
    )
