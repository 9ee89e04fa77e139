"""Hugging Face models: any causal language model that transformers loads, with PEFT adapters.

Importing this module imports torch; `isoglot.engines` does so only when a model is opened.
"""

from isoglot.engines.huggingface._adapters import adapter_version, read_adapter
from isoglot.engines.huggingface._context import context_length
from isoglot.engines.huggingface._encode import encoder_for
from isoglot.engines.huggingface._engine import HuggingFaceEngine
from isoglot.engines.huggingface._fitting import askable, scorable
from isoglot.engines.huggingface._head import own_head
from isoglot.engines.huggingface._label_words import first_tokens
from isoglot.engines.huggingface._load import (
    resolve_device,
    resolve_dtype,
    without_weights,
)
from isoglot.engines.huggingface._stack import (
    AdapterStack,
    LoraShape,
    find_modules,
    in_and_out,
    peft_targets,
)

__all__ = [
    "AdapterStack",
    "HuggingFaceEngine",
    "LoraShape",
    "adapter_version",
    "askable",
    "context_length",
    "encoder_for",
    "find_modules",
    "first_tokens",
    "in_and_out",
    "own_head",
    "peft_targets",
    "read_adapter",
    "resolve_device",
    "resolve_dtype",
    "scorable",
    "without_weights",
]
