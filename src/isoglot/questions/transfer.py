"""Transfer: does knowledge taught in one language reach the others?

Source of the question: Wang et al. (LNewKnow), second research question.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe, Stage, Teaching
from isoglot.questions._base import (
    Measure,
    Subject,
    before_teaching,
    each_language,
    own_probes,
    probes_at,
)


class Transfer:
    """Asks every condition in every language, at its last stage; untaught, in its own."""

    name = "transfer"
    teaches: Teaching = "facts"
    of_untaught = False
    measures = (
        Measure(name="accuracy", at="last", by=("taught", "asked")),
        Measure(
            name="right_in_any_language",
            of="right_in_any_language",
            at="last",
            by=("taught", "asked"),
        ),
        Measure(name="wrong_language", of="wrong_language", at="last", by=("taught", "asked")),
        Measure(name="untaught_accuracy", cells="own", at="untaught", by=("asked",)),
        Measure(name="mean_accuracy", at="last"),
        Measure(name="mean_transfer", cells="other", at="last"),
        Measure(name="out_transfer", cells="other", at="last", by=("taught",)),
        Measure(name="in_transfer", cells="other", at="last", by=("asked",)),
        Measure(name="out_transfer_by_tier", cells="other", at="last", by=("taught", "asked_tier")),
        Measure(name="asymmetry", cells="other", at="last", contrast="direction"),
        # Within one tier of the other side: over all of them the two groups would meet different
        # mixtures, as no language is asked of itself, and one side's gap would show on the other.
        Measure(
            name="tier_gap_taught",
            cells="other",
            at="last",
            by=("asked_tier",),
            contrast="taught_tier",
        ),
        Measure(
            name="tier_gap_asked",
            cells="other",
            at="last",
            by=("taught_tier",),
            contrast="asked_tier",
        ),
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
        """Every fact, in every language, at the last stage; before that in the language taught."""
        first = before_teaching(stages)
        yield from own_probes(condition, first, languages=languages, fact_ids=fact_ids)
        yield from probes_at(condition, stages[-1], asked=languages, fact_ids=fact_ids)
