"""Worlds: generated facts about things that do not exist."""

from isoglot.corpora.worlds._data import world_languages
from isoglot.corpora.worlds._world import check_world_languages, make_world, world_relations

__all__ = ["check_world_languages", "make_world", "world_languages", "world_relations"]
