"""The user's cache of models that isoglot converted: each is made once, whole or not at all.

A model is made in a scratch folder beside the final one, and the last step is a rename: what is
killed leaves no half model behind, and the next one clears its scratch away.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import platformdirs
from filelock import FileLock

from isoglot.core import IsoglotError, ModelError


def cache_folder() -> Path:
    """Where converted models live: `ISOGLOT_CACHE`, or the platform's cache folder."""
    override = os.environ.get("ISOGLOT_CACHE")
    return (Path(override) if override else platformdirs.user_cache_path("isoglot")) / "models"


def made_once(folder: Path, make: Callable[[Path, Path], None]) -> Path:
    """A folder of the cache, made if it is not there.

    Args:
        folder: In the cache.
        make: Makes the folder that is its second argument, which is not there yet. The first is one
            for what is needed on the way.

    Raises:
        ModelError: The cache can't be written.
    """
    if folder.is_dir():
        return folder
    try:
        _make(folder, make)
    except OSError as error:
        if isinstance(error, IsoglotError):
            raise
        raise ModelError(
            f"model cache {folder.parent}: {error.strerror or error}; "
            "make room or make it writable, or set ISOGLOT_CACHE to another folder"
        ) from error
    return folder


def _make(folder: Path, make: Callable[[Path, Path], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if folder.is_dir():  # another process made it while this one waited
            return
        scratch = folder.with_suffix(".partial")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            make(scratch, scratch / "converted")
            (scratch / "converted").replace(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
