"""The journal of a translation: every text that was translated, or failed, as a line of JSON.

Lines are only ever added, in one write each batch, so that a process may be killed at any moment:
at most the last line is torn, and it is dropped when the journal is next opened.
"""

import json
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
    whole, _, torn = data.rpartition(b"\n")
    lines = [
        _parse(line, path, number)
        for number, line in enumerate(whole.split(b"\n"), start=1)
        if line.strip()
    ]
    if torn:
        with path.open("r+b") as file:
            file.truncate(len(data) - len(torn))
    return lines


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
                    remedy="delete the line: its text is then translated again",
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
