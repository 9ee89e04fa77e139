"""Writing what a run found."""

from pathlib import Path

from isoglot.core import RunFolderError, replace_file


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Writes a file in one step, making its folder if need be. See `replace_file`.

    Raises:
        RunFolderError: If the place can't be written to (full, read-only, a folder). What was
            there before is untouched.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise RunFolderError(
            place=str(path),
            message=f"can't be written ({error.strerror or error})",
            remedy="make room or give another folder with --out",
        ) from error
