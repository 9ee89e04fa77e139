"""How generated facts are worded: for every relation, questions to teach with and to ask with."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable

from pydantic import Field, field_validator, model_validator

from isoglot.core import Record, parse_yaml

_SLOT = re.compile(r"\{(\w+)\}")


class RelationWording(Record):
    """A relation's questions in one language, with slots for names in citation form.

    Attributes:
        teach: Questions that a fact can be taught with; the same place in every language means the
            same question.
        ask: Paraphrases of them that it can be asked with.
    """

    teach: tuple[str, ...] = Field(min_length=1)
    ask: tuple[str, ...] = Field(min_length=1)

    @property
    def questions(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.teach, *self.ask)

    @field_validator("teach", "ask")
    @classmethod
    def _each_slot_once(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            found = _SLOT.findall(text)
            if not found or len(set(found)) != len(found):
                raise ValueError(f"{text!r} must hold each of its slots, as {{name}}, exactly once")
        return texts

    @model_validator(mode="after")
    def _all_different(self) -> "RelationWording":
        if len({frozenset(_SLOT.findall(text)) for text in self.questions}) != 1:
            raise ValueError(f"the questions have different slots: {list(self.questions)}")
        repeated = {text for text in self.questions if self.questions.count(text) > 1}
        if repeated:
            raise ValueError(f"{min(repeated)!r} stands twice; each must be a paraphrase")
        return self


class _WordingsFile(Record):
    language: str
    relations: Mapping[str, RelationWording]


def read_wordings(
    folder: Traversable, language: str, *, relations: Sequence[str]
) -> Mapping[str, RelationWording]:
    """The questions of every relation in a language, from `wordings/LANGUAGE.yaml` in a folder.

    Raises:
        ValueError: A relation has no wording.
    """
    text = folder.joinpath("wordings", f"{language}.yaml").read_text(encoding="utf-8")
    loaded = _WordingsFile.model_validate(parse_yaml(text))
    if loaded.language != language:
        raise ValueError(f"wordings/{language}.yaml says that it is {loaded.language!r}")
    if missing := set(relations) - set(loaded.relations):
        raise ValueError(f"wordings/{language}.yaml lacks {sorted(missing)}")
    return loaded.relations


def worded_languages(folder: Traversable) -> list[str]:
    """The languages that a folder has wordings in, sorted."""
    return sorted(path.name.removesuffix(".yaml") for path in folder.joinpath("wordings").iterdir())
