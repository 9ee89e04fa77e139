"""Does it mean the same? A translation should be nearest to its own original among all others.

Ranks, never similarities: what similarity two translations have depends on the languages.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isoglot.core import stream_seed
from isoglot.corpora.quality._encoders import Embed
from isoglot.corpora.quality._nameless import Nameless
from isoglot.corpora.quality._records import Example, Measure, kept, not_measured
from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._view import Question, View

NAMES = ("retrieved_first", "mean_reciprocal_rank", "retrieved_by_name")

# With fewer different meanings than this a text is found by chance too often to say anything.
FEWEST_MEANINGS = 4
# Names are the easiest to find: of few, most are found whatever they were mistaken for.
FEWEST_NAMED = 8
# As many as the shares were measured among that good translations are held against.
_POOL = 100
# One word for every name, in every language, so that names can't be what texts are found by.
_PLACEHOLDER = "X"


class Targets:
    """The texts of the reference language that translations are looked for among.

    Args:
        reference: The reference language.
        sample: How many texts to draw at most.
        seed: Draws them.
    """

    def __init__(self, reference: View, *, sample: int, seed: int) -> None:
        self._nameless = Nameless(reference)
        masked = [self.bare(reference, question) for question in reference.questions]
        meanings = _meanings(reference.questions, masked)
        self.by_name = len(set(meanings)) < FEWEST_MEANINGS
        if self.by_name:
            # A handful of templates: what tells their questions apart are the names.
            masked = [question.text for question in reference.questions]
            meanings = _meanings(reference.questions, masked)
        first = {text: place for place, text in reversed(list(enumerate(masked)))}
        places = sorted(first.values())
        rng = np.random.default_rng(stream_seed(seed, "quality", "retrieve"))
        drawn = sorted(rng.permutation(len(places))[:sample].tolist())
        self.reference = reference
        self.questions = [reference.questions[places[index]] for index in drawn]
        self.meanings = np.array([meanings[places[index]] for index in drawn], dtype=np.int64)

    def bare(self, view: View, question: Question) -> str:
        """A question without its name, as it is encoded."""
        masked = question.masked
        if not question.filling:
            masked = self._nameless.text(view, question.fact_id, question.text)
        return masked.replace(SLOT, _PLACEHOLDER)

    def text(self, view: View, question: Question) -> str:
        """What of a question is encoded."""
        return question.text if self.by_name else self.bare(view, question)


def _meanings(questions: Sequence[Question], texts: Sequence[str]) -> list[int]:
    """For each question the number of its meaning.

    The two questions of a fact mean the same, and so do questions with the same (masked) text; what
    hangs together by these two is one meaning.
    """
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for question, text in zip(questions, texts, strict=True):
        parent[root(f"fact {question.fact_id}")] = root(f"text {text}")
    numbers: dict[str, int] = {}
    return [numbers.setdefault(root(f"text {text}"), len(numbers)) for text in texts]


def retrieved(view: View, targets: Targets, embed: Embed) -> dict[str, Measure]:
    """How many questions are nearest to what they should mean.

    `retrieved_first` is the share found first, `mean_reciprocal_rank` the mean of 1/rank (1 is
    first), both with the names taken out. Found is a text by any question of the same meaning: a
    paraphrase is no mistake. `retrieved_by_name` is measured where the names are all that tells
    questions apart: the share of questions found first, names and all. It shows texts that changed
    places; that the rest of the question means the same it can't show.
    """
    if targets.by_name:
        why = f"names apart, there are fewer than {FEWEST_MEANINGS} different questions"
        missing = dict.fromkeys(NAMES[:2], not_measured(why))
        return {**missing, "retrieved_by_name": _found(view, targets, embed, FEWEST_NAMED)[0]}
    first, mean = _found(view, targets, embed, FEWEST_MEANINGS)
    why = "the questions can be told apart without the names"
    return {
        "retrieved_first": first,
        "mean_reciprocal_rank": mean,
        "retrieved_by_name": not_measured(why),
    }


def _found(view: View, targets: Targets, embed: Embed, fewest: int) -> tuple[Measure, Measure]:
    pairs = [
        (index, view.by_key[question.key])
        for index, question in enumerate(targets.questions)
        if question.key in view.by_key
    ]
    meanings = targets.meanings[[index for index, _ in pairs]] if pairs else targets.meanings[:0]
    if len(np.unique(meanings)) < fewest:
        nothing = not_measured(f"there are fewer than {fewest} different questions")
        return nothing, nothing
    texts = [targets.text(view, question) for _, question in pairs]
    wanted = [targets.text(targets.reference, targets.questions[index]) for index, _ in pairs]
    ranks, chance = ranked_in_pools(embed(texts), embed(wanted), meanings, most=_POOL)
    missed = [
        Example(fact_id=question.fact_id, text=text, remark=f"should mean: {original}")
        for (_, question), text, original, rank in zip(pairs, texts, wanted, ranks, strict=True)
        if rank > 1
    ]
    return (
        kept(float(np.mean(ranks == 1)), len(pairs), missed, chance=chance),
        kept(float(np.mean(1 / ranks)), len(pairs), []),
    )


def ranked_in_pools(
    texts: NDArray[np.float32],
    originals: NDArray[np.float32],
    meanings: NDArray[np.int64],
    *,
    most: int,
) -> tuple[NDArray[np.int64], float]:
    """The rank of every text in its pool, and how often a blind draw there has the right meaning.

    Among more originals fewer are found; pools of one size keep the shares comparable.

    Args:
        texts: Their embeddings, in rows.
        originals: Those of the originals, in the same order.
        meanings: Of both.
        most: The size of a pool at most.
    """
    n_pools = max(1, math.ceil(len(texts) / most))
    ranks = np.empty(len(texts), dtype=np.int64)
    by_chance = np.empty(len(texts))
    for first in range(n_pools):
        pool = slice(first, None, n_pools)
        ranks[pool] = ranked(texts[pool] @ originals[pool].T, meanings[pool])
        by_chance[pool] = (meanings[pool][:, None] == meanings[pool][None, :]).mean(axis=1)
    return ranks, float(by_chance.mean())


def ranked(similarity: NDArray[np.float32], meanings: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank of the best text of the right meaning, from 1; ties count against it.

    Args:
        similarity: Translations in rows, originals in columns.
        meanings: Of both.
    """
    right = meanings[:, None] == meanings[None, :]
    best = np.where(right, similarity, -np.inf).max(axis=1)
    ahead = ~right & (similarity >= best[:, None])
    ranks: NDArray[np.int64] = 1 + ahead.sum(axis=1)
    return ranks
