"""The base of every record: frozen, keyword-only, typed, and strict about unknown keys."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value with named, validated fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
