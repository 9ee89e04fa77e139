"""How questions and answers are written for a model: `Q:`/`A:` pairs, the form of base models."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from isoglot.core import Record, parse_yaml


class _PreamblesFile(Record):
    preambles: Mapping[str, str]


def ask_prompt(question: str) -> str:
    """The question, up to where the answer begins."""
    return f"Q: {question}\nA:"


def answer_text(answer: str) -> str:
    """What follows `ask_prompt`. The line's end is part of it: the model learns where to stop."""
    return f" {answer}\n"


@cache
def preambles() -> Mapping[str, str]:
    """The text that stands before facts taught in context, by language."""
    text = files("isoglot.learning").joinpath("data/preambles.yaml").read_text(encoding="utf-8")
    return _PreamblesFile.model_validate(parse_yaml(text)).preambles
