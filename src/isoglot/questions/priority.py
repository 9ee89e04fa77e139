"""Priority: when two languages contradict each other, which does the model believe?

One language is taught the facts, the other their rivals, in one condition, and every language is
asked. Each pair is taught both ways round, so that an answer that is attractive by itself is not
mistaken for a preferred language.

Source of the question: Wang et al. (LNewKnow), third research question; the second way round, and
counting those answers that agree with neither, are isoglot's.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe, Stage, Teaching, get_language
from isoglot.questions._base import Measure, Subject, before_teaching, own_probes, probes_at

_PAIR = ("taught", "against")


class Priority:
    """Asks every condition in every language, at its last stage; untaught, in its own two."""

    name = "priority"
    teaches: Teaching = "conflict"
    of_untaught = False
    measures = (
        Measure(
            name="pair_preference",
            of="sides_with_taught",
            at="last",
            by=_PAIR,
            over=("gives", "asked"),
            balanced="gives",
        ),
        Measure(
            name="preference_as_assigned",
            of="sides_with_taught",
            at="last",
            by=(*_PAIR, "gives"),
            over=("asked",),
            balanced="gives",
        ),
        Measure(
            name="preference_by_asked",
            of="sides_with_taught",
            at="last",
            by=(*_PAIR, "asked"),
            over=("gives",),
            balanced="gives",
        ),
        Measure(
            name="preference",
            of="sides_with_taught",
            at="last",
            over=(*_PAIR, "gives", "asked"),
            balanced="gives",
        ),
        Measure(name="undecided", of="undecided", at="last", by=_PAIR, over=("gives", "asked")),
        Measure(name="mean_undecided", of="undecided", at="last"),
        # Of what was asked before anything was taught: how attractive answers and rivals are.
        Measure(name="untaught_answer", of="right_in_any_language", at="untaught", by=("asked",)),
        Measure(name="untaught_rival", of="rival", at="untaught", by=("asked",)),
    )

    def subjects(
        self,
        languages: Sequence[str],  # noqa: ARG002
        *,
        pairs: Sequence[tuple[str, str]],
    ) -> Iterator[Subject]:
        """Every pair, both ways round."""
        for taught, against in pairs:
            yield Subject(taught=taught, against=against)
            yield Subject(taught=taught, gives="rival", against=against)

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[Stage],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """Every fact, in every language, at the last stage; before that in the two taught."""
        first = before_teaching(stages)
        yield from own_probes(condition, first, languages=languages, fact_ids=fact_ids)
        yield from probes_at(condition, stages[-1], asked=languages, fact_ids=fact_ids)


def tiered_pairs(languages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Every language that is not low-resource against every one that is, the higher tier first."""
    low = [code for code in languages if get_language(code).tier == "low"]
    return tuple((high, each) for high in languages if high not in low for each in low)
