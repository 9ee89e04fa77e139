"""Effectiveness: how well is new knowledge learned in the language that it is taught in?

Source of the question: Wang et al. (LNewKnow), first research question.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe
from isoglot.questions._base import Measure


class Effectiveness:
    """Asks every condition in the language it was taught in, at every stage."""

    name = "effectiveness"
    of_untaught = False
    measures = (
        Measure(name="accuracy", cells="own", by=("taught", "epoch")),
        Measure(name="wrong_language", of="wrong_language", cells="own", by=("taught", "epoch")),
        Measure(name="tier_accuracy", cells="own", by=("taught_tier", "epoch")),
        Measure(name="tier_gap", cells="own", by=("epoch",), contrast="taught_tier"),
    )

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[int | None],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """Every fact, in the taught language, at every stage."""
        if condition.taught not in languages:
            return
        for stage in stages:
            for fact_id in fact_ids:
                yield Probe(
                    condition=condition, epoch=stage, fact_id=fact_id, asked=condition.taught
                )
