"""Solved examples before a question, and what must not be among them."""

from collections.abc import Mapping, Sequence

from isoglot.core import Fact, Wording
from isoglot.judges import normalise
from isoglot.learning import answer_text, ask_prompt


def solved_examples(facts: Sequence[Fact], language: str) -> str:
    """Facts with their answers, as they are asked, in front of a question."""
    texts = (fact.texts[language] for fact in facts)
    return "".join(ask_prompt(text.ask) + answer_text(text.answer.text) for text in texts)


def compared_forms(wordings: Mapping[str, Wording]) -> set[tuple[str, str]]:
    """All forms of wordings by language, each with its language and as answers are compared."""
    return {
        (language, normalise(form, language=language))
        for language, wording in wordings.items()
        for form in wording.forms
    }
