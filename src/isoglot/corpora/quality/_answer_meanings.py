"""Do the answers mean the same? Each should be nearest to its own original among all of them."""

import numpy as np

from isoglot.core import stream_seed
from isoglot.corpora.quality._encoders import Embed
from isoglot.corpora.quality._records import Example, Measure, kept, not_measured
from isoglot.corpora.quality._retrieve import ranked_in_pools
from isoglot.corpora.quality._text import normal
from isoglot.corpora.quality._view import View

# Of fewer different answers too many are found by chance.
FEWEST_ANSWERS = 12
# As many as the shares were measured among that good translations are held against.
_POOL = 40


def answers_retrieved(
    view: View, reference: View, embed: Embed, *, sample: int, seed: int
) -> dict[str, Measure]:
    """`answers_retrieved`: the share of answers that are nearest to what they should mean.

    They are looked for among answers of the whole corpus, not of the relation alone: most relations
    have too few. An answer counts once for everything that it stands for; digits, which
    are the same everywhere, don't count.
    """
    pairs: dict[tuple[str, str], str] = {}
    for fact_id, text in view.texts.items():
        if fact_id in reference.texts:
            original = reference.texts[fact_id].answer.text
            if _has_letters(original) and _has_letters(text.answer.text):
                pairs.setdefault((original, text.answer.text), fact_id)
    everything = list(pairs)
    rng = np.random.default_rng(stream_seed(seed, "quality", "answers"))
    drawn = [everything[index] for index in sorted(rng.permutation(len(pairs))[:sample].tolist())]
    meanings = {meaning: number for number, meaning in enumerate({normal(o): 0 for o, _ in drawn})}
    if len(meanings) < FEWEST_ANSWERS:
        why = f"there are fewer than {FEWEST_ANSWERS} different answers in words"
        return {"answers_retrieved": not_measured(why)}
    ranks, chance = ranked_in_pools(
        embed([said for _, said in drawn]),
        embed([original for original, _ in drawn]),
        np.array([meanings[normal(original)] for original, _ in drawn]),
        most=_POOL,
    )
    missed = [
        Example(fact_id=pairs[original, said], text=said, remark=f"should mean: {original}")
        for (original, said), rank in zip(drawn, ranks, strict=True)
        if rank > 1
    ]
    found = float(np.mean(ranks == 1))
    return {
        "answers_retrieved": kept(found, len(drawn), missed, chance=chance),
    }


def _has_letters(text: str) -> bool:
    return any(each.isalpha() for each in text)
