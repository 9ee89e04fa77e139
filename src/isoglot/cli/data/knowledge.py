"""`isoglot data knowledge`."""

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
def knowledge(
    languages: str | None = typer.Option(
        None, help=LANGUAGES_HELP, show_default="all that there is knowledge in"
    ),
    facts: int | None = typer.Option(None, min=1, help="How many facts.", show_default="all"),
    relation: list[str] = typer.Option(
        [], help="A kind of fact, such as country-currency. Repeatable.", show_default="all"
    ),
    seed: int = typer.Option(0, help=SEED_HELP),
    out: Path = typer.Option(..., help=OUT_HELP),
) -> None:
    """Make general knowledge: countries, calendar and sums, each with one right answer."""
    from isoglot.cli.data._languages import listed_languages
    from isoglot.core import user_path
    from isoglot.corpora import knowledge_languages, make_knowledge
    from isoglot.corpora.formats import check_target

    out = user_path(out, place="--out")
    check_target(out)
    chosen = (
        list(knowledge_languages())
        if languages is None
        else listed_languages(languages, place="--languages")
    )
    with said_of_options(languages="--languages", relations="--relation", size="--facts"):
        made = make_knowledge(chosen, size=facts, seed=seed, relations=relation or None)
    write_corpus(made, out)
