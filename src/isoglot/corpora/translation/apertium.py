"""Apertium: rule-based pairs of related languages, as a program of the system.

Texts go through one process in batches and stay apart: every text ends with a null character, at
which each part of Apertium's pipe forgets what it read (a line's end does not do that: the transfer
moves words across lines). So a text is translated in a batch as alone.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from isoglot.core import ModelError, Problem
from isoglot.corpora.translation._base import TranslationFailure, failure_of, finished
from isoglot.corpora.translation._codes import names_of

_PROGRAM = "apertium"
_SECONDS_A_BATCH = 300
_FLUSH = "\0"
_SENTENCE_END = ".[]"
"""What Apertium's text format puts behind a text: a full stop for the rules, not to be shown."""
_RESERVED = re.compile(r"([\[\]{}^$/\\@<>])")
_ESCAPED = re.compile(r"\\(.)")
_MARKS = frozenset("*#@\0")
_UNKNOWN = re.compile(r"\*([^\W_](?:[\w'’-]*\w)?)")
_OPENING = re.compile(r"^\W*")
_DATA = re.compile(rb"APERTIUM_DATADIR:-([^}]+)\}")
_HEAD = 4096
"""Bytes of the program that say where its pairs are."""
_WORD = re.compile(r"'([^']*)'|([^\s'|]+)")
"""A word of a shell's command, in quotes or not."""
_NOUNS_IN_CAPITALS = frozenset({"de", "lb"})


