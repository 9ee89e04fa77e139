"""Answers that a question gives away, and answers that their rival says as well."""

from isoglot.core import FactText
from isoglot.corpora.quality._data import has_spaces, scripts
from isoglot.corpora.quality._records import Example, Measure, share
from isoglot.corpora.quality._text import normal, words
from isoglot.corpora.quality._view import View


def answers(view: View) -> dict[str, Measure]:
    """Answers that are given away or not the only right ones.

    `leaks` is the share of facts with a question that holds the answer; `answer_is_rival` the share
    of those with a rival whose rival is the answer.
    """
    leaking = []
    same = []
    rivals = 0
    for fact_id, text in view.texts.items():
        if found := leak(text, script=view.script):
            form, question = found
            leaking.append(Example(fact_id=fact_id, text=question, remark=f"holds {form!r}"))
        if text.rival:
            rivals += 1
            if {normal(form) for form in text.answer.forms} & {
                normal(form) for form in text.rival.forms
            }:
                same.append(Example(fact_id=fact_id, text=text.answer.text))
    return {
        "leaks": share(leaking, len(view.texts)),
        "answer_is_rival": share(same, rivals, why_not="no fact has a rival"),
    }


def leak(text: FactText, *, script: str) -> tuple[str, str] | None:
    """A form of the answer and the question that holds it, if one does."""
    spaced = has_spaces(script)
    for form in text.answer.forms:
        for question in (text.teach, text.ask):
            if holds(question, form, script=script, spaced=spaced):
                return form, question
    return None


def holds(question: str, answer: str, *, script: str, spaced: bool) -> bool:
    """Whether a question holds an answer, as whole words where words are set apart.

    An answer of a single letter is found only if it is a number: one-letter words and most single
    Han characters stand in questions as something else. In scripts that write suffixes to words, a
    word may go on after the answer.
    """
    sought, text = normal(answer), normal(question)
    if not sought:
        return False
    if sought.isdigit():
        return sought in _numbers(text)
    if len(sought) < 2:
        return False
    if not spaced:
        return sought.replace(" ", "") in text.replace(" ", "")
    if script in scripts() and scripts()[script].suffixes:
        return f" {sought}" in f" {text}"
    return f" {sought} " in f" {text} "


def _numbers(text: str) -> set[str]:
    """The runs of digits of a text: a 3 is no part of 13, but may stand against a letter."""
    spaced = "".join(each if each.isdigit() else " " for each in text)
    return {*spaced.split(), *words(text)}
