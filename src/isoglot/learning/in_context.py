"""In-context learning: facts stand before the question.

The form of the prompt (a preamble about a world unlike ours, then question-answer pairs) follows
Wang et al. (LNewKnow); the wording is isoglot's own, in the language that is taught.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import Field, field_validator

from isoglot.core import Condition, Paradigm, Record, Stage, stream_seed
from isoglot.learning._base import Course, Lesson, Taught, Tick
from isoglot.learning.prompts import answer_text, ask_prompt, preambles


class InContextRecipe(Record):
    """How facts stand before the question.

    Attributes:
        times_shown: How often each fact stands there, in rising order. Every question asks with
            the first of these numbers, effectiveness with the others, too.
        facts_in_context: Effectiveness also asks with so many facts before the question, always
            the asked one among them. What is not less than all facts is left out.
    """

    times_shown: tuple[int, ...] = Field(default=(1,), min_length=1)
    facts_in_context: tuple[int, ...] = ()

    @field_validator("times_shown", "facts_in_context")
    @classmethod
    def _rising(cls, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if list(numbers) != sorted(set(numbers)) or any(number < 1 for number in numbers):
            raise ValueError(f"{list(numbers)} must be rising whole numbers from 1 on")
        return numbers

    def stages(self, *, n_facts: int, gradual: bool) -> tuple[Stage, ...]:
        """When a condition is asked: with nothing before the question first, as usual last.

        Args:
            n_facts: How many facts are taught.
            gradual: Whether it is also asked with fewer facts and with facts shown more often.
        """
        usual, *more = self.times_shown
        between = [
            *(Stage(times_shown=usual, facts_in_context=n) for n in self.facts_in_context),
            *(Stage(times_shown=times) for times in more),
        ]
        asked = [stage for stage in between if (stage.facts_in_context or 0) < n_facts]
        return (Stage(times_shown=0), *(asked if gradual else ()), Stage(times_shown=usual))


class InContext:
    """Teaches by putting lessons into the prompt, in one shuffled order a condition."""

    paradigm: Paradigm = "in-context"

    def lessons_left(self, course: Course) -> int:  # noqa: ARG002
        """None: reading is part of asking."""
        return 0

    def prepare(self, courses: Sequence[Course], *, tick: Tick) -> None:
        """Nothing takes time."""

    def teach(
        self,
        course: Course,
        *,
        tick: Tick,  # noqa: ARG002
    ) -> Iterator[Taught]:
        """A context with all lessons, or several with some of them each."""
        for stage in course.stages:
            if stage.untaught:
                yield Taught(stage=stage)
            elif stage.facts_in_context is None:
                yield Taught(stage=stage, context=_context(course, stage, course.lessons))
            else:
                yield from _in_groups(course, stage, size=stage.facts_in_context)


def _in_groups(course: Course, stage: Stage, *, size: int) -> Iterator[Taught]:
    """Contexts of `size` facts each, so that every fact is asked behind one that holds it."""
    ids = list(dict.fromkeys(lesson.fact_id for lesson in course.lessons))
    rng = _stream(course.condition, "in-context groups")
    order = [ids[index] for index in rng.permutation(len(ids))]
    for start in range(0, len(order), size):
        asked = order[start : start + size]
        # The last group is filled up, or its context would be shorter than the stage says.
        filled = {*asked, *order[: size - len(asked)]}
        shown = [lesson for lesson in course.lessons if lesson.fact_id in filled]
        yield Taught(stage=stage, context=_context(course, stage, shown), fact_ids=frozenset(asked))


def _context(course: Course, stage: Stage, lessons: Sequence[Lesson]) -> str:
    rng = _stream(course.condition, "in-context order")
    pairs = "".join(
        ask_prompt(lessons[index].question) + answer_text(lessons[index].answer)
        for _ in range(stage.times_shown or 1)
        for index in rng.permutation(len(lessons))
    )
    return _opening(course.condition) + pairs


def _opening(condition: Condition) -> str:
    """What introduces the facts: in each language that they are taught in, in shuffled order."""
    if condition.teaches == "wrong answers":
        # That the world is unlike ours would ask the model to believe them.
        return ""
    languages = [condition.taught]
    if condition.against:
        languages.append(condition.against)
        _stream(condition, "in-context preambles").shuffle(languages)
    return "".join(f"{preambles()[language]}\n\n" for language in languages)


def _stream(condition: Condition, name: str) -> np.random.Generator:
    return np.random.default_rng(stream_seed(condition.seed, name, condition.id))
