"""What the commands that generate facts share: languages in, a file of facts out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from isoglot.core import Corpus

LANGUAGES_HELP = "Languages, with commas between them: codes, aliases or names."
OUT_HELP = "The file to write, in isoglot's own format (JSON lines)."
SEED_HELP = "The same seed is the same facts, on every machine."


@contextmanager
def said_of_options(**options: str) -> Iterator[None]:
    """Lets messages name options where the library names its arguments.

    Args:
        options: By argument, the option that sets it.
    """
    from isoglot.core import InputError

    try:
        yield
    except InputError as error:
        raise InputError(
            [
                # Without the position in a list: the message has the value.
                each.model_copy(
                    update={"place": options.get(each.place.partition("[")[0], each.place)}
                )
                for each in error.problems
            ]
        ) from None


def write_corpus(corpus: "Corpus", out: Path) -> None:
    """Writes the facts and says how many there are."""
    from isoglot.corpora.formats import write_facts

    write_facts(corpus, out)
    relations = len({fact.relation for fact in corpus.facts})
    typer.echo(
        f"{len(corpus.facts):,} facts of {relations} relations in "
        f"{len(corpus.languages)} languages: {out}"
    )
