"""What a question is: conditions and probes that it plans, and estimates that it declares.

A question knows languages, facts and the stages at which a condition can be asked. It does not
know which paradigm taught the condition, and it computes nothing: `analysis` reads the declared
measures.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from isoglot.core import Condition, Gives, Probe, Record, Stage, Teaching

Column = Literal[
    "taught",
    "against",
    "gives",
    "asked",
    "taught_tier",
    "asked_tier",
    "epoch",
    "times_shown",
    "facts_in_context",
]
Outcome = Literal[
    "correct", "wrong_language", "right_in_any_language", "rival", "sides_with_taught", "undecided"
]
When = Literal["epochs", "taught epochs", "times shown", "facts in context", "last", "untaught"]


class Subject(Record):
    """What is taught in one condition, whatever the model, paradigm and seed.

    Attributes: as those of `Condition`.
    """

    taught: str
    gives: Gives = "answer"
    against: str | None = None


class Measure(Record):
    """One kind of estimate, declared over the table of judged probes.

    Attributes:
        name: What the estimate is called in tables and figures.
        of: Which outcome is averaged. `correct`: right, in the asked language. `wrong_language`:
            right, in a language that was not asked. `right_in_any_language`: either of the two.
            `rival`: the fact's rival, in any language. `sides_with_taught`: 1 for what the language
            `taught` was taught, 0 for what `against` was, a half for both; neither does not count.
            `undecided`: neither.
        cells: Which pairs of languages count: `own` (asked as taught), `other`, or `all`.
        at: Which stages count. `epochs`: every epoch; without epochs, the last stage. `taught
            epochs`: these without the untaught one. `times shown` and `facts in context`: the
            stages that differ in these. `last`: the last epoch; in context, with all facts, shown
            as often as they usually are. `untaught`: before anything is taught.
        among: Which facts count: all, or those answered right before anything was taught.
        by: One estimate for every combination of these columns (each model and paradigm apart).
        over: If given, the estimate is the mean of the means of all combinations of these columns,
            each counting the same however many answers it has.
        balanced: If given, a combination of the other columns of `by` and `over` counts only if
            there are outcomes under every value of this one.
        contrast: If given, the estimate is a difference. With a column of tiers: the mean of the
            high-resource languages minus that of the low-resource ones. With `direction`: for each
            pair of languages, the first taught and the second asked minus the reverse.
        summary: What is made of a learning curve: nothing (`mean`), the `area` under it as a share
            of the largest possible, or the first epoch that reaches `threshold` (`first epoch`).
        threshold: See `summary`.
    """

    name: str
    of: Outcome = "correct"
    cells: Literal["own", "other", "all"] = "all"
    at: When = "epochs"
    among: Literal["all", "right before"] = "all"
    by: tuple[Column, ...] = ()
    over: tuple[Column, ...] = ()
    balanced: Column | None = None
    contrast: Literal["taught_tier", "asked_tier", "direction"] | None = None
    summary: Literal["mean", "area", "first epoch"] = "mean"
    threshold: float = 0.8


class Question(Protocol):
    """A research question put to taught conditions."""

    @property
    def name(self) -> str:
        """Its name in the study file, the tables and the report."""
        ...

    @property
    def teaches(self) -> Teaching:
        """What the conditions that it asks were taught."""
        ...

    @property
    def of_untaught(self) -> bool:
        """Whether it is put to the model before anything is taught, and never after."""
        ...

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The estimates that answer it."""
        ...

    def subjects(
        self, languages: Sequence[str], *, pairs: Sequence[tuple[str, str]]
    ) -> Iterator[Subject]:
        """What is taught: one condition each, for every model, paradigm and seed.

        Args:
            languages: The study's.
            pairs: Languages that are taught against each other.
        """
        ...

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[Stage],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """The probes that it puts to a condition, which can be asked at the given stages.

        The first stage may be the untaught one; the last is that at which every question asks.
        """
        ...


def each_language(languages: Sequence[str]) -> Iterator[Subject]:
    """The facts, taught in each of the languages."""
    return (Subject(taught=language) for language in languages)


def probes_at(
    condition: Condition, stage: Stage, *, asked: Sequence[str], fact_ids: Sequence[str]
) -> Iterator[Probe]:
    """Every fact, in every one of the asked languages, at one stage."""
    for language in asked:
        for fact_id in fact_ids:
            yield Probe(condition=condition, stage=stage, fact_id=fact_id, asked=language)


def own_probes(
    condition: Condition,
    stages: Sequence[Stage],
    *,
    languages: Sequence[str],
    fact_ids: Sequence[str],
) -> Iterator[Probe]:
    """Every fact, in the languages that the condition is taught in, at every stage."""
    taught = (condition.taught, condition.against)
    own = [code for code in taught if code is not None and code in languages]
    for stage in stages:
        yield from probes_at(condition, stage, asked=own, fact_ids=fact_ids)


def before_teaching(stages: Sequence[Stage]) -> Sequence[Stage]:
    """The untaught stage, if there is one beside that at which every question asks."""
    return [stage for stage in stages[:-1] if stage.untaught]
