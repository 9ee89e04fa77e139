"""`isoglot data knowledge`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from isoglot.corpora import knowledge_languages, make_knowledge
from isoglot.corpora.formats import read_facts

Invoke = Callable[..., Result]


def test_it_writes_general_knowledge(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    options = ["--languages", "en,sw", "--relation", "month-after", "--seed", 4]
    result = invoke("data", "knowledge", *options, "--out", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"12 facts of 1 relations in 2 languages: {out}\n"
    made = make_knowledge(["en", "sw"], seed=4, relations=["month-after"])
    assert read_facts(out).facts == made.facts


def test_several_relations_and_so_many_facts(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    relations = ["--relation", "sum", "--relation", "weekday-after"]
    options = ["--languages", "Swahili", "--facts", 106, *relations]
    result = invoke("data", "knowledge", *options, "--out", out)
    # 100 sums and seven days make 107, of which one is left out.
    assert result.stdout == f"106 facts of 2 relations in 1 languages: {out}\n"
    facts = read_facts(out).facts
    assert {fact.relation for fact in facts} == {"sum", "weekday-after"}
    assert len(facts) == 106


def test_without_options_it_is_all_there_is(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "k.jsonl"
    assert invoke("data", "knowledge", "--out", out).exit_code == 0
    corpus = read_facts(out)
    assert corpus.languages == knowledge_languages()
    assert corpus.facts == make_knowledge(knowledge_languages()).facts


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--languages", "en", "--relation", "capital"],
            "isoglot: --relation: 'capital' is no relation of general knowledge; known: "
            "country-continent, country-currency, country-language, month-after, weekday-after, "
            "sum\n",
        ),
        (
            ["--languages", "en", "--relation", "weekday-after", "--facts", "8"],
            "isoglot: --facts: 8 facts are more than the 7 there are; ask for at most 7\n",
        ),
        (
            ["--languages", "xx"],
            "isoglot: --languages: 'xx' is not a known language; see: isoglot languages\n",
        ),
        (
            ["--languages", ","],
            "isoglot: --languages: ',' names no language; write them as in --languages en,sw\n",
        ),
        (
            ["--languages", ""],
            "isoglot: --languages: '' names no language; write them as in --languages en,sw\n",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    invoke: Invoke, tmp_path: Path, options: list[str], message: str
) -> None:
    result = invoke("data", "knowledge", *options, "--out", tmp_path / "k.jsonl")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)
    assert list(tmp_path.iterdir()) == []


def test_a_language_of_ones_own_has_none(invoke: Invoke, tmp_path: Path, basque: str) -> None:
    result = invoke("data", "knowledge", "--languages", basque, "--out", tmp_path / "k.jsonl")
    assert result.exit_code == 2
    assert result.stderr == (
        "isoglot: --languages: there is no general knowledge in 'eu' yet; "
        f"there is in {', '.join(knowledge_languages())}\n"
    )
    assert not (tmp_path / "k.jsonl").exists()
