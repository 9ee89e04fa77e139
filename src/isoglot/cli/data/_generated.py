"""What the commands that generate facts share: languages in, a file of facts out."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from isoglot.core import Corpus

LANGUAGES_HELP = "Languages, with commas between them: codes, aliases or names."
OUT_HELP = "The file to write, in isoglot's own format (JSON lines)."
SEED_HELP = "The same seed is the same facts, on every machine."


def listed_languages(text: str) -> list[str]:
    """The codes of the languages in an option's value.

    Raises:
        InputError: There is none, or one is not known.
    """
    from isoglot.core import InputError, Problem, get_language

    said = [part.strip() for part in text.split(",") if part.strip()]
    if not said:
        problem = Problem(
            place="--languages", message=f"{text!r} names none", remedy="write them as in en,sw"
        )
        raise InputError([problem])
    return list(dict.fromkeys(get_language(each, place="--languages").code for each in said))


def write_corpus(corpus: "Corpus", out: Path) -> None:
    """Writes the facts and says how many there are."""
    from isoglot.corpora.formats import write_facts

    write_facts(corpus, out)
    relations = len({fact.relation for fact in corpus.facts})
    typer.echo(
        f"{len(corpus.facts):,} facts of {relations} relations in "
        f"{len(corpus.languages)} languages: {out}"
    )
