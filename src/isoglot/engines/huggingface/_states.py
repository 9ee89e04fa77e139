"""What a model makes of a prompt inside, layer by layer, handed on and not kept."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch

from isoglot.engines.huggingface._adapters import AdapterShelf
from isoglot.engines.huggingface._placement import input_device

Reduced = TypeVar("Reduced")
Reduce = Callable[[torch.Tensor], Reduced]
"""From a prompt's states `[layers + 1, tokens, size]`, the embeddings first, to what is kept."""


@torch.inference_mode()
def reduce_states(
    model: Any,
    shelf: AdapterShelf,
    prompts: Sequence[Sequence[int]],
    adapters: Sequence[Path | None],
    reduce: Reduce[Reduced],
) -> list[Reduced]:
    """What is made of the states of each prompt of a batch, which goes through the model whole.

    Padding stands behind, where no causal layer looks. The last layer's states are those behind the
    final norm, as transformers gives them.
    """
    device = input_device(model)
    longest = max(map(len, prompts))
    inputs = [[*each, *[each[-1]] * (longest - len(each))] for each in prompts]
    shelf.load(adapters)
    with shelf.on(adapters):
        output = model.get_decoder()(
            input_ids=torch.tensor(inputs, device=device),
            output_hidden_states=True,
            use_cache=False,
        )
    return [
        reduce(torch.stack([layer[row, : len(each)].to(device) for layer in output.hidden_states]))
        for row, each in enumerate(prompts)
    ]
