"""Reads and writes a run's database. The only module of isoglot that writes results.

Every batch is one transaction: what was committed survives any kill, what was not leaves no trace.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError

from isoglot.core import (
    Answer,
    Decoding,
    Fact,
    Probe,
    Record,
    RunFolderError,
    Verdict,
)
from isoglot.store import _schema as schema


class Asked(Record):
    """An answered probe, with everything that determined the answer.

    Attributes:
        model: The model's fingerprint.
        adapter: The adapter's hash.
        context: What stood before the question; with `question` it is the whole prompt.
    """

    probe: Probe
    answer: Answer
    model: str
    adapter: str | None
    context: str
    question: str
    decoding: Decoding
    seed: int


class AnsweredProbe(Record):
    """A probe's identifier, fact, asked language and answer, as a judge needs them."""

    id: str
    fact: str
    asked: str
    text: str


class Store:
    """A run's database.

    Args:
        path: The SQLite file; made if it is not there.

    Raises:
        RunFolderError: The file is no database of this version, or can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(self._engine, "connect", _configure)
        self._session: int | None = None
        self._started = time.monotonic()
        with self._writing() as connection:
            schema.metadata.create_all(connection)
            connection.execute(
                insert(schema.about)
                .values(name="schema", value=str(schema.SCHEMA_VERSION))
                .on_conflict_do_nothing()
            )
            version = connection.scalar(
                sa.select(schema.about.c.value).where(schema.about.c.name == "schema")
            )
        if version != str(schema.SCHEMA_VERSION):
            raise RunFolderError(
                place=str(path),
                message=f"has schema {version}, this isoglot reads {schema.SCHEMA_VERSION}",
                remedy="use the isoglot that made it, or another --out",
            )

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def begin_session(self) -> None:
        """Starts the clock of this process: a run's duration is the sum over its processes."""
        self._started = time.monotonic()
        with self._writing() as connection:
            result = connection.execute(
                sa.insert(schema.sessions).values(started=time.time(), seconds=0.0)
            )
            primary_key = result.inserted_primary_key
        self._session = int(primary_key[0]) if primary_key else None

    def save_facts(self, facts: Sequence[Fact]) -> None:
        """Keeps the facts, so that a report needs nothing but the database."""
        with self._writing() as connection:
            for fact in facts:
                connection.execute(
                    insert(schema.facts)
                    .values(id=fact.id, json=fact.model_dump_json())
                    .on_conflict_do_nothing()
                )

    def facts(self) -> dict[str, Fact]:
        """The facts by identifier."""
        with self._reading() as connection:
            rows = connection.execute(sa.select(schema.facts.c.json).order_by(schema.facts.c.id))
            loaded = [Fact.model_validate_json(row.json) for row in rows]
        return {fact.id: fact for fact in loaded}

    def find_answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """The stored answers among the keys."""
        found: dict[str, Answer] = {}
        columns = schema.answers.c
        with self._reading() as connection:
            for start in range(0, len(keys), 500):  # SQLite bounds the variables of a statement
                chosen = columns.key.in_(keys[start : start + 500])
                for row in connection.execute(
                    sa.select(columns.key, columns.text, columns.tokens, columns.seconds).where(
                        chosen
                    )
                ):
                    found[row.key] = Answer(
                        key=row.key, text=row.text, tokens=row.tokens, seconds=row.seconds
                    )
        return found

    def record(self, asked: Sequence[Asked], failed: Mapping[str, str]) -> None:
        """Commits a batch: answers, the probes they answer, and failures (probe id to message)."""
        with self._writing() as connection:
            for each in asked:
                self._record_answer(connection, each)
            for probe, message in failed.items():
                statement = insert(schema.failures).values(probe=probe, message=message, attempts=1)
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=[schema.failures.c.probe],
                        set_={"message": message, "attempts": schema.failures.c.attempts + 1},
                    )
                )
            self._beat(connection)

    def unjudged(self, judge: str) -> list[AnsweredProbe]:
        """The answered probes that a judge has not seen."""
        probes, answers, verdicts = schema.probes.c, schema.answers.c, schema.verdicts.c
        seen = sa.select(verdicts.probe).where(verdicts.judge == judge)
        query = (
            sa.select(probes.id, probes.fact, probes.asked, answers.text)
            .join_from(schema.probes, schema.answers)
            .where(probes.id.not_in(seen))
            .order_by(probes.id)
        )
        with self._reading() as connection:
            return [
                AnsweredProbe(id=row.id, fact=row.fact, asked=row.asked, text=row.text)
                for row in connection.execute(query)
            ]

    def save_verdicts(self, judge: str, verdicts: Mapping[str, Verdict]) -> None:
        """Keeps a judge's verdicts (probe id to verdict), instead of earlier ones of its."""
        with self._writing() as connection:
            for probe, verdict in verdicts.items():
                connection.execute(
                    sa.delete(schema.verdicts).where(
                        schema.verdicts.c.probe == probe, schema.verdicts.c.judge == judge
                    )
                )
                connection.execute(
                    sa.insert(schema.verdicts).values(
                        probe=probe, judge=judge, **verdict.model_dump()
                    )
                )
            self._beat(connection)

    def failures(self) -> dict[str, str]:
        """The probes that have no answer yet because they failed, with the last message."""
        with self._reading() as connection:
            rows = connection.execute(sa.select(schema.failures).order_by(schema.failures.c.probe))
            return {row.probe: row.message for row in rows}

    def seconds(self) -> float:
        """How long all processes together worked on the run, up to their last commits."""
        with self._reading() as connection:
            return float(connection.scalar(sa.select(sa.func.sum(schema.sessions.c.seconds))) or 0)

    def answered_probes(self) -> dict[str, str]:
        """The answered probes: probe id to answer key."""
        with self._reading() as connection:
            rows = connection.execute(sa.select(schema.probes.c.id, schema.probes.c.answer))
            return {row.id: row.answer for row in rows}

    def probe_rows(self) -> Iterator[dict[str, object]]:
        """One row a probe and judge: what the analysis makes its table from."""
        facts = self.facts()
        probes, answers, verdicts = schema.probes.c, schema.answers.c, schema.verdicts.c
        query = (
            sa.select(
                probes.model,
                probes.paradigm,
                probes.taught,
                probes.asked,
                probes.epoch,
                probes.fact,
                answers.text.label("answer"),
                answers.key,
                answers.tokens,
                answers.seconds,
                verdicts.judge,
                verdicts.correct,
                verdicts.answer_language,
                verdicts.wrong_language,
            )
            .join_from(schema.probes, schema.answers)
            .join(schema.verdicts, verdicts.probe == probes.id)
            .order_by(probes.id, verdicts.judge)
        )
        with self._reading() as connection:
            for row in connection.execute(query):
                text = facts[row.fact].texts[row.asked]
                yield {
                    **row._mapping,
                    "relation": facts[row.fact].relation,
                    "question": text.ask,
                    "reference": text.answer.text,
                }

    def _record_answer(self, connection: sa.Connection, asked: Asked) -> None:
        digest = hashlib.sha256(asked.context.encode()).hexdigest()
        probe, answer = asked.probe, asked.answer
        connection.execute(
            insert(schema.contexts).values(hash=digest, text=asked.context).on_conflict_do_nothing()
        )
        connection.execute(
            insert(schema.answers)
            .values(
                key=answer.key,
                model=asked.model,
                adapter=asked.adapter,
                context=digest,
                question=asked.question,
                decoding=json.dumps(asked.decoding.model_dump(mode="json"), sort_keys=True),
                seed=asked.seed,
                text=answer.text,
                tokens=answer.tokens,
                seconds=answer.seconds,
            )
            .on_conflict_do_nothing()
        )
        connection.execute(sa.delete(schema.verdicts).where(schema.verdicts.c.probe == probe.id))
        connection.execute(sa.delete(schema.probes).where(schema.probes.c.id == probe.id))
        connection.execute(
            sa.insert(schema.probes).values(
                id=probe.id,
                model=probe.condition.model,
                paradigm=probe.condition.paradigm,
                taught=probe.condition.taught,
                seed=probe.condition.seed,
                epoch=probe.epoch,
                fact=probe.fact_id,
                asked=probe.asked,
                answer=answer.key,
            )
        )
        connection.execute(sa.delete(schema.failures).where(schema.failures.c.probe == probe.id))

    def _beat(self, connection: sa.Connection) -> None:
        """Brings this process's duration up to date, so that a kill loses seconds, not the sum."""
        connection.execute(
            sa.update(schema.sessions)
            .where(schema.sessions.c.id == self._session)
            .values(seconds=time.monotonic() - self._started)
        )

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, DatabaseError) as error:
            raise self._explain(error) from error

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (OperationalError, DatabaseError) as error:
            raise self._explain(error) from error

    def _explain(self, error: DatabaseError) -> RunFolderError:
        reason = str(error.orig)
        remedies = {
            "full": "free some space and run the same command again: all that was answered is kept",
            "readonly": "make the folder writable, or give another --out",
            "not a database": "the file was damaged or is something else: give another --out",
        }
        remedy = next((text for mark, text in remedies.items() if mark in reason), "")
        return RunFolderError(
            place=str(self.path), message=reason, remedy=remedy or "give another --out"
        )


def _configure(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    # With the write-ahead log a kill can't damage the file; NORMAL may lose the last commits on a
    # power cut only, never half of one.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
