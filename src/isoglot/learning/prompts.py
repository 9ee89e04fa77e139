"""How questions and answers are written: `Q:`/`A:` pairs for base models, turns for chat models.

A chat model's turn is raw text here; its template is the engine's business.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from isoglot.core import Record, parse_yaml


class _PreamblesFile(Record):
    preambles: Mapping[str, str]


def ask_prompt(question: str, *, chat: bool = False) -> str:
    """The question, up to where the answer begins; for a chat model the bare question."""
    return question if chat else f"Q: {question}\nA:"


def answer_text(answer: str, *, repeats: int = 1, chat: bool = False) -> str:
    """What follows `ask_prompt`, each time on a line of its own.

    For a base model the last line's end is part of it: the model learns where to stop. A chat
    model learns that from the end of its turn.
    """
    if chat:
        return "\n".join([answer] * repeats)
    once = f" {answer}\n"
    return once + once.lstrip() * (repeats - 1)


def context_text(context: str, *, chat: bool) -> str:
    """What stands before `ask_prompt`: pairs, the last of which a line's end closes, or nothing.

    A chat model's bare question must not look like one more pair without an answer: a line is left
    free between them.
    """
    return f"{context}\n" if chat and context else context


@cache
def preambles() -> Mapping[str, str]:
    """The text that stands before facts taught in context, by language."""
    text = files("isoglot.learning").joinpath("data/preambles.yaml").read_text(encoding="utf-8")
    return _PreamblesFile.model_validate(parse_yaml(text)).preambles
