"""Facts in: generated worlds, general knowledge."""

from isoglot.corpora.knowledge import (
    KNOWLEDGE_RELATIONS,
    check_knowledge_languages,
    knowledge_languages,
    make_knowledge,
)
from isoglot.corpora.worlds import (
    check_world_languages,
    make_world,
    world_languages,
    world_relations,
)

__all__ = [
    "KNOWLEDGE_RELATIONS",
    "check_knowledge_languages",
    "check_world_languages",
    "knowledge_languages",
    "make_knowledge",
    "make_world",
    "world_languages",
    "world_relations",
]
