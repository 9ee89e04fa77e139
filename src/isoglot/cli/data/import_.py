"""`isoglot data import SOURCE`."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from isoglot.cli._errors import friendly

if TYPE_CHECKING:
    from isoglot.core import Corpus
    from isoglot.corpora.formats import Columns, Source

FORM_HELP = "What the source is: isoglot, lnewknow, table or dataset."
LANGUAGES_HELP = "Only these, with commas between them; else all that the source has."
COLUMN_HELP = (
    "teach, ask, answer, aliases, rival, id, relation or language, = a column's name; "
    "question_{language} for a column by language. Repeatable."
)

# Which of the options that only some forms have each form has.
FORMS: dict[str, tuple[str, ...]] = {
    "isoglot": (),
    "lnewknow": ("subset", "rivals"),
    "table": ("column",),
    "dataset": ("column", "config", "split", "revision"),
}


@friendly
def import_(
    source: str = typer.Argument(help="A file, a folder, or a dataset's name on a hub."),
    form: str = typer.Option(..., "--from", help=FORM_HELP, metavar="FORM"),
    out: Path = typer.Option(..., help="The file to write, in isoglot's own format."),
    languages: str | None = typer.Option(None, help=LANGUAGES_HELP, metavar="CODE,CODE"),
    allow_missing: bool = typer.Option(
        False, "--allow-missing", help="Leave out texts that are missing or incomplete."
    ),
    subset: str | None = typer.Option(None, help="lnewknow: which subset of the folder."),
    rivals: str | None = typer.Option(None, help="lnewknow: the subset or path with the rivals."),
    column: list[str] = typer.Option([], help=COLUMN_HELP, metavar="KEY=NAME"),
    config: str | None = typer.Option(None, help="dataset: which configuration."),
    split: str | None = typer.Option(None, help="dataset: which split.", show_default="train"),
    revision: str | None = typer.Option(None, help="dataset: which branch, tag or commit."),
) -> None:
    """Import facts into isoglot's own corpus format."""
    from isoglot.core import user_path
    from isoglot.corpora.formats import check_target, read_source, write_facts

    given = {
        "subset": subset,
        "rivals": rivals,
        "column": column or None,
        "config": config,
        "split": split,
        "revision": revision,
    }
    out = user_path(out, place="--out")
    wanted, where = _checked(source, form, out, languages, given)
    check_target(out)
    without: list[str] = []
    corpus = read_source(
        where, languages=wanted, allow_missing=allow_missing, left_out=without.extend
    )
    write_facts(corpus, out)
    for line in _summary(corpus, without):
        typer.echo(line)
    typer.echo(f"Written: {out}")


def _checked(
    source: str, form: str, out: Path, languages: str | None, given: Mapping[str, Any]
) -> tuple[list[str] | None, "Source"]:
    """The languages and the source that the options mean, or everything that is wrong with them."""
    from isoglot.cli.data._languages import listed_languages
    from isoglot.core import InputError, Problem, user_path

    problems: list[Problem] = []
    wanted = None
    if languages is not None:
        try:
            wanted = listed_languages(languages, place="--languages")
        except InputError as error:
            problems.extend(error.problems)
    if form not in FORMS:
        near = difflib.get_close_matches(form, FORMS, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        problems.append(
            Problem(
                place="--from",
                message=f"{form!r} is not known",
                remedy=f"{guess}known: {', '.join(FORMS)}",
            )
        )
        raise InputError(problems)
    problems.extend(
        Problem(
            place=f"--{option}",
            message=f"is not for --from {form}",
            remedy="leave it out",
        )
        for option, value in given.items()
        if value is not None and option not in FORMS[form]
    )
    for place, named in (("SOURCE", source), ("--rivals", given["rivals"] or "")):
        try:
            path = user_path(named, place=place)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if place == "SOURCE" and out.exists() and path.exists() and out.samefile(path):
            problems.append(
                Problem(place="--out", message=f"{out} is the source itself", remedy="name another")
            )
    columns = None
    if "column" in FORMS[form]:
        try:
            columns = _columns(given["column"] or [])
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return wanted, _source(source, form, columns, given)


def _source(
    source: str, form: str, columns: "Columns | None", given: Mapping[str, Any]
) -> "Source":
    from isoglot.corpora.formats import DatasetSource, FileSource, LnewknowSource, TableSource

    if columns is None:
        if form == "isoglot":
            return FileSource(path=Path(source))
        return LnewknowSource(path=Path(source), subset=given["subset"], rivals=given["rivals"])
    if form == "table":
        return TableSource(path=Path(source), columns=columns)
    values = {key: given[key] for key in ("config", "split", "revision") if given[key] is not None}
    return DatasetSource(name=source, columns=columns, **values)


def _columns(said: Sequence[str]) -> "Columns":
    from pydantic import ValidationError

    from isoglot.core import InputError, Problem
    from isoglot.corpora.formats import Columns

    known = list(Columns.model_fields)
    problems: list[Problem] = []
    names: dict[str, str] = {}

    def wrong(message: str, remedy: str) -> None:
        problems.append(Problem(place="--column", message=message, remedy=remedy))

    for each in said:
        key, equals, name = each.partition("=")
        if not equals:
            wrong(f"{each!r} is no KEY=NAME", "write it like --column teach=question")
        elif key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            guess = f"did you mean {near[0]!r}? " if near else ""
            wrong(f"{key!r} is not known", f"{guess}known: {', '.join(known)}")
        elif key in names:
            wrong(f"{key} is given twice", "keep one of them")
        names.setdefault(key, name)
    if not problems:
        try:
            return Columns.model_validate(names)
        except ValidationError as error:
            for detail in error.errors():
                key = "".join(str(part) for part in detail["loc"])
                if detail["type"] == "missing":
                    wrong(f"{key} is missing", f"add --column {key}=NAME")
                else:
                    wrong(detail["msg"].removeprefix("Value error, "), "change the columns")
    raise InputError(problems)


def _summary(corpus: "Corpus", without: Sequence[str]) -> list[str]:
    """What was imported: facts, rivals and missing texts by language."""
    texts = {
        code: [fact.texts[code] for fact in corpus.facts if code in fact.texts]
        for code in corpus.languages
    }
    rivals = {code: sum(text.rival is not None for text in texts[code]) for code in texts}
    missing = {code: len(ids) for code, ids in corpus.missing().items()}
    lines = [
        f"Facts: {len(corpus.facts)} in {', '.join(corpus.languages)}",
        f"With a rival: {_by_language(rivals) if any(rivals.values()) else 'none'}",
        f"Missing texts: {_by_language(missing) if missing else 'none'}",
    ]
    if without:
        lines.append(f"Facts left out, without any text: {len(without)}")
    return lines


def _by_language(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{code} {count}" for code, count in counts.items())
