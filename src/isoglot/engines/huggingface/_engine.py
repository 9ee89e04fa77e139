"""The engine for models of transformers."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from isoglot.core import Decoding, ModelError
from isoglot.engines._base import Failure, Generation
from isoglot.engines._template import ChatTemplate, ChatTemplateError
from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._context import context_length
from isoglot.engines.huggingface._encode import ChatEncoder, Encoder, PlainEncoder
from isoglot.engines.huggingface._generate import GreedyDecoder
from isoglot.engines.huggingface._prefix import PrefixCache

_ADAPTERS_KEPT = 16


class HuggingFaceEngine:
    """A model and its tokenizer behind the `Engine` protocol.

    Attributes:
        model: The model of transformers, frozen, in evaluation mode.
        tokenizer: Its tokenizer.
        chat: Whether prompts are users' turns of a chat.

    Args:
        name: The model string.
        fingerprint: See `Engine.fingerprint`.
        batch_size: How many prompts go through the model together.
        template: Of a chat model, what it is asked through.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        tokenizer: Any,
        *,
        fingerprint: str,
        batch_size: int,
        template: ChatTemplate | None = None,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.batch_size = batch_size
        self.model = model
        self.tokenizer = tokenizer
        self._shelf = AdapterShelf(model, model_name=name, room=max(_ADAPTERS_KEPT, batch_size))
        self._prefixes = PrefixCache(model)
        self.chat = template is not None
        self._encoder: Encoder = (
            PlainEncoder(tokenizer) if template is None else ChatEncoder(tokenizer, template)
        )
        self._decoder = GreedyDecoder(
            model, tokenizer, self._prefixes, self._shelf, ends=self._encoder.ends
        )
        self._adapter: Path | None = None

    @property
    def opening(self) -> int | None:
        """The token that opens every encoded prompt and stands nowhere else, if there is one."""
        return self._encoder.opening

    def encode(self, prompt: str) -> list[int]:
        """Token ids with the model's beginning-of-sequence token, if it has one, exactly once.

        A chat model's prompt is a user's turn, up to where the answer begins.
        """
        return self._encoder.prompt(prompt)

    def encode_exchange(self, prompt: str, answer: str) -> tuple[list[int], range]:
        """A prompt and its answer as token ids, and the places of those that the model has to say.

        A base model's answer follows its prompt as it stands. A chat model's is its turn: what ends
        the turn is to be said, too.
        """
        return self._encoder.exchange(prompt, answer)

    def generate(
        self,
        prompts: Sequence[str],
        *,
        decoding: Decoding,
        adapters: Sequence[Path | None] | None = None,
    ) -> list[Generation | Failure]:
        """See `Engine.generate`."""
        adapters = adapters or [None] * len(prompts)
        results: dict[int, Generation | Failure] = {}
        askable: dict[int, list[int]] = {}
        for index, prompt in enumerate(prompts):
            tokens = self._askable(prompt, decoding)
            if isinstance(tokens, Failure):
                results[index] = tokens
            else:
                askable[index] = tokens
        indices = list(askable)
        for start in range(0, len(indices), self.batch_size):
            batch = indices[start : start + self.batch_size]
            answered = self._batch(
                [askable[index] for index in batch],
                decoding,
                [adapters[index] for index in batch],
            )
            results.update(zip(batch, answered, strict=True))
        return [results[index] for index in range(len(prompts))]

    def _askable(self, prompt: str, decoding: Decoding) -> list[int] | Failure:
        """A prompt's tokens, unless the template refuses it or the model can't hold it.

        Where a prompt is too long some models would raise, others answer by extrapolating.
        """
        try:
            tokens = self.encode(prompt)
        except ChatTemplateError as error:
            return Failure(message=str(error))
        room = context_length(self.model)
        if room is None or len(tokens) + decoding.max_new_tokens <= room:
            return tokens
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
