"""The state that training goes on from: weights and AdamW's moments after the last whole epoch.

One safetensors file, replaced in one step, so that a kill leaves the old state or the new one.
"""

import json
import struct
from pathlib import Path
from typing import Any

EPOCH_KEY = "epoch"


def finished_epochs(path: Path) -> int:
    """How many epochs the checkpoint holds; 0 where there is none. Needs no torch."""
    if not path.exists():
        return 0
    with path.open("rb") as file:  # a safetensors file opens with its header's length and JSON
        (length,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(length))
    return int(header["__metadata__"][EPOCH_KEY])


def save_state(path: Path, *, epoch: int, parameters: dict[str, Any], optimizer: Any) -> None:
    """Writes the parameters and, for each, AdamW's step and two moments."""
    from safetensors.torch import save_file

    tensors = {}
    for name, parameter in parameters.items():
        tensors[f"weight|{name}"] = parameter.detach().cpu()
        for key, value in optimizer.state[parameter].items():
            tensors[f"{key}|{name}"] = value.cpu()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".partial")
    save_file(tensors, scratch, metadata={EPOCH_KEY: str(epoch)})
    scratch.replace(path)


def load_state(path: Path, *, parameters: dict[str, Any], optimizer: Any) -> None:
    """Puts back what `save_state` wrote."""
    from safetensors.torch import load_file

    tensors = load_file(path)
    for name, parameter in parameters.items():
        parameter.data.copy_(tensors[f"weight|{name}"])
        optimizer.state[parameter] = {
            # AdamW keeps its step counter on the processor.
            key: value if key == "step" else value.to(parameter.device)
            for key in ("step", "exp_avg", "exp_avg_sq")
            for value in (tensors[f"{key}|{name}"],)
        }
