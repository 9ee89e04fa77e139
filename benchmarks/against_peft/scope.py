"""How much of the effectiveness study is done, and what it comes to by the peer's way."""

from collections.abc import Mapping

from against_peft.facts import LANGUAGES
from isoglot.core import Record


class Scope(Record):
    """So many facts, in every language, taught for so many epochs and asked after each."""

    facts: int
    epochs: int

    @property
    def questions(self) -> int:
        """All facts, in every language, after every epoch."""
        return len(LANGUAGES) * self.epochs * self.facts

    @property
    def epochs_by_scripts(self) -> int:
        """Of one language: a run of one epoch, a run of two, and so on, each begun anew."""
        return self.epochs * (self.epochs + 1) // 2

    def steps_by_scripts(self, rows: Mapping[str, int]) -> int:
        """Training steps of all their runs; `rows` is how many an epoch has, by language."""
        return sum(rows.values()) * self.epochs_by_scripts

    def __str__(self) -> str:
        return f"{len(LANGUAGES)} languages, {self.facts} facts, {self.epochs} epochs"


WHOLE = Scope(facts=100, epochs=12)
"""What Wang et al. do, in four languages of theirs."""


class PeerCost(Record):
    """Seconds of the peer's way, as a slice has them.

    Attributes:
        step: Of one training step.
        question: Of one call of the pipeline.
    """

    step: float
    question: float

    def seconds(self, scope: Scope, rows: Mapping[str, int]) -> float:
        """Of all steps and questions."""
        return self.step * scope.steps_by_scripts(rows) + self.question * scope.questions
