"""What the tests of the checks share: corpora in a line, and tools that need no weights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from isoglot.core import Corpus, Fact, FactText, Wording

Row = Mapping[str, Sequence[str]]
Make = Callable[..., Corpus]


def _text(teach: str, ask: str, answer: str, rival: str = "") -> FactText:
    return FactText(
        teach=teach,
        ask=ask,
        answer=Wording(text=answer),
        rival=Wording(text=rival) if rival else None,
    )


@pytest.fixture
def make() -> Make:
    """Facts f0, f1, … from rows: language to teach, ask, answer and perhaps a rival.

    Of one relation, unless there is one for every row in `relations`.
    """

    def make(*rows: Row, relations: Sequence[str] = ()) -> Corpus:
        facts = tuple(
            Fact(
                id=f"f{number}",
                relation=relations[number] if relations else "r",
                texts={language: _text(*parts) for language, parts in row.items()},
            )
            for number, row in enumerate(rows)
        )
        languages = tuple(dict.fromkeys(language for row in rows for language in row))
        return Corpus(name="made", languages=languages, facts=facts)

    return make


class _Named:
    """Finds a text to be in the language of the code that stands before its first colon."""

    languages = frozenset({"en", "de", "da", "no", "nn", "ms", "id", "xx"})

    def __call__(self, text: str) -> str:
        return text.partition(":")[0].strip()


@pytest.fixture
def identify() -> Any:
    return _Named()


@pytest.fixture
def embed() -> Callable[[Sequence[str]], Any]:
    """Texts with the same number in them are the same, all others as far apart as can be."""

    def embed(texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), 100), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, int("".join(each for each in text if each.isdigit()) or "0")] = 1
        return rows

    return embed
