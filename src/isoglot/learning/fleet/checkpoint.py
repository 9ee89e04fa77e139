"""Files of one adapter: what is asked, in PEFT's format, and what training goes on from.

A kill leaves whole files or none: what is written appears in one step.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isoglot.engines.huggingface import LoraShape

_EPOCH_KEY = "epoch"
_VERSION_KEY = "isoglot"
# To be raised whenever the rest of a training would no longer follow from what is kept, or from how
# it is kept: what was begun before is then trained anew, with the weights of an uninterrupted run.
_VERSION = "2"
_PEFT_PREFIX = "base_model.model."


def finished_epochs(path: Path) -> int:
    """How many epochs the checkpoint holds; 0 where there is none that can be gone on from.

    A file of another version or a broken one counts as none. Needs no torch.
    """
    if not path.exists():
        return 0
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            said = file.metadata() or {}
    except (OSError, SafetensorError):
        return 0
    return int(said[_EPOCH_KEY]) if said.get(_VERSION_KEY) == _VERSION else 0


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
    save_file(kept, scratch, metadata={_EPOCH_KEY: str(epoch), _VERSION_KEY: _VERSION})
    scratch.replace(path)


def load_state(
    path: Path, *, like: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The weights and the optimizer's state that `save_state` wrote.

    Args:
        path: A file in which `finished_epochs` finds some.
        like: Weights of the adapter that is to go on; where the file's have other names or sizes,
            they are another adapter's, and nothing is loaded.
    """
    from safetensors.torch import load_file

    parts: dict[str, dict[str, Any]] = {"weight": {}, "moment": {}}
    for name, tensor in load_file(path).items():
        kind, _, inner = name.partition("|")
        parts[kind][inner] = tensor
    weights = parts["weight"]
    same = {name: each.shape for name, each in weights.items()} == {
        name: each.shape for name, each in like.items()
    }
    return (weights, parts["moment"]) if same else None


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
