"""Any language model, by a prompt. How the model is asked is the caller's business."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from isoglot.core import Problem, Record, get_language, parse_yaml
from isoglot.corpora.translation._base import TranslationFailure, finished

Ask = Callable[[Sequence[str]], Sequence[str | TranslationFailure]]
"""From prompts to what the model says up to the end of the line, in the same order."""


class _PromptFile(Record):
    template: str


@cache
def _template() -> str:
    text = files("isoglot.corpora.translation").joinpath("data/prompt.yaml").read_text("utf-8")
    return _PromptFile.model_validate(parse_yaml(text)).template


def translation_prompt(text: str, *, source: str, target: str) -> str:
    """What a model is asked: both languages by their English names, the text, the beginning."""
    return (
        _template()
        .replace("{source}", get_language(source).name)
        .replace("{target}", get_language(target).name)
        # Last: a text may hold the other slots.
        .replace("{text}", " ".join(text.split("\n")))
    )


class Model:
    """A language model as a translator. See `Translator`.

    Args:
        name: The model string.
        ask: Asks the model.
        fingerprint: Says what its answers depend on (weights, precision, decoding); asked when the
            version is.
        batch_size: How many prompts it is given together.
    """

    def __init__(
        self,
        name: str,
        *,
        ask: Ask,
        fingerprint: Callable[[], str] | None = None,
        batch_size: int = 24,
    ) -> None:
        self.name = f"model:{name}"
        self.batch_size = batch_size
        self._ask = ask
        self._fingerprint = fingerprint

    def version(self, source: str, target: str) -> str:  # noqa: ARG002 - see Translator
        """The model's fingerprint and the prompt's."""
        prompt = f"prompt {hashlib.sha256(_template().encode()).hexdigest()[:12]}"
        return f"{self._fingerprint()} {prompt}" if self._fingerprint else prompt

    def check(self, source: str, target: str) -> list[Problem]:  # noqa: ARG002 - see Translator
        """Any pair may be asked for; how well a model does it is for the checks to say."""
        return []

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        """See `Translator.translate`."""
        asked = [index for index, text in enumerate(texts) if text.strip()]
        results: list[str | TranslationFailure] = [
            TranslationFailure(reason="the text is empty") for _ in texts
        ]
        if not asked:
            return results
        answers = self._ask(
            [translation_prompt(texts[index], source=source, target=target) for index in asked]
        )
        for index, answer in zip(asked, answers, strict=True):
            results[index] = answer if isinstance(answer, TranslationFailure) else _line(answer)
        return results


def _line(answer: str) -> str | TranslationFailure:
    """The first line of an answer: what a model adds below it is no part of the translation."""
    return finished(answer.strip().split("\n", 1)[0])
