"""What a translation reports: how far it is, and what became of every language."""

from collections import Counter

from isoglot.core import Corpus, Record


class FailedText(Record):
    """A text that has no translation.

    Attributes:
        facts: The facts that lack the language for it.
    """

    text: str
    reason: str
    facts: tuple[str, ...]


class LanguageReport(Record):
    """What became of one target language.

    Attributes:
        facts: How many facts the corpus has.
        complete: How many of them now have the language.
        reused: Texts that the journal had.
        failures: The texts that failed.
        without_source: The facts that have no text to translate from.
    """

    language: str
    facts: int
    complete: int
    reused: int
    failures: tuple[FailedText, ...]
    without_source: tuple[str, ...]

    def reasons(self) -> dict[str, int]:
        """How many texts failed for each reason, the commonest first."""
        return dict(Counter(each.reason for each in self.failures).most_common())


class TranslatedCorpus(Record):
    """A corpus with more languages, and what is missing.

    Attributes:
        corpus: A target language is in it as soon as one fact has it.
        reports: One a target language, in the order asked for.
    """

    corpus: Corpus
    reports: tuple[LanguageReport, ...]


class TranslationProgress(Record):
    """How far a translation is.

    Attributes:
        language: The target language at work.
        total: Different texts to translate into all targets, those in the journal included.
        done: How many of them are settled.
        failed: How many of those failed.
    """

    language: str
    total: int
    done: int
    failed: int
