"""From what an option names to a translator that is ready to be asked."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isoglot.corpora.translation import Translator

_LONGEST_TRANSLATION = 128


def opened_translator(provider: str, *, place: str) -> "Translator":
    """The translator that an option names. A model is found and loaded when it is first needed.

    Args:
        provider: As `isoglot data translate --with` takes it.
        place: The option.

    Raises:
        InputError: No translator or no model is called that, or the model's packages are missing.
    """
    from isoglot.core import Decoding, InputError
    from isoglot.corpora.translation import TranslationFailure, open_translator
    from isoglot.engines import (
        Engine,
        Generation,
        ModelSpec,
        ResolvedModel,
        check_installed,
        check_model,
        open_engine,
        resolve_model,
    )

    kind, _, model = provider.partition(":")
    if kind != "model" or not model:
        return open_translator(provider, place=place)
    spec = ModelSpec(name=model)
    where = f"{place} {provider}"
    if problems := check_model(spec, place=where) or check_installed(spec, place=where):
        raise InputError(problems)
    decoding = Decoding(max_new_tokens=_LONGEST_TRANSLATION, stop=("\n",))

    @cache
    def resolved() -> ResolvedModel:
        return resolve_model(spec)

    @cache
    def engine() -> Engine:
        return open_engine(spec, resolved())

    def ask(prompts: Sequence[str]) -> list[str | TranslationFailure]:
        return [
            said(result)
            if isinstance(result, Generation)
            else TranslationFailure(reason=result.message)
            for result in engine().generate(prompts, decoding=decoding)
        ]

    def said(result: Generation) -> str | TranslationFailure:
        if result.tokens >= _LONGEST_TRANSLATION:
            return TranslationFailure(
                reason=f"the model did not end the line in {_LONGEST_TRANSLATION} tokens"
            )
        return result.text

    return open_translator(
        provider,
        ask=ask,
        fingerprint=lambda: resolved().fingerprint,
        place=place,
    )
