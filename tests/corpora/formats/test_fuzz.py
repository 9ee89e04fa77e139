"""Whatever stands in a file, a reader gives a corpus or an InputError of short messages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isoglot.core import Corpus, InputError, Problem
from isoglot.corpora.formats import Columns, read_facts, read_lnewknow, read_table

Read = Callable[[Path], Corpus]

COLUMNS = Columns(teach="teach", ask="ask", answer="answer", aliases="texts", id="id")


def _table(path: Path) -> Corpus:
    return read_table(path, columns=COLUMNS, languages=["en"], allow_missing=True)


READERS: dict[str, Read] = {
    "facts.jsonl": lambda path: read_facts(path, allow_missing=True),
    "list.json": lambda path: read_lnewknow(path, allow_missing=True),
    "table.jsonl": _table,
    "table.csv": _table,
    "table.parquet": _table,
}

# Words that mean something to a reader, so that values get past its first checks.
KEYS = ["id", "texts", "en", "cy", "teach", "ask", "answer", "text", "aliases", "rival", "data"]
WORDS = st.sampled_from([*KEYS, "English", "question_1", "question_2", "messages", "\ud800"])
STRINGS = WORDS | st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=5),
    max_leaves=20,
)
TEXT = {"teach": STRINGS, "ask": STRINGS, "answer": STRINGS | VALUES}
FACTS = st.fixed_dictionaries(
    {"id": STRINGS, "texts": st.dictionaries(STRINGS, st.fixed_dictionaries(TEXT) | VALUES)} | TEXT
)
DATA = st.one_of(
    st.binary(max_size=50),
    st.text(max_size=50).map(lambda text: text.encode(errors="surrogatepass")),
    st.lists(VALUES | FACTS, min_size=1, max_size=3).map(
        lambda values: "\n".join(json.dumps(value) for value in values).encode()
    ),
    st.lists(st.fixed_dictionaries({"data": VALUES}), max_size=3).map(
        lambda values: json.dumps(values).encode()
    ),
    st.text('teach,ask"\n;', max_size=30).map(lambda text: f"teach,ask,answer\n{text}".encode()),
)


@pytest.mark.parametrize("name", READERS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(data=DATA, cut=st.integers(0, 20))
def test_it_is_a_corpus_or_one_clear_error(
    name: str, data: bytes, cut: int, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data[: len(data) - cut] if cut < len(data) else data)
    problems: tuple[Problem, ...] = ()
    try:
        read: Any = READERS[name](path)
    except InputError as error:
        problems = error.problems
    else:
        # What was read can be put into a file and a database: UTF-8 without NUL, nothing blank.
        text = read.model_dump_json()
        assert "\\u0000" not in text
        assert read.facts
        assert all(fact.texts for fact in read.facts)
    assert len(problems) <= 21
    for problem in problems:
        assert problem.place.startswith(str(path))
        assert str(problem).isprintable()
        assert len(str(problem)) < 1000
