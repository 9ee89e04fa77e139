"""The nouns that flow through a study: condition, probe, answer, verdict, estimate."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from isoglot.core._record import Record

Paradigm = Literal["in-context", "fine-tuning"]
Untaught = Literal["untaught"]
"""Stands where a paradigm would, for a model that was taught nothing."""


class Condition(Record):
    """One taught thing under one paradigm and seed, such as "Welsh, fine-tuned".

    An untaught condition is asked in its language only.
    """

    model: str
    paradigm: Paradigm | Untaught
    taught: str
    seed: int

    @property
    def id(self) -> str:
        """A name that is unique within a run."""
        return f"{self.model}|{self.paradigm}|{self.taught}|{self.seed}"


class Probe(Record):
    """One ask question in one language put to one condition at one epoch.

    Attributes:
        epoch: Epochs of fine-tuning done when the question is put (0: untaught); `None` where the
            paradigm has no epochs.
        asked: The language of the question.
    """

    condition: Condition
    epoch: int | None
    fact_id: str
    asked: str

    @property
    def id(self) -> str:
        """A name that is unique within a run."""
        epoch = "" if self.epoch is None else str(self.epoch)
        return f"{self.condition.id}|{epoch}|{self.fact_id}|{self.asked}"


class Decoding(Record):
    """How text is drawn from a model. Greedy: the most probable token every time.

    Attributes:
        max_new_tokens: The answer is cut after so many tokens.
        stop: The answer ends before the first of these strings.
    """

    max_new_tokens: int = Field(default=24, ge=1)
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = ("\n",)


class Answer(Record):
    """What a model said.

    Attributes:
        key: The hash of everything that determines the text (see `answer_key`).
        tokens: How many tokens were generated.
        seconds: Wall-clock time that this answer took, its share of the batch.
    """

    key: str
    text: str
    tokens: int
    seconds: float


class Verdict(Record):
    """What a judge made of an answer.

    Attributes:
        correct: Whether the answer is right, in the language that was asked.
        answer_language: The language whose wording matched; `None` where none did.
        wrong_language: Whether the answer is right, but in a language that was not asked.
    """

    correct: bool
    answer_language: str | None
    wrong_language: bool


class Estimate(Record):
    """A number with its 95% interval, what it is of, and how many facts it rests on.

    `value`, `low` and `high` are `nan` where nothing was answered.

    Attributes:
        languages: What the number is of, such as `{"taught": "cy", "asked": "en"}`.
    """

    question: str
    paradigm: Paradigm | Untaught
    model: str
    measure: str
    languages: Mapping[str, str]
    epoch: int | None
    value: float
    low: float
    high: float
    n_facts: int
