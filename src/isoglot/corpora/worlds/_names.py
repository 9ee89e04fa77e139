"""Invented names: drawn syllable by syllable, spelled by rule in every script, unique in each."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from isoglot.corpora.worlds._data import spelling

_SYLLABLES_A_NAME = 3


def invented_names(rng: np.random.Generator) -> Iterator[Mapping[str, str]]:
    """Endlessly many names, script to spelling, no two alike in any script.

    The first N names of a generator do not depend on how many are taken.
    """
    syllables, endings = spelling()
    scripts = list(syllables[0])
    seen: set[str] = set()
    while True:
        chosen = rng.choice(len(syllables), size=_SYLLABLES_A_NAME, replace=False)
        parts = [syllables[index] for index in chosen]
        if rng.random() < 0.5:  # half the names end in a consonant
            parts.append(endings[rng.integers(len(endings))])
        name = {script: _spell(parts, script) for script in scripts}
        if seen.isdisjoint(name.values()):
            seen.update(name.values())
            yield name


def _spell(parts: Iterable[Mapping[str, str]], script: str) -> str:
    # Only scripts with case are changed by this.
    return "".join(part[script] for part in parts).capitalize()
