"""Effectiveness: how well is new knowledge learned in the language that it is taught in?

Source of the question: Wang et al. (LNewKnow), first research question.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe, Stage, Teaching
from isoglot.questions._base import Measure, Subject, each_language, own_probes


class Effectiveness:
    """Asks every condition in the language it was taught in, at every stage."""

    name = "effectiveness"
    teaches: Teaching = "facts"
    of_untaught = False
    measures = (
        Measure(name="accuracy", cells="own", by=("taught", "epoch")),
        Measure(name="wrong_language", of="wrong_language", cells="own", by=("taught", "epoch")),
        Measure(name="untaught_accuracy", cells="own", at="untaught", by=("taught",)),
        Measure(name="final_accuracy", cells="own", at="last", by=("taught",)),
        Measure(name="area_under_curve", cells="own", by=("taught",), summary="area"),
        Measure(name="first_epoch_at_80", cells="own", by=("taught",), summary="first epoch"),
        Measure(
            name="accuracy_by_times_shown",
            cells="own",
            at="times shown",
            by=("taught", "times_shown"),
        ),
        Measure(
            name="accuracy_by_facts_in_context",
            cells="own",
            at="facts in context",
            by=("taught", "facts_in_context"),
        ),
        Measure(name="tier_accuracy", cells="own", by=("taught_tier", "epoch")),
        Measure(name="tier_gap", cells="own", by=("epoch",), contrast="taught_tier"),
    )

    def subjects(
        self,
        languages: Sequence[str],
        *,
        pairs: Sequence[tuple[str, str]],  # noqa: ARG002
    ) -> Iterator[Subject]:
        """The facts in each language."""
        return each_language(languages)

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
