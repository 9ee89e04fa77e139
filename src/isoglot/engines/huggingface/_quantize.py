"""Weights of linear layers in 8 or 4 bits (bitsandbytes), so that the batch changes no answer.

4 bits are NF4 with quantized scales (QLoRA: Dettmers et al. 2023). 8 bits are integers with one
scale a row of the weight, as LLM.int8() has them (Dettmers et al. 2022); but what they are
multiplied with stays in the model's precision. LLM.int8() would round it, too, except in columns
that it finds by looking at the whole batch, so that the answer to one prompt would depend on the
others.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch.nn.functional import linear
from transformers import BitsAndBytesConfig
from transformers.pytorch_utils import Conv1D

from isoglot.core import ModelError
from isoglot.engines.huggingface._stack import in_and_out

_BLOCK = 64
"""So many weights share a scale in 4 bits, and so many scales a scale of their own: `_SCALES`."""
_SCALES = 256
_TABLES_BYTES = 4 * (16 + 256 + 1)
"""What 4 bits and the scales stand for, and the scales' mean, of every module."""


def quantization_config(quantization: str, *, dtype: torch.dtype) -> Any:
    """How transformers is told to quantize.

    Args:
        quantization: `4bit` or `8bit`.
        dtype: What is computed in.
    """
    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


def check_device(device: str, *, name: str) -> None:
    """Refuses a device on which bitsandbytes can't quantize.

    Raises:
        ModelError: It is one.
    """
    import bitsandbytes

    kind = torch.device(device).type
    supported = sorted(getattr(bitsandbytes, "supported_torch_devices", {"cuda"}))
    if kind not in supported:
        raise ModelError(
            f"models.quantization: {name!r} can't be quantized on {kind!r}: bitsandbytes "
            f"{bitsandbytes.__version__} knows {', '.join(supported)}; take one of these, a newer "
            "bitsandbytes, or leave quantization out"
        )


def settle(model: Any, *, name: str) -> None:
    """Makes the quantized layers of a loaded model compute what weights and inputs say alone.

    Raises:
        ModelError: A layer's size is one that bitsandbytes gets wrong on a processor.
    """
    for module_name, module in _quantized(model):
        if hasattr(module, "support_avx512bf16_for_cpu"):
            # It would pack the weights for a product that rounds to bfloat16 whatever is asked for,
            # and that is made for asking alone: it has no gradient of its own.
            module.support_avx512bf16_for_cpu = False
            if module.weight.device.type == "cpu" and module.in_features % _BLOCK:
                raise ModelError(
                    f"models.quantization: {name!r} can't be had in 4 bits on a processor: the "
                    f"rows of {module_name!r} have {module.in_features} weights, and "
                    f"bitsandbytes misreads what is no multiple of {_BLOCK} there; take 8bit, or a "
                    "GPU"
                )
        else:
            _replace_forward(module, _EightBitForward(module))


def weight_bytes(model: Any, *, quantization: str | None = None) -> int:
    """How much memory a model's weights take.

    Args:
        model: Loaded, or on the device `meta`.
        quantization: How a model on `meta` would be quantized when it is loaded.
    """
    total = sum(int(each.numel() * each.element_size()) for each in model.parameters())
    total += sum(_scales_bytes(module) for _, module in _quantized(model))
    if quantization is None:
        return total
    head = model.get_output_embeddings()
    for module in model.modules():
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head:
            n = int(module.weight.numel())
            n_out = in_and_out(module)[1]
            total -= n * int(module.weight.element_size())
            total += n + 4 * n_out if quantization == "8bit" else _four_bit_bytes(n)
    return total


def _quantized(model: Any) -> Iterator[tuple[str, Any]]:
    """Name and module of every layer that bitsandbytes quantized."""
    for name, module in model.named_modules():
        if type(getattr(module, "weight", None)).__name__ in {"Params4bit", "Int8Params"}:
            yield name, module


def _scales_bytes(module: Any) -> int:
    state = getattr(module.weight, "quant_state", None)
    if state is None:
        return 4 * int(module.out_features)
    return _four_bit_bytes(int(state.shape.numel())) - int(module.weight.numel())


def _four_bit_bytes(n: int) -> int:
    blocks = -(-n // _BLOCK)
    return -(-n // 2) + blocks + 4 * -(-blocks // _SCALES) + _TABLES_BYTES


def _replace_forward(module: Any, forward: Any) -> None:
    """Where accelerate has hung a hook on a module, it calls what it found as `_old_forward`."""
    setattr(module, "_old_forward" if hasattr(module, "_hf_hook") else "forward", forward)


class _EightBitForward:
    """The product with a module's weight, which keeps no copy of it in the model's precision."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        module = self._module
        scales = module.weight.SCB if module.state.SCB is None else module.state.SCB
        y: torch.Tensor = _EightBitProduct.apply(x, module.weight.data, scales)  # type: ignore[no-untyped-call]
        return y if module.bias is None else y + module.bias.to(y.dtype)


class _EightBitProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, scales: torch.Tensor) -> Any:
        ctx.save_for_backward(weight, scales)
        return linear(x, _unpacked(weight, scales, x.dtype))

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Any:
        weight, scales = ctx.saved_tensors
        return gradient @ _unpacked(weight, scales, gradient.dtype), None, None


def _unpacked(weight: torch.Tensor, scales: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The largest weight of a row is 127 times its unit; `scales` holds the largest ones."""
    return weight.to(dtype).mul_(scales[:, None] / 127)
