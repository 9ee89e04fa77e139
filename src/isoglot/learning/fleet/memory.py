"""How many adapters and tokens fit into memory at once. Estimated, in bytes, from sizes alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psutil

from isoglot.core import Record

if TYPE_CHECKING:
    from isoglot.learning.fleet.recipe import LoraRecipe

_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "float64": 8}
# Weight, gradient and AdamW's two moments.
_COPIES = 4
# Of what is free, so much is used; the estimate is one, and others use the machine.
_SHARE = 0.6
# Tensors of the hidden size that a layer keeps for the way back, a token; attention probabilities
# are not among them, and the wider middle of the MLP counts by its width.
_KEPT_A_LAYER = 12
_MOST_TOKENS = 4096
_FEWEST_TOKENS = 256


class FleetPlan(Record):
    """A fleet that fits.

    Attributes:
        adapters: How many are trained together.
        tokens: How many tokens go through the model at once.
        weights_bytes: Of the model.
        adapter_bytes: Of one adapter: weights, gradients and moments.
        token_bytes: Activations of one token.
        logits_bytes: Of one chunk of the vocabulary projection.
        free_bytes: What the machine has.
    """

    adapters: int
    tokens: int
    weights_bytes: int
    adapter_bytes: int
    token_bytes: int
    logits_bytes: int
    free_bytes: int

    @property
    def peak_bytes(self) -> int:
        """What all of it takes together."""
        return (
            self.weights_bytes
            + self.adapters * self.adapter_bytes
            + self.tokens * self.token_bytes
            + self.logits_bytes
        )


def plan_fleet(
    model: Any, recipe: "LoraRecipe", *, sizes: Sequence[tuple[int, int]], n_adapters: int
) -> FleetPlan:
    """The largest fleet that fits beside a loaded model.

    Args:
        model: In memory.
        recipe: How it is trained; its `fleet` and `tokens` are obeyed.
        sizes: Input and output of every module with a branch.
        n_adapters: How many are to be trained in all.
    """
    config = model.config.get_text_config()
    parameter = next(model.parameters())
    size = parameter.element_size()
    layers = int(config.num_hidden_layers)
    width = int(config.hidden_size)
    inner = int(getattr(config, "intermediate_size", None) or 4 * width)
    adapter = _BYTES[recipe.adapter_dtype] * recipe.rank * sum(i + o for i, o in sizes) * _COPIES
    kept = 1 if recipe.gradient_checkpointing else _KEPT_A_LAYER + 3 * inner / width
    branches = sum(i + recipe.rank for i, _ in sizes) * _BYTES[recipe.adapter_dtype]
    token = int(layers * width * size * kept) + branches
    free = free_memory(parameter.device)
    usable = _SHARE * free
    tokens = recipe.tokens or int(
        min(_MOST_TOKENS, max(_FEWEST_TOKENS, usable / 2 // max(1, token)))
    )
    room = max(1, int((usable - tokens * token) // max(1, adapter)))
    return FleetPlan(
        adapters=max(1, min(recipe.fleet or n_adapters, room, n_adapters)),
        tokens=tokens,
        weights_bytes=sum(each.numel() * each.element_size() for each in model.parameters()),
        adapter_bytes=adapter,
        token_bytes=token,
        logits_bytes=512 * 2**20,
        free_bytes=free,
    )


def free_memory(device: Any) -> int:
    """What a device has left."""
    if device.type == "cuda":
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)
