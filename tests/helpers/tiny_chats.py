"""Tokenizers and random models of the families in `chat_templates`."""

from pathlib import Path
from typing import Any

import torch
from chat_templates import FAMILIES, Family
from tiny_models import tiny_config
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from isoglot.engines._template import ChatTemplate
from isoglot.engines.huggingface import HuggingFaceEngine

ARCHITECTURE = {
    "llama": "llama",
    "qwen": "qwen3",
    "mistral": "mistral",
    "gemma": "gemma3",
    "phi": "phi",
    "gpt2": "gpt2",
}
"""Of every family, GPT-2's base models included."""

# A base model without a template, whose tokenizer adds nothing to a text.
GPT2 = Family(
    source="",
    tokens={"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"},
    others=(),
    adds_bos=False,
    asked="",
    told="",
    directed=None,
    end="<|endoftext|>",
)


def family(name: str) -> Family:
    """A family by name, GPT-2's too."""
    return GPT2 if name == "gpt2" else FAMILIES[name]


def chat_tokenizer(name: str) -> PreTrainedTokenizerFast:
    """A family's tokenizer, one token a byte or letter, with its template."""
    of = family(name)
    special = list(dict.fromkeys([*of.tokens.values(), *of.others]))
    tokenizer = _by_letters(special) if name == "mistral" else _by_bytes(special)
    if of.adds_bos:
        bos = of.tokens["bos_token"]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(bos, special.index(bos))]
        )
    tokenizer.add_special_tokens(special)
    whole = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **of.tokens)
    if of.source:
        whole.chat_template = of.source
    return whole


def _by_bytes(special: list[str]) -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate([*special, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _by_letters(special: list[str]) -> Tokenizer:
    """As SentencePiece does it: spaces are letters, one is put in front of a text."""
    by_byte = [f"<0x{byte:02X}>" for byte in range(256)]
    letters = ["▁", *(chr(code) for code in range(33, 127))]
    vocabulary = {token: index for index, token in enumerate([*special, *by_byte, *letters])}
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=[], byte_fallback=True, unk_token="<unk>")
    )
    tokenizer.normalizer = normalizers.Sequence([])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return tokenizer


def chat_model(name: str, tokenizer: Any) -> Any:
    """A random model for a family's tokenizer, with room for contexts: the same one every time."""
    config = tiny_config(ARCHITECTURE[name])
    config.vocab_size = len(tokenizer)
    config.max_position_embeddings = 4096
    config.bos_token_id = tokenizer.bos_token_id
    config.eos_token_id = tokenizer.eos_token_id
    config.pad_token_id = None
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.4)
    model.eval()
    model.requires_grad_(False)
    return model


def template_of(name: str, *, system: str | None = None, source: str | None = None) -> ChatTemplate:
    """A family's template, or another in its place."""
    of = family(name)
    return ChatTemplate(source or of.source, tokens=of.tokens, system=system)


def chat_engine(
    name: str,
    *,
    system: str | None = None,
    source: str | None = None,
    tokenizer: PreTrainedTokenizerFast | None = None,
) -> HuggingFaceEngine:
    """An engine around a random chat model of a family; with another template or tokenizer."""
    tokenizer = tokenizer or chat_tokenizer(name)
    return HuggingFaceEngine(
        f"hf/tiny-{name}-chat",
        chat_model(name, tokenizer),
        tokenizer,
        fingerprint=f"tiny-{name}-chat",
        template=template_of(name, system=system, source=source),
    )


def save_chat_model(folder: Path, name: str = "llama") -> Path:
    """A random chat model in a folder, as `save_pretrained` writes it."""
    tokenizer = chat_tokenizer(name)
    chat_model(name, tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
