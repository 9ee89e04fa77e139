"""Is it in the right language at all? By an identifier, for single questions and for several."""

import numpy as np

from isoglot.core import get_language, stream_seed
from isoglot.corpora.quality._data import Relatives, relatives
from isoglot.corpora.quality._encoders import Identify
from isoglot.corpora.quality._records import Example, Measure, kept, not_measured, share
from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._view import Question, View

# The tool errs on single short questions even where they are right; five are a short paragraph.
TOGETHER = 5
NAMES = ("identified", "near_relative", "identified_together")

# Some 0.3 ms a text: more would cost time and move the share by less than 2 points.
_MOST = 500


def identified(view: View, identify: Identify, *, seed: int) -> dict[str, Measure]:
    """Shares of questions by the language that the tool finds them in.

    `identified` is the share in the right language or, where the tool mixes them up, a near
    relative; `near_relative` the share in the relative alone; `identified_together` the share of
    groups of five in the right language itself.

    Names are taken out first, and a template counts once: invented names belong to no language.
    """
    name = get_language(view.language).name
    accepted = relatives().get(view.language, Relatives())
    same = {view.language, *accepted.same}
    if not same & identify.languages:
        return dict.fromkeys(NAMES, not_measured(f"the tool does not know {name}"))
    distinct = view.distinct()
    if not distinct:
        return dict.fromkeys(NAMES, not_measured("there are no texts"))
    rng = np.random.default_rng(stream_seed(seed, "quality", "identify", view.language))
    order = rng.permutation(len(distinct))[:_MOST].tolist()
    drawn = [distinct[index] for index in sorted(order)]
    bare = {index: _without_name(distinct[index]) for index in order}
    texts = [bare[index] for index in sorted(order)]
    wrong: list[Example] = []
    near: list[Example] = []
    for question, text in zip(drawn, texts, strict=True):
        said = identify(text)
        if said not in same:
            among = near if said in accepted.near else wrong
            among.append(Example(fact_id=question.fact_id, text=text, remark=f"taken for {said!r}"))
    return {
        "identified": kept(1 - len(wrong) / len(texts), len(texts), wrong),
        "near_relative": share(near, len(texts)),
        "identified_together": _together([bare[index] for index in order], identify, same),
    }


def _without_name(question: Question) -> str:
    return " ".join(question.masked.replace(SLOT, " ").split())


def _together(texts: list[str], identify: Identify, same: set[str]) -> Measure:
    # A rest shorter than the others would be no five: it goes to the last one.
    groups = max(1, len(texts) // TOGETHER)
    wrong = []
    for group in range(groups):
        end = None if group == groups - 1 else (group + 1) * TOGETHER
        joined = "\n".join(texts[group * TOGETHER : end])
        said = identify(joined)
        if said not in same:
            wrong.append(
                Example(fact_id="", text=joined.replace("\n", " / "), remark=f"taken for {said!r}")
            )
    return kept(1 - len(wrong) / groups, groups, wrong)
