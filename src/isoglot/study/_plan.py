"""What a study will do, before it does it: conditions, probes, tokens, the gap it can detect."""

from collections.abc import Sequence

from isoglot.core import Condition, Corpus, Fact, Paradigm, Probe, Record, get_language
from isoglot.corpora import make_world
from isoglot.learning import Lesson, ask_prompt
from isoglot.learning.in_context import InContext
from isoglot.questions import QUESTIONS
from isoglot.study._schema import Study

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
    paradigm: Paradigm
    conditions: int
    lessons: int
    probes: int
    prompt_tokens: int


class StudyPlan(Record):
    """A study's work.

    Attributes:
        smallest_gap: The smallest difference between the accuracies of the high and the low tier
            (own language, one epoch) that the study finds with 80% power; `None` without both.
    """

    parts: tuple[ParadigmPlan, ...]
    n_facts: int
    smallest_gap: float | None


def study_corpus(study: Study) -> Corpus:
    """The facts of a study, in its languages."""
    world = study.facts.world
    seed = study.seed if world.seed is None else world.seed
    return make_world(study.languages, size=study.n_facts, seed=seed)


def study_conditions(study: Study, paradigm: Paradigm, model: str) -> list[Condition]:
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
    """What all questions together ask of a condition, by stage; asked by two, asked once."""
    probes: dict[int | None, dict[str, Probe]] = {stage: {} for stage in stages}
    for name in study.questions:
        for probe in QUESTIONS[name].probes(
            condition,
            stages=stages,
            languages=study.languages,
            fact_ids=[fact.id for fact in facts],
        ):
            probes[probe.epoch][probe.id] = probe
    order = {language: index for index, language in enumerate(study.languages)}
    return {
        stage: sorted(found.values(), key=lambda probe: (order[probe.asked], probe.fact_id))
        for stage, found in probes.items()
    }


def study_paradigms(study: Study) -> list[tuple[Paradigm, tuple[int | None, ...]]]:
    """The paradigms of a study with the stages at which their conditions are asked."""
    found: list[tuple[Paradigm, tuple[int | None, ...]]] = []
    if study.paradigms.in_context is not None:
        found.append(("in-context", InContext.stages))
    if study.paradigms.fine_tuning is not None:
        found.append(("fine-tuning", study.paradigms.fine_tuning.ask_after))
    return found


def example_prompts(study: Study) -> dict[str, str]:
    """The whole prompt of the first probe under each paradigm, for a reader to look at."""
    facts = study_corpus(study).facts
    taught, asked = study.languages[0], study.languages[-1]
    question = ask_prompt(facts[0].texts[asked].ask)
    examples: dict[str, str] = {}
    for paradigm, _ in study_paradigms(study):
        if paradigm == "in-context":
            condition = study_conditions(study, paradigm, study.models[0].name)[0]
            lessons = study_lessons(facts, taught)
            context = next(InContext().teach(condition, lessons, tick=lambda _: None)).context
            examples[f"In context: taught in {taught}, asked in {asked}"] = context + question
        else:
            examples[f"After fine-tuning: asked in {asked}"] = question
    return examples


def make_plan(study: Study) -> StudyPlan:
    """What a run of the study would do. Touches no model."""
    from isoglot.stats import smallest_detectable_gap  # scipy and statsmodels take seconds

    facts = study_corpus(study).facts
    parts = [
        _plan_part(study, facts, model.name, paradigm, stages)
        for model in study.models
        for paradigm, stages in study_paradigms(study)
    ]
    tiers = [get_language(code).tier for code in study.languages]
    high, low = tiers.count("high"), tiers.count("low")
    gap = smallest_detectable_gap(len(facts), n_high=high, n_low=low) if high and low else None
    return StudyPlan(parts=tuple(parts), n_facts=len(facts), smallest_gap=gap)


def _plan_part(
    study: Study,
    facts: Sequence[Fact],
    model: str,
    paradigm: Paradigm,
    stages: tuple[int | None, ...],
) -> ParadigmPlan:
    by_id = {fact.id: fact for fact in facts}
    conditions = study_conditions(study, paradigm, model)
    lessons = n_probes = size = 0
    for condition in conditions:
        taught = study_lessons(facts, condition.taught)
        if paradigm == "in-context":
            context = next(InContext().teach(condition, taught, tick=lambda _: None)).context
            size += len(context.encode())
        else:
            lessons += len(taught) * int(stages[-1] or 0)
        probes = condition_probes(study, condition, stages=stages, facts=facts)
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
