"""A random Llama as a GGUF file."""

from pathlib import Path
from typing import Any

import gguf
from tiny_models import byte_tokenizer, tiny_config, tiny_model

_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def write_tiny_gguf(
    path: Path,
    *,
    kind: str = "F32",
    architecture: str = "llama",
    without: str | None = None,
    chat_template: str | None = None,
) -> Path:
    """The random Llama of `tiny_model`, its matrices in a type of GGUF.

    Args:
        path: Of the file.
        kind: `F32`, `F16` or `Q8_0`.
        architecture: What the file says it is.
        without: GGUF's name of a weight that is left out.
        chat_template: Of the tokenizer.
    """
    config = tiny_config("llama")
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    _add_tokenizer(writer, chat_template)
    for name, weight in tiny_model("llama").state_dict().items():
        own = _gguf_name(name)
        if own != without:
            heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
            n = next((heads[each] for each in heads if f"{each}." in own), None)
            values = weight.float().numpy()
            _add(writer, own, values if n is None else _interleaved(values, n), kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _interleaved(weight: Any, heads: int) -> Any:
    """Rows in the order of llama.cpp, which rotates neighbours; transformers rotates halves."""
    halves = weight.reshape(heads, 2, -1, weight.shape[1])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _gguf_name(name: str) -> str:
    module = name.removesuffix(".weight")
    if module in _NAMES:
        return f"{_NAMES[module]}.weight"
    _, _, layer, inner = module.split(".", 3)
    return f"blk.{layer}.{_NAMES[inner]}.weight"


def _add(writer: Any, name: str, weight: Any, kind: str) -> None:
    if weight.ndim == 1 or kind == "F32":
        writer.add_tensor(name, weight)
    elif kind == "F16":
        writer.add_tensor(name, weight.astype("float16"))
    else:
        quantization = gguf.GGMLQuantizationType[kind]
        writer.add_tensor(name, gguf.quantize(weight, quantization), raw_dtype=quantization)


def _add_tokenizer(writer: Any, chat_template: str | None) -> None:
    tokenizer = byte_tokenizer()
    tokens = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * 256)
    writer.add_token_scores([0.0] * 259)
    writer.add_pad_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    if chat_template:
        writer.add_chat_template(chat_template)
