"""Writing a file so that a reader meets the old one or the new one, never half of either."""

import os
from pathlib import Path

from isoglot.core import RunFolderError


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Writes a file in one step, making its folder if need be.

    Args:
        path: Where to; a file that is there is replaced.
        content: Text is written as UTF-8 with its line ends as they are.

    Raises:
        RunFolderError: If the place can't be written to (full, read-only, a folder). What was
            there before is untouched.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    # In the same folder, because a rename is atomic only within one file system; with the process
    # in the name, because two processes may write the same report.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RunFolderError(
            place=str(path),
            message=f"can't be written ({error.strerror or error})",
            remedy="make room or give another folder with --out",
        ) from error
