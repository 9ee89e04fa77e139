"""The journal of a translation: every text that was translated, or failed, as a line of JSON.

Lines are only ever added, in one write each batch, so that a process may be killed at any moment:
at most the last line is torn, and it is dropped when the journal is next opened. Nothing else is
ever dropped: a file with anything in it that is no journal's is refused and left as it is.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from isoglot.core import InputError, Place, Problem, Record, RunFolderError
from isoglot.corpora.translation._base import TranslationFailure

Key = tuple[str, str, str, str, str]
"""Provider, its version, source language, target language, text."""

_MEMBER = re.compile(r'"(\w+)": "(?:[^"\\]|\\.)*", ')
_OPEN_VALUE = re.compile(r'(?:[^"\\]|\\.)*(?:\\|",?)?')
"""The inside of a string up to where it was torn, at the latest behind the comma after it."""


class JournalLine(Record):
    """A text that was translated, or why it was not.

    Attributes:
        source: The language of `text`.
        target: The language of `translation`.
        translation: `None` where it failed.
        failure: Why it failed.
        provider: The translator's name.
        version: What else its texts depend on.
        time: When, in UTC.
    """

    source: str
    target: str
    text: str
    translation: str | None = None
    failure: str | None = None
    provider: str
    version: str
    time: datetime

    @property
    def key(self) -> Key:
        """What determines the translation."""
        return (self.provider, self.version, self.source, self.target, self.text)


class Journal:
    """What was translated so far, by whom; open for more."""

    def __init__(
        self, path: Path, lines: Sequence[JournalLine], *, now: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._now = now
        self._done = {line.key: line.translation for line in lines if line.translation is not None}

    def find(self, key: Key) -> str | None:
        """The translation of a text by a translator, if it is there."""
        return self._done.get(key)

    def record(self, results: Sequence[tuple[Key, str | TranslationFailure]]) -> None:
        """Adds a batch.

        Raises:
            RunFolderError: The disk refuses.
        """
        lines = [self._line(key, result) for key, result in results]
        text = "".join(
            json.dumps(line.model_dump(mode="json", exclude_none=True), ensure_ascii=False) + "\n"
            for line in lines
        )
        with _explained(self._path), self._path.open("ab") as file:
            file.write(text.encode())
        self._done.update(
            {line.key: line.translation for line in lines if line.translation is not None}
        )

    def _line(self, key: Key, result: str | TranslationFailure) -> JournalLine:
        provider, version, source, target, text = key
        return JournalLine(
            source=source,
            target=target,
            text=text,
            translation=None if isinstance(result, TranslationFailure) else result,
            failure=result.reason if isinstance(result, TranslationFailure) else None,
            provider=provider,
            version=version,
            time=self._now(),
        )


def _utc_now() -> datetime:
    return datetime.now(tz=UTC)


@contextmanager
def open_journal(path: Path, *, now: Callable[[], datetime] = _utc_now) -> Iterator[Journal]:
    """Reads a journal, or begins one, and keeps other processes out of it.

    Raises:
        InputError: It is no journal: with the line.
        RunFolderError: Another process writes it, or the disk refuses.
    """
    lock = FileLock(path.with_name(path.name + ".lock"), timeout=0)
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise RunFolderError(
                place=str(path),
                message="another isoglot process is translating into it",
                remedy="wait for it to end, or give another --out",
            ) from error
    try:
        with _explained(path):
            lines = _read(path)
        yield Journal(path, lines, now=now)
    finally:
        lock.release()


def _read(path: Path) -> list[JournalLine]:
    """The lines of a journal. A torn last line is cut off, so that the next one begins a line."""
    if not path.exists():
        return []
    data = path.read_bytes()
    tail = data.rpartition(b"\n")[2]
    torn = _is_torn(tail)
    kept = data[: len(data) - len(tail)] if torn else data
    lines = [
        _parse(line, path, number)
        for number, line in enumerate(kept.split(b"\n"), start=1)
        if line.strip()
    ]
    # Only now, when every other line is known to be a journal's.
    if torn:
        with path.open("r+b") as file:
            file.truncate(len(kept))
    elif tail.strip():
        with path.open("ab") as file:
            file.write(b"\n")
    return lines


def _is_torn(tail: bytes) -> bool:
    """Whether what stands behind the last line's end is a journal line's beginning, not a whole."""
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        text = decoder.decode(tail)
    except UnicodeDecodeError:
        return False
    if decoder.getstate()[0]:  # a character may be torn, too, but only one of a value
        text += "\N{REPLACEMENT CHARACTER}"
    if not text.startswith("{"):
        return False
    rest, keys = text[1:], list(JournalLine.model_fields)
    while member := _MEMBER.match(rest):
        if member[1] not in _next(keys):
            return False
        del keys[: keys.index(member[1]) + 1]
        rest = rest[member.end() :]
    return any(
        beginning.startswith(rest)
        or (rest.startswith(beginning) and _OPEN_VALUE.fullmatch(rest, len(beginning)))
        for beginning in (f'"{key}": "' for key in _next(keys))
    )


def _next(keys: Sequence[str]) -> list[str]:
    """Those of the keys that may come next: up to the first that every line has."""
    needed = (key for key in keys if JournalLine.model_fields[key].is_required())
    return list(keys[: keys.index(next(needed)) + 1]) if keys else []


def _parse(line: bytes, path: Path, number: int) -> JournalLine:
    try:
        return JournalLine.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(
            [
                Problem(
                    place=str(Place(str(path), number)),
                    message=f"is no line of a translation journal ({key}: {first['msg']})"
                    if key
                    else f"is no line of a translation journal ({first['msg']})",
                    remedy="if the file is no journal, move it or give another --out; else delete "
                    "the line, and its text is translated again",
                )
            ]
        ) from None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except RunFolderError:
        raise
    except OSError as error:
        raise RunFolderError(
            place=str(path),
            message=f"can't be read or written ({(error.strerror or str(error)).lower()})",
            remedy="make room or make it writable, and run the same command again: all that was "
            "translated is kept",
        ) from error
