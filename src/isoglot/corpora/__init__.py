"""Facts in: generated worlds."""

from isoglot.corpora.worlds import (
    check_world_languages,
    make_world,
    world_languages,
    world_relations,
)

__all__ = ["check_world_languages", "make_world", "world_languages", "world_relations"]
