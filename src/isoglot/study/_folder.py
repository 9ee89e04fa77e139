"""A run's folder: whose it is, whether it can be written, and that one process works in it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from isoglot.core import Problem, RunFolderError, replace_file
from isoglot.study._schema import Study

STUDY_FILE = "study.yaml"
DATABASE_FILE = "results.db"
_LOCK_FILE = ".lock"


def check_folder(folder: Path, study: Study) -> list[Problem]:
    """Why a study can't be run in a folder. Writes nothing."""
    try:
        return _check_folder(folder, study)
    except OSError as error:  # a folder above that can't be entered, a name that is too long
        return [explain_os_error(error, folder).problem]


def _check_folder(folder: Path, study: Study) -> list[Problem]:
    place = f"--out {folder}"
    if folder.exists() and not folder.is_dir():
        return [Problem(place=place, message="is a file", remedy="name a folder")]
    if (folder / STUDY_FILE).exists():
        try:
            there = read_run_study(folder)
        except RunFolderError as error:
            return [error.problem]
        if not there.asks_the_same(study):
            changed = ", ".join(_differences(there, study))
            return [
                Problem(
                    place=place,
                    message=f"holds another study ({there.name!r}; what differs: {changed})",
                    remedy="give another --out, or remove the folder",
                )
            ]
    elif folder.is_dir() and not all(map(_is_ours, folder.iterdir())):
        return [
            Problem(
                place=place,
                message="is not empty and holds no study",
                remedy="give another --out",
            )
        ]
    nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return [
            Problem(
                place=place,
                message=f"{str(nearest)!r} can't be written",
                remedy="give another --out, or make it writable",
            )
        ]
    return []


def _is_ours(path: Path) -> bool:
    """Whether a process left it that was killed before it wrote the study."""
    return path.name == _LOCK_FILE or path.match(f".{STUDY_FILE}.*.tmp")


def read_run_study(folder: Path) -> Study:
    """The study of a run folder.

    Raises:
        RunFolderError: The folder is no run's, or its study can't be read.
    """
    path = folder / STUDY_FILE
    try:
        return Study.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise RunFolderError(
            place=str(folder),
            message="is not a run's folder (it has no study.yaml)",
            remedy="give the --out of an isoglot run",
        ) from error
    except (OSError, yaml.YAMLError, ValueError) as error:  # a ValidationError is a ValueError
        raise RunFolderError(
            place=str(path),
            message=f"can't be read ({str(error).splitlines()[0]})",
            remedy="it was changed by hand or by another isoglot: give another --out",
        ) from error


def write_run_study(folder: Path, study: Study) -> None:
    """Writes the study into its run's folder, in one step."""
    text = yaml.safe_dump(study.as_yaml_values(), allow_unicode=True, sort_keys=False, width=100)
    replace_file(folder / STUDY_FILE, text)


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Makes the folder and holds its lock, which the system drops with the process, even killed.

    Raises:
        RunFolderError: Another process holds it, or the folder can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK_FILE, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise RunFolderError(
            place=f"--out {folder}",
            message="another isoglot process is working in this folder",
            remedy="wait for it to end, or give another --out",
        ) from error
    except OSError as error:
        raise explain_os_error(error, folder) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turns a full or read-only disk, wherever it shows, into one clear error."""
    try:
        yield
    except RunFolderError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}:
            raise explain_os_error(error, folder) from error
        raise
    except Exception as error:
        # safetensors reports a full disk as an error of its own, with the system's words in it.
        if os.strerror(errno.ENOSPC) in str(error):
            raise explain_os_error(OSError(errno.ENOSPC, str(error)), folder) from error
        raise


def explain_os_error(error: OSError, folder: Path) -> RunFolderError:
    """An operating system's refusal, with what to do about it."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return RunFolderError(
        place=str(error.filename or f"--out {folder}"),
        message=error.strerror or str(error),
        remedy=(
            "free some space and run the same command again: all that was answered is kept"
            if full
            else "make it writable, or give another --out"
        ),
    )


def _differences(one: Study, other: Study) -> list[str]:
    """The keys in which two studies differ, with dots; what only one has is named as a whole."""

    def differ(first: Any, second: Any, path: str = "") -> list[str]:
        if not isinstance(first, dict) or not isinstance(second, dict):
            return [path] if first != second else []
        return [
            each
            for key in dict.fromkeys([*first, *second])
            for each in differ(first.get(key), second.get(key), f"{path}.{key}".lstrip("."))
        ]

    first, second = (study.without_resolved().as_yaml_values() for study in (one, other))
    return differ(first, second)
