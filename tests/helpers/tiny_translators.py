"""Tiny sequence-to-sequence models that were taught a few translations by heart."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
)

SENTENCES = {
    "sw": {
        "the lion": "simba",
        "which animal?": "mnyama gani?",
        "a dog in may": "mbwa mwezi wa mei",
    },
    "zu": {
        "the lion": "ibhubesi",
        "which animal?": "yisiphi isilwane?",
        "a dog in may": "inja ngomeyi",
    },
}
"""What the models of many languages know: target language, English, translation."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz?"
_SIZES: dict[str, Any] = {
    "d_model": 64,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "encoder_layerdrop": 0.0,
    "decoder_layerdrop": 0.0,
    "max_position_embeddings": 32,
}
_MOST_STEPS = 1000
_LEARNED = 0.05


def _train(model: Any, inputs: Any, labels: Sequence[list[int]], *, given: int) -> None:
    """Teaches the labels by heart. The first `given` tokens of each are not to be learned."""
    longest = max(len(each) for each in labels)
    start, pad = model.config.decoder_start_token_id, model.config.pad_token_id
    before = torch.tensor([[start, *each, *[pad] * longest][:longest] for each in labels])
    after = torch.tensor([each + [-100] * (longest - len(each)) for each in labels])
    after[:, :given] = -100
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    model.train()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for so small a model, several only wait for each other
    for _ in range(_MOST_STEPS):
        loss = model(**inputs, decoder_input_ids=before, labels=after).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if loss.item() < _LEARNED:
            break
    torch.set_num_threads(threads)
    model.eval()


def _save(model: Any, tokenizer: Any, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _teach_many(model: Any, tokenizer: Any, language_token: dict[str, str]) -> None:
    pairs = [
        (english, language, said)
        for language, sentences in SENTENCES.items()
        for english, said in sentences.items()
    ]
    inputs = tokenizer([english for english, _, _ in pairs], return_tensors="pt", padding=True)
    labels = [
        [
            tokenizer.convert_tokens_to_ids(language_token[language]),
            *tokenizer.convert_tokens_to_ids(tokenizer.tokenize(said)),
            tokenizer.eos_token_id,
        ]
        for _, language, said in pairs
    ]
    _train(model, inputs, labels, given=1)  # the language's token is forced


def _m2m100(vocabulary: int) -> Any:
    ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return M2M100ForConditionalGeneration(
            M2M100Config(vocab_size=vocabulary, scale_embedding=True, **_SIZES, **ids)
        )


def save_nllb(folder: Path) -> Path:
    """NLLB's tokenizer with a token a letter, and M2M100's architecture."""
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", "▁", *_LETTERS]
    tokenizer = NllbTokenizer(
        vocab={token: index for index, token in enumerate(vocabulary)},
        merges=[],
        extra_special_tokens=["eng_Latn", "swh_Latn", "zul_Latn"],
        src_lang="eng_Latn",
    )
    model = _m2m100(len(tokenizer))
    _teach_many(model, tokenizer, {"sw": "swh_Latn", "zu": "zul_Latn"})
    return _save(model, tokenizer, folder)


def _sentencepiece(path: Path, sentences: Sequence[str]) -> list[str]:
    """Trains a model with a piece a letter; its pieces."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*sentences, _LETTERS]),
        model_writer=written,
        model_type="char",
        vocab_size=100,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
    )
    path.write_bytes(written.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    return [processor.id_to_piece(index) for index in range(processor.get_piece_size())]


def save_m2m100(folder: Path) -> Path:
    """M2M100 with a sentencepiece model trained on the sentences."""
    folder.mkdir(parents=True)
    texts = [text for each in SENTENCES.values() for pair in each.items() for text in pair]
    pieces = _sentencepiece(folder / "sentencepiece.bpe.model", texts)
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *[each for each in pieces if each[0] != "<"]]
    (folder / "vocab.json").write_text(
        json.dumps({token: index for index, token in enumerate(tokens)}), encoding="utf-8"
    )
    tokenizer = M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"), src_lang="en"
    )
    model = _m2m100(len(tokens) + len(tokenizer.lang_code_to_token) + tokenizer.num_madeup_words)
    _teach_many(model, tokenizer, {"sw": "__sw__", "zu": "__zu__"})
    return _save(model, tokenizer, folder)


def save_marian(
    folder: Path, *, source: str | None = "en", target: str | None = "swh", extra: str = ""
) -> Path:
    """MarianMT from English to Swahili, with a sentencepiece model trained on the sentences."""
    folder.mkdir(parents=True)
    sentences = SENTENCES["sw"]
    pieces = [
        *_sentencepiece(folder / "source.spm", list(sentences)),
        *_sentencepiece(folder / "target.spm", list(sentences.values())),
    ]
    tokens = ["</s>", "<unk>", *dict.fromkeys(each for each in pieces if each[0] != "<")]
    tokens += [extra] if extra else []
    vocabulary = {token: index for index, token in enumerate([*tokens, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"),
        str(folder / "target.spm"),
        str(folder / "vocab.json"),
        source_lang=source,
        target_lang=target,
    )
    pad = vocabulary["<pad>"]
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = MarianMTModel(
            MarianConfig(
                vocab_size=len(vocabulary),
                pad_token_id=pad,
                eos_token_id=0,
                forced_eos_token_id=0,
                decoder_start_token_id=pad,
                **_SIZES,
            )
        )
    inputs = tokenizer(list(sentences), return_tensors="pt", padding=True)
    labels = [tokenizer(text_target=said)["input_ids"] for said in sentences.values()]
    _train(model, inputs, labels, given=0)
    return _save(model, tokenizer, folder)
