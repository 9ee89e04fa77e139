"""Whether what a study teaches against the facts, or against the world, can be taught."""

from collections.abc import Iterator, Sequence

from isoglot.core import Fact, InputError, Problem
from isoglot.study._courses import StudyFacts, study_facts
from isoglot.study._robustness import without_rival
from isoglot.study._schema import Study


def check_conflicts(study: Study) -> Iterator[Problem]:
    """What is wrong with pairs, rivals and general knowledge. The languages are known ones."""
    wanted = {"priority", "robustness"} & set(study.questions)
    if "priority" in wanted:
        yield from _check_pairs(study)
    if not wanted:
        return
    try:
        facts = study_facts(study)
    except InputError as error:
        if study.robustness_facts is not None:  # of the study's own facts it is said elsewhere
            for problem in error.problems:
                yield problem.model_copy(update={"place": f"robustness.facts: {problem.place}"})
        return
    yield from _check_one_id(facts)
    if "priority" in wanted or study.robustness_facts is None:
        yield from _check_rivals("facts", facts.corpus.facts, asking=sorted(wanted))
    if study.robustness_facts is not None:
        yield from _check_rivals("robustness.facts", facts.others.facts, asking=["robustness"])
    if "robustness" in wanted and facts.wrong.examples and not facts.wrong.taught:
        yield Problem(
            place="robustness.shots",
            message=f"{len(facts.wrong.examples)} solved examples leave no fact to ask: the others "
            "share an answer with one of them",
            remedy="give fewer, or more facts",
        )


def _check_pairs(study: Study) -> Iterator[Problem]:
    """Whether the languages that are taught against each other are there, and differ."""
    if not study.pairs:
        yield Problem(
            place="priority",
            message="has no pair: none of the languages is low-resource, or all of them are",
            remedy="add a language of another tier, or name them: pairs: [[en, es]]",
        )
    for index, pair in enumerate(study.pairs):
        place = f"priority.pairs[{index}]"
        if unknown := [code for code in pair if code not in study.languages]:
            yield Problem(
                place=place,
                message=f"{unknown[0]!r} is none of the study's languages",
                remedy=f"add it to languages, or choose from {', '.join(study.languages)}",
            )
        elif pair[0] == pair[1]:
            yield Problem(
                place=place,
                message=f"{pair[0]!r} can't contradict itself",
                remedy="name two languages",
            )
        elif {pair, pair[::-1]} & set(study.pairs[:index]):
            yield Problem(
                place=place,
                message=f"{pair[0]!r} and {pair[1]!r} are listed twice",
                remedy="remove one: each pair is taught both ways round",
            )


def _check_rivals(place: str, facts: Sequence[Fact], *, asking: Sequence[str]) -> Iterator[Problem]:
    if lacking := without_rival(facts):
        yield Problem(
            place=place,
            message=f"{len(lacking)} of {len(facts)} facts have no rival answer (the first is "
            f"{lacking[0]!r}), which {' and '.join(asking)} would teach",
            remedy="give every fact a rival, or leave the question out",
        )


def _check_one_id(facts: StudyFacts) -> Iterator[Problem]:
    """A fact of robustness must not pass for one of the study's."""
    own = {fact.id for fact in facts.corpus.facts}
    if both := [fact.id for fact in facts.others.facts if fact.id in own]:
        yield Problem(
            place="robustness.facts",
            message=f"{both[0]!r} is the id of a fact of the study, too",
            remedy="give the facts ids of their own, or leave robustness.facts out",
        )
