"""Writing a file so that a reader meets the old one or the new one, never half of either."""

import os
from pathlib import Path


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
