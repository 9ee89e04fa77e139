"""GGUF files: which names mean one, and its conversion to a folder as `save_pretrained` writes it.

The weights are unpacked once into the user's cache, and all the rest is as for any other model. The
conversion needs torch, the names do not.
"""

import errno
import functools
import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any, Literal, NamedTuple

from isoglot.core import IsoglotError, ModelError
from isoglot.engines._cache import cache_folder, made_once
from isoglot.engines._fingerprint import file_sha256

SUFFIX = ".gguf"
_CONVERSION = 1
"""Counts up whenever a change here would change the converted files."""
_PART = re.compile(r"-\d{5}-of-(\d{5})\.gguf$", re.IGNORECASE)
_PLAIN_TYPES = {"F32", "F16", "BF16"}


class HubFile(NamedTuple):
    """A file of a hub's repository."""

    repository: str
    path: str
    revision: str | None


def is_gguf(name: str) -> bool:
    """Whether what stands behind `hf/` names a GGUF file, here or on a hub."""
    return name.lower().endswith(SUFFIX) or name.rpartition("@")[0].lower().endswith(SUFFIX)


def hub_file(name: str) -> HubFile | None:
    """What `ORG/NAME/FILE.gguf[@REVISION]` means; `None` if it is a path."""
    path, _, revision = name.partition("@")
    organisation, *rest = path.split("/")
    if len(rest) < 2 or organisation in {"", ".", "..", "~"}:
        return None
    return HubFile(f"{organisation}/{rest[0]}", "/".join(rest[1:]), revision or None)


def parts_of(name: str) -> int | None:
    """In how many parts a model is cut of which a name means one; `None` if it is whole."""
    found = _PART.search(name.partition("@")[0])
    return int(found[1]) if found else None


def converted_gguf(path: Path) -> Path:
    """Where a GGUF file's converted folder is, or will be: its content decides, not its place."""
    state = path.stat()
    digest = _digest(path.resolve(), state.st_size, state.st_mtime_ns)
    return cache_folder() / f"gguf-{path.stem}-{digest[:12]}-v{_CONVERSION}"


@functools.cache
def _digest(path: Path, _size: int, _written: int) -> str:
    """A file's hash, worked out once for as long as the file stays as it is."""
    return file_sha256(path)


def gguf_folder(path: Path, *, name: str) -> Path:
    """The folder of a GGUF file's model, as `save_pretrained` writes it; converted on first use.

    Weights that the file holds in few bits are kept in bfloat16, whose rounding is finer than
    theirs; what it holds in 32 or 16 bits stays as it is.

    Args:
        path: The file.
        name: The model string, for messages.

    Raises:
        ModelError: The file is broken, transformers does not know its architecture, or it lacks
            weights.
    """

    def make(scratch: Path, folder: Path) -> None:
        try:
            convert_gguf(_alone(path, scratch), folder, dtype=_precision(path))
        except Exception as error:  # a broken file breaks its reader anywhere
            of_the_disk = isinstance(error, OSError) and error.errno is not None
            if of_the_disk or isinstance(error, MemoryError | IsoglotError):
                raise
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise ModelError(
                f"models: {name!r} can't be read as GGUF ({reason}); isoglot reads whole files of "
                "architectures that transformers knows in GGUF"
            ) from error

    return made_once(converted_gguf(path), make)


def _alone(path: Path, scratch: Path) -> Path:
    """The file in a folder without others: transformers would read configurations beside it."""
    alone = scratch / f"{path.stem}{SUFFIX}"
    try:
        alone.symlink_to(path.resolve())
    except OSError:  # not on every system may everybody make links
        shutil.copyfile(path, alone)
    return alone


def _precision(path: Path) -> Literal["bfloat16", "float32"]:
    """The smaller precision that loses nothing worth keeping of what a file holds."""
    import gguf

    matrices = {
        each.tensor_type.name for each in gguf.GGUFReader(path).tensors if len(each.shape) > 1
    }
    plain = matrices <= _PLAIN_TYPES and matrices != {"BF16"}
    return "float32" if plain else "bfloat16"


def convert_gguf(gguf_file: Path, folder: Path, *, dtype: Literal["bfloat16", "float32"]) -> None:
    """Unpacks a GGUF file into a folder with configuration, tokenizer and safetensors weights.

    Args:
        gguf_file: The file.
        folder: Where to; made here.
        dtype: What the weights are written in.

    Raises:
        OSError: The disk is full.
        ModelError: The file lacks weights.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    # What transformers draws on the error stream would break isoglot's own progress bar.
    with _file_parsed_once(), redirect_stderr(io.StringIO()):
        model, report = AutoModelForCausalLM.from_pretrained(
            gguf_file.parent,
            gguf_file=gguf_file.name,
            dtype=torch.float32,
            quantization_config=GgufConfig(dequantize=True),
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(gguf_file.parent, gguf_file=gguf_file.name)
    check_whole(report, name=gguf_file.name)
    model = model.to(getattr(torch, dtype))
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.config._name_or_path = ""
    try:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except SafetensorError as error:
        # It reports a full disk as an error of its own, with the system's words in it.
        if os.strerror(errno.ENOSPC) in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


def check_whole(report: Mapping[str, Any], *, name: str) -> None:
    """Refuses a model whose files lack weights: transformers draws those at random.

    Args:
        report: What `from_pretrained` gives with `output_loading_info`, told to go on where weights
            have other sizes.
        name: Of the model, for the message.

    Raises:
        ModelError: Weights are missing, or of other sizes than the configuration says.
    """
    if missing := sorted(report["missing_keys"]):
        what = f"lacks {len(missing)} of the model's weights ({missing[0]!r} …)"
    elif wrong := sorted(report["mismatched_keys"], key=str):
        key, there, wanted = wrong[0]
        what = (
            f"has {len(wrong)} weights of other sizes than its configuration says ({key!r}: "
            f"{list(there)}, not {list(wanted)})"
        )
    else:
        return
    raise ModelError(
        f"models: {name!r} {what}; get the files anew, or save the model again with save_pretrained"
    )


@contextmanager
def _file_parsed_once() -> Iterator[None]:
    """Makes transformers parse the GGUF file once and fast, instead of three times and slowly.

    Configuration, tokenizer and weights each open the file anew, and the reader slices it for each
    token of the vocabulary, which is slow on a memory map and fast on an array.
    """
    import gguf
    import numpy as np

    original = gguf.GGUFReader

    class ArrayReader(original):  # type: ignore[misc, valid-type]
        @property
        def data(self) -> Any:
            return self._array

        @data.setter
        def data(self, mapped: Any) -> None:
            self._array = np.asarray(mapped)  # the same memory without the subclass

    gguf.GGUFReader = functools.cache(ArrayReader)
    try:
        yield
    finally:
        gguf.GGUFReader = original
