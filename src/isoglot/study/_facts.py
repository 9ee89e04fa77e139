"""The part of a study file that says which facts are taught, and the facts it means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from isoglot.core import Corpus, Record, user_path
from isoglot.corpora import make_knowledge, make_world
from isoglot.corpora.formats import (
    DatasetSource,
    FileSource,
    LnewknowSource,
    Source,
    TableSource,
    read_source,
)


class WorldSpec(Record):
    """A generated world.

    Attributes:
        size: How many facts.
        seed: Which world; the study's seed where none is given.
        relations: Into how many relations they fall; all that worlds know where it is not given.
    """

    size: int = Field(ge=1, le=100_000)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    relations: int | None = Field(default=None, ge=1)


class KnowledgeSpec(Record):
    """General knowledge that a model may have.

    Attributes:
        size: How many facts; all there are where it is not given.
        seed: Decides which, their order and their rivals; the study's seed where none is given.
        relations: Which kinds of fact; all where none are given.
    """

    size: int | None = Field(default=None, ge=1)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    relations: tuple[str, ...] | None = Field(default=None, min_length=1)


class FactsSpec(Record):
    """Where the facts come from: exactly one of the sources.

    Attributes:
        file: A file of isoglot's own format.
        lnewknow: LNewKnow's folders, or its later single file.
        table: A CSV, JSON lines or Parquet file with declared columns.
        dataset: A Hugging Face dataset with declared columns.
        allow_missing: Whether a fact may lack its text in some of the languages.
        known_only: Whether only those facts are taught that the model answers right, in every
            language of the study, before it is taught anything.
    """

    world: WorldSpec | None = None
    knowledge: KnowledgeSpec | None = None
    file: FileSource | None = None
    lnewknow: LnewknowSource | None = None
    table: TableSource | None = None
    dataset: DatasetSource | None = None
    allow_missing: bool = False
    known_only: bool = False

    @field_validator("knowledge", mode="before")
    @classmethod
    def _named_without_settings(cls, value: Any) -> Any:
        return {} if value is True else value

    @field_validator("file", mode="before")
    @classmethod
    def _just_a_path(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _knowledge_alone(cls, values: Any) -> Any:
        # `knowledge:` with nothing behind it reads as null and means "with the defaults".
        if isinstance(values, Mapping) and values.get("knowledge", False) is None:
            return {**values, "knowledge": {}}
        return values

    @model_validator(mode="after")
    def _one_source(self) -> "FactsSpec":
        named = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(named) != 1:
            said = f"names {' and '.join(named)}" if named else "names no source of facts"
            raise ValueError(f"{said}; give one of {', '.join(_SOURCES)}")
        if self.allow_missing and self.source is None:
            raise ValueError(f"{named[0]} misses nothing: leave allow_missing out")
        return self

    @property
    def source(self) -> Source | None:
        """The file or dataset; `None` for facts that are generated."""
        return self.file or self.lnewknow or self.table or self.dataset

    def located(self, base: Path) -> "FactsSpec":
        """The same with absolute paths; relative ones are seen from a folder."""

        def absolute(value: Any, place: str) -> Any:
            path = user_path(base / user_path(value, place=place), place=place).resolve()
            return type(value)(path) if isinstance(value, Path) or path.exists() else value

        for name, fields in (
            ("file", ("path",)),
            ("lnewknow", ("path", "rivals")),
            ("table", ("path",)),
            ("dataset", ("name",)),
        ):
            source = getattr(self, name)
            if source is not None:
                found = {field: getattr(source, field) for field in fields}
                update = {
                    field: absolute(value, f"facts.{name}.{field}")
                    for field, value in found.items()
                    if value
                }
                return self.model_copy(update={name: source.model_copy(update=update)})
        return self


Facts = Annotated[
    FactsSpec,
    BeforeValidator(lambda facts: {"file": facts} if isinstance(facts, str) else facts),
]
"""Facts as a study names them: a bare path is a file of isoglot's own format."""

_SOURCES = ("world", "knowledge", "file", "lnewknow", "table", "dataset")


def read_corpus(
    facts: FactsSpec, *, languages: tuple[str, ...], seed: int, limit: int | None
) -> Corpus:
    """The facts that a study means, in its languages.

    Raises:
        InputError: They can't be read, or not made in these languages.
        MissingExtraError: A dataset is named, and the package that reads it is not installed.
    """
    if facts.world is not None:
        world = facts.world
        return make_world(
            languages,
            size=world.size if limit is None else min(world.size, limit),
            seed=seed if world.seed is None else world.seed,
            n_relations=world.relations,
        )
    if facts.knowledge is not None:
        knowledge = facts.knowledge
        corpus = make_knowledge(
            languages,
            size=knowledge.size,
            seed=seed if knowledge.seed is None else knowledge.seed,
            relations=knowledge.relations,
        )
    else:
        assert facts.source is not None  # noqa: S101 - the validator saw to it
        corpus = read_source(facts.source, languages=languages, allow_missing=facts.allow_missing)
    return corpus.model_copy(update={"facts": corpus.facts[:limit]})
