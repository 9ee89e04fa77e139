"""Text files in: UTF-8 or one clear message with the place."""

import codecs
from pathlib import Path
from typing import NamedTuple

from isoglot.core.errors import InputError, Problem


class Place(NamedTuple):
    """A place in a file, as messages name it; lines and columns are counted from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}"


def read_utf8(path: Path) -> str:
    """The text of a file, without a byte order mark, its line ends all newlines.

    Raises:
        InputError: It is missing, a folder, unreadable or not UTF-8: with line and column.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = "name a file" if path.is_dir() else "check the path"
        raise InputError(
            [
                Problem(
                    place=str(path),
                    message=f"can't be read ({(error.strerror or str(error)).lower()})",
                    remedy=remedy,
                )
            ]
        ) from None
    # Before decoding: the codec that skips the mark counts an error's place from behind it.
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        line_start = before.rfind(b"\n") + 1
        place = Place(
            str(path),
            before.count(b"\n") + 1,
            len(before[line_start:].decode("utf-8", errors="replace")) + 1,
        )
        raise InputError(
            [
                Problem(
                    place=str(place),
                    message=f"is not UTF-8 text (byte 0x{data[error.start]:02x})",
                    remedy="save it as UTF-8",
                )
            ]
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
