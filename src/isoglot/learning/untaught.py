"""The learner that teaches nothing: the model as it was found."""

from collections.abc import Iterator, Mapping, Sequence

from isoglot.core import Condition, Untaught
from isoglot.learning._base import Lesson, Taught, Tick


class NoLearning:
    """Leaves the model as it is; it is asked once, at epoch 0."""

    paradigm: Untaught = "untaught"
    stages: tuple[int | None, ...] = (0,)

    def lessons_left(self, condition: Condition, lessons: Sequence[Lesson]) -> int:  # noqa: ARG002
        """None."""
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
        condition: Condition,  # noqa: ARG002
        lessons: Sequence[Lesson],  # noqa: ARG002
        *,
        tick: Tick,  # noqa: ARG002
    ) -> Iterator[Taught]:
        """The one stage: no adapter on. What stands before a question is for the asker to say."""
        yield Taught(epoch=0)
