"""`isoglot plan STUDY`."""

import typer

from isoglot.cli._errors import friendly
from isoglot.cli.run import LIMIT_HELP, SET_HELP, STUDY_HELP


@friendly
def plan(
    study: str = typer.Argument(help=STUDY_HELP),
    limit: int | None = typer.Option(None, min=1, help=LIMIT_HELP),
    set_: list[str] = typer.Option([], "--set", help=SET_HELP, metavar="KEY=VALUE"),
) -> None:
    """Say what a run would do. Touches no model."""
    from rich.console import Console
    from rich.table import Table

    from isoglot.study import make_plan, read_study, study_corpus

    read = read_study(study, overrides=set_, limit=limit, installed=False)
    planned = make_plan(read, study_corpus(read))
    table = Table(title=f"{read.name}: {planned.n_facts} facts", title_justify="left")
    table.add_column("model", overflow="fold")
    table.add_column("paradigm")
    for title in ("conditions", "lessons", "probes", "prompt tokens, about"):
        table.add_column(title, justify="right")
    for part in planned.parts:
        table.add_row(
            part.model,
            part.paradigm,
            f"{part.conditions:,}",
            f"{part.lessons:,}",
            f"{part.probes:,}",
            f"{part.prompt_tokens:,}",
        )
    console = Console()
    console.print(table)
    if planned.at_most:
        console.print("At most: only facts that a model knows before are taught to it.")
    console.print("Money: none, all models run on this machine.", highlight=False)
    at_best = ", at best" if planned.at_most else ""
    if planned.smallest_gap is not None and planned.smallest_gap > 1:
        console.print("No gap between the tiers can be told apart from chance: too few facts.")
    elif planned.smallest_gap is not None:
        console.print(
            "Smallest gap between the tiers that it detects (own language, 80% power, 5% level)"
            f"{at_best}: {100 * planned.smallest_gap:.0f} points",
            highlight=False,
        )
