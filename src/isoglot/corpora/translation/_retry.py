"""Patience with a translator: a batch that breaks is taken apart, what may pass is tried again."""

import time
from collections.abc import Callable, Sequence

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from isoglot.core import IsoglotError, Record
from isoglot.corpora.translation._base import TranslationFailure, Translator, failure_of

Result = str | TranslationFailure


class Patience(Record):
    """How often a transient failure is tried, and how long to wait in between.

    Attributes:
        attempts: How often in all.
        first_wait: Seconds before the second attempt; twice as long before each further one, plus
            up to one second at random, so that many processes do not come back at once.
        longest_wait: Seconds.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 30.0


def is_transient(result: Result) -> bool:
    """Whether the text may do better in a moment."""
    return isinstance(result, TranslationFailure) and result.transient


def translate_patiently(
    translator: Translator,
    texts: Sequence[str],
    *,
    source: str,
    target: str,
    patience: Patience | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Result]:
    """As `Translator.translate`, but what fails for the moment is tried again, and only that.

    An exception that is no error of isoglot's is a failure of the texts: a transient one of the
    whole batch; of any other, every text is tried by itself, so that one takes no other with it.
    """
    patience = patience or Patience()
    results: dict[int, Result] = {}

    def attempt() -> bool:
        waiting = [
            index
            for index in range(len(texts))
            if index not in results or is_transient(results[index])
        ]
        said = _translate(
            translator, [texts[index] for index in waiting], source=source, target=target
        )
        results.update(zip(waiting, said, strict=True))
        return any(is_transient(result) for result in said)

    def give_up(state: RetryCallState) -> None:
        """The last failures stand."""

    retrying = Retrying(
        stop=stop_after_attempt(patience.attempts),
        wait=wait_exponential(multiplier=patience.first_wait, max=patience.longest_wait)
        + wait_random(0, 1),
        retry=retry_if_result(bool),
        sleep=sleep,
        retry_error_callback=give_up,
    )
    retrying(attempt)
    return [results[index] for index in range(len(texts))]


def _translate(
    translator: Translator, texts: Sequence[str], *, source: str, target: str
) -> list[Result]:
    try:
        said = translator.translate(texts, source=source, target=target)
        if len(said) == len(texts):
            return list(said)
        failure = TranslationFailure(
            reason=f"{translator.name} gave {len(said)} texts for {len(texts)}"
        )
    except IsoglotError:
        raise
    except Exception as error:
        failure = failure_of(error)
    if failure.transient or len(texts) == 1:
        return [failure] * len(texts)
    return [
        result
        for text in texts
        for result in _translate(translator, [text], source=source, target=target)
    ]
