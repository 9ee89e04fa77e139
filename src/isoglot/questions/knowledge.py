"""Knowledge: what does the model know before it is taught anything?

The verification step of Wang et al. (LNewKnow): whether a model is fooled by wrong knowledge can
only be asked of facts that it knew; and of a world that does not exist it should know nothing.
"""

from collections.abc import Iterator, Sequence

from isoglot.core import Condition, Probe, Stage, Teaching
from isoglot.questions._base import Measure, Subject, each_language, own_probes


class Knowledge:
    """Asks the untaught model every fact in every language."""

    name = "knowledge"
    teaches: Teaching = "facts"
    of_untaught = True
    measures = (
        Measure(name="known_before", cells="own", by=("taught",)),
        Measure(name="known_before_tier_gap", cells="own", contrast="taught_tier"),
    )

    def subjects(
        self,
        languages: Sequence[str],
        *,
        pairs: Sequence[tuple[str, str]],  # noqa: ARG002
    ) -> Iterator[Subject]:
        """Each language stands for the facts in it; nothing is taught."""
        return each_language(languages)

    def probes(
        self,
        condition: Condition,
        *,
        stages: Sequence[Stage],
        languages: Sequence[str],
        fact_ids: Sequence[str],
    ) -> Iterator[Probe]:
        """Every fact, in the language that the condition stands for."""
        return own_probes(condition, stages[:1], languages=languages, fact_ids=fact_ids)
