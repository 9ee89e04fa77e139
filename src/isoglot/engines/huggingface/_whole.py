"""Decoding for models that can't read from shared keys: every prompt whole, token by token.

Prompts of a batch are padded in front. Rows that have ended leave the batch, so that a long answer
at the end costs little.
"""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import DynamicCache

from isoglot.core import Decoding
from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._ending import Ending
from isoglot.engines.huggingface._placement import input_device
from isoglot.engines.huggingface._sampling import choose


class _Row:
    """A prompt on its way to an answer."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.tokens: list[int] = []
        self.ended = False


class WholeDecoder:
    """Draws a continuation of every prompt.

    Args:
        model: A causal language model of transformers.
        tokenizer: Its tokenizer.
        ending: Says when an answer has ended.
        shelf: Where the adapters are.
    """

    def __init__(self, model: Any, tokenizer: Any, ending: Ending, shelf: AdapterShelf) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._ending = ending
        self._shelf = shelf
        self._in_one_place = len({each.device for each in model.parameters()}) == 1
        wanted = inspect.signature(model.forward).parameters
        takes_any = any(each.kind is each.VAR_KEYWORD for each in wanted.values())
        self._can_keep = takes_any or "logits_to_keep" in wanted

    @torch.inference_mode()
    def decode(
        self,
        prompts: Sequence[Sequence[int]],
        decoding: Decoding,
        *,
        seeds: Sequence[int],
        adapters: Sequence[Path | None],
    ) -> list[tuple[str, int]]:
        """The text (up to a stop string) and the number of generated tokens for every prompt.

        Args:
            prompts: Token ids, one sequence a prompt, each with its beginning-of-sequence token.
            decoding: Stop strings and the longest answer.
            seeds: One a prompt, for what is drawn at random.
            adapters: One a prompt, loaded.
        """
        adapters = list(adapters)
        cache, inputs, mask = self._start(prompts)
        rows = [_Row(index) for index in range(len(prompts))]
        results: list[tuple[str, int]] = [("", 0)] * len(prompts)
        for step in range(decoding.max_new_tokens):
            positions = (mask.cumsum(-1) - 1).clamp(min=0)[:, -inputs.shape[1] :]
            # An index tensor, not a number: it gathers the last positions into one dense block,
            # whose product with the vocabulary takes a third of the time on a processor. But a
            # model that is spread over devices would bring it to the first of them.
            last_place = torch.tensor([inputs.shape[1] - 1], device=mask.device)
            with self._shelf.on(adapters):
                logits = self._model(
                    inputs,
                    attention_mask=mask,
                    position_ids=positions,
                    past_key_values=cache,
                    use_cache=True,
                    **self._keeping(last_place if self._in_one_place else 1),
                ).logits[:, -1]
            said = choose(logits, [(seeds[row.index], step) for row in rows], decoding)
            chosen = torch.tensor(said, device=mask.device)
            staying = []
            for place, (row, token) in enumerate(zip(rows, said, strict=True)):
                if row.ended:
                    continue
                text = self._ending.take(row.tokens, token, decoding)
                if text is None:
                    staying.append(place)
                else:
                    results[row.index] = (text, len(row.tokens))
                    row.ended = True
            if not staying:
                break
            # Rows that have ended are decoded on and ignored until half are gone: taking rows out
            # copies the others.
            if len(staying) <= len(rows) // 2:
                kept = torch.tensor(staying, device=mask.device)
                # Not `batch_select_indices`: layers may be on other devices, or convolve.
                cache.reorder_cache(kept)
                mask, chosen = mask[kept], chosen[kept]
                rows = [rows[place] for place in staying]
                adapters = [adapters[place] for place in staying]
            inputs = chosen[:, None]
            mask = torch.cat([mask, mask.new_ones((len(rows), 1))], dim=1)
        return results

    @torch.inference_mode()
    def score(
        self, prompt: Sequence[int], choices: Sequence[Sequence[int]], adapter: Path | None
    ) -> list[list[float]]:
        """The natural logarithm of the probability of each token of a prompt's continuations."""
        # What is said first is the same for all choices, and the last token of a choice is not fed:
        # so a choice's score shows nothing of the others', not even in how it is rounded.
        said: dict[tuple[int, ...], torch.Tensor] = {}
        for choice in choices:
            begun = tuple(choice[:-1])
            if begun not in said:
                said[begun] = self._said((*prompt, *begun), len(choice), adapter)
        return [
            said[tuple(choice[:-1])][range(len(choice)), list(choice)].tolist()
            for choice in choices
        ]

    def _keeping(self, logits: Any) -> dict[str, Any]:
        """Which logits are wanted, for a model that can be told; others give all."""
        return {"logits_to_keep": logits} if self._can_keep else {}

    def _said(self, tokens: Sequence[int], n: int, adapter: Path | None) -> torch.Tensor:
        """The log-probabilities `[n, vocabulary]` of what follows each of the last n tokens."""
        inputs = torch.tensor([list(tokens)], device=input_device(self._model))
        with self._shelf.on([adapter]):
            logits = self._model(inputs, use_cache=False, **self._keeping(n)).logits[0]
        found: torch.Tensor = logits[-n:].float().log_softmax(-1)
        return found

    def _start(
        self, prompts: Sequence[Sequence[int]]
    ) -> tuple[DynamicCache, torch.Tensor, torch.Tensor]:
        """An empty cache, the tokens to feed and the mask, both `[rows, longest]`."""
        device = input_device(self._model)
        longest = max(len(prompt) for prompt in prompts)
        pad = self._tokenizer.pad_token_id or 0
        inputs = [[pad] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
        mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        return (
            DynamicCache(config=self._model.config),
            torch.tensor(inputs, device=device),
            torch.tensor(mask, device=device),
        )
