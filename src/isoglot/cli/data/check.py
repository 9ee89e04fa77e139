"""`isoglot data check FILE`."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from isoglot.cli._errors import friendly

if TYPE_CHECKING:
    from isoglot.core import Corpus
    from isoglot.corpora.quality import CorpusCheck
    from isoglot.corpora.translation import Translator

# The sample of isoglot.corpora.quality, whose import would make `isoglot --help` slow.
SAMPLE = 100
# Of fewer answers the check says nothing, as most of so few are found by chance.
SMALLEST_SAMPLE = 12

FILE_HELP = "A corpus in isoglot's own format."
LANGUAGES_HELP = "Only these, with commas between them; else all that the corpus has."
REFERENCE_HELP = "The language that the others are held against."
BACK_HELP = "Translate back with this, as in: isoglot data translate --with."
OUT_HELP = "Where the figures go."
MISSING_HELP = "Let facts lack texts; what is missing is counted."
EXAMPLES_HELP = "How many examples to show for each reason."
KNOWN_HELP = "Also ask this model every fact, before it is taught anything: which does it know?"
KEEP_HELP = "Where to write the facts that it answers right in every language."
RUN_DEFAULT = "FILE.known-by-MODEL-LANGUAGES"
RUN_HELP = "Where its answers are kept, to go on from."
SAMPLE_HELP = "How many questions a language the encoder looks at."


@friendly
def check(
    file: Path = typer.Argument(help=FILE_HELP),
    languages: str | None = typer.Option(None, help=LANGUAGES_HELP, metavar="CODE,CODE"),
    reference: str = typer.Option("en", help=REFERENCE_HELP, metavar="CODE"),
    back_with: str | None = typer.Option(None, "--back-with", help=BACK_HELP, metavar="PROVIDER"),
    out: Path | None = typer.Option(None, help=OUT_HELP, show_default="FILE.check.json"),
    allow_missing: bool = typer.Option(False, "--allow-missing", help=MISSING_HELP),
    examples: int = typer.Option(3, min=0, help=EXAMPLES_HELP),
    sample: int = typer.Option(SAMPLE, min=SMALLEST_SAMPLE, help=SAMPLE_HELP),
    seed: int = typer.Option(0, help="Of what is sampled."),
    known_by: str | None = typer.Option(None, help=KNOWN_HELP, metavar="MODEL"),
    keep: Path | None = typer.Option(None, help=KEEP_HELP),
    run: Path | None = typer.Option(None, help=RUN_HELP, show_default=RUN_DEFAULT),
) -> None:
    """Check how well a corpus is translated, language by language.

    A bad language is a result and no error.
    """
    from rich.console import Console

    from isoglot.cli.data._check_table import checks_table, reason_lines
    from isoglot.cli.data._known import check_known, prepare_known
    from isoglot.cli.data._translators import opened_translator
    from isoglot.core import user_path

    _check_options(known_by, keep=keep, run=run)
    file = user_path(file, place="FILE")
    out, keep, run = (
        given and user_path(given, place=option)
        for option, given in (("--out", out), ("--keep", keep), ("--run", run))
    )
    target = _target(file, out)
    translator = None
    if back_with is not None:
        translator = opened_translator(back_with, place="--back-with")
    corpus, original = _corpus(file, languages, reference, allow_missing=allow_missing)
    # What is wrong about the model is said before the minutes that a check takes.
    known = None
    if known_by is not None:
        known = prepare_known(
            corpus, file=file, check_file=target, model=known_by, run_folder=run, keep=keep
        )
    done = _check(corpus, original, translator, sample=sample, seed=seed)
    console = Console()
    console.print(checks_table(done))
    for line in reason_lines(done, examples=examples):
        console.print(line, highlight=False)
    _write(done, target)
    if known is not None:
        check_known(known, corpus)


def _check_options(known_by: str | None, *, keep: Path | None, run: Path | None) -> None:
    from isoglot.core import InputError, Problem

    problems = [
        Problem(place=option, message="needs --known-by", remedy="name a model with it")
        for option, value in (("--keep", keep), ("--run", run))
        if value is not None and known_by is None
    ]
    if problems:
        raise InputError(problems)


def _target(file: Path, out: Path | None) -> Path:
    """Where the figures go; wrong places are said before any work is done."""
    from isoglot.core import InputError, Problem
    from isoglot.corpora.formats import check_target
    from isoglot.corpora.quality import check_path

    if out is None:
        return check_path(file)
    check_target(out)
    if out.exists() and file.exists() and out.samefile(file):
        raise InputError(
            [Problem(place="--out", message=f"{out} is the corpus itself", remedy="name another")]
        )
    return out


def _corpus(
    file: Path, languages: str | None, reference: str, *, allow_missing: bool
) -> tuple["Corpus", str]:
    """The corpus, in the languages that were asked for, and the code of the reference."""
    from isoglot.cli.data._languages import listed_languages
    from isoglot.core import InputError, Problem, get_language
    from isoglot.corpora.formats import read_facts

    original = get_language(reference, place="--reference").code
    wanted = None
    if languages is not None:
        # The reference is needed even where it was not asked for.
        asked = listed_languages(languages, place="--languages")
        wanted = list(dict.fromkeys([original, *asked]))
    corpus = read_facts(file, languages=wanted, allow_missing=allow_missing)
    if original not in corpus.languages:
        raise InputError(
            [
                Problem(
                    place="--reference",
                    message=f"the corpus has no {original!r}",
                    remedy=f"hold it against one of {', '.join(corpus.languages)}",
                )
            ]
        )
    return corpus, original


def _check(
    corpus: "Corpus",
    reference: str,
    translator: "Translator | None",
    *,
    sample: int,
    seed: int,
) -> "CorpusCheck":
    from rich.console import Console

    from isoglot.corpora.quality import check_corpus

    errors = Console(stderr=True)
    status = errors.status("checking") if errors.is_terminal else None
    with status or nullcontext():
        return check_corpus(
            corpus,
            reference=reference,
            seed=seed,
            sample=sample,
            back_translator=translator,
            progress=status.update if status else None,
        )


def _write(done: "CorpusCheck", target: Path) -> None:
    from isoglot.analysis import write_atomically

    write_atomically(target, done.model_dump_json(indent=2) + "\n")
    # Not through the console, which would wrap a long path.
    typer.echo(f"Written: {target}")
