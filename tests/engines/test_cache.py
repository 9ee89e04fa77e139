"""Models that isoglot makes itself are made once, whole or not at all."""

import errno
import re
from pathlib import Path

import platformdirs
import pytest

from isoglot.core import ModelError
from isoglot.engines._cache import cache_folder, made_once


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ISOGLOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


def _make(scratch: Path, folder: Path) -> None:
    (scratch / "on the way").write_text("not kept")
    folder.mkdir()
    (folder / "made").write_text("kept")


def _never(scratch: Path, folder: Path) -> None:
    raise AssertionError("it is made already")


def test_the_cache_is_the_platforms_unless_told_otherwise(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache_folder() == cache
    monkeypatch.delenv("ISOGLOT_CACHE")
    assert cache_folder() == platformdirs.user_cache_path("isoglot") / "models"


def test_a_folder_is_made_once_and_holds_nothing_of_the_way(cache: Path) -> None:
    assert made_once(cache / "model", _make) == cache / "model"
    assert [path.name for path in (cache / "model").iterdir()] == ["made"]
    assert made_once(cache / "model", _never) == cache / "model"
    assert sorted(path.name for path in cache.iterdir()) == ["model", "model.lock"]


def test_a_full_disk_is_one_clear_error(cache: Path) -> None:
    def fill(scratch: Path, folder: Path) -> None:
        folder.mkdir()
        raise OSError(errno.ENOSPC, "No space left on device")

    expected = (
        f"model cache {cache}: No space left on device; "
        "make room or make it writable, or set ISOGLOT_CACHE to another folder"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        made_once(cache / "model", fill)
    assert [path.name for path in cache.iterdir()] == ["model.lock"]


def test_what_the_maker_says_is_passed_on(cache: Path) -> None:
    def refuse(scratch: Path, folder: Path) -> None:
        raise ModelError("not so")

    with pytest.raises(ModelError, match=r"^not so$"):
        made_once(cache / "model", refuse)
