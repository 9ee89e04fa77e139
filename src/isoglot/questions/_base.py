"""What a question is: a plan of probes and a declaration of estimates.

A question knows languages, facts and the stages at which a condition can be asked. It does not
know which paradigm taught the condition, and it computes nothing: `analysis` reads the declared
measures.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from isoglot.core import Condition, Probe, Record

Column = Literal["taught", "asked", "taught_tier", "asked_tier", "epoch"]


class Measure(Record):
    """One kind of estimate, declared over the table of judged probes.

    Attributes:
        name: What the estimate is called in tables and figures.
        of: Which outcome is averaged. `correct`: right, in the asked language. `wrong_language`:
            right, in a language that was not asked. `right_in_any_language`: either of the two.
        cells: Which pairs of languages count: `own` (asked as taught), `other`, or `all`.
        by: One estimate for every combination of these columns (each model and paradigm apart).
        contrast: If given, the estimate is the mean of the high-resource languages minus that of
            the low-resource ones, tiers taken from this column.
        last_epoch_only: Whether only the last epoch of each condition counts.
        untaught: Whether it is of the model before it was taught anything.
    """

    name: str
    of: Literal["correct", "wrong_language", "right_in_any_language"] = "correct"
    cells: Literal["own", "other", "all"] = "all"
    by: tuple[Column, ...] = ()
    contrast: Literal["taught_tier", "asked_tier"] | None = None
    last_epoch_only: bool = False
    untaught: bool = False


class Question(Protocol):
    """A research question put to taught conditions."""

    @property
    def name(self) -> str:
        """Its name in the study file, the tables and the report."""
        ...

    @property
    def of_untaught(self) -> bool:
        """Whether it is put to the model before anything is taught, and never after."""
        ...

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The estimates that answer it."""
        ...

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[int | None],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """The probes that it puts to a condition, which can be asked at the given stages."""
        ...
