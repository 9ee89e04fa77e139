"""Transfer: does knowledge taught in one language reach the others?

Source of the question: Wang et al. (LNewKnow), second research question.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe
from isoglot.questions._base import Measure


class Transfer:
    """Asks every condition in every language, at its last stage."""

    name = "transfer"
    of_untaught = False
    measures = (
        Measure(name="accuracy", by=("taught", "asked"), last_epoch_only=True),
        Measure(
            name="right_in_any_language",
            of="right_in_any_language",
            by=("taught", "asked"),
            last_epoch_only=True,
        ),
        Measure(
            name="wrong_language",
            of="wrong_language",
            by=("taught", "asked"),
            last_epoch_only=True,
        ),
        # Within one tier of the other side: over all of them the two groups would meet different
        # mixtures, as no language is asked of itself, and one side's gap would show on the other.
        Measure(
            name="tier_gap_taught",
            cells="other",
            by=("asked_tier",),
            contrast="taught_tier",
            last_epoch_only=True,
        ),
        Measure(
            name="tier_gap_asked",
            cells="other",
            by=("taught_tier",),
            contrast="asked_tier",
            last_epoch_only=True,
        ),
    )

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[int | None],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """Every fact, in every language, at the last stage."""
        for language in languages:
            for fact_id in fact_ids:
                yield Probe(condition=condition, epoch=stages[-1], fact_id=fact_id, asked=language)
