"""From a model string to a model in memory: folders, hub names, precision, device."""

import atexit
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from isoglot.core import InputError, ModelError
from isoglot.engines._cache import cache_folder
from isoglot.engines._gguf import check_whole
from isoglot.engines._loading import code_problem, quantized_already
from isoglot.engines.huggingface._placement import as_device, input_device
from isoglot.engines.huggingface._projection import speed_up_projection
from isoglot.engines.huggingface._quantize import check_device, quantization_config, settle

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


def first_device(device: str, device_map: str | Mapping[str, int | str] | None) -> str:
    """The device that a model is on, or the first one that computes of those it is spread over."""
    if not isinstance(device_map, Mapping):
        return resolve_device(device)
    places = [place for place in device_map.values() if place != "disk"]
    gpus = [place for place in places if place != "cpu"]
    first = next(iter([*gpus, *places]), "cpu")
    return str(as_device(first))


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


def without_weights(folder: Path, *, dtype: str, trust_remote_code: bool = False) -> Any:
    """The model in a folder with all its sizes and none of its weights, on the device `meta`.

    Raises:
        InputError: Only code that comes with the model knows it, and may not be run.
        ModelError: Transformers does not know what is in the folder.
    """
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(
                config, dtype=_TORCH_DTYPES[dtype], trust_remote_code=trust_remote_code
            )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        _refuse_own_code(error, name=str(folder), trusted=trust_remote_code)
        raise ModelError(f"models: {str(folder)!r} can't be read: {error}") from error


def load(
    folder: Path,
    *,
    dtype: str,
    device: str,
    device_map: str | Mapping[str, int | str] | None = None,
    quantization: str | None = None,
    attn_implementation: str | None = None,
    trust_remote_code: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """The model, in evaluation mode and with frozen weights, and its tokenizer.

    Args:
        folder: A folder as `save_pretrained` writes it.
        dtype: A resolved precision.
        device: A resolved device.
        device_map: How layers are spread over devices; `device` is then the first of them.
        quantization: `4bit` or `8bit`.
        attn_implementation: As transformers calls it; by default the model's own.
        trust_remote_code: Whether Python code that comes with the model may be run.
        name: The model string, for messages.

    Raises:
        InputError: Only code that comes with the model could load it, and may not be run.
        ModelError: Transformers can't load what is in the folder.
    """
    logging.disable_progress_bar()  # isoglot shows one of its own
    name = name or str(folder)
    options: dict[str, Any] = {}
    if attn_implementation is not None:
        options["attn_implementation"] = attn_implementation
    packed = quantization or quantized_already(folder)
    if quantization is not None:
        check_device(device, name=name)
        options["quantization_config"] = quantization_config(
            quantization, dtype=_TORCH_DTYPES[dtype]
        )
    if device_map is not None:
        options["device_map"] = device_map if isinstance(device_map, str) else dict(device_map)
    elif packed:
        options["device_map"] = {"": device}  # quantized weights can't be moved afterwards
    swap = _swap_folder(device_map)
    if swap is not None:
        options["offload_folder"] = swap
    where = device if device_map is None else f"the devices of device_map ({device_map!r})"
    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=_TORCH_DTYPES[dtype],
            use_safetensors=True,
            trust_remote_code=trust_remote_code,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            **options,
        )
        if "device_map" not in options:
            model.to(device)
        # After the weights: while these are read, they take their room twice.
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
    # Torch says that a device is not there by an assertion, or by a runtime error.
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, AssertionError) as error:
        _refuse_own_code(error, name=name, trusted=trust_remote_code)
        raise ModelError(f"models: {str(folder)!r} can't be loaded on {where}: {error}") from error
    except SafetensorError as error:
        raise ModelError(f"models: the weights in {str(folder)!r} are broken: {error}") from error
    check_whole(report, name=name)
    if packed in {"4bit", "8bit"}:
        settle(model, name=name)
    model.eval()
    model.requires_grad_(False)
    if isinstance(device_map, Mapping):
        _check_it_runs(model, name=name)
    speed_up_projection(model)
    return model, tokenizer


def _refuse_own_code(error: Exception, *, name: str, trusted: bool) -> None:
    """Says it clearly if transformers could go on only by running code that came with the model."""
    if "trust_remote_code" in str(error) and not trusted:
        raise InputError([code_problem(name, "its tokenizer or its model class")]) from error


@torch.inference_mode()
def _check_it_runs(model: Any, *, name: str) -> None:
    """Reads one token: a map may part what belongs together, such as weights that are tied."""
    try:
        model(torch.zeros(1, 1, dtype=torch.long, device=input_device(model)), use_cache=False)
    except Exception as error:  # whatever hooks and a model's own code do
        raise ModelError(
            f"models.device_map: {name!r} does not run when it is spread so "
            f"({type(error).__name__}: {error}); keep tied weights and the parts of a layer "
            "together, or give auto"
        ) from error


def _swap_folder(device_map: str | Mapping[str, int | str] | None) -> str | None:
    """Where weights go that are kept on the disk and are not there as they are needed."""
    if device_map is None:
        return None
    if isinstance(device_map, Mapping) and "disk" not in device_map.values():
        return None
    cache_folder().mkdir(parents=True, exist_ok=True)
    folder = mkdtemp(prefix="swap-", dir=cache_folder())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
