"""How much a model can hold, by its configuration."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from transformers import BloomConfig, Gemma3Config, GPT2Config, LlamaConfig, XLNetConfig

from isoglot.engines.huggingface import context_length


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (LlamaConfig(max_position_embeddings=77), 77),
        (GPT2Config(n_positions=99), 99),  # by another name
        (Gemma3Config(text_config={"max_position_embeddings": 55}), 55),  # of text and pictures
        (BloomConfig(), None),
        (XLNetConfig(), None),  # says -1
    ],
)
def test_the_context_is_what_the_configuration_says(config: Any, expected: int | None) -> None:
    assert context_length(SimpleNamespace(config=config)) == expected
