"""Decoding of a batch: drafts are checked in one step, and nothing shared is computed twice.

A draft is a guess at what the model will say. A step feeds a row its last token and the rest of a
draft that begins as the row does; what the model would have said after each of these tokens comes
out together. The guessed tokens are kept as far as the model says them itself, so the text is that
of decoding token by token (greedy speculative decoding: Stern et al. 2018, with given drafts).
"""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch

from isoglot.core import Decoding
from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._attention import shared_attention
from isoglot.engines.huggingface._beginnings import Beginning, as_shared
from isoglot.engines.huggingface._ending import Ending
from isoglot.engines.huggingface._head import read_at
from isoglot.engines.huggingface._packing import packed
from isoglot.engines.huggingface._placement import input_device
from isoglot.engines.huggingface._row_cache import RowCache
from isoglot.engines.huggingface._sampling import choose

_BOLD = 0.6
"""Where more first tokens than this were guessed right, they are guessed in the first step."""


class _Row:
    """A prompt on its way to an answer."""

    def __init__(self, index: int, drafts: Sequence[Sequence[int]], seed: int) -> None:
        self.index = index
        self.seed = seed
        self.tokens: list[int] = []
        self.drafts = drafts
        self._compared = 0
        self.text = ""

    def guess(self, most: int) -> list[int]:
        """What the first draft that begins as the row does goes on with."""
        said, new = len(self.tokens), self.tokens[self._compared :]
        # What once does not go on as the row does never will.
        self.drafts = [
            draft
            for draft in self.drafts
            if len(draft) > said and list(draft[self._compared : said]) == new
        ]
        self._compared = said
        return list(self.drafts[0][said : said + most]) if self.drafts else []


class Decoder:
    """Draws a continuation of every prompt.

    Args:
        model: A causal language model of transformers.
        ending: Says when an answer has ended.
        shelf: Where the adapters are.
    """

    def __init__(self, model: Any, ending: Ending, shelf: AdapterShelf) -> None:
        self._model = model
        self._ending = ending
        self._shelf = shelf
        self._trust = 0.0

    @torch.inference_mode()
    def decode(
        self,
        rests: Sequence[Sequence[int]],
        beginnings: Sequence[Beginning | None],
        decoding: Decoding,
        *,
        drafts: Sequence[Sequence[Sequence[int]]],
        seeds: Sequence[int],
        adapters: Sequence[Path | None],
    ) -> list[tuple[str, int]]:
        """The text (up to a stop string) and the number of generated tokens for every prompt.

        Args:
            rests: Token ids, one sequence a prompt: what it has beyond its beginning.
            beginnings: One a prompt, in the order of a tree (see `as_shared`).
            decoding: Stop strings and the longest answer.
            drafts: Token ids of guesses at each answer, the likeliest first.
            seeds: One a prompt, for what is drawn at random.
            adapters: One a prompt, loaded.
        """
        device = input_device(self._model)
        cache = RowCache(
            as_shared(beginnings),
            [each.end if each else 0 for each in beginnings],
            room=max(map(len, rests)) + decoding.max_new_tokens,
            device=device,
        )
        rows = [
            _Row(index, guesses, seed)
            for index, (guesses, seed) in enumerate(zip(drafts, seeds, strict=True))
        ]
        # A guess at the first token saves a step where it is right, and costs its product with the
        # vocabulary where it is not.
        bold = self._trust > _BOLD
        most = decoding.max_new_tokens - 1
        fed = [
            [*rest, *(row.guess(most) if bold else ())]
            for row, rest in zip(rows, rests, strict=True)
        ]
        read_from = [len(rest) - 1 for rest in rests]
        first = [row.guess(1) for row in rows]
        results: list[tuple[str, int]] = [("", 0)] * len(rows)
        with shared_attention(self._model, cache):
            while True:
                said = self._step(cache, rows, fed, read_from, decoding, adapters)
                if first:
                    self._learn(first, said)
                    first = []
                staying, wrong = [], [0] * len(rows)
                for place, (row, tokens) in enumerate(zip(rows, said, strict=True)):
                    guessed = fed[place][read_from[place] + 1 :]
                    ended, kept = self._take(row, tokens, guessed, decoding)
                    wrong[place] = len(guessed) - kept
                    if ended:
                        results[row.index] = (row.text, len(row.tokens))
                    else:
                        staying.append(place)
                if not staying:
                    return results
                cache.take_back(wrong)
                if len(staying) < len(rows):
                    cache.keep(staying)
                    adapters = [adapters[place] for place in staying]
                    rows = [rows[place] for place in staying]
                fed = [
                    [row.tokens[-1], *row.guess(decoding.max_new_tokens - len(row.tokens) - 1)]
                    for row in rows
                ]
                read_from = [0] * len(rows)

    def _learn(self, guesses: Sequence[Sequence[int]], said: Sequence[Sequence[int]]) -> None:
        """Trusts drafts as far as the last ones began as the model did."""
        right = [
            guess[0] == tokens[0] for guess, tokens in zip(guesses, said, strict=True) if guess
        ]
        if right:
            self._trust += (sum(right) / len(right) - self._trust) / 2

    def _step(
        self,
        cache: RowCache,
        rows: Sequence[_Row],
        fed: Sequence[Sequence[int]],
        read_from: Sequence[int],
        decoding: Decoding,
        adapters: Sequence[Path | None],
    ) -> list[list[int]]:
        """What the model says after each token that is read, by row."""
        device = input_device(self._model)
        reads = [range(first, len(each)) for first, each in zip(read_from, fed, strict=True)]
        starts = accumulate(map(len, fed), initial=0)
        places = [start + place for start, own in zip(starts, reads, strict=False) for place in own]
        draws = [
            (row.seed, len(row.tokens) + ahead)
            for row, own in zip(rows, reads, strict=True)
            for ahead in range(len(own))
        ]
        by_token = [each for each, tokens in zip(adapters, fed, strict=True) for _ in tokens]
        said = iter(
            read_at(
                self._model,
                places,
                lambda logits, part: choose(logits, draws[part], decoding),
                on=self._shelf.on,
                adapters=by_token,
                input_ids=packed(fed, device=device),
                position_ids=cache.place([len(tokens) for tokens in fed]),
                past_key_values=cache,
                use_cache=True,
            )
        )
        return [[next(said) for _ in own] for own in reads]

    def _take(
        self, row: _Row, said: Sequence[int], guessed: Sequence[int], decoding: Decoding
    ) -> tuple[bool, int]:
        """Adds what the model says to a row: whether it ends, and how many guesses are right."""
        for right, token in enumerate(said):
            text = self._ending.take(row.tokens, token, decoding)
            if text is not None:
                row.text = text
                return True, right
            if right == len(guessed) or guessed[right] != token:
                return False, right
        raise AssertionError("a row reads one token more than it guesses")
