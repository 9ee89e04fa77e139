"""Random models with quantized weights, and the plain ones that compute the same."""

from pathlib import Path
from typing import Any

import bitsandbytes
import torch
from tiny_models import tiny_model

from isoglot.engines import ModelSpec, open_engine, resolve_model
from isoglot.engines.huggingface import HuggingFaceEngine

SCALE = 2
"""So much wider than usual: bitsandbytes wants rows of 64 weights."""


def quantized_spec(folder: Path, quantization: str | None) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "name": f"hf/{folder}",
            "dtype": "float32",
            "device": "cpu",
            "quantization": quantization,
        }
    )


def quantized_engine(folder: Path, quantization: str | None) -> HuggingFaceEngine:
    spec = quantized_spec(folder, quantization)
    engine = open_engine(spec, resolve_model(spec))
    assert isinstance(engine, HuggingFaceEngine)
    return engine


def unpacked(module: Any) -> torch.Tensor:
    """A quantized layer's weight `[out, in]`, by bitsandbytes' own functions."""
    if isinstance(module, bitsandbytes.nn.Linear4bit):
        state = module.weight.quant_state
        return bitsandbytes.functional.dequantize_4bit(module.weight.data, state)
    scales = module.weight.SCB if module.state.SCB is None else module.state.SCB
    return bitsandbytes.functional.int8_vectorwise_dequant(module.weight.data, scales)


def plain_twin(engine: HuggingFaceEngine, architecture: str) -> Any:
    """The same model with its rounded weights in float32."""
    twin = tiny_model(architecture, scale=SCALE)
    for name, module in engine.model.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit | bitsandbytes.nn.Linear8bitLt):
            weight = unpacked(module)
            twin.get_submodule(name).weight.copy_(weight.T if architecture == "gpt2" else weight)
    return twin
