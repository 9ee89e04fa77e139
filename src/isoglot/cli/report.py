"""`isoglot report DIR`."""

from pathlib import Path

import typer

from isoglot.cli._errors import friendly

FORMATS = ("html", "csv", "png", "svg", "pdf")


@friendly
def report(
    folder: Path = typer.Argument(help="A run's folder."),
    format_: str = typer.Option(
        "html,csv", "--format", help=f"Any of {', '.join(FORMATS)}, with commas between."
    ),
) -> None:
    """Write a run's tables, figures and page again. Asks no model."""
    from isoglot import api
    from isoglot.core import InputError, Problem

    formats = [each.strip() for each in format_.split(",") if each.strip()]
    if wrong := [each for each in formats if each not in FORMATS]:
        raise InputError(
            [
                Problem(
                    place="--format",
                    message=f"{each!r} is not known",
                    remedy=f"known: {', '.join(FORMATS)}",
                )
                for each in wrong
            ]
        )
    finished = api.open_run(folder)
    finished.report(formats)
    typer.echo(f"Wrote {', '.join(formats)} into {folder}")
