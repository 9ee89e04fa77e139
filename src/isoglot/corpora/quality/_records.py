"""What a check says: measures, reasons, verdicts. JSON in and out without loss."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from isoglot.core import Record

Verdict = Literal["good", "check", "bad"]
Weight = Literal["bad", "check", "note"]


def _nan_of_null(value: Any) -> Any:
    # JSON has no nan; pydantic writes null.
    return math.nan if value is None else value


Figure = Annotated[float, BeforeValidator(_nan_of_null)]


class Example(Record):
    """A text that a measure stumbled over.

    Attributes:
        fact_id: The fact; empty where the example is no single fact's.
        text: The text, as it stands in the corpus or with a name masked.
        remark: What about it.
    """

    fact_id: str
    text: str
    remark: str = ""


class Measure(Record):
    """One figure about one language.

    Attributes:
        value: A share from 0 to 1, unless the measure's description says otherwise; `nan` where it
            was not measured.
        of: How many texts, pairs or facts it is of.
        examples: Some of the texts that spoil it, in the order of the corpus.
        chance: What blind guessing would give, where that is known and matters; else 0.
        why_not: Why it was not measured; empty where it was.
    """

    value: Figure
    of: int
    chance: float = 0.0
    examples: tuple[Example, ...] = ()
    why_not: str = ""

    @property
    def measured(self) -> bool:
        """Whether there is a figure."""
        return not math.isnan(self.value)


class Reason(Record):
    """Why a language has its verdict.

    Attributes:
        metric: The name of the measure.
        weight: What the reason alone would make the verdict; a note makes nothing.
        sentence: With the figure and what was expected.
    """

    metric: str
    weight: Weight
    sentence: str
    examples: tuple[Example, ...] = ()


class LanguageCheck(Record):
    """How well one language of a corpus is translated.

    Attributes:
        verdict: The heaviest of the reasons' weights; good where there is none.
        measures: By name; see docs/checking.md.
    """

    language: str
    verdict: Verdict
    measures: Mapping[str, Measure]
    reasons: tuple[Reason, ...]

    @property
    def not_measured(self) -> dict[str, str]:
        """The measures without a figure, and why."""
        return {name: each.why_not for name, each in self.measures.items() if not each.measured}


class CorpusCheck(Record):
    """How well a corpus is translated, language by language.

    Attributes:
        corpus: Its name.
        corpus_fingerprint: See `corpus_fingerprint`: which facts were checked.
        reference: The language that the others are held against.
        seed: Of what was sampled.
        sample: The most texts a language that slow measures looked at.
        facts: How many there are.
        has_slots: Whether questions share templates and differ in a name.
        near_duplicates: The share of facts that say what another one says, in the reference.
        languages: In the order of the corpus.
    """

    corpus: str
    corpus_fingerprint: str
    reference: str
    seed: int
    sample: int
    facts: int
    has_slots: bool
    near_duplicates: Measure
    languages: tuple[LanguageCheck, ...]

    def of(self, language: str) -> LanguageCheck:
        """The check of a language.

        Raises:
            KeyError: The language was not checked.
        """
        for each in self.languages:
            if each.language == language:
                return each
        raise KeyError(language)


def not_measured(why: str) -> Measure:
    """A measure without a figure."""
    return Measure(value=math.nan, of=0, why_not=why)


# A check is read by people and kept beside the corpus: enough to see what is wrong, no more.
_EXAMPLES_KEPT = 20


def share(flagged: list[Example], of: int, *, why_not: str = "there are no texts") -> Measure:
    """The share of `of` that is flagged."""
    if not of:
        return not_measured(why_not)
    return Measure(value=len(flagged) / of, of=of, examples=tuple(flagged[:_EXAMPLES_KEPT]))


def kept(share_of: float, of: int, spoiling: list[Example], *, chance: float = 0.0) -> Measure:
    """A share that is better the higher it is, with the examples that keep it down."""
    examples = tuple(spoiling[:_EXAMPLES_KEPT])
    return Measure(value=share_of, of=of, chance=chance, examples=examples)
