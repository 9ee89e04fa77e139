"""How probable each of several continuations of a prompt is, all of them in one step.

The continuations are branches of the prompt's row: they stand one behind the other, each at the
positions right behind the prompt, and none sees another.
"""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch

from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._attention import shared_attention
from isoglot.engines.huggingface._beginnings import Beginning, as_shared
from isoglot.engines.huggingface._head import read_at
from isoglot.engines.huggingface._packing import packed
from isoglot.engines.huggingface._placement import input_device
from isoglot.engines.huggingface._row_cache import RowCache


class Scorer:
    """Reads the log-probabilities of given continuations.

    Args:
        model: A causal language model of transformers.
        shelf: Where the adapters are.
    """

    def __init__(self, model: Any, shelf: AdapterShelf) -> None:
        self._model = model
        self._shelf = shelf

    @torch.inference_mode()
    def score(
        self,
        rests: Sequence[Sequence[int]],
        beginnings: Sequence[Beginning | None],
        choices: Sequence[Sequence[Sequence[int]]],
        *,
        adapters: Sequence[Path | None],
    ) -> list[list[list[float]]]:
        """The natural logarithm of each token's probability, by prompt and choice.

        Args:
            rests: Token ids, one sequence a prompt: what it has beyond its beginning.
            beginnings: One a prompt, in the order of a tree (see `as_shared`).
            choices: By prompt, the token ids of its continuations, none of them empty.
            adapters: One a prompt, loaded.
        """
        device = input_device(self._model)
        cache = RowCache(
            as_shared(beginnings),
            [each.end if each else 0 for each in beginnings],
            room=0,
            device=device,
            one_step=True,
        )
        rows = [_Branches(rest, own) for rest, own in zip(rests, choices, strict=True)]
        starts = list(accumulate((len(row.fed) for row in rows), initial=0))
        # By place, the tokens whose probability is read there: the first tokens of all choices are
        # read at the prompt's end.
        wanted: dict[int, list[int]] = {}
        for start, row in zip(starts, rows, strict=False):
            for choice, places in zip(row.choices, row.read_from, strict=True):
                for token, place in zip(choice, places, strict=True):
                    wanted.setdefault(start + place, []).append(token)
        targets = list(wanted.values())

        def read(logits: torch.Tensor, part: slice) -> list[list[float]]:
            own = targets[part]
            most = max(map(len, own))
            tokens = [[*each, *[0] * (most - len(each))] for each in own]
            normalised = logits.float().log_softmax(-1)
            scores = normalised.gather(1, torch.tensor(tokens, device=logits.device)).tolist()
            return [each[: len(tokens)] for each, tokens in zip(scores, own, strict=True)]

        by_token = [each for each, row in zip(adapters, rows, strict=True) for _ in row.fed]
        with shared_attention(self._model, cache):
            found = read_at(
                self._model,
                list(wanted),
                read,
                on=self._shelf.on,
                adapters=by_token,
                input_ids=packed([row.fed for row in rows], device=device),
                position_ids=cache.place_branches(
                    [row.steps for row in rows], [row.branches for row in rows]
                ),
                past_key_values=cache,
                use_cache=True,
            )
        left = {place: iter(scores) for place, scores in zip(wanted, found, strict=True)}
        return [
            [[next(left[start + place]) for place in places] for places in row.read_from]
            for start, row in zip(starts, rows, strict=False)
        ]


class _Branches:
    """A prompt's rest with its choices behind it.

    Attributes:
        fed: Token ids. The last token of a choice predicts nothing and is left out.
        steps: Of every token, its position behind the prompt's beginning.
        branches: Of every token, its choice, counted from 1; 0 is the prompt's.
        choices: The token ids of the choices.
        read_from: By choice, where each of its tokens is predicted.
    """

    def __init__(self, rest: Sequence[int], choices: Sequence[Sequence[int]]) -> None:
        self.fed = list(rest)
        self.steps = list(range(len(rest)))
        self.branches = [0] * len(rest)
        self.choices = choices
        self.read_from: list[list[int]] = []
        for number, choice in enumerate(choices, start=1):
            first = len(self.fed)
            length = len(choice) - 1
            self.fed += choice[:length]
            self.steps += range(len(rest), len(rest) + length)
            self.branches += [number] * length
            self.read_from.append([len(rest) - 1, *range(first, first + length)])
