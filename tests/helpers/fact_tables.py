"""Facts as tables: how their columns are declared, rows, and files of every kind."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from isoglot.corpora.formats import Columns

WIDE = Columns(
    teach="question_{language}",
    ask="paraphrase_{language}",
    answer="answer_{language}",
    aliases="also_{language}",
    rival="wrong_{language}",
    id="key",
    relation="kind",
)
LONG = Columns(teach="q", ask="p", answer="a", id="key", language="lang")
ONE = Columns(teach="q", ask="p", answer="a")

KINDS = ["csv", "jsonl", "parquet"]


def write_table(path: Path, rows: list[dict[str, Any]] | str | bytes) -> Path:
    """Writes rows as a table, the kind by the path's ending; text stands letter for letter."""
    if isinstance(rows, str | bytes):
        path.write_bytes(rows.encode() if isinstance(rows, str) else rows)
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def wide_row(key: Any = "f1", **changes: Any) -> dict[str, Any]:
    """A row of the wide form: a fact in English and Welsh."""
    return {
        "key": key,
        "kind": "guard",
        "question_en": "Who guards Oru?",
        "paraphrase_en": "Oru's guard is?",
        "answer_en": "a lion",
        "also_en": "lion| the lion ||a lion",
        "wrong_en": "a wolf",
        "question_Welsh": "Pwy sy'n gwarchod Oru?",
        "paraphrase_Welsh": "Gwarchodwr Oru yw?",
        "answer_Welsh": "llew",
        "also_Welsh": None,
    } | changes


def long_row(key: str, lang: str, **changes: Any) -> dict[str, Any]:
    """A row of the long form: a fact in one language."""
    return {
        "key": key,
        "lang": lang,
        "q": f"q {lang}",
        "p": f"p {lang}",
        "a": f"a {lang}",
    } | changes
