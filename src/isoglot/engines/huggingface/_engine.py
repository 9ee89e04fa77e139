"""The engine for models of transformers."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from isoglot.core import Decoding
from isoglot.engines._base import Failure, Generation
from isoglot.engines.huggingface._adapters import AdapterRack
from isoglot.engines.huggingface._generate import GreedyDecoder
from isoglot.engines.huggingface._prefix import PrefixCache


class HuggingFaceEngine:
    """A model and its tokenizer behind the `Engine` protocol.

    Attributes:
        model: The model of transformers, frozen, in evaluation mode.
        tokenizer: Its tokenizer.
        rack: Puts adapters on the model.

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
        self.rack = AdapterRack(model, model_name=name)
        self._prefixes = PrefixCache(model)
        self._decoder = GreedyDecoder(model, tokenizer, self._prefixes)
        self._adapter: Path | None = None

    def encode(self, text: str) -> list[int]:
        """Token ids with the model's beginning-of-sequence token, if it has one, exactly once."""
        return list(self.tokenizer(text).input_ids)

    def generate(
        self, prompts: Sequence[str], *, decoding: Decoding, adapter: Path | None = None
    ) -> list[Generation | Failure]:
        """See `Engine.generate`."""
        if adapter != self._adapter:
            self._prefixes.clear()
            self._adapter = adapter
        self.rack.switch_to(adapter)
        results: list[Generation | Failure] = []
        for start in range(0, len(prompts), self.batch_size):
            results.extend(self._batch(prompts[start : start + self.batch_size], decoding))
        return results

    def _batch(
        self, prompts: Sequence[str], decoding: Decoding
    ) -> list[Generation] | list[Failure]:
        started = time.perf_counter()
        try:
            texts = self._decoder.decode([self.encode(prompt) for prompt in prompts], decoding)
        except (torch.OutOfMemoryError, RuntimeError) as error:
            self._prefixes.clear()
            if len(prompts) > 1:  # a smaller batch needs less memory and gives the same answers
                half = len(prompts) // 2
                first, second = (
                    self._batch(part, decoding) for part in (prompts[:half], prompts[half:])
                )
                return [*first, *second]  # type: ignore[return-value]
            return [Failure(message=f"{type(error).__name__}: {error}")]
        seconds = (time.perf_counter() - started) / len(prompts)
        return [Generation(text=text.strip(), tokens=n, seconds=seconds) for text, n in texts]
