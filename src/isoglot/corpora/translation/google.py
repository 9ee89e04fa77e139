"""Google Translate's web page, through `deep-translator`. Needs a network, no key."""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version as package_version
from typing import Any

from isoglot.core import Problem
from isoglot.corpora.translation._base import TranslationFailure, one_by_one, optional_module
from isoglot.corpora.translation._codes import codes


class Google:
    """A request a text. See `Translator`."""

    name = "google"
    batch_size = 1
    """A request takes a fraction of a second: an interruption loses none that was answered."""

    def version(self, source: str, target: str) -> str:  # noqa: ARG002 - see Translator
        """The client's release; what stands behind the page is not known."""
        self._require()
        return f"deep-translator {package_version('deep-translator')}"

    def check(self, source: str, target: str) -> list[Problem]:
        """See `Translator.check`."""
        known = set(self._require(".constants").GOOGLE_LANGUAGES_TO_CODES.values())
        return [
            Problem(
                place=f"--with {self.name}",
                message=f"does not know the language {language!r}, so it can't translate "
                f"from {source!r} to {target!r}",
                remedy="use another translator",
            )
            for language in (source, target)
            if _code(language) not in known
        ]

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        """See `Translator.translate`."""
        package = self._require()
        requests = import_module("requests")  # comes with deep-translator
        errors = self._require(".exceptions")
        return one_by_one(
            texts,
            # One client a text: it keeps what it was last asked.
            lambda text: package.GoogleTranslator(
                source=_code(source), target=_code(target)
            ).translate(text),
            transient=(
                requests.ConnectionError,
                requests.Timeout,
                errors.RequestError,
                errors.TooManyRequests,
            ),
        )

    def _require(self, part: str = "") -> Any:
        return optional_module(f"deep_translator{part}", extra="translate", needed_for=self.name)


def _code(language: str) -> str:
    return codes(language).google or language
