import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from isoglot.core import Condition, Decoding, Probe, RunFolderError, Stage
from isoglot.store import Store
from isoglot.store import _schema as schema
from isoglot.testing.stores import (
    RIGHT,
    WRONG,
    OpenStore,
    StoreContract,
    a_fact,
    a_probe,
    asked,
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "results.db"


@pytest.fixture
def open_store(database: Path) -> Iterator[OpenStore]:
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store(database))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    store = open_store()
    store.save_facts([a_fact("f1"), a_fact("f2")])
    return store


class TestContract(StoreContract):
    @pytest.fixture
    def open_store(self, open_store: OpenStore) -> OpenStore:
        return open_store


@pytest.mark.parametrize("name", ["who?me", "a%20b", "a#b"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    # In a database's address these would end the path or stand for another character.
    (tmp_path / name).mkdir()
    Store(tmp_path / name / "results.db").close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with closing(sqlite3.connect(tmp_path / name / "results.db")) as connection:
        assert connection.execute("SELECT value FROM about").fetchone() == (
            str(schema.SCHEMA_VERSION),
        )


def test_untaught_verdicts_are_by_fact_and_language(store: Store) -> None:
    def probe(fact: str, language: str, model: str = "m", paradigm: Any = "untaught") -> Probe:
        condition = Condition(model=model, paradigm=paradigm, taught=language, seed=5)
        return Probe(condition=condition, stage=Stage(epoch=0), fact_id=fact, asked=language)

    right = [probe("f1", "en"), probe("f2", "cy")]
    wrong = [probe("f1", "cy")]
    unjudged = probe("f2", "en")
    others = [probe("f1", "en", model="n"), probe("f2", "en", paradigm="fine-tuning")]
    store.record([asked(each) for each in [*right, *wrong, unjudged, *others]], {})
    verdicts = {each.id: RIGHT for each in [*right, *others]} | {each.id: WRONG for each in wrong}
    store.save_verdicts("match", verdicts)
    store.save_verdicts("strict", {right[0].id: WRONG})
    assert store.untaught_verdicts("m", judge="match") == {
        ("f1", "en"): True,
        ("f2", "cy"): True,
        ("f1", "cy"): False,
    }
    assert store.untaught_verdicts("m", judge="strict") == {("f1", "en"): False}
    assert store.untaught_verdicts("n", judge="match") == {("f1", "en"): True}
    assert store.untaught_verdicts("o", judge="match") == {}


@pytest.fixture
def rows(database: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """What another program sees in the file."""

    def query(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(statement).fetchall()

    return query


Rows = Callable[[str], list[tuple[Any, ...]]]


def test_the_write_ahead_log_is_on(store: Store, rows: Rows) -> None:
    assert rows("PRAGMA journal_mode") == [("wal",)]


def test_attempts_are_counted_until_one_succeeds(store: Store, rows: Rows) -> None:
    probe = a_probe("f1")
    for attempt in (1, 2, 3):
        store.record([], {probe.id: f"failed {attempt}"})
        assert rows("SELECT probe, message, attempts FROM failures") == [
            (probe.id, f"failed {attempt}", attempt)
        ]
    store.record([asked(probe)], {})
    assert rows("SELECT * FROM failures") == []
    store.record([], {a_probe("f2").id: "failed"})
    assert rows("SELECT attempts FROM failures") == [(1,)]


def test_an_answer_is_stored_once_however_many_probes_share_it(store: Store, rows: Rows) -> None:
    batch = [asked(a_probe("f1", epoch=epoch), "llew", key="k") for epoch in range(3)]
    store.record(batch, {})
    assert rows("SELECT key, text FROM answers") == [("k", "llew")]
    assert rows("SELECT count(*) FROM probes") == [(3,)]


def test_a_context_is_stored_once(store: Store, rows: Rows) -> None:
    context = "a long preamble, and all the facts\n" * 100
    store.record([asked(a_probe("f1", epoch=e), context=context) for e in range(5)], {})
    store.record([asked(a_probe("f2"), context=context), asked(a_probe("f2", epoch=1))], {})
    assert sorted(rows("SELECT text FROM contexts")) == [("",), (context,)]
    assert rows("SELECT count(*) FROM answers") == [(7,)]


def test_context_and_question_make_the_whole_prompt_again(store: Store, rows: Rows) -> None:
    store.record([asked(a_probe("f1"), context="Q: a\nA: b\n")], {})
    statement = "SELECT contexts.text, question FROM answers JOIN contexts ON hash = context"
    assert rows(statement) == [("Q: a\nA: b\n", "Q: f1?\nA:")]


def test_all_that_determined_an_answer_is_kept_with_it(store: Store, rows: Rows) -> None:
    given = asked(a_probe("f1"), key="k").model_copy(
        update={
            "adapter": "a1",
            "seed": 2**40,
            "decoding": Decoding(max_new_tokens=3, stop=("问",), temperature=0.5, top_p=0.9),
        }
    )
    store.record([given], {})
    ((model, adapter, decoding, seed),) = rows("SELECT model, adapter, decoding, seed FROM answers")
    assert (model, adapter, seed) == ("fingerprint", "a1", 2**40)
    assert json.loads(decoding) == {
        "max_new_tokens": 3,
        "stop": ["问"],
        "temperature": 0.5,
        "top_p": 0.9,
    }


class _CutOffError(Exception):
    pass


def test_a_batch_that_is_cut_off_leaves_no_trace(store: Store, open_store: OpenStore) -> None:
    class Failures(dict[str, str]):
        def items(self) -> Any:
            yield a_probe("f2").id, "out of memory"
            raise _CutOffError

    with pytest.raises(_CutOffError):
        store.record([asked(a_probe("f1"), key="k")], Failures())
    for each in (store, open_store()):
        assert each.find_answers(["k"]) == {}
        assert each.answered_probes() == {}
        assert each.failures() == {}


def test_a_full_disk_is_explained_and_what_was_answered_is_kept(
    store: Store, open_store: OpenStore, database: Path
) -> None:
    store.record([asked(a_probe("f1"), key="kept")], {})
    # Every connection of this store from now on finds no page beyond those that are there.
    store.close()

    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")

    sa.event.listen(store._engine, "connect", fill)
    expected = (
        f"{database}: database or disk is full; "
        "free some space and run the same command again: all that was answered is kept"
    )
    with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
        store.record([asked(a_probe("f2"), "long " * 20_000, key="lost")], {})
    again = open_store()
    assert again.find_answers(["kept", "lost"]).keys() == {"kept"}
    again.record([asked(a_probe("f2"), key="later")], {})
    assert again.answered_probes().keys() == {a_probe("f1").id, a_probe("f2").id}


def test_a_database_that_can_not_be_written_is_explained(
    store: Store, open_store: OpenStore, database: Path
) -> None:
    store.close()

    def forbid(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    sa.event.listen(store._engine, "connect", forbid)
    expected = (
        f"{database}: attempt to write a readonly database; "
        "make the folder writable, or give another --out"
    )
    with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
        store.record([asked(a_probe("f1"))], {})


def test_a_file_that_is_no_database_is_refused(database: Path) -> None:
    database.write_text("This is a text file, and no database at all.\n" * 50)
    expected = (
        f"{database}: file is not a database; "
        "the file was damaged or is something else: give another --out"
    )
    with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
        Store(database)
    assert database.read_text().startswith("This is a text file")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "results.db"
    expected = f"{path}: unable to open database file; give another --out"
    with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
        Store(path)


def test_a_database_that_was_changed_by_hand_is_explained(store: Store, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TABLE failures")
    expected = f"{database}: no such table: failures; give another --out"
    with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
        store.failures()


def test_another_versions_database_is_refused(
    store: Store, database: Path, open_store: OpenStore
) -> None:
    store.record([asked(a_probe("f1"))], {})
    store.close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE about SET value = '999' WHERE name = 'schema'")
    expected = (
        f"{database}: has schema 999, this isoglot reads {schema.SCHEMA_VERSION}; "
        "use the isoglot that made it, or another --out"
    )
    with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
        open_store()


def test_foreign_keys_are_held(store: Store) -> None:
    with pytest.raises(RunFolderError, match="FOREIGN KEY constraint failed"):
        store.save_verdicts("match", {"no such probe": RIGHT})
