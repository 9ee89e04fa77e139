"""`isoglot data world`."""

from pathlib import Path

import typer

from isoglot.cli._errors import friendly
from isoglot.cli.data._generated import (
    LANGUAGES_HELP,
    OUT_HELP,
    SEED_HELP,
    said_of_options,
    write_corpus,
)


@friendly
def world(
    languages: str | None = typer.Option(
        None, help=LANGUAGES_HELP, show_default="all that worlds are made in"
    ),
    facts: int = typer.Option(100, min=1, max=100_000, help="How many facts."),
    relations: int | None = typer.Option(
        None, min=1, help="Into how many relations they fall.", show_default="all"
    ),
    seed: int = typer.Option(0, help=SEED_HELP),
    out: Path = typer.Option(..., help=OUT_HELP),
) -> None:
    """Make a world: facts about things that do not exist, so that no model has seen them."""
    from isoglot.cli.data._languages import listed_languages
    from isoglot.core import user_path
    from isoglot.corpora import make_world, world_languages
    from isoglot.corpora.formats import check_target

    out = user_path(out, place="--out")
    check_target(out)
    chosen = (
        list(world_languages())
        if languages is None
        else listed_languages(languages, place="--languages")
    )
    with said_of_options(languages="--languages", relations="--relations"):
        made = make_world(chosen, size=facts, seed=seed, n_relations=relations)
    write_corpus(made, out)
