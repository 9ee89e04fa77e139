"""How much goes through a model together, by what memory is left."""

from typing import Any, NamedTuple

import torch

from isoglot.engines.huggingface._memory import free_memory
from isoglot.engines.huggingface._placement import input_device
from isoglot.engines.huggingface._planning import Limits

ADAPTERS_AT_ONCE = 16
_FEWEST_TOKENS = 256
# Of what is free, so much may a batch take, and so much what prompts share: others use the machine.
_SHARE = 0.25


class _Most(NamedTuple):
    """What is worth reading together, however much memory there is.

    Attributes:
        rows: A decoding step reads all weights for one token a row.
        tokens: More are no faster.
        shared_bytes: What is kept of beginnings.
    """

    rows: int
    tokens: int
    shared_bytes: int


_PROCESSOR = _Most(rows=128, tokens=4096, shared_bytes=4 * 2**30)
_ACCELERATOR = _Most(rows=512, tokens=32_768, shared_bytes=32 * 2**30)


class Budget:
    """How large batches may be, now.

    Args:
        model: A causal language model of transformers.
        rows: The most prompts of a batch; `None`: as many as are worth it.
    """

    def __init__(self, model: Any, *, rows: int | None) -> None:
        self._device: torch.device = input_device(model)
        self._most = _PROCESSOR if self._device.type == "cpu" else _ACCELERATOR
        self._rows = rows or self._most.rows
        self._token_bytes = token_bytes(model)
        self._divisor = 1

    def limits(self) -> Limits:
        """Of a batch. A little more or less memory makes no difference: powers of two."""
        fitting = int(_SHARE * free_memory(self._device) / self._token_bytes) // self._divisor
        tokens = min(self._most.tokens, max(_FEWEST_TOKENS, _power_of_two(fitting)))
        rows = max(1, self._rows // self._divisor)
        return Limits(rows=rows, tokens=tokens, adapters=ADAPTERS_AT_ONCE)

    def shared_bytes(self) -> int:
        """How much memory what prompts share may take."""
        return min(self._most.shared_bytes, int(_SHARE * free_memory(self._device)))

    def shrink(self) -> None:
        """Halves batches from now on: memory ran out."""
        self._divisor *= 2


def token_bytes(model: Any) -> int:
    """About how much memory a token takes on its way through a model, with its keys and values.

    Of the layers one is at work at a time: its hidden states several times over, and the wide
    middle of its MLP.
    """
    config = model.config.get_text_config()
    hidden = int(config.hidden_size)
    wide = int(getattr(config, "intermediate_size", None) or 4 * hidden)
    heads = int(config.num_attention_heads)
    size = int(getattr(config, "head_dim", None) or hidden // heads)
    key_heads = int(getattr(config, "num_key_value_heads", None) or heads)
    kept = 2 * int(config.num_hidden_layers) * key_heads * size
    # Attention is put together in float32 whatever the model computes in.
    return (kept + 8 * hidden + 3 * wide) * int(model.dtype.itemsize) + 8 * heads * size


def _power_of_two(number: int) -> int:
    """The largest one up to a number; 0 for less than one."""
    return 1 << (number.bit_length() - 1) if number > 0 else 0
