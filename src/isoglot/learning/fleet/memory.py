"""How many adapters and tokens fit into memory at once. Estimated, in bytes, from sizes alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from isoglot.core import Record
from isoglot.engines.huggingface import (
    as_device,
    device_of,
    find_modules,
    first_device,
    free_memory,
    in_and_out,
    resolve_dtype,
    weight_bytes,
    without_weights,
)
from isoglot.learning.fleet.recipe import FEWEST_TOKENS, LoraRecipe

_BYTES = {"float32": 4, "float64": 8}
# Weight, gradient and AdamW's two moments.
_COPIES = 4
# Of what is free, so much is used; the estimate is one, and others use the machine.
_SHARE = 0.6
# Tensors of the hidden size that a layer keeps for the way back, a token; attention probabilities
# are not among them, and the wider middle of the MLP counts by its width.
_KEPT_A_LAYER = 12
LOGITS_BYTES = 512 * 2**20
"""Logits of one chunk of positions, their gradient and what is computed between stay below this."""
_MOST_TOKENS = 4096


class FleetPlan(Record):
    """A fleet that fits.

    Attributes:
        adapters: How many are trained together.
        tokens: How many tokens go through the model at once.
        weights_bytes: Of the model.
        adapter_bytes: Of one adapter: weights, gradients and moments.
        token_bytes: Activations of one token.
        logits_bytes: Of one chunk of the vocabulary projection.
        free_bytes: What is left beside the weights.
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
    model: Any,
    recipe: LoraRecipe,
    *,
    modules: Sequence[str],
    n_adapters: int,
    free_bytes: int,
    quantization: str | None = None,
) -> FleetPlan:
    """The largest fleet that fits.

    Args:
        model: Its sizes count; it may be on the device `meta`.
        recipe: How it is trained; its `fleet` and `tokens` are obeyed.
        modules: The qualified names of the modules with a branch.
        n_adapters: How many are to be trained in all.
        free_bytes: What is left beside the model's weights.
        quantization: How a model on `meta` would be quantized when it is loaded.
    """
    config = model.config.get_text_config()
    # Of what flows between layers; linear layers' own weights may be smaller.
    size = model.get_input_embeddings().weight.element_size()
    layers = int(config.num_hidden_layers)
    width = int(config.hidden_size)
    inner = int(getattr(config, "intermediate_size", None) or 4 * width)
    sizes = [in_and_out(model.get_submodule(name)) for name in modules]
    adapter = _BYTES[recipe.adapter_dtype] * recipe.rank * sum(i + o for i, o in sizes) * _COPIES
    kept = width * size * (_KEPT_A_LAYER + 3 * inner / width)
    inputs = 2 if recipe.dropout else 1  # and the mask
    branches = sum(inputs * i + recipe.rank for i, _ in sizes) * _BYTES[recipe.adapter_dtype]
    token = int(layers * kept) + branches
    if recipe.gradient_checkpointing:  # every layer's input, and all of one layer
        token = layers * width * size + token // layers
    usable = _SHARE * free_bytes - LOGITS_BYTES
    tokens = recipe.tokens or _settled_tokens(usable / 2 / token)
    room = max(1, int((usable - tokens * token) // max(1, adapter)))
    return FleetPlan(
        adapters=max(1, min(recipe.fleet or n_adapters, room, n_adapters)),
        tokens=tokens,
        weights_bytes=weight_bytes(model, quantization=quantization),
        adapter_bytes=adapter,
        token_bytes=token,
        logits_bytes=LOGITS_BYTES,
        free_bytes=free_bytes,
    )


def _settled_tokens(most: float) -> int:
    """A power of two, so that a little more or less of free memory rounds no weight otherwise."""
    within = min(_MOST_TOKENS, max(FEWEST_TOKENS, int(most)))
    return 1 << (within.bit_length() - 1)


def foresee_fleet(
    folder: Path,
    recipe: LoraRecipe,
    *,
    dtype: str,
    device: str,
    n_adapters: int,
    device_map: str | Mapping[str, int | str] | None = None,
    quantization: str | None = None,
    trust_remote_code: bool = False,
) -> FleetPlan:
    """The fleet for a model whose weights are not loaded.

    Args:
        folder: Where its configuration is.
        recipe: How it is trained.
        dtype: As the study says it.
        device: As the study says it.
        n_adapters: How many are to be trained in all.
        device_map: As the study says it; what its devices have left is added up.
        quantization: In how few bits the weights of linear layers will be, if not in `dtype`.
        trust_remote_code: As the study says it.

    Raises:
        ModelError: The configuration can't be read, or the recipe names modules that are not there.
    """
    device = first_device(device, device_map)
    if dtype == "auto" and device.startswith("cuda") and not torch.cuda.is_available():
        dtype = "bfloat16"  # planned here for a machine with one
    model = without_weights(
        folder,
        dtype=resolve_dtype(dtype, device=device),
        trust_remote_code=trust_remote_code,
    )
    modules = find_modules(model, recipe.target_modules, model_name=str(folder))
    weights = weight_bytes(model, quantization=quantization)
    return plan_fleet(
        model,
        recipe,
        modules=modules,
        n_adapters=n_adapters,
        free_bytes=max(0, sum(map(free_memory, _devices(device, device_map))) - weights),
        quantization=quantization,
    )


def _devices(device: str, device_map: str | Mapping[str, int | str] | None) -> list[torch.device]:
    """All devices that a model would be on."""
    if isinstance(device_map, Mapping):
        places = {as_device(each) for each in device_map.values() if each != "disk"}
        return sorted(places or {torch.device(device)}, key=str)
    if device_map is not None and device.startswith("cuda"):
        return [torch.device("cuda", number) for number in range(torch.cuda.device_count())]
    return [torch.device(device)]


def free_beside(model: Any, modules: Sequence[str]) -> int:
    """What is left for adapters and activations beside a loaded model, in bytes.

    Where it is spread over devices, each of them takes its share, and the scarcest one decides.

    Args:
        model: The model.
        modules: The qualified names of the modules with a branch.
    """
    devices = [device_of(model.get_submodule(name)) for name in modules]
    return min(
        int(free_memory(device) * len(devices) / devices.count(device)) for device in set(devices)
    )
