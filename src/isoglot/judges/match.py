"""The judge that compares wordings: right is what is written as the fact has it."""

from functools import lru_cache

from isoglot.core import Fact, Verdict
from isoglot.judges._normalise import normalise


class Match:
    """Equality with the answer or an alias of it, both normalised.

    The asked language is tried first, so that a word that two languages share counts for it; then
    the other languages of the fact, in their order. Each comparison strips the articles of the
    language that it is made in. The rival is compared in the same way.
    """

    name = "match"

    def judge(self, answer: str, *, fact: Fact, asked: str) -> Verdict:
        """The verdict; an answer with nothing to compare is right in no language.

        Raises:
            ValueError: If the fact has no text in the language `asked`.
        """
        if asked not in fact.texts:
            raise ValueError(
                f"fact {fact.id!r} has no text in {asked!r}; it has {', '.join(fact.texts)}"
            )
        matched = _matched_language(answer, fact=fact, asked=asked)
        return Verdict(
            correct=matched == asked,
            answer_language=matched,
            wrong_language=matched not in (None, asked),
            rival=_matched_language(answer, fact=fact, asked=asked, rival=True) is not None,
        )


def _matched_language(answer: str, *, fact: Fact, asked: str, rival: bool = False) -> str | None:
    """The language whose answer (or rival) it is, the asked one first."""
    for language in sorted(fact.texts, key=lambda language: language != asked):
        text = fact.texts[language]
        wording = text.rival if rival else text.answer
        if wording is None:
            continue
        if normalise(answer, language=language) in _normalised(wording.forms, language):
            return language
    return None


@lru_cache(maxsize=65_536)
def _normalised(forms: tuple[str, ...], language: str) -> frozenset[str]:
    """The normalised forms. Kept, because thousands of answers are compared with each.

    A form of which nothing is left is none, or every empty answer would match it.
    """
    return frozenset(normalise(form, language=language) for form in forms) - {""}
