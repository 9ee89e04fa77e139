"""`isoglot data check --known-by MODEL`: which facts the model answers right before teaching.

It is a run of the question `knowledge`, in a folder of its own: it can be gone on with, and has a
report.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from isoglot.core import Corpus

SOME_FAILED = 1


def check_known(
    corpus: "Corpus", *, file: Path, model: str, run_folder: Path | None, keep: Path | None
) -> None:
    """Asks the untaught model every fact in every language; prints the shares that it knows.

    Args:
        corpus: The facts, in the languages that are asked.
        file: The corpus's file.
        model: The model string.
        run_folder: Where the answers are kept; beside the file if not given.
        keep: Where to write the facts that it answers right in every language, if anywhere.

    Raises:
        InputError: The model is wrong, or a place can't be used.
        Exit: With 1, when some questions failed: which facts are known is not known then.
    """
    from isoglot.api import open_run
    from isoglot.cli._progress import shown_progress
    from isoglot.core import InputError, Problem
    from isoglot.corpora.formats import FileSource, write_facts
    from isoglot.engines import ModelSpec
    from isoglot.study import FactsSpec, Study, check_study, run_study

    study = Study(
        name="known",
        description=f"What {model} knows of {file.name} before it is taught anything.",
        models=(ModelSpec(name=model),),
        languages=corpus.languages,
        facts=FactsSpec(
            file=FileSource(path=file.absolute()),
            allow_missing=bool(corpus.missing()),
            known_only=True,
        ),
        questions=("knowledge",),
    )
    if problems := check_study(study, place="--known-by", installed=True):
        raise InputError(problems)
    folder = run_folder or file.with_name(f"{file.name}.known-by-{model.replace('/', '-')}")
    with shown_progress() as progress:
        run_study(study, folder, progress=progress)
    run = open_run(folder)
    run.report()
    for each in run.estimates():
        if each.measure == "known_before":
            typer.echo(
                f"{each.languages['taught']}: {100 * each.value:.0f}% known before teaching "
                f"[{100 * each.low:.0f}, {100 * each.high:.0f}] of {each.n_facts:,} facts"
            )
    if run.failures:
        typer.echo(
            f"isoglot: {len(run.failures)} questions failed; run the same command again to retry",
            err=True,
        )
        raise typer.Exit(SOME_FAILED)
    known = run.known[model]
    kept = [fact for fact in corpus.facts if fact.id in known]
    typer.echo(f"Known in every language: {len(kept):,} of {len(corpus.facts):,} facts")
    if keep is not None and not kept:
        raise InputError(
            [
                Problem(
                    place="--keep",
                    message=f"{model!r} knows none of the facts in every language; nothing written",
                    remedy="ask in fewer --languages, or another model",
                )
            ]
        )
    if keep is not None:
        write_facts(corpus.model_copy(update={"facts": tuple(kept)}), keep)
        typer.echo(f"Written: {keep}")
    typer.echo(f"Report: {folder / 'report.html'}")
