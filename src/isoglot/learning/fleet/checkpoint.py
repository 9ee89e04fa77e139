"""Files of one adapter: what is asked, in PEFT's format, and what training goes on from.

Both are replaced in one step, so that a kill leaves the old files or the new ones.
"""

import json
import shutil
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isoglot.engines.huggingface import LoraShape

EPOCH_KEY = "epoch"
_PEFT_PREFIX = "base_model.model."


def finished_epochs(path: Path) -> int:
    """How many epochs the checkpoint holds; 0 where there is none. Needs no torch."""
    if not path.exists():
        return 0
    with path.open("rb") as file:  # a safetensors file opens with its header's length and JSON
        (length,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(length))
    return int(header["__metadata__"][EPOCH_KEY])


def save_state(
    path: Path, *, epoch: int, weights: Mapping[str, Any], moments: Mapping[str, Any]
) -> None:
    """Writes an adapter's weights and its optimizer's state after an epoch."""
    from safetensors.torch import save_file

    tensors = {f"weight|{name}": each for name, each in weights.items()}
    tensors |= {f"moment|{name}": each for name, each in moments.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".partial")
    kept = {name: each.detach().cpu().contiguous() for name, each in tensors.items()}
    save_file(kept, scratch, metadata={EPOCH_KEY: str(epoch)})
    scratch.replace(path)


def load_state(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The weights and the optimizer's state that `save_state` wrote."""
    from safetensors.torch import load_file

    parts: dict[str, dict[str, Any]] = {"weight": {}, "moment": {}}
    for name, tensor in load_file(path).items():
        kind, _, inner = name.partition("|")
        parts[kind][inner] = tensor
    return parts["weight"], parts["moment"]


def save_adapter(
    folder: Path,
    weights: Mapping[str, Any],
    *,
    shape: "LoraShape",
    dropout: float,
    base: str,
    targets: Sequence[str],
    transposed: bool,
) -> None:
    """Writes an adapter as PEFT does: configuration and safetensors weights.

    Args:
        folder: Where to; what is there is replaced.
        weights: As `AdapterStack.adapter` gives them.
        shape: The adapter's.
        dropout: What it was trained with, for the record.
        base: The model string.
        targets: The modules by the names that PEFT finds them by.
        transposed: Whether the model's linear weights are `[in, out]`, as GPT-2's.
    """
    from peft import LoraConfig
    from safetensors.torch import save_file

    scratch = folder.with_name(folder.name + ".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    config = LoraConfig(
        base_model_name_or_path=base,
        task_type="CAUSAL_LM",
        r=shape.rank,
        lora_alpha=shape.alpha,  # PEFT takes fractions, too
        lora_dropout=dropout,
        target_modules=list(targets),
        fan_in_fan_out=transposed,
        inference_mode=True,
    )
    config.save_pretrained(str(scratch))
    tensors = {
        f"{_PEFT_PREFIX}{name}.weight": each.detach().cpu().contiguous()
        for name, each in weights.items()
    }
    save_file(tensors, scratch / "adapter_model.safetensors", metadata={"format": "pt"})
    shutil.rmtree(folder, ignore_errors=True)
    scratch.replace(folder)
