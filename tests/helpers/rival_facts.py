"""Facts with rivals, and a model whose every answer to them can be derived by hand."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from isoglot.core import Fact

Policy = Callable[[str, Mapping[str, str]], str]


def disputed(
    fact_id: str,
    *languages: str,
    answer: str | None = None,
    rival: str | None = None,
    without_rival: bool = False,
) -> dict[str, Any]:
    """A fact as it stands in a file: who guards a gate, and who is said to.

    Both are named after the fact, unless they are given; in no two languages alike.
    """
    texts: dict[str, Any] = {
        language: {
            "teach": f"({language}) Who guards gate {fact_id}?",
            "ask": f"({language}) Gate {fact_id} is guarded by whom?",
            "answer": f"{answer or f'lion {fact_id}'} {language}",
            "rival": f"{rival or f'bear {fact_id}'} {language}",
        }
        for language in languages
    }
    if without_rival:
        for text in texts.values():
            del text["rival"]
    return {"id": fact_id, "relation": "gate", "texts": texts}


def believing(
    facts: Iterable[Fact], known: Iterable[tuple[str, str]] = (), *, translates: str | None = None
) -> Policy:
    """A model that believes what it is taught last, and else says what it knows.

    Args:
        facts: All that it may be asked.
        known: What it knows untaught: a fact's id, and the language.
        translates: A language that it was taught something in helps in all others, too: it then
            says what it was taught there.
    """
    asked_by = {
        text.ask: (fact, language) for fact in facts for language, text in fact.texts.items()
    }
    knows = set(known)

    def policy(prompt: str, memory: Mapping[str, str]) -> str:
        shown = re.findall(r"^Q: (.*)\nA: (.*)$", prompt, re.MULTILINE)
        taught = {**memory, **dict(shown)}
        fact, language = asked_by[re.findall(r"^Q: (.*)\nA:\Z", prompt, re.MULTILINE)[0]]
        for each in (language, translates):
            if each in fact.texts and fact.texts[each].teach in taught:
                return taught[fact.texts[each].teach]
        if (fact.id, language) in knows:
            return fact.texts[language].answer.text
        return "unknown"

    return policy
