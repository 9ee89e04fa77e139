"""Llama 3.1 8B by its sizes, with random weights: work takes the time that the real one's takes.

What random weights say means nothing, so what two ways learned is compared by the loss.
"""

import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AddedToken, AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizer

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


SIZES = {"8b": LLAMA}
"""By the names that `--random-llama` takes."""


class PieceTokenizer(PreTrainedTokenizer):  # type: ignore[misc]
    """About four characters of English text a token, as Llama's; which one, a hash says.

    Args:
        config: Its beginning-of-sequence token stands behind all tokens of text, as Llama's.
    """

    model_input_names = ("input_ids", "attention_mask")
    _piece = re.compile(r"\s?\S{1,5}|\s")

    def __init__(self, config: LlamaConfig) -> None:
        self._n_texts = int(config.bos_token_id)
        special = {config.bos_token_id: "<|begin|>", config.eos_token_id: "<|end|>"}
        super().__init__(
            added_tokens_decoder={
                number: AddedToken(name, special=True) for number, name in special.items()
            },
            bos_token="<|begin|>",
            eos_token="<|end|>",
            pad_token="<|end|>",
            special_tokens_pattern="bos",
        )

    @property
    def vocab_size(self) -> int:
        """How many tokens of text there are."""
        return self._n_texts

    def get_vocab(self) -> dict[str, int]:
        """All tokens as they are read."""
        texts = {self._convert_id_to_token(number): number for number in range(self._n_texts)}
        return texts | self.added_tokens_encoder

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """One behind the other."""
        return "".join(tokens)

    def _tokenize(self, text: str, **_: Any) -> list[str]:
        return self._piece.findall(text)

    def _convert_token_to_id(self, token: str) -> int:
        return zlib.crc32(token.encode()) % self._n_texts

    def _convert_id_to_token(self, index: int) -> str:
        return f"[{index}]"


def random_model(config: LlamaConfig, *, device: str, dtype: torch.dtype) -> Any:
    """A model that can be trained, and is not worth asking."""
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    return model.eval().requires_grad_(False)


def random_engine(config: LlamaConfig, *, device: str, dtype: torch.dtype) -> HuggingFaceEngine:
    """An engine around one."""
    return HuggingFaceEngine(
        "random-llama",
        random_model(config, device=device, dtype=dtype),
        PieceTokenizer(config),
        fingerprint="random",
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
