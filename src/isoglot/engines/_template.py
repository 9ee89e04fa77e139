"""Chat templates: from a question to the text that a chat model was tuned to answer.

Rendered here and not by transformers, for two reasons: templates that print today's date would give
other prompts tomorrow, and transformers has no way to give them another date; and what is wrong
with a template is to be found before torch is imported. Tests hold that both render the same.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isoglot.core import ModelError
from isoglot.engines._configuration import configuration

if TYPE_CHECKING:
    from jinja2 import Template

PINNED_DATE = datetime(2024, 7, 26)
"""What a template that prints today's date prints: what Llama's print where there is no clock."""

VARIABLES: Mapping[str, Any] = {
    # Llama's name for the date. Others call `strftime_now`.
    "date_string": PINNED_DATE.strftime("%d %b %Y"),
    # Models that may think before they answer (Qwen 3, SmolLM 3): the answer is what is measured.
    "enable_thinking": False,
}
"""What every template is given beside the messages and the names of the special tokens."""

_QUESTION = "Who?"
_ANSWER = "Nobody."


class ChatTemplateError(ModelError):
    """A chat template that can't be applied.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the model's chat template can't be applied ({reason})")


class ChatTemplate:
    """One user turn, and the answer to it, as a model's template writes them.

    Attributes:
        closing: What stands behind an answer: it ends the turn.

    Args:
        source: The template, in Jinja's language.
        tokens: The names of the special tokens (`bos_token`) and what they look like.
        system: The system prompt. Without one a template may write one of its own.

    Raises:
        ChatTemplateError: The template can't be applied, or leaves something out.
    """

    def __init__(
        self, source: str, *, tokens: Mapping[str, str], system: str | None = None
    ) -> None:
        self._source = source
        self._tokens = dict(tokens)
        self._system = system
        asked = self.prompt(_QUESTION)
        if _QUESTION not in asked:
            raise ChatTemplateError("it leaves the question out")
        if system is not None and system.strip() not in asked:
            raise ChatTemplateError("it leaves the system prompt out")
        told = self._render(_QUESTION, _ANSWER)
        start = told.rfind(_ANSWER)
        if start < 0:
            raise ChatTemplateError("it leaves the answer out")
        self.closing = told[start + len(_ANSWER) :]
        # Some open an answer in another way than they write one that was given: what is trained
        # has to begin as what is asked.
        self._lead = told[len(asked) : start] if told.startswith(asked) else ""

    def with_tokens(self, tokens: Mapping[str, str]) -> "ChatTemplate":
        """The same with other special tokens."""
        return ChatTemplate(self._source, tokens=tokens, system=self._system)

    def prompt(self, user: str) -> str:
        """A user's turn, up to where the answer begins."""
        return self._render(user)

    def exchange(self, user: str, answer: str) -> str:
        """A user's turn, as `prompt` writes it, and the answer to it with all that closes it."""
        return f"{self.prompt(user)}{self._lead}{answer}{self.closing}"

    def identity(self) -> str:
        """All that determines what is written around a question, as JSON."""
        return json.dumps(
            {
                "template": self._source,
                "system": self._system,
                "date": PINNED_DATE.date().isoformat(),
                "variables": dict(VARIABLES),
            },
            sort_keys=True,
        )

    def _render(self, user: str, answer: str | None = None) -> str:
        turns = {"system": self._system, "user": user, "assistant": answer}
        messages = [
            {"role": role, "content": text} for role, text in turns.items() if text is not None
        ]
        try:
            return _compiled(self._source).render(
                **self._tokens,
                **VARIABLES,
                messages=messages,
                tools=None,
                documents=None,
                add_generation_prompt=answer is None,
            )
        except Exception as error:  # a template is a program, which may do anything wrong
            raise ChatTemplateError(_one_line(error)) from error


def read_template(folder: Path) -> str | None:
    """The chat template of the tokenizer in a folder, found as transformers finds it.

    Raises:
        ChatTemplateError: There is one, and it can't be read.
    """
    own_file = folder / "chat_template.jinja"
    if own_file.is_file():
        try:
            return own_file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ChatTemplateError(f"{own_file.name}: {_one_line(error)}") from error
    found = configuration(folder / "tokenizer_config.json").get("chat_template")
    if isinstance(found, list):  # several, by name
        named = {each.get("name"): each.get("template") for each in found if isinstance(each, dict)}
        found = named.get("default")
    return found if found and isinstance(found, str) else None


def read_tokens(folder: Path) -> dict[str, str]:
    """The special tokens that the files of a tokenizer name."""
    return {
        name: text
        for file in ("special_tokens_map.json", "tokenizer_config.json")
        for name, text in _named_tokens(configuration(folder / file))
    }


def _named_tokens(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        text = value.get("content") if isinstance(value, dict) else value
        if name.endswith("_token") and isinstance(text, str):
            yield name, text


@cache
def _compiled(source: str) -> "Template":
    # A template comes with a model from anywhere: it runs in Jinja's sandbox.
    from jinja2 import nodes
    from jinja2.exceptions import TemplateError
    from jinja2.ext import Extension, loopcontrols
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """`{% generation %}` marks what an assistant says; it writes nothing."""

        tags = {"generation"}  # noqa: RUF012 - Jinja's interface

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    def refuse(message: str) -> None:
        raise TemplateError(message)

    def as_json(value: Any, *, ensure_ascii: bool = False, **options: Any) -> str:
        # Jinja's own filter escapes what is special in HTML.
        return json.dumps(value, ensure_ascii=ensure_ascii, **options)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = as_json
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = PINNED_DATE.strftime
    return environment.from_string(source)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
