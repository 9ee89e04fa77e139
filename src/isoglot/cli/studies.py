"""`isoglot studies [NAME]`."""

import typer

from isoglot.cli._errors import friendly


@friendly
def studies(
    name: str | None = typer.Argument(None, help="Print this study's YAML, to start from."),
) -> None:
    """List the shipped studies, or print one."""
    import yaml

    from isoglot.core import InputError, Problem
    from isoglot.study import shipped_studies

    shipped = shipped_studies()
    if name is None:
        for each, text in shipped.items():
            typer.echo(f"{each}: {' '.join(yaml.safe_load(text)['description'].split())}")
        return
    if name not in shipped:
        problem = Problem(
            place="NAME",
            message=f"{name!r} is no shipped study",
            remedy=f"known: {', '.join(shipped)}",
        )
        raise InputError([problem])
    typer.echo(shipped[name], nl=False)
