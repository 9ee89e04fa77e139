"""Translators that a person can follow."""

from collections.abc import Callable, Sequence

from isoglot.core import Corpus, Fact, FactText, Problem, Wording
from isoglot.corpora.translation import TranslationFailure

Result = str | TranslationFailure | Exception


class Fake:
    """Writes the target's code before a text; `trouble` may have another idea.

    Attributes:
        calls: What it was given, batch by batch.
    """

    def __init__(
        self,
        trouble: Callable[[str, int], Result | None] | None = None,
        *,
        name: str = "fake",
        version: str = "1",
        batch_size: int = 4,
    ) -> None:
        self.name = name
        self._version = version
        self.batch_size = batch_size
        self.calls: list[list[str]] = []
        self._trouble = trouble or (lambda text, call: None)

    def version(self, source: str, target: str) -> str:
        return self._version

    def check(self, source: str, target: str) -> list[Problem]:
        if target != "ja":
            return []
        return [Problem(place=f"--with {self.name}", message="can't", remedy="use another")]

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        self.calls.append(list(texts))
        results: list[str | TranslationFailure] = []
        for text in texts:
            result = self._trouble(text, len(self.calls)) or f"{target}: {text}"
            if isinstance(result, Exception):
                raise result
            results.append(result)
        return results


def a_text(number: int, *, rival: bool = True, word: str = "") -> FactText:
    return FactText(
        teach=f"teach {number}?",
        ask=f"ask {number}?",
        answer=Wording(text=word or f"answer {number}", aliases=(f"alias {number}",)),
        rival=Wording(text=f"rival {number}", aliases=("other",)) if rival else None,
    )


def a_corpus(*facts: Fact, languages: tuple[str, ...] = ("en",)) -> Corpus:
    return Corpus(name="c", languages=languages, facts=facts)


def a_fact(number: int, **texts: FactText) -> Fact:
    return Fact(id=f"f{number}", relation="r", texts=texts or {"en": a_text(number)})
