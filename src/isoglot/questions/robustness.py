"""Robustness: is a model talked out of what it knew more easily in some languages?

Wrong answers to general knowledge are taught, and the true question is asked in the same language.
What a model never knew it can't be talked out of: resistance is of the facts that it answered right
before.

Source of the question: Wang et al. (LNewKnow), fourth research question.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe, Stage, Teaching
from isoglot.questions._base import Measure, Subject, own_probes


class Robustness:
    """Asks every condition in the language it was taught in, at every stage."""

    name = "robustness"
    teaches: Teaching = "wrong answers"
    of_untaught = False
    measures = (
        Measure(name="accuracy_before", cells="own", at="untaught", by=("taught",)),
        Measure(name="accuracy", cells="own", by=("taught", "epoch")),
        Measure(name="adopted", of="rival", cells="own", by=("taught", "epoch")),
        Measure(
            name="resistance",
            cells="own",
            at="taught epochs",
            among="right before",
            by=("taught", "epoch"),
        ),
        Measure(
            name="adopted_of_known",
            of="rival",
            cells="own",
            at="taught epochs",
            among="right before",
            by=("taught", "epoch"),
        ),
        Measure(
            name="tier_resistance",
            cells="own",
            at="taught epochs",
            among="right before",
            by=("taught_tier", "epoch"),
        ),
        Measure(
            name="resistance_gap",
            cells="own",
            at="taught epochs",
            among="right before",
            by=("epoch",),
            contrast="taught_tier",
        ),
    )

    def subjects(
        self,
        languages: Sequence[str],
        *,
        pairs: Sequence[tuple[str, str]],  # noqa: ARG002
    ) -> Iterator[Subject]:
        """The wrong answers in each language."""
        return (Subject(taught=language, gives="rival") for language in languages)

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[Stage],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """Every fact, in the taught language, at every stage."""
        return own_probes(condition, stages, languages=languages, fact_ids=fact_ids)
