"""Llama 3.1 8B by its sizes, with random weights: steps take the time that the real one's take.

Random weights have no answers, so what both ways learned is compared by the loss.
"""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from against_peft.peer import labelled
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import Lesson
from isoglot.learning.fleet.rows import encode_lesson

TARGETS = {1: None, 8: None, 64: 12.0}
"""By size of the fleet, how many times as many adapter-steps there should be."""
LLAMA = LlamaConfig(
    vocab_size=128_256,
    hidden_size=4096,
    intermediate_size=14_336,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=8,
    max_position_embeddings=131_072,
    rms_norm_eps=1e-5,
    rope_parameters={"rope_type": "default", "rope_theta": 500_000.0},
    tie_word_embeddings=False,
    bos_token_id=128_000,
    eos_token_id=128_001,
)


class PieceTokenizer:
    """A token for every four characters, as Llama's has in English text; which one, a hash says.

    Args:
        config: Its beginning-of-sequence token stands behind all tokens of text, as Llama's.
    """

    pad_token_id = None

    added_tokens_decoder: Mapping[int, Any] = {}
    """None that a text could be mistaken for."""

    def __init__(self, config: LlamaConfig) -> None:
        self.bos_token_id = config.bos_token_id
        self.eos_token_id = config.eos_token_id

    def __call__(self, text: str) -> Any:
        """Tokens under the name that transformers has for them."""
        pieces = (text[at : at + 4] for at in range(0, len(text), 4))
        tokens = [zlib.crc32(each.encode()) % self.bos_token_id for each in pieces]
        return SimpleNamespace(input_ids=[self.bos_token_id, *tokens])


def random_engine(config: LlamaConfig, *, device: str, dtype: torch.dtype) -> HuggingFaceEngine:
    """An engine that can be trained, and is not worth asking."""
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    model.eval()
    model.requires_grad_(False)
    return HuggingFaceEngine(
        "random-llama", model, PieceTokenizer(config), fingerprint="random", batch_size=1
    )


@torch.no_grad()
def same_loss(
    engine: HuggingFaceEngine, adapter: Path, peer: Any, taught: Sequence[Lesson]
) -> bool:
    """Whether the losses on the lessons differ by less than a twentieth of what was learned."""
    theirs = _loss(engine, peer, taught)
    with peer.disable_adapter():
        before = _loss(engine, peer, taught)
    peer.load_adapter(adapter, adapter_name="fleet")
    peer.set_adapter("fleet")
    ours = _loss(engine, peer, taught)
    peer.set_adapter("default")
    print(
        f"loss on the lessons: {before:.4f} before, {ours:.4f} by the fleet, {theirs:.4f} by PEFT",
        flush=True,
    )
    return abs(ours - theirs) < 0.05 * (before - theirs)


def _loss(engine: HuggingFaceEngine, model: Any, taught: Sequence[Lesson]) -> float:
    rows = (encode_lesson(engine, lesson) for lesson in taught)
    losses = [float(model(**labelled(row, model.device)).loss) for row in rows]
    return sum(losses) / len(losses)
