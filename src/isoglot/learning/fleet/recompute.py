"""Gradient checkpointing: activations are computed again on the way back instead of kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer

from isoglot.core import ModelError


@contextmanager
def computing_again(model: Any, *, on: bool, model_name: str) -> Iterator[None]:
    """While it lasts, a layer keeps its input alone for the way back.

    Args:
        model: A causal language model of transformers.
        on: Whether at all.
        model_name: For the message.

    Raises:
        ModelError: The model has no layers that transformers marks for it.
    """
    # Not by transformers' own switch, which needs layers in training mode: some families' layers
    # then drop out by themselves.
    layers = [each for each in model.modules() if isinstance(each, GradientCheckpointingLayer)]
    if on and not layers:
        raise ModelError(
            f"paradigms.fine-tuning.gradient_checkpointing: {model_name} has no layers that can be "
            "computed again; leave it out"
        )
    layers = layers if on else []
    # Accelerate hangs a forward of its own on layers where it spreads a model over devices.
    before = [vars(layer).get("forward") for layer in layers]
    for layer in layers:
        layer.forward = partial(
            checkpoint, layer.forward, use_reentrant=False, preserve_rng_state=False
        )
    try:
        yield
    finally:
        for layer, forward in zip(layers, before, strict=True):
            if forward is None:
                del layer.forward
            else:
                layer.forward = forward
