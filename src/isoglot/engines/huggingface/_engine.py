"""The engine for models of transformers."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from isoglot.core import Decoding, ModelError
from isoglot.engines._base import Failure, Generation
from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._context import context_length
from isoglot.engines.huggingface._generate import GreedyDecoder
from isoglot.engines.huggingface._prefix import PrefixCache

_ADAPTERS_KEPT = 16


class HuggingFaceEngine:
    """A model and its tokenizer behind the `Engine` protocol.

    Attributes:
        model: The model of transformers, frozen, in evaluation mode.
        tokenizer: Its tokenizer.

    Args:
        name: The model string.
        fingerprint: See `Engine.fingerprint`.
        batch_size: How many prompts go through the model together.
    """

    def __init__(
        self, name: str, model: Any, tokenizer: Any, *, fingerprint: str, batch_size: int
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.batch_size = batch_size
        self.model = model
        self.tokenizer = tokenizer
        self._shelf = AdapterShelf(model, model_name=name, room=max(_ADAPTERS_KEPT, batch_size))
        self._prefixes = PrefixCache(model)
        self._decoder = GreedyDecoder(model, tokenizer, self._prefixes, self._shelf)
        self._adapter: Path | None = None

    def encode(self, text: str) -> list[int]:
        """Token ids with the model's beginning-of-sequence token, if it has one, exactly once."""
        return list(self.tokenizer(text).input_ids)

    def generate(
        self,
        prompts: Sequence[str],
        *,
        decoding: Decoding,
        adapters: Sequence[Path | None] | None = None,
    ) -> list[Generation | Failure]:
        """See `Engine.generate`."""
        adapters = adapters or [None] * len(prompts)
        encoded = [self.encode(prompt) for prompt in prompts]
        results: list[Generation | Failure | None] = [
            self._too_long(tokens, decoding) for tokens in encoded
        ]
        askable = [index for index, result in enumerate(results) if result is None]
        for start in range(0, len(askable), self.batch_size):
            batch = askable[start : start + self.batch_size]
            answered = self._batch(
                [encoded[index] for index in batch],
                decoding,
                [adapters[index] for index in batch],
            )
            for index, result in zip(batch, answered, strict=True):
                results[index] = result
        return [result for result in results if result is not None]

    def _too_long(self, tokens: Sequence[int], decoding: Decoding) -> Failure | None:
        """A prompt that the model can't hold: some would raise, others answer by extrapolating."""
        room = context_length(self.model)
        if room is None or len(tokens) + decoding.max_new_tokens <= room:
            return None
        return Failure(
            message=f"the prompt has {len(tokens)} tokens and the answer up to "
            f"{decoding.max_new_tokens}; the model's context is {room}"
        )

    def _batch(
        self,
        prompts: Sequence[Sequence[int]],
        decoding: Decoding,
        adapters: Sequence[Path | None],
    ) -> list[Generation | Failure]:
        started = time.perf_counter()
        if len(set(adapters)) > 1 or adapters[0] != self._adapter:
            self._prefixes.clear()
        self._adapter = adapters[-1]
        try:
            self._shelf.load(adapters)
            texts = self._decoder.decode(prompts, decoding, adapters=adapters)
        except ModelError:
            raise
        except RuntimeError as error:  # out of memory is one
            self._prefixes.clear()
            if len(prompts) == 1:
                return [Failure(message=f"{type(error).__name__}: {error}")]
            # A smaller batch needs less memory and gives the same answers.
            half = len(prompts) // 2
            return [
                *self._batch(prompts[:half], decoding, adapters[:half]),
                *self._batch(prompts[half:], decoding, adapters[half:]),
            ]
        seconds = (time.perf_counter() - started) / len(prompts)
        return [Generation(text=text.strip(), tokens=n, seconds=seconds) for text, n in texts]
