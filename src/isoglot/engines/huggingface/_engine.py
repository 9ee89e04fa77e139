"""The engine for models of transformers."""

import time
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from isoglot.core import Decoding, ModelError
from isoglot.engines._base import ChoiceScore, Failure, Generation
from isoglot.engines._template import ChatTemplate
from isoglot.engines._unconditional import score_with_unconditional
from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._context import context_length
from isoglot.engines.huggingface._decode import Decoder
from isoglot.engines.huggingface._encode import Encoder, encoder_for
from isoglot.engines.huggingface._fitting import askable, scorable
from isoglot.engines.huggingface._label_words import first_tokens
from isoglot.engines.huggingface._planning import Limits
from isoglot.engines.huggingface._reading import (
    Batch,
    Prompt,
    Reader,
    SharingReader,
    WholeReader,
    whole_batches,
)
from isoglot.engines.huggingface._states import Reduce, Reduced, reduce_states
from isoglot.engines.huggingface._trial import why_not_shared
from isoglot.engines.huggingface._whole import WholeDecoder

Found = TypeVar("Found")

_ADAPTERS_KEPT = 16
_TOKENS_AT_ONCE = 4096
_SHARED_BYTES = 2 * 2**30


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
        self.chat = template is not None
        self._encoder: Encoder = encoder_for(tokenizer, template)
        self._drafts: dict[str, list[int]] = {}
        self._limits = Limits(rows=batch_size, tokens=_TOKENS_AT_ONCE)

    @cached_property
    def reads_whole(self) -> str | None:
        """Why every prompt is read whole, whatever it shares with others; `None`: it is not."""
        return why_not_shared(self.model)

    @cached_property
    def _reader(self) -> Reader:
        ends = self._encoder.ends
        if self.reads_whole:
            warnings.warn(
                f"{self.name}: what prompts share is read anew for each of them, as "
                f"{self.reads_whole}",
                stacklevel=3,
            )
            whole = WholeDecoder(self.model, self.tokenizer, self._shelf, ends=ends)
            return WholeReader(whole, self._shelf, limits=self._limits)
        return SharingReader(
            self.model,
            Decoder(self.model, self.tokenizer, self._shelf, ends=ends),
            self._shelf,
            limits=self._limits,
            most_bytes=_SHARED_BYTES,
        )

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

    def forget(self) -> None:
        """Drops what was kept of prompts' beginnings; the next ones are computed anew."""
        self._reader.clear()

    def generate(
        self,
        prompts: Sequence[str],
        *,
        decoding: Decoding,
        adapters: Sequence[Path | None] | None = None,
        drafts: Sequence[Sequence[str]] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> list[Generation | Failure]:
        """See `Engine.generate`."""
        adapters = adapters or [None] * len(prompts)
        drafts = drafts or [()] * len(prompts)
        seeds = seeds or [0] * len(prompts)
        results: dict[int, Generation | Failure] = {}
        asked: list[Prompt] = []
        for place, prompt in enumerate(prompts):
            tokens = self._askable(prompt, decoding)
            if isinstance(tokens, Failure):
                results[place] = tokens
            else:
                guesses = [self._draft(draft) for draft in drafts[place]]
                asked.append(Prompt(place, tokens, adapters[place], guesses, seeds[place]))
        for batch in self._reader.batches(asked):
            started = time.perf_counter()
            answered = self._halved(batch, lambda part: self._reader.answer(part, decoding))
            seconds = (time.perf_counter() - started) / len(answered)
            for each, found in zip(batch.prompts, answered, strict=True):
                results[each.place] = (
                    found
                    if isinstance(found, Failure)
                    else Generation(text=found[0].strip(), tokens=found[1], seconds=seconds)
                )
        return [results[place] for place in range(len(prompts))]

    def score(
        self,
        prompts: Sequence[str],
        choices: Sequence[Sequence[str]],
        *,
        adapters: Sequence[Path | None] | None = None,
        unconditional: str | None = None,
    ) -> list[list[ChoiceScore] | Failure]:
        """See `Engine.score`."""
        adapters = adapters or [None] * len(prompts)
        if unconditional is None:
            return self._scores(prompts, choices, adapters)
        return score_with_unconditional(
            self._scores, prompts, choices, adapters=adapters, unconditional=unconditional
        )

    def _scores(
        self,
        prompts: Sequence[str],
        choices: Sequence[Sequence[str]],
        adapters: Sequence[Path | None],
    ) -> list[list[ChoiceScore] | Failure]:
        results: dict[int, list[ChoiceScore] | Failure] = {}
        asked: list[Prompt] = []
        for place, (prompt, own) in enumerate(zip(prompts, choices, strict=True)):
            if not own:
                results[place] = []
                continue
            room, limit = self._room
            found = scorable(self._encoder, prompt, own, room=room, limit=limit)
            if isinstance(found, Failure):
                results[place] = found
            else:
                tokens, continued = found
                asked.append(Prompt(place, tokens, adapters[place], choices=continued))
        for batch in self._reader.batches(asked):
            for each, scores in zip(
                batch.prompts, self._halved(batch, self._reader.score), strict=True
            ):
                results[each.place] = (
                    scores
                    if isinstance(scores, Failure)
                    else [
                        ChoiceScore(
                            log_probability=sum(own), tokens=len(own), n_bytes=len(text.encode())
                        )
                        for own, text in zip(scores, choices[each.place], strict=True)
                    ]
                )
        return [results[place] for place in range(len(prompts))]

    def label_scores(
        self,
        prompts: Sequence[str],
        labels: Sequence[Sequence[str]],
        *,
        adapters: Sequence[Path | None] | None = None,
    ) -> list[list[float] | Failure]:
        """The natural logarithm of the probability that each label's word begins what is said.

        See `first_tokens`. A token that may begin two labels counts for both.

        Args:
            prompts: As in `generate`.
            labels: The words of each label.
            adapters: As in `generate`.

        Raises:
            ValueError: No single token begins any word of a label.
        """
        adapters = adapters or [None] * len(prompts)
        sets = [first_tokens(self.tokenizer, words) for words in labels]
        if nothing := [words for words, own in zip(labels, sets, strict=True) if not own]:
            raise ValueError(f"no single token begins any of {nothing[0]}")
        every = sorted(set().union(*sets))
        places = [[every.index(token) for token in own] for own in sets]
        results: dict[int, list[float] | Failure] = {}
        asked: list[Prompt] = []
        for place, prompt in enumerate(prompts):
            tokens = self._askable(prompt, Decoding(max_new_tokens=1))
            if isinstance(tokens, Failure):
                results[place] = tokens
            else:
                choices = [[token] for token in every]
                asked.append(Prompt(place, tokens, adapters[place], choices=choices))
        for batch in self._reader.batches(asked):
            scores = self._halved(batch, self._reader.score)
            for each, found in zip(batch.prompts, scores, strict=True):
                results[each.place] = (
                    found
                    if isinstance(found, Failure)
                    else [_log_sum([found[token][0] for token in own]) for own in places]
                )
        return [results[place] for place in range(len(prompts))]

    def states(
        self,
        prompts: Sequence[str],
        reduce: Reduce[Reduced],
        *,
        adapters: Sequence[Path | None] | None = None,
    ) -> list[Reduced | Failure]:
        """What is made of the hidden states of every prompt; those of a batch are kept at a time.

        Args:
            prompts: As in `generate`.
            reduce: From a prompt's states `[layers + 1, tokens, size]` (the embeddings first, the
                last behind the final norm) to what is wanted of them.
            adapters: As in `generate`.
        """
        adapters = adapters or [None] * len(prompts)
        results: dict[int, Reduced | Failure] = {}
        asked: list[Prompt] = []
        for place, prompt in enumerate(prompts):
            tokens = self._askable(prompt, Decoding(max_new_tokens=1))
            if isinstance(tokens, Failure):
                results[place] = tokens
            else:
                asked.append(Prompt(place, tokens, adapters[place]))

        def read(part: Batch) -> list[Reduced]:
            tokens = [each.tokens for each in part.prompts]
            return reduce_states(
                self.model, self._shelf, tokens, [each.adapter for each in part.prompts], reduce
            )

        for batch in whole_batches(asked, self._limits):
            found = self._halved(batch, read)
            results.update(zip((each.place for each in batch.prompts), found, strict=True))
        return [results[place] for place in range(len(prompts))]

    def _askable(self, prompt: str, decoding: Decoding) -> list[int] | Failure:
        """A prompt's tokens, or why it can't be asked."""
        room, limit = self._room
        answer = decoding.max_new_tokens
        return askable(self._encoder, prompt, answer=answer, room=room, limit=limit)

    @property
    def _room(self) -> tuple[int | None, str]:
        """How many tokens a sequence may have, and what says so."""
        room = context_length(self.model)
        return room, f"the model's context is {room}"

    def _draft(self, text: str) -> list[int]:
        """A guess at an answer as tokens. It need not be how the model would write it."""
        if text not in self._drafts:
            self._drafts[text] = self._encoder.continuation(text)
        return self._drafts[text]

    def _halved(
        self, batch: Batch, work: Callable[[Batch], Sequence[Found]]
    ) -> list[Found | Failure]:
        """What work makes of a batch; where memory runs out, of its halves: that is the same."""
        try:
            return [*work(batch)]
        except ModelError:
            raise
        except RuntimeError as error:  # out of memory is one
            self._reader.clear()
            if len(batch.prompts) == 1:
                return [Failure(message=f"{type(error).__name__}: {error}")]
            return [each for half in batch.halves() for each in self._halved(half, work)]


def _log_sum(values: Sequence[float]) -> float:
    """The logarithm of the sum of what values are logarithms of."""
    return float(np.logaddexp.reduce(values))
