"""The learner that teaches nothing: the model as it was found."""

from collections.abc import Iterator, Sequence

from isoglot.core import Untaught
from isoglot.learning._base import Course, Taught, Tick


class NoLearning:
    """Leaves the model as it is."""

    paradigm: Untaught = "untaught"

    def lessons_left(self, course: Course) -> int:  # noqa: ARG002
        """None."""
        return 0

    def prepare(self, courses: Sequence[Course], *, tick: Tick) -> None:
        """Nothing takes time."""

    def teach(
        self,
        course: Course,
        *,
        tick: Tick,  # noqa: ARG002
    ) -> Iterator[Taught]:
        """Its stages, no adapter on. What stands before a question is for the asker to say."""
        for stage in course.stages:
            yield Taught(stage=stage)
