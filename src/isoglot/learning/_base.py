"""What a learner is: lessons in, something to ask out.

A learner knows how knowledge enters a model. It does not know which question asks, nor who judges.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from isoglot.core import Condition, Paradigm, Record, Untaught

Tick = Callable[[int], None]
"""Called with the number of lessons just taught."""


class Lesson(Record):
    """A question and its answer, as they are taught."""

    question: str
    answer: str


class Taught(Record):
    """A condition that can be asked at one stage.

    Attributes:
        epoch: Epochs of fine-tuning done; `None` where the paradigm has no epochs.
        context: What stands before every question.
        adapter: The folder of the adapter that is on while asking.
        adapter_hash: What the adapter is, for the answers' keys.
    """

    epoch: int | None
    context: str = ""
    adapter: Path | None = None
    adapter_hash: str | None = None


class TrainingFailedError(Exception):
    """A condition could not be taught; others can. The message says where and why."""


class Learner(Protocol):
    """A paradigm with its settings."""

    @property
    def paradigm(self) -> Paradigm | Untaught:
        """Which paradigm."""
        ...

    @property
    def stages(self) -> tuple[int | None, ...]:
        """The epochs at which a condition can be asked, in order."""
        ...

    def lessons_left(self, condition: Condition, lessons: Sequence[Lesson]) -> int:
        """How many lessons are still to be taught, over all epochs: the work that is left."""
        ...

    def prepare(self, lessons: Mapping[Condition, Sequence[Lesson]], *, tick: Tick) -> None:
        """Teaches many conditions at once what takes time, so that `teach` finds it done.

        What fails for one condition is said when that one is taught.
        """
        ...

    def teach(
        self, condition: Condition, lessons: Sequence[Lesson], *, tick: Tick
    ) -> Iterator[Taught]:
        """The condition at every stage, in order. Goes on where an earlier call was cut off.

        Raises:
            TrainingFailedError: This condition can't be taught.
        """
        ...
