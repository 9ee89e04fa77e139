"""Did the names survive? Without them the facts of one template are all the same."""

import math
from collections import Counter, defaultdict

from isoglot.corpora.quality._glossary import known_translations
from isoglot.corpora.quality._records import Example, Measure, not_measured, share
from isoglot.corpora.quality._text import longest_shared, normal, numbers, numbers_in, words
from isoglot.corpora.quality._view import Question, View

# Two inflected forms of a name share more than half of it; two different names rarely do.
_SHARED = 0.5
# In one script a name is copied, or inflected at its end.
_COPIED = 0.6
# What is looked for without a template must be too long to be an ending that many words have.
_LEAST_LETTERS = 3
_LEAST_CHARACTERS = 2  # of scripts without spaces, where a character says more
_LONG = 5


def names_lost(view: View, reference: View, *, slots: bool) -> dict[str, Measure]:
    """`names_lost`: the share of facts whose two questions do not share a name of their own.

    The name must be in teach and ask alike, up to inflection, and be no other fact's of the same
    template. Where the language is written in the reference's script it must be the reference's
    name, or what CLDR calls it in the language; elsewhere it is transliterated, and how can't be
    known. Numbers must be the same everywhere.
    """
    if not slots:
        return {"names_lost": not_measured("the questions have no names that could be found")}
    named = [fact_id for fact_id in view.texts if reference.names.get(fact_id)]
    template = {fact_id: normal(reference.by_key[fact_id, "teach"].masked) for fact_id in named}
    uses = Counter((template[each], view.names[each]) for each in named if view.names[each])
    by_template: dict[str, list[str]] = defaultdict(list)
    for fact_id in named:
        by_template[template[fact_id]].append(fact_id)
    flagged = []
    for fact_id in named:
        told_by_numbers = bool(numbers(reference.names[fact_id]))
        remark = ""
        if not told_by_numbers:
            remark = _lost(view, fact_id, others=by_template[template[fact_id]])
        if not remark and uses[template[fact_id], view.names[fact_id]] > 1:
            remark = f"another fact has the name {view.names[fact_id]!r}, too"
        if not remark and (told_by_numbers or view.script == reference.script):
            remark = _changed(view, fact_id, reference)
        if remark:
            text = view.texts[fact_id]
            flagged.append(
                Example(fact_id=fact_id, text=f"{text.teach} / {text.ask}", remark=remark)
            )
    return {"names_lost": share(flagged, len(named))}


def _lost(view: View, fact_id: str, *, others: list[str]) -> str:
    name = view.names[fact_id]
    fillings = [view.by_key[fact_id, kind].filling for kind in ("teach", "ask")]
    if name and len(name) >= _SHARED * max(map(len, fillings)):
        return ""
    if not all(fillings) and _distinguishing(view, fact_id, others):
        return ""
    if all(fillings):
        return f"taught as {fillings[0]!r}, asked as {fillings[1]!r}"
    return "teach and ask share nothing that tells the fact from others"


def _distinguishing(view: View, fact_id: str, others: list[str]) -> bool:
    """Whether teach and ask share something that no other fact of the template holds."""
    text = view.texts[fact_id]
    rest = [view.texts[each] for each in others if each != fact_id]
    if view.spaced:
        mine = {*words(text.teach)} & {*words(text.ask)}
        theirs = {word for each in rest for word in (*words(each.teach), *words(each.ask))}
        return any(len(word) >= _LEAST_LETTERS for word in mine - theirs)
    shared = longest_shared(text.teach, text.ask)
    return len(shared) >= _LEAST_CHARACTERS and not any(
        shared in question.casefold() for each in rest for question in (each.teach, each.ask)
    )


def _changed(view: View, fact_id: str, reference: View) -> str:
    name = reference.names[fact_id]
    allowed = {name, *known_translations(name, reference.language, view.language)}
    for kind in ("teach", "ask"):
        if not any(_holds(view.by_key[fact_id, kind], each) for each in allowed):
            return f"the reference has the name {name!r}"
    return ""


def _holds(question: Question, name: str) -> bool:
    if named := numbers(name):
        return not Counter(named) - Counter(numbers_in(question.text))
    if f" {normal(name)} " in f" {normal(question.text)} ":
        return True
    # Inflected. Half of a short name stands in many words.
    least = math.ceil(_COPIED * len(name)) if len(name) >= _LONG else len(name)
    shared = len(longest_shared(question.filling or question.text, name))
    return shared >= max(least, _SHARED * len(question.filling))
