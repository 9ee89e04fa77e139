"""Knowledge: what does the model know before it is taught anything?

The verification step of Wang et al. (LNewKnow): whether a model is fooled by wrong knowledge can
only be asked of facts that it knew; and of a world that does not exist it should know nothing.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe
from isoglot.questions._base import Measure


class Knowledge:
    """Asks the untaught model every fact in every language."""

    name = "knowledge"
    of_untaught = True
    measures = (
        Measure(name="known_before", cells="own", by=("taught",), untaught=True),
        Measure(name="known_before_tier_gap", cells="own", contrast="taught_tier", untaught=True),
    )

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[int | None],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """Every fact, in the language that the condition stands for."""
        if condition.taught not in languages:
            return
        for fact_id in fact_ids:
            yield Probe(
                condition=condition, epoch=stages[0], fact_id=fact_id, asked=condition.taught
            )
