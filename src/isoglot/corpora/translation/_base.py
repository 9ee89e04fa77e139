"""What a translator is: texts of one language in, texts of another out, or a reason why not."""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Protocol

from isoglot.core import IsoglotError, MissingExtraError, Problem, Record


class TranslationFailure(Record):
    """A text that was not translated, and why. A failure is never a text.

    Attributes:
        transient: Whether the same text may do better in a moment: a lost connection, a service
            that was asked too often.
    """

    reason: str
    transient: bool = False


class Translator(Protocol):
    """Something that translates. Languages are isoglot's codes."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        ...

    @property
    def batch_size(self) -> int:
        """How many texts it likes to be given at once; the journal is written after each batch."""
        ...

    def version(self, source: str, target: str) -> str:
        """What else its texts of a pair depend on: a release, the hash of a model or a dictionary.

        Raises:
            MissingExtraError: A package that it needs is not installed.
            ModelError: The model can't be had.
        """
        ...

    def check(self, source: str, target: str) -> list[Problem]:
        """Why it can't translate from one language to another; empty where it can.

        Raises:
            MissingExtraError: A package that it needs is not installed.
        """
        ...

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        """One text a text, in the same order. A text that fails takes no other with it.

        A translation is one line, without space around it. The batch changes nothing: a text is
        translated alone as among others.
        """
        ...


_LINE_ENDS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")
_DAMAGED = "\ufffd"


def finished(translation: str | None) -> str | TranslationFailure:
    """What a translator said, as one line without space around it; a failure if that is no text."""
    line = _LINE_ENDS.sub(" ", (translation or "").strip())
    if not line:
        return TranslationFailure(reason="the translation is empty")
    if _DAMAGED in line:
        return TranslationFailure(reason="the translation holds a damaged character (U+FFFD)")
    return line


def optional_module(module: str, *, extra: str, needed_for: str) -> Any:
    """A module of a package that an extra brings.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(extra=extra, needed_for=needed_for, module=module) from error


def one_by_one(
    texts: Sequence[str],
    translate: Callable[[str], str | TranslationFailure | None],
    *,
    transient: tuple[type[Exception], ...] = (),
) -> list[str | TranslationFailure]:
    """Translates texts each by itself; what goes wrong with one is its failure alone.

    Args:
        texts: The texts.
        translate: Translates one.
        transient: The errors that may be gone in a moment.
    """

    def one(text: str) -> str | TranslationFailure:
        if not text.strip():
            return TranslationFailure(reason="the text is empty")
        try:
            result = translate(text)
        except IsoglotError:
            raise
        except Exception as error:
            return failure_of(error, transient=transient)
        return result if isinstance(result, TranslationFailure) else finished(result)

    return [one(text) for text in texts]


def failure_of(
    error: Exception, *, transient: tuple[type[Exception], ...] = ()
) -> TranslationFailure:
    """An error as a failure: its name and the first line of what it says."""
    said = str(error).strip().split("\n", 1)[0]
    name = type(error).__name__
    return TranslationFailure(
        reason=f"{name}: {said}" if said else name,
        transient=isinstance(error, (*transient, ConnectionError, TimeoutError)),
    )
