"""Sequence-to-sequence models of transformers: NLLB, M2M100 and MarianMT, of the hub or a folder.

Decoding is beam search with four beams, in float32, as the papers of these models do it. A
translation that does not end within the limit is a failure, and so is one that lost a character:
neither is shown by the text itself.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from isoglot.core import MissingExtraError, ModelError, Problem, user_path
from isoglot.corpora.translation._base import TranslationFailure, finished, optional_module
from isoglot.corpora.translation._codes import codes, names_of

Family = Literal["nllb", "m2m100", "marian"]

_LONGEST = 256
"""Tokens of a translation: several times what a question has."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_MANY_TARGETS = re.compile(r">>\w+<<")
_LOADING_ERRORS = (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError)


class HuggingFaceTranslator:
    """A translation model of transformers. See `Translator`.

    Args:
        model: `ORG/NAME`, `ORG/NAME@REVISION` or a folder as `save_pretrained` writes it.
        batch_size: How many texts go through the model together.
        beams: How many continuations are kept while decoding; 1 is greedy.

    Raises:
        InputError: Neither a folder nor a model can be called that.
    """

    def __init__(self, model: str, *, batch_size: int = 16, beams: int = 4) -> None:
        self.name = f"hf:{model}"
        self.batch_size = batch_size
        self._model_name = model
        self._path = user_path(model, place=self.name)
        self._beams = beams

    def version(self, source: str, target: str) -> str:  # noqa: ARG002 - see Translator
        """The commit of the hub, or the hash of the folder's files, and the beams."""
        return f"{self._content} beams {self._beams}"

    @cached_property
    def _content(self) -> str:
        folder = self._folder
        if _COMMIT.fullmatch(folder.name):
            return folder.name
        digest = hashlib.sha256()
        for path in sorted(each for each in folder.iterdir() if each.is_file()):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.name}={content}\n".encode())
        return digest.hexdigest()

    def check(self, source: str, target: str) -> list[Problem]:
        """See `Translator.check`. Reads the model's tokenizer, fetching the model if need be."""
        if self._family == "marian":
            return self._check_marian(source, target)
        return [
            Problem(
                place=f"--with {self.name}",
                message=f"does not know the language {language!r}, so it can't translate "
                f"from {source!r} to {target!r}",
                remedy="use another translator",
            )
            for language in (source, target)
            if not self._knows(language)
        ]

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        """See `Translator.translate`."""
        results: dict[int, str | TranslationFailure] = {
            index: TranslationFailure(reason="the text is empty")
            for index, text in enumerate(texts)
            if not text.strip()
        }
        if self._family != "marian":
            self._tokenizer.src_lang = self._code(source)
        for index, text in enumerate(texts):
            if index not in results and (failure := self._unreadable(text)):
                results[index] = failure
        asked = [index for index in range(len(texts)) if index not in results]
        if asked:
            said = self._generate([texts[index] for index in asked], target)
            results.update(zip(asked, said, strict=True))
        return [results[index] for index in range(len(texts))]

    def _unreadable(self, text: str) -> TranslationFailure | None:
        ids = self._tokenizer(text)["input_ids"]
        longest = self._model.config.max_position_embeddings
        if len(ids) > longest:
            return TranslationFailure(
                reason=f"the text has {len(ids)} tokens, the model reads {longest}"
            )
        if self._tokenizer.unk_token_id in ids:
            return TranslationFailure(reason="the text holds characters unknown to the model")
        return None

    def _generate(self, texts: Sequence[str], target: str) -> list[str | TranslationFailure]:
        import torch

        tokenizer = self._tokenizer
        language = (
            None
            if self._family == "marian"
            else tokenizer.convert_tokens_to_ids(self._token(target))
        )
        batch = tokenizer(list(texts), return_tensors="pt", padding=True).to(self._model.device)
        with torch.inference_mode():
            generated = self._model.generate(
                **batch,
                forced_bos_token_id=language,
                do_sample=False,
                num_beams=self._beams,
                max_new_tokens=self._longest,
            )
        # Not every tokenizer knows that the language's token is no part of the text.
        return [
            self._text([token for token in ids if token != language]) for ids in generated.tolist()
        ]

    def _text(self, ids: Sequence[int]) -> str | TranslationFailure:
        # The first token is the one that decoding starts from, and in some models an end token.
        if self._model.generation_config.eos_token_id not in ids[1:]:
            return TranslationFailure(
                reason=f"the translation does not end in {self._longest} tokens"
            )
        if self._tokenizer.unk_token_id in ids:
            return TranslationFailure(reason="the translation holds an unknown character")
        return finished(self._tokenizer.decode(ids, skip_special_tokens=True))

    @property
    def _longest(self) -> int:
        return min(_LONGEST, int(self._model.config.max_position_embeddings) - 1)

    def _code(self, language: str) -> str:
        return codes(language).flores or "" if self._family == "nllb" else language

    def _token(self, language: str) -> str:
        """The token that stands for a language."""
        code = self._code(language)
        return code if self._family == "nllb" else f"__{code}__"

    def _knows(self, language: str) -> bool:
        if self._family == "nllb":
            return self._code(language) in self._tokenizer.get_vocab()
        return language in self._tokenizer.lang_code_to_token

    def _check_marian(self, source: str, target: str) -> list[Problem]:
        """A Marian model is of one pair, and its tokenizer says which."""
        tokenizer = self._tokenizer
        place = f"--with {self.name}"
        if any(_MANY_TARGETS.fullmatch(token) for token in tokenizer.get_vocab()):
            return [
                Problem(
                    place=place,
                    message="translates into several languages",
                    remedy="use a MarianMT model of one pair, such as Helsinki-NLP/opus-mt-en-es",
                )
            ]
        pair = (tokenizer.source_lang, tokenizer.target_lang)
        if not all(pair):
            return [
                Problem(
                    place=place,
                    message="does not say which languages it translates",
                    remedy="write source_lang and target_lang into its tokenizer_config.json",
                )
            ]
        if pair[0] in names_of(source) and pair[1] in names_of(target):
            return []
        return [
            Problem(
                place=place,
                message=f"can't translate from {source!r} to {target!r}, only from {pair[0]!r} "
                f"to {pair[1]!r}",
                remedy="use another translator",
            )
        ]

    @cached_property
    def _family(self) -> Family:
        """Which of the three it is. NLLB has M2M100's architecture and other language tokens."""
        folder = self._folder
        from transformers import AutoConfig

        try:
            kind = AutoConfig.from_pretrained(folder, trust_remote_code=False).model_type
        except _LOADING_ERRORS as error:
            raise self._broken(error) from error
        if kind == "marian":
            return "marian"
        if kind == "m2m_100":
            return "nllb" if "eng_Latn" in self._tokenizer.get_vocab() else "m2m100"
        raise ModelError(
            f"{self.name}: is a model of the kind {kind!r}; isoglot translates with NLLB, "
            "M2M100 and MarianMT models, and with any other by a prompt: model:hf/ORG/NAME"
        )

    @cached_property
    def _tokenizer(self) -> Any:
        folder = self._folder
        from transformers import AutoTokenizer

        try:
            return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        except ImportError as error:  # the tokenizers of M2M100 and MarianMT are sentencepiece's
            raise MissingExtraError(
                extra="translate", needed_for=self.name, module="sentencepiece"
            ) from error
        except _LOADING_ERRORS as error:
            raise self._broken(error) from error

    @cached_property
    def _model(self) -> Any:
        folder = self._folder
        import torch
        from transformers import AutoModelForSeq2SeqLM
        from transformers.utils import logging

        logging.disable_progress_bar()  # isoglot shows one of its own
        try:
            model = AutoModelForSeq2SeqLM.from_pretrained(
                folder, dtype=torch.float32, trust_remote_code=False
            )
            model.to("cuda" if torch.cuda.is_available() else "cpu")
        except _LOADING_ERRORS as error:
            raise self._broken(error) from error
        # A text that is cut shall be seen to be cut; and there is one limit, the one above.
        model.generation_config.forced_eos_token_id = None
        model.generation_config.max_length = None
        return model.eval()

    @cached_property
    def _folder(self) -> Path:
        for module in ("torch", "transformers"):
            optional_module(module, extra="local", needed_for=self.name)
        return self._path if self._path.is_dir() else _fetch(self._model_name, self.name)

    def _broken(self, error: Exception) -> ModelError:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        return ModelError(f"{self.name}: can't be loaded ({first_line})")


def _fetch(model: str, name: str) -> Path:
    """The hub's files of a model: safetensors weights, or PyTorch's where there are no others."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository, _, revision = model.partition("@")
    wanted = ["*.safetensors", "*.json", "*.model", "*.spm", "*.txt"]
    try:
        for patterns in (wanted, [*wanted, "pytorch_model*.bin"]):
            folder = Path(
                snapshot_download(repository, revision=revision or None, allow_patterns=patterns)
            )
            if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")):
                break
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"{name}: is no folder here and could not be fetched ({first_line}); check the "
            "name, the network, or give the path of a local folder"
        ) from error
    return folder
