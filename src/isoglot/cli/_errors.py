"""From errors to one clear message and an exit code; never a traceback for a user's mistake."""

import functools
import shlex
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

P = ParamSpec("P")
R = TypeVar("R")

INPUT_WRONG = 2
INTERRUPTED = 130


def friendly(command: Callable[P, R]) -> Callable[P, R]:
    """Ends a command with a message and an exit code where it raises an error of isoglot's."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        from isoglot.core import InputError, IsoglotError

        try:
            return command(*args, **kwargs)
        except IsoglotError as error:
            problems = error.problems if isinstance(error, InputError) else (error,)
            lines = [str(problem) for problem in problems]
            label = "isoglot" if len(lines) == 1 else f"isoglot: {len(lines)} problems"
            separator = ": " if len(lines) == 1 else "\n  "
            typer.echo(label + separator + "\n  ".join(lines), err=True)
            raise typer.Exit(INPUT_WRONG) from None
        except KeyboardInterrupt:
            again = shlex.join(["isoglot", *sys.argv[1:]])
            typer.echo(
                f"\nisoglot: interrupted; all that was answered is kept. To go on: {again}",
                err=True,
            )
            raise typer.Exit(INTERRUPTED) from None

    return wrapped
