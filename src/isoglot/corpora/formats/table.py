"""Tables of facts: CSV, JSON lines and Parquet files with declared columns."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from isoglot.core import Corpus, Place, user_path
from isoglot.corpora.formats._columns import Columns, find_columns
from isoglot.corpora.formats._drafts import LeftOut
from isoglot.corpora.formats._json import read_json_lines
from isoglot.corpora.formats._problems import Problems, failure, nearest, read_text, shown
from isoglot.corpora.formats._rows import Row, corpus_of_rows

ENDINGS = (".csv", ".jsonl", ".ndjson", ".parquet")
_LONGEST_CELL = 2**31 - 1


def read_table(
    path: str | Path,
    *,
    columns: Columns,
    languages: Sequence[str] | None = None,
    allow_missing: bool = False,
    left_out: LeftOut | None = None,
) -> Corpus:
    """The corpus in a table, its kind told by its ending.

    Every cell is text, as it stands but for space around it; nothing is guessed, and an empty cell
    is missing.

    Args:
        path: A `.csv` (UTF-8, commas), `.jsonl`/`.ndjson` or `.parquet` file.
        columns: Which column is what.
        languages: Which languages the corpus has, as codes or aliases; all that the table has
            where it is `None`.
        allow_missing: Whether a fact may lack its text in a language.
        left_out: Is told the ids of facts that have no text in any of the languages, if any.

    Raises:
        InputError: With everything that is wrong: file, line or row, column, value, remedy.
    """
    path = user_path(path, place="path")
    if path.is_dir():
        raise failure(path, "is a folder", f"name a file ({', '.join(ENDINGS)})")
    ending = path.suffix.lower()
    problems = Problems(path)
    if ending == ".csv":
        names, rows = _csv(path, problems)
    elif ending == ".parquet":
        names, rows = _parquet(path, columns, languages)
    elif ending in ENDINGS:
        names, rows = _json_lines(path, problems)
    else:
        raise failure(
            path,
            f"is no table by its ending {shown(path.suffix)}",
            f"{nearest(ending, ENDINGS)}known: {', '.join(ENDINGS)}",
        )
    problems.raise_if_any()
    return corpus_of_rows(
        rows,
        find_columns(columns, names, source=str(path), languages=languages),
        name=path.stem,
        source=str(path),
        languages=languages,
        allow_missing=allow_missing,
        left_out=left_out,
    )


def _csv(path: Path, problems: Problems) -> tuple[list[str], list[Row]]:
    # The csv module and not pandas: it knows the line of every row, and that a row is too short.
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    header: list[str] = []
    rows: list[Row] = []
    line = 1
    try:
        with _cells_of_any_length():
            for cells in reader:
                place = str(Place(str(path), line))
                line = reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if not header:
                    header = [cell.strip() for cell in cells]
                elif len(cells) != len(header):
                    problems.add(
                        place,
                        f"has {len(cells)} cells where the header has {len(header)}",
                        "put a cell that holds a comma or a quote into quotes",
                    )
                else:
                    rows.append(Row(place, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        # The line where a quote opens is what helps, not the one where the file ends.
        problems.add(Place(str(path), line), f"is not CSV: {error}", "check the quotes from there")
    for name in dict.fromkeys(name for name in header if name and header.count(name) > 1):
        problems.add(Place(str(path), 1), f"has the column {shown(name)} twice", "rename one")
    return [name for name in header if name], rows


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _json_lines(path: Path, problems: Problems) -> tuple[list[str], list[Row]]:
    names: dict[str, None] = {}
    rows = []
    for number, value in read_json_lines(path, problems):
        place = str(Place(str(path), number))
        if isinstance(value, dict):
            names.update(dict.fromkeys(value))
            rows.append(Row(place, value))
        else:
            problems.add(place, f"must be an object, not {shown(value)}", "write column: value")
    return list(names), rows


def _parquet(
    path: Path, columns: Columns, languages: Sequence[str] | None
) -> tuple[list[str], list[Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Opened here, for the reason of a failure without the words of a library around it.
        with path.open("rb") as opened, pq.ParquetFile(opened) as file:
            names: list[str] = file.schema_arrow.names
            layout = find_columns(columns, names, source=str(path), languages=languages)
            values: list[dict[str, Any]] = file.read(columns=list(layout.names)).to_pylist()
    except pa.ArrowInvalid:
        raise failure(path, "is not a Parquet file, or is cut off", "write it again") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise failure(path, f"can't be read ({reason})", "check the path") from None
    return names, [Row(f"{path}, row {number}", row) for number, row in enumerate(values, start=1)]
