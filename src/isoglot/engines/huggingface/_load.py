"""From a model string to a model in memory: folders, hub names, precision, device."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from isoglot.core import ModelError
from isoglot.engines.huggingface._projection import speed_up_projection

_TORCH_DTYPES = {
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
    "float32": torch.float32,
}


def resolve_device(device: str) -> str:
    """`auto` becomes the first accelerator that is there, or the processor."""
    if device != "auto":
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def resolve_dtype(dtype: str, *, device: str) -> str:
    """`auto` becomes bfloat16 where the hardware computes in it, float32 otherwise.

    A processor without bfloat16 instructions emulates them: slower than float32 and no better.
    """
    if dtype != "auto":
        return dtype
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if device == "cpu" and _processor_has_bfloat16():
        return "bfloat16"
    return "float32"


def _processor_has_bfloat16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("amx_bf16", "avx512_bf16", "bf16"))


def without_weights(folder: Path, *, dtype: str) -> Any:
    """The model in a folder with all its sizes and none of its weights, on the device `meta`.

    Raises:
        ModelError: Transformers does not know what is in the folder.
    """
    try:
        config = AutoConfig.from_pretrained(folder)
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config, dtype=_TORCH_DTYPES[dtype])
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelError(f"models: {str(folder)!r} can't be read: {error}") from error


def load(folder: Path, *, dtype: str, device: str) -> tuple[Any, Any]:
    """The model, in evaluation mode and with frozen weights, and its tokenizer.

    Args:
        folder: A folder as `save_pretrained` writes it.
        dtype: A resolved precision.
        device: A resolved device.

    Raises:
        ModelError: Transformers can't load what is in the folder.
    """
    logging.disable_progress_bar()  # isoglot shows one of its own
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=_TORCH_DTYPES[dtype], use_safetensors=True
        )
        model.to(device)
    # Torch says that a device is not there by an assertion, or by a runtime error.
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, AssertionError) as error:
        raise ModelError(f"models: {str(folder)!r} can't be loaded on {device}: {error}") from error
    except SafetensorError as error:
        raise ModelError(f"models: the weights in {str(folder)!r} are broken: {error}") from error
    model.eval()
    model.requires_grad_(False)
    speed_up_projection(model)
    return model, tokenizer
