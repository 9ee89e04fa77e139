"""`isoglot data check FILE`."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from isoglot.cli._errors import friendly

if TYPE_CHECKING:
    from isoglot.core import Corpus
    from isoglot.corpora.quality import BackTranslator, CorpusCheck

# The sample of isoglot.corpora.quality, whose import would make `isoglot --help` slow.
SAMPLE = 100

FILE_HELP = "A corpus in isoglot's own format."
LANGUAGES_HELP = "Only these, with commas between them; else all that the corpus has."
REFERENCE_HELP = "The language that the others are held against."
BACK_HELP = "Translate back with this, as in: isoglot data translate --with."
OUT_HELP = "Where the figures go."
MISSING_HELP = "Let facts lack texts; what is missing is counted."
EXAMPLES_HELP = "How many examples to show for each reason."
KNOWN_HELP = "Also ask this model every fact, before it is taught anything: which does it know?"
KEEP_HELP = "Where to write the facts that it answers right in every language."
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
    sample: int = typer.Option(SAMPLE, min=1, help=SAMPLE_HELP),
    seed: int = typer.Option(0, help="Of what is sampled."),
    known_by: str | None = typer.Option(None, help=KNOWN_HELP, metavar="MODEL"),
    keep: Path | None = typer.Option(None, help=KEEP_HELP),
    run: Path | None = typer.Option(None, help=RUN_HELP, show_default="FILE.known-by-MODEL"),
) -> None:
    """Check how well a corpus is translated, language by language.

    A bad language is a result and no error.
    """
    from rich.console import Console

    from isoglot.cli.data._check_table import checks_table, reason_lines
    from isoglot.cli.data._known import check_known

    target = _target(file, out)
    _check_options(known_by, keep=keep, run=run)
    translator = _translator(back_with)
    corpus, original = _corpus(file, languages, reference, allow_missing=allow_missing)
    done = _check(corpus, original, translator, sample=sample, seed=seed)
    console = Console()
    console.print(checks_table(done))
    for line in reason_lines(done, examples=examples):
        console.print(line, highlight=False)
    _write(done, target)
    if known_by is not None:
        check_known(corpus, file=file, model=known_by, run_folder=run, keep=keep)


def _check_options(known_by: str | None, *, keep: Path | None, run: Path | None) -> None:
    """What is wrong about the model is said before the minutes that a check takes."""
    from isoglot.core import InputError, Problem
    from isoglot.corpora.formats import check_target
    from isoglot.engines import ModelSpec, check_installed, check_model

    if known_by is None:
        problems = [
            Problem(place=option, message="needs --known-by", remedy="name a model with it")
            for option, value in (("--keep", keep), ("--run", run))
            if value is not None
        ]
    else:
        spec = ModelSpec(name=known_by)
        problems = check_model(spec, place="--known-by") or check_installed(
            spec, place="--known-by"
        )
    if problems:
        raise InputError(problems)
    if keep is not None:
        check_target(keep)


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


def _translator(provider: str | None) -> "BackTranslator | None":
    from isoglot.core import InputError, Problem
    from isoglot.corpora.translation import open_translator

    if provider is None:
        return None
    if provider.startswith("model:"):
        raise InputError(
            [
                Problem(
                    place="--back-with",
                    message=f"{provider!r} can't translate back here",
                    remedy="take another provider",
                )
            ]
        )
    try:
        return open_translator(provider)
    except InputError as error:
        # The option has another name here.
        raise InputError(
            [each.model_copy(update={"place": "--back-with"}) for each in error.problems]
        ) from None


def _corpus(
    file: Path, languages: str | None, reference: str, *, allow_missing: bool
) -> tuple["Corpus", str]:
    """The corpus, in the languages that were asked for, and the code of the reference."""
    from isoglot.core import InputError, Problem, UnknownLanguageError, get_language
    from isoglot.corpora.formats import read_facts

    problems: list[Problem] = []
    codes: list[str] = []
    asked = [("--reference", reference)]
    asked.extend(("--languages", name.strip()) for name in (languages or "").split(",") if name)
    for place, name in asked:
        try:
            codes.append(get_language(name, place=place).code)
        except UnknownLanguageError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    # The reference is needed even where it was not asked for.
    wanted = list(dict.fromkeys(codes)) if languages else None
    return read_facts(file, languages=wanted, allow_missing=allow_missing), codes[0]


def _check(
    corpus: "Corpus",
    reference: str,
    translator: "BackTranslator | None",
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