class Apertium:
    """The pairs of Apertium that are installed. See `Translator`.

    A word that the pair does not know would stay as it is, untranslated. That is right for a name
    and wrong for any other word, so: an unknown word that begins with a capital inside the text
    stays; any other makes the text a failure that names the word.
    """

    name = "apertium"
    batch_size = 64

    def __init__(self, program: str = _PROGRAM) -> None:
        self._program = program
        self._versions: dict[str, str] = {}

    def version(self, source: str, target: str) -> str:
        """The release of the program, the pair's mode, and the hash of what that mode is made of.

        Of a mode whose file is not found, the release and the name are all that is known.
        """
        mode = self._mode(source, target)
        if mode not in self._versions:
            digest = _digest(self._data / "modes" / f"{mode}.mode")
            self._versions[mode] = " ".join(filter(None, (self._release, mode, digest)))
        return self._versions[mode]

    def check(self, source: str, target: str) -> list[Problem]:
        """See `Translator.check`."""
        if shutil.which(self._program) is None:
            return [
                Problem(
                    place=f"--with {self.name}",
                    message=f"the program {self._program!r} was not found",
                    remedy="install it with a pair of languages, such as: apt install apertium "
                    "apertium-eng-spa; or use another translator",
                )
            ]
        if self._mode(source, target):
            return []
        return [
            Problem(
                place=f"--with {self.name}",
                message=f"no pair from {source!r} to {target!r} is installed; there are: "
                f"{', '.join(self._modes) or 'none'}",
                remedy=f"install it if there is one (apt search apertium-{names_of(source)[0]}), "
                "or use another translator",
            )
        ]

    def translate(
        self, texts: Sequence[str], *, source: str, target: str
    ) -> list[str | TranslationFailure]:
        """See `Translator.translate`."""
        mode = self._mode(source, target)
        results: dict[int, str | TranslationFailure] = {}
        for index, text in enumerate(texts):
            if not text.strip():
                results[index] = TranslationFailure(reason="the text is empty")
            elif marks := sorted(_MARKS.intersection(text)):
                results[index] = TranslationFailure(
                    reason=f"the text holds {marks[0]!r}, which Apertium marks words with"
                )
        asked = [index for index in range(len(texts)) if index not in results]
        said = self._ask([texts[index] for index in asked], mode)
        for index, answer in zip(asked, said, strict=True):
            results[index] = (
                answer
                if isinstance(answer, TranslationFailure)
                else _unmarked(answer, texts[index], source=source)
            )
        return [results[index] for index in range(len(texts))]

    def _ask(self, texts: Sequence[str], mode: str) -> list[str | TranslationFailure]:
        """What the pair says to each text, marks included; a batch that breaks is halved."""
        if not texts:
            return []
        written = "".join(
            _RESERVED.sub(r"\\\1", text.strip()) + _SENTENCE_END + _FLUSH for text in texts
        )
        failure = TranslationFailure(reason="Apertium did not answer as many texts as it was given")
        try:
            done = self._run(["-f", "none", "-z", mode], written.encode())
            # Behind the last text some parts of the pipe flush once more.
            parts = done.stdout.decode("utf-8").rstrip(_FLUSH).split(_FLUSH)
            if done.returncode:
                reason = done.stderr.decode("utf-8", errors="replace").strip().split("\n", 1)[0]
                failure = TranslationFailure(reason=f"Apertium ended with an error: {reason}")
            elif len(parts) == len(texts) and all(part.endswith(_SENTENCE_END) for part in parts):
                return [_ESCAPED.sub(r"\1", part.removesuffix(_SENTENCE_END)) for part in parts]
        except (subprocess.TimeoutExpired, UnicodeDecodeError) as error:
            failure = failure_of(error)
        if len(texts) == 1:
            return [failure]
        half = len(texts) // 2
        return self._ask(texts[:half], mode) + self._ask(texts[half:], mode)

    def _mode(self, source: str, target: str) -> str:
        """The installed mode of a pair; empty where there is none."""
        candidates = [f"{one}-{other}" for one in names_of(source) for other in names_of(target)]
        return next((mode for mode in candidates if mode in self._modes), "")

    @cached_property
    def _modes(self) -> list[str]:
        return self._run(["-l"]).stdout.decode("utf-8", errors="replace").split()

    @cached_property
    def _release(self) -> str:
        return self._run(["-V"]).stdout.decode("utf-8", errors="replace").strip()

    @cached_property
    def _data(self) -> Path:
        """The folder of the pairs, as the program finds it: it is a script that names one."""
        if said := os.environ.get("APERTIUM_DATADIR"):
            return Path(said)
        program = Path(shutil.which(self._program) or self._program).resolve()
        with program.open("rb") as file:
            named = _DATA.search(file.read(_HEAD))
        if named:
            return Path(os.fsdecode(named[1]))
        return program.parent.parent / "share" / "apertium"

    def _run(
        self, arguments: Sequence[str], given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603 - no shell; the arguments are ours
                [self._program, *arguments],
                input=given,
                capture_output=True,
                timeout=_SECONDS_A_BATCH,
                check=False,
            )
        except OSError as error:
            raise ModelError(f"{self.name}: {self._program!r} can't be run: {error}") from error


def _digest(mode: Path) -> str:
    """The hash of a mode's file and of every file that it names; empty where it is not there."""
    try:
        commands = mode.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    digest = hashlib.sha256(commands.encode())
    for quoted, plain in _WORD.findall(commands):
        path = Path(quoted or plain)
        if path.is_absolute() and path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _unmarked(answer: str, text: str, *, source: str) -> str | TranslationFailure:
    """The translation without marks, if all that is marked is names."""
    unknown = list(dict.fromkeys(_UNKNOWN.findall(answer)))
    # A capital at the beginning of a sentence says nothing.
    inside = _OPENING.sub("", text)[1:]
    untranslated = [
        word
        for word in unknown
        if source in _NOUNS_IN_CAPITALS or not word[0].isupper() or word not in inside
    ]
    if untranslated:
        return TranslationFailure(reason=f"words unknown to Apertium: {', '.join(untranslated)}")
    plain = _UNKNOWN.sub(r"\1", answer)
    if marks := sorted(_MARKS.intersection(plain)):
        return TranslationFailure(reason=f"Apertium could not form a word (marked {marks[0]!r})")
    return finished(plain)
