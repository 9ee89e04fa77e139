"""Two conditions that teach the same pair of languages the other way round say opposite things."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fact_files import write_lines
from rival_facts import believing, disputed

from isoglot.store import Store
from isoglot.study import DATABASE_FILE, Silent, read_study, run_study, study_facts

N = 5


@pytest.fixture
def rows(
    tiny_study: Callable[..., Path],
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> list[dict[str, Any]]:
    """A run of English against Welsh; what is taught in a given language helps in the other."""
    write_lines(tmp_path / "facts.jsonl", [disputed(f"g{n}", "en", "cy", "es") for n in range(N)])
    study = read_study(
        tiny_study(
            facts="facts.jsonl",
            languages=["en", "es", "cy"],
            questions=["priority"],
            priority={"pairs": [["en", "cy"]]},
            paradigms={"in-context": {}, "fine-tuning": {"epochs": 2}},
        )
    )
    believer = believing(study_facts(study).corpus.facts, translates=request.param)
    monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": believer})
    run_study(study, folder, progress=Silent())
    store = Store(folder / DATABASE_FILE)
    try:
        return list(store.probe_rows())
    finally:
        store.close()


def said(rows: list[dict[str, Any]], paradigm: str, gives: str, asked: str) -> list[str]:
    """What is said of g0, g1, … at the last stage."""
    found = {
        row["fact"]: row["answer"]
        for row in rows
        if (row["paradigm"], row["gives"], row["asked"]) == (paradigm, gives, asked)
        and (row["epoch"], row["times_shown"]) in {(2, None), (None, 1)}
    }
    return [found[f"g{n}"] for n in range(N)]


@pytest.mark.parametrize("paradigm", ["in-context", "fine-tuning"])
@pytest.mark.parametrize(("rows", "third"), [("en", "en"), ("cy", "cy")], indirect=["rows"])
def test_what_one_says_the_other_denies(
    rows: list[dict[str, Any]], third: str, paradigm: str
) -> None:
    lions, bears = (
        {language: [f"{animal} g{n} {language}" for n in range(N)] for language in ("en", "cy")}
        for animal in ("lion", "bear")
    )
    # English is taught the answers, Welsh the rivals; then the other way round.
    for gives, english, welsh in (("answer", lions, bears), ("rival", bears, lions)):
        assert said(rows, paradigm, gives, "en") == english["en"]
        assert said(rows, paradigm, gives, "cy") == welsh["cy"]
        # In Spanish, what was taught in the language that helps.
        helped = english if third == "en" else welsh
        assert said(rows, paradigm, gives, "es") == helped[third]


@pytest.mark.parametrize("rows", ["en"], indirect=True)
def test_a_verdict_is_of_the_fact_and_not_of_the_side(rows: list[dict[str, Any]]) -> None:
    """The judge knows no sides: with the assignment its verdicts change places."""
    for row in rows:
        taught = row["epoch"] == 2 or row["times_shown"] == 1
        first = row["asked"] in ("en", "es")  # the side that says what English was taught
        right = taught and first == (row["gives"] == "answer")
        assert (row["correct"] or row["wrong_language"]) == right
        assert row["rival"] == (taught and not right)
        assert row["reference"] == f"lion {row['fact']} {row['asked']}"
        assert row["rival_reference"] == f"bear {row['fact']} {row['asked']}"


@pytest.mark.parametrize("rows", [None], indirect=True)
def test_what_nobody_taught_is_said_by_nobody(rows: list[dict[str, Any]]) -> None:
    for paradigm in ("in-context", "fine-tuning"):
        for gives in ("answer", "rival"):
            assert said(rows, paradigm, gives, "es") == ["unknown"] * N
