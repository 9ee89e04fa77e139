"""The errors a user can meet. Each names the place, the value and the remedy.

Every leaf is also the builtin a Python caller would expect to catch.
"""

from collections.abc import Sequence

from isoglot.core._record import Record


class IsoglotError(Exception):
    """The root of all errors that isoglot raises on purpose. The command line exits with 2."""


class Problem(Record):
    """One thing that is wrong with what the user gave.

    Attributes:
        place: Where: a file, a key in it (`languages[2]`), an option.
        message: What is wrong, with the value that is wrong.
        remedy: What to do about it.
    """

    place: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        return f"{text}; {self.remedy}" if self.remedy else text


class InputError(IsoglotError, ValueError):
    """Everything that is wrong with the user's input, all of it at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("an InputError needs at least one problem")
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownLanguageError(InputError, KeyError):
    """A language code that no languages file knows."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class MissingExtraError(IsoglotError, ImportError):
    """An optional part of isoglot is not installed; the message is the command that installs it."""

    def __init__(self, *, extra: str, needed_for: str, module: str) -> None:
        self.extra = extra
        super().__init__(
            f"{needed_for} needs the extra {extra!r} (module {module!r} was not found); "
            f"{install_command(extra)}"
        )


def install_command(extra: str) -> str:
    """The exact command that installs an extra."""
    return f"run: pip install 'isoglot[{extra}]'"


class RunFolderError(IsoglotError, OSError):
    """A run folder that can't be used: taken, foreign, full or read-only."""

    def __init__(self, *, place: str, message: str, remedy: str) -> None:
        self.problem = Problem(place=place, message=message, remedy=remedy)
        super().__init__(str(self.problem))


class ModelError(IsoglotError, RuntimeError):
    """A model that can't be loaded, or that breaks a rule (an adapter without effect)."""
