"""What a study will do, before it does it: conditions, probes, tokens, the gap it can detect."""

from collections.abc import Mapping

from isoglot.core import Paradigm, Record, Untaught, get_language
from isoglot.learning import InContext, ask_prompt
from isoglot.study._courses import (
    StudyFacts,
    condition_course,
    condition_facts,
    condition_probes,
    study_conditions,
    study_paradigms,
)
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


def make_plan(
    study: Study, facts: StudyFacts, *, known: Mapping[str, frozenset[str]] | None = None
) -> StudyPlan:
    """What a run of the study would do. Touches no model.

    Args:
        study: The study.
        facts: Its facts.
        known: By model, the ids of the facts that it knew before, once a run found that out.
    """
    from isoglot.stats import smallest_detectable_gap  # scipy and statsmodels take seconds

    parts = [
        _plan_part(study, facts, known or {}, model.name, paradigm)
        for model in study.models
        for paradigm in study_paradigms(study)
    ]
    tiers = [get_language(code).tier for code in study.languages]
    high, low = tiers.count("high"), tiers.count("low")
    n_facts = len(facts.corpus.facts)
    gap = smallest_detectable_gap(n_facts, n_high=high, n_low=low) if high and low else None
    return StudyPlan(
        parts=tuple(parts),
        n_facts=n_facts,
        at_most=study.facts.known_only and known is None,
        smallest_gap=gap,
    )


def _plan_part(
    study: Study,
    facts: StudyFacts,
    known: Mapping[str, frozenset[str]],
    model: str,
    paradigm: Paradigm | Untaught,
) -> ParadigmPlan:
    by_id = facts.by_id
    conditions = study_conditions(study, paradigm, model)
    lessons = n_probes = size = 0
    for condition in conditions:
        own = condition_facts(study, condition, facts, known)
        course = condition_course(study, condition, own)
        probes = condition_probes(study, course, facts=own)
        if not any(probes.values()):  # nothing is taught, either
            continue
        if paradigm == "in-context":
            taught = InContext().teach(course, tick=lambda _: None)
            size += sum(len(each.context.encode()) for each in taught)
        elif paradigm == "untaught":
            groups = shot_groups(own, condition.taught, shots=study.untaught.shots, seed=study.seed)
            size += sum(len(group.context.encode()) for group in groups)
        else:
            lessons += len(course.lessons) * int(course.stages[-1].epoch or 0)
        if condition.teaches == "wrong answers":
            size += len(facts.wrong.context(condition.taught).encode()) * len(course.stages)
        n_probes += sum(map(len, probes.values()))
        size += sum(
            len(ask_prompt(by_id[probe.fact_id].texts[probe.asked].ask).encode())
            for asked in probes.values()
            for probe in asked
        )
    return ParadigmPlan(
        model=model,
        paradigm=paradigm,
        conditions=len(conditions),
        lessons=lessons,
        probes=n_probes,
        prompt_tokens=size // _BYTES_A_TOKEN,
    )
