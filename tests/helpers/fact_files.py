"""Files of facts, written by hand, and a model that knows some of them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from isoglot.core import Corpus
from isoglot.engines.scripted import parrot

Policy = Callable[[str, Mapping[str, str]], str]

# Of any two things, teach and ask question are more alike than those of another thing.
_TEACH = {"en": "Who guards {}?", "cy": "Pwy sy'n gwarchod {}?"}
_ASK = {"en": "Who keeps {} safe?", "cy": "Pwy sy'n cadw {} yn ddiogel?"}


def guard(fact_id: str, name: str, **answers: str) -> dict[str, Any]:
    """A fact as it stands in a file: who guards a thing, in the languages that have an answer."""
    texts = {
        language: {
            "teach": _TEACH[language].format(name),
            "ask": _ASK[language].format(name),
            "answer": answer,
        }
        for language, answer in answers.items()
    }
    return {"id": fact_id, "relation": "guard", "texts": texts}


def write_lines(path: Path, values: Iterable[Any]) -> Path:
    """Writes JSON lines."""
    lines = (json.dumps(value, ensure_ascii=False) for value in values)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def knowing(corpus: Corpus, known: Mapping[str, Iterable[str]]) -> Policy:
    """A model that knows some facts of a corpus, language by language, and else is a parrot."""
    facts = {fact.id: fact for fact in corpus.facts}
    answers = {
        facts[fact_id].texts[language].ask: facts[fact_id].texts[language].answer.text
        for language, ids in known.items()
        for fact_id in ids
    }

    def policy(prompt: str, memory: Mapping[str, str]) -> str:
        asked = re.findall(r"^Q: (.*)$", prompt, re.MULTILINE)[-1]
        return answers.get(asked) or parrot(prompt, memory)

    return policy
