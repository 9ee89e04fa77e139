"""Paths that users name, and files written so that no reader meets half of one."""

import os
from contextlib import suppress
from pathlib import Path

from isoglot.core.errors import InputError, Problem


def replace_file(path: Path, content: str | bytes) -> None:
    """Writes a file in one step; one that is there is replaced.

    Args:
        path: Where to; its folder is there.
        content: Text is written as UTF-8 with its line ends as they are.

    Raises:
        OSError: The place can't be written to. What was there before is untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    # In the same folder, because a rename is atomic only within one file system; with the process
    # in the name, because two processes may write the same file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def user_path(named: str | Path, *, place: str) -> Path:
    """A path as a user names it, with `~` as the home folder.

    Args:
        named: The path.
        place: What messages call it: an option, a key of a study.

    Raises:
        InputError: No file can have that name: a user who is not there, a NUL, too long.
    """
    try:
        path = Path(named).expanduser()
        # Ask the system, which knows what it can name.
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            path.stat()
    except (OSError, RuntimeError, ValueError) as error:
        shown = str(named) if len(str(named)) <= 60 else f"{str(named)[:57]}..."
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            [
                Problem(
                    place=place,
                    message=f"{shown!r} can't name a file ({reason.lower()})",
                    remedy="check the path",
                )
            ]
        ) from None
    return path
