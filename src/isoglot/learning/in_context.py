"""In-context learning: all facts stand before the question.

The form of the prompt (a preamble about a world unlike ours, then question-answer pairs) follows
Wang et al. (LNewKnow); the wording is isoglot's own, in the language that is taught.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from isoglot.core import Condition, Paradigm, stream_seed
from isoglot.learning._base import Lesson, Taught, Tick
from isoglot.learning.prompts import answer_text, ask_prompt, preambles


class InContext:
    """Teaches by putting every lesson into the prompt, in one shuffled order a condition."""

    paradigm: Paradigm = "in-context"
    stages: tuple[int | None, ...] = (None,)

    def lessons_left(self, condition: Condition, lessons: Sequence[Lesson]) -> int:  # noqa: ARG002
        """None: reading is part of asking."""
        return 0

    def prepare(
        self,
        lessons: Mapping[Condition, Sequence[Lesson]],
        *,
        tick: Tick,
    ) -> None:
        """Nothing takes time."""

    def teach(
        self,
        condition: Condition,
        lessons: Sequence[Lesson],
        *,
        tick: Tick,  # noqa: ARG002
    ) -> Iterator[Taught]:
        """The one stage: a context with all lessons."""
        rng = np.random.default_rng(stream_seed(condition.seed, "in-context order", condition.id))
        pairs = "".join(
            ask_prompt(lessons[index].question) + answer_text(lessons[index].answer)
            for index in rng.permutation(len(lessons))
        )
        yield Taught(epoch=None, context=f"{preambles()[condition.taught]}\n\n{pairs}")
