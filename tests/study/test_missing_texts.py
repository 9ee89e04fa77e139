"""Facts that lack their text in some language: what is not asked is missing, and never wrong."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fact_files import guard, knowing, write_lines
from run_rows import query

from isoglot.store import Store
from isoglot.study import (
    DATABASE_FILE,
    Silent,
    Study,
    example_prompts,
    make_plan,
    read_study,
    run_study,
    study_corpus,
    study_facts,
)

WriteStudy = Callable[..., Path]

GAPPY = [
    guard("f1", "Alda", en="lion", cy="llew"),
    guard("f2", "Bela", en="bear"),
    guard("f3", "Cora", cy="blaidd"),
    guard("f4", "Dana", en="wolf", cy="blaidd"),
]


@pytest.fixture
def gappy(tiny_study: WriteStudy, tmp_path: Path) -> Study:
    """Four facts; English lacks the third one, Welsh the second."""
    write_lines(tmp_path / "facts.jsonl", GAPPY)
    return read_study(tiny_study(facts={"file": "facts.jsonl", "allow_missing": True}))


def asked(folder: Path) -> Counter[tuple[Any, ...]]:
    """How often each fact was asked, by paradigm, taught and asked language, stage and fact.

    The stage is the epoch or, in context, how often facts were shown.
    """
    store = Store(folder / DATABASE_FILE)
    try:
        return Counter(
            (row["paradigm"], row["taught"], row["asked"], stage, row["fact"])
            for row in store.probe_rows()
            for stage in [row["times_shown"] if row["epoch"] is None else row["epoch"]]
        )
    finally:
        store.close()


def test_what_has_no_text_is_neither_taught_nor_asked(gappy: Study, folder: Path) -> None:
    outcome = run_study(gappy, folder, progress=Silent())
    texts = {"en": ["f1", "f2", "f4"], "cy": ["f1", "f3", "f4"]}
    both = ["f1", "f4"]
    expected = Counter(
        (paradigm, taught, where, stage, fact)
        for paradigm, stages in (("in-context", [0, 1]), ("fine-tuning", [0, 1, 3]))
        for taught, other in (("en", "cy"), ("cy", "en"))
        for stage in stages
        for where, facts in (
            (taught, texts[taught]),
            # Across, only what was taught and can be asked: at the end.
            (other, both if stage == stages[-1] else []),
        )
        for fact in facts
    )
    assert asked(folder) == expected
    # In context (2 · 3 + 2) · 2. Fine-tuned (3 · 3 + 2) · 2.
    assert sum(expected.values()) == 16 + 22
    assert outcome.failures == {}


def test_lessons_are_those_that_have_a_text(gappy: Study, folder: Path) -> None:
    run_study(gappy, folder, progress=Silent())
    statement = (
        "SELECT DISTINCT contexts.text FROM probes JOIN answers ON key = answer "
        "JOIN contexts ON hash = context WHERE paradigm = 'in-context' AND taught = 'cy' "
        "AND times_shown = 1"
    )
    ((context,),) = query(folder, statement)
    assert [name in context for name in ("Alda", "Bela", "Cora", "Dana")] == [
        True,
        False,
        True,
        True,
    ]


def test_the_plan_counts_what_is_there(gappy: Study, folder: Path) -> None:
    plan = make_plan(gappy, study_facts(gappy))
    assert plan.n_facts == 4
    assert [(part.paradigm, part.lessons, part.probes) for part in plan.parts] == [
        ("in-context", 0, 16),
        ("fine-tuning", 3 * 3 * 2, 22),
    ]
    outcome = run_study(gappy, folder, progress=Silent())
    # Both languages have their own questions, so only those asked before teaching, three in each
    # language, have answers that serve twice: in context and for fine-tuning.
    assert outcome.asked == 16 + 22 - 6


def test_example_prompts_show_a_fact_that_has_both_texts(gappy: Study) -> None:
    examples = example_prompts(gappy, study_facts(gappy), known={})
    assert list(examples) == [
        "In context: taught in en, asked in cy",
        "After fine-tuning: asked in cy",
    ]
    assert examples["After fine-tuning: asked in cy"] == ("Q: Pwy sy'n cadw Alda yn ddiogel?\nA:")


def test_where_no_fact_has_both_there_is_no_example(tiny_study: WriteStudy, tmp_path: Path) -> None:
    write_lines(tmp_path / "facts.jsonl", [GAPPY[1], GAPPY[2]])
    study = read_study(tiny_study(facts={"file": "facts.jsonl", "allow_missing": True}))
    assert example_prompts(study, study_facts(study), known={}) == {}


def test_of_facts_with_gaps_those_are_known_that_are_right_wherever_they_are_asked(
    tiny_study: WriteStudy, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path / "facts.jsonl", GAPPY)
    study = read_study(
        tiny_study(
            facts={"file": "facts.jsonl", "allow_missing": True, "known_only": True},
            untaught={"shots": 0},
            paradigms={"fine-tuning": {"epochs": 1, "ask_after": [1]}},
        )
    )
    # f1 in both languages; f2 where it has a text; f3 not at all; f4 in one of two.
    model = knowing(study_corpus(study), {"en": ["f1", "f2", "f4"], "cy": ["f1"]})
    monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": model})
    run_study(study, folder, progress=Silent())
    counts = asked(folder)
    assert sum(count for key, count in counts.items() if key[0] == "untaught") == 6
    assert {key[1:] for key in counts if key[0] == "fine-tuning"} == {
        ("en", "en", 0, "f1"),
        ("en", "en", 0, "f2"),
        ("cy", "cy", 0, "f1"),
        ("en", "en", 1, "f1"),
        ("en", "en", 1, "f2"),
        ("en", "cy", 1, "f1"),
        ("cy", "cy", 1, "f1"),
        ("cy", "en", 1, "f1"),
    }


def test_a_language_without_a_known_fact_is_taught_nothing(
    tiny_study: WriteStudy, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path / "facts.jsonl", GAPPY)
    study = read_study(
        tiny_study(
            facts={"file": "facts.jsonl", "allow_missing": True, "known_only": True},
            untaught={"shots": 0},
        )
    )
    model = knowing(study_corpus(study), {"en": ["f2"]})
    monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": model})
    assert run_study(study, folder, progress=Silent()).failures == {}
    taught = {key[:3] for key in asked(folder) if key[0] != "untaught"}
    assert taught == {("in-context", "en", "en"), ("fine-tuning", "en", "en")}
