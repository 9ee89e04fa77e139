"""Gaps: refused with a list, or left out when allowed; languages that a source does not have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from isoglot.corpora.formats import read_facts

WriteLines = Callable[..., Path]
Said = Callable[..., list[str]]
AsText = Callable[..., dict[str, Any]]

FILL_IN = "; fill it in, or say allow_missing: true (data import: --allow-missing)"


def four(lines: WriteLines, as_text: AsText) -> Path:
    """f1 is whole; f2 has no ask in cy; f3 no cy at all; f4 no answer in en and no cy."""
    return lines(
        {"id": "f1", "texts": {"en": as_text("a"), "cy": as_text("b")}},
        {"id": "f2", "texts": {"en": as_text("a"), "cy": {**as_text("b"), "ask": " "}}},
        {"id": "f3", "texts": {"en": as_text("a")}},
        {"id": "f4", "texts": {"en": {**as_text("a"), "teach": "", "answer": {"text": ""}}}},
    )


def test_every_gap_is_named(lines: WriteLines, said: Said, as_text: AsText) -> None:
    assert said(read_facts, four(lines, as_text)) == [
        f"T/facts.jsonl, line 2: fact 'f2' has no ask in 'cy'{FILL_IN}",
        f"T/facts.jsonl, line 3: fact 'f3' has no 'cy'{FILL_IN}",
        f"T/facts.jsonl, line 4: fact 'f4' has no teach and answer in 'en'{FILL_IN}",
        f"T/facts.jsonl, line 4: fact 'f4' has no 'cy'{FILL_IN}",
    ]


def test_only_the_wanted_languages_count(lines: WriteLines, said: Said, as_text: AsText) -> None:
    assert said(read_facts, four(lines, as_text), languages=["en"]) == [
        f"T/facts.jsonl, line 4: fact 'f4' has no teach and answer in 'en'{FILL_IN}"
    ]


def test_of_many_gaps_ten_are_named(lines: WriteLines, said: Said, as_text: AsText) -> None:
    # 13 facts lack cy: ten are named, three are counted.
    whole = {"id": "f0", "texts": {"en": as_text("a"), "cy": as_text("b")}}
    path = lines(whole, *({"id": f"f{n}", "texts": {"en": as_text("a")}} for n in range(1, 14)))
    problems = said(read_facts, path)
    assert len(problems) == 11
    assert problems[9] == f"T/facts.jsonl, line 11: fact 'f10' has no 'cy'{FILL_IN}"
    assert problems[10] == f"T/facts.jsonl: and 3 more texts are missing{FILL_IN}"


def test_allowed_gaps_are_left_out_as_whole_cells(lines: WriteLines, as_text: AsText) -> None:
    left_out: list[str] = []
    read = read_facts(four(lines, as_text), allow_missing=True, left_out=left_out.extend)
    assert read.languages == ("en", "cy")
    # f4 has nothing that could be taught or asked.
    assert left_out == ["f4"]
    assert [list(fact.texts) for fact in read.facts] == [["en", "cy"], ["en"], ["en"]]
    assert read.missing() == {"cy": ["f2", "f3"]}


def test_a_fact_outside_the_wanted_languages_is_left_out(
    lines: WriteLines, as_text: AsText
) -> None:
    left_out: list[str] = []
    read = read_facts(
        four(lines, as_text), languages=["cy"], allow_missing=True, left_out=left_out.extend
    )
    assert [fact.id for fact in read.facts] == ["f1"]
    assert left_out == ["f2", "f3", "f4"]


def test_a_language_that_is_not_there(lines: WriteLines, said: Said, as_text: AsText) -> None:
    problems = [
        "T/facts.jsonl: has no 'sw' (Swahili); it has: en, cy",
        "T/facts.jsonl: has no 'th' (Thai); it has: en, cy",
    ]
    for allow in (False, True):
        options = {"languages": ["en", "sw", "th"], "allow_missing": allow}
        assert said(read_facts, four(lines, as_text), **options) == problems


def test_a_language_without_a_complete_text(lines: WriteLines, said: Said, as_text: AsText) -> None:
    path = lines({"id": "f1", "texts": {"en": as_text("a"), "cy": as_text("b", "")}})
    assert said(read_facts, path, languages=["en", "cy"], allow_missing=True) == [
        "T/facts.jsonl: has no complete text in 'cy' (Welsh); it has: en"
    ]
    # Not asked for by name, it stays, and is missing everywhere.
    assert read_facts(path, allow_missing=True).missing() == {"cy": ["f1"]}


def test_no_complete_text_at_all(lines: WriteLines, said: Said, as_text: AsText) -> None:
    path = lines({"id": "f1", "texts": {"en": as_text("a", "")}})
    assert said(read_facts, path, allow_missing=True) == [
        "T/facts.jsonl: has no complete text in any language; fill in the gaps"
    ]


def test_an_unknown_wanted_language(lines: WriteLines, said: Said, as_text: AsText) -> None:
    assert said(read_facts, four(lines, as_text), languages=["qqq"]) == [
        "languages: 'qqq' is not a known language; see: isoglot languages"
    ]
