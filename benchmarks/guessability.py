"""How much of a world can be guessed: a run of `guessability` against chance.

    isoglot run guessability --out runs/guessability
    python benchmarks/guessability.py runs/guessability

Chance is one over the size of the set that an answer was drawn from, averaged over the facts: what
a model gets right that knows the relation's answers and draws one blindly.
"""

import argparse
import math
from pathlib import Path
from statistics import mean

import isoglot as ig
from isoglot.corpora._terms import shared_items
from isoglot.corpora.worlds._data import relations

ALLOWED = 0.05  # what may be guessed beyond chance


def main() -> None:
    """Prints a line a language and the share of languages within what is allowed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = ig.open_run(parser.parse_args().run)
    sets = {name: len(shared_items(name, run.study.languages)) for name in answer_sets()}
    chance = mean(1 / sets[relations()[fact.relation].answers] for fact in run.corpus.facts)
    known = [each for each in run.estimates() if each.measure == "known_before"]
    for each in known:
        if math.isnan(each.value):
            print(f"{each.languages['taught']}: nothing was answered")
            continue
        verdict = "within" if each.value <= chance + ALLOWED else "ABOVE"
        print(
            f"{each.languages['taught']}: {each.value:.1%} [{each.low:.1%}, {each.high:.1%}] of "
            f"{each.n_facts} facts; {verdict} {chance:.1%} + {ALLOWED:.0%}"
        )
    within = sum(each.value <= chance + ALLOWED for each in known)
    print(f"{within} of {len(known)} languages within chance + {ALLOWED:.0%}")


def answer_sets() -> set[str]:
    """The sets that worlds draw answers from."""
    return {relation.answers for relation in relations().values()}


if __name__ == "__main__":
    main()
