"""General knowledge: facts that a model may know before it is taught anything."""

from isoglot.corpora.knowledge._data import RELATIONS, knowledge_languages
from isoglot.corpora.knowledge._knowledge import check_knowledge_languages, make_knowledge

KNOWLEDGE_RELATIONS = RELATIONS

__all__ = [
    "KNOWLEDGE_RELATIONS",
    "check_knowledge_languages",
    "knowledge_languages",
    "make_knowledge",
]
