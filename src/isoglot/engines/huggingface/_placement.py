"""Where a model's parts are, which need not be one place: accelerate spreads them over devices.

A part that is kept on the disk, or on the processor for a GPU, has weights on the device `meta`; it
is computed where the hook that accelerate hung on it says.
"""

from typing import Any

import torch


def as_device(place: int | str | torch.device) -> torch.device:
    """A place of a device map. A number is a GPU's, also on a machine that has none."""
    return torch.device("cuda", place) if isinstance(place, int) else torch.device(place)


def device_of(module: Any) -> torch.device:
    """Where a module with a weight computes."""
    device: torch.device = module.weight.device
    if device.type != "meta":
        return device
    hook = getattr(module, "_hf_hook", None)
    for each in getattr(hook, "hooks", [hook]):
        place = getattr(each, "execution_device", None)
        if place is not None:
            return as_device(place)
    return device


def input_device(model: Any) -> torch.device:
    """Where a model wants its tokens."""
    return device_of(model.get_input_embeddings())


def swapped_out(model: Any) -> int:
    """How many of a model's weights are read from elsewhere whenever they are needed."""
    return sum(each.device.type == "meta" for each in model.parameters())
