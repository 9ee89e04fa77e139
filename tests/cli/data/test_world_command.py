"""`isoglot data world`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from isoglot.corpora import make_world, world_languages
from isoglot.corpora.formats import read_facts

Invoke = Callable[..., Result]


def test_it_writes_the_world_of_a_seed(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "f.jsonl"
    result = invoke(
        "data", "world", "--languages", "en,sw", "--facts", 5, "--seed", 1, "--out", out
    )
    assert (result.exit_code, result.stderr) == (0, "")
    # Five of 26 relations that take turns.
    assert result.stdout == f"5 facts of 5 relations in 2 languages: {out}\n"
    world = make_world(["en", "sw"], size=5, seed=1)
    assert len(out.read_text(encoding="utf-8").splitlines()) == 5
    assert read_facts(out).facts == world.facts
    assert read_facts(out).languages == world.languages


def test_the_same_seed_writes_the_same_file(invoke: Invoke, tmp_path: Path) -> None:
    files = []
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        options = ["--languages", "cy,zh", "--facts", 3, "--seed", seed]
        assert invoke("data", "world", *options, "--out", tmp_path / name).exit_code == 0
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] != files[2]


def test_few_relations(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "f.jsonl"
    options = ["--languages", "en", "--facts", 30, "--relations", 2]
    result = invoke("data", "world", *options, "--out", out)
    assert result.stdout == f"30 facts of 2 relations in 1 languages: {out}\n"
    assert len({fact.relation for fact in read_facts(out).facts}) == 2


def test_languages_may_be_called_by_names_and_stand_once(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "f.jsonl"
    said = "Welsh, zh-cn ,no,,cy,Norwegian Bokmål"
    assert invoke("data", "world", "--languages", said, "--facts", 1, "--out", out).exit_code == 0
    assert read_facts(out).languages == ("cy", "zh", "no")


def test_without_languages_it_speaks_all(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "f.jsonl"
    result = invoke("data", "world", "--out", out)
    # A hundred facts: every one of 26 relations has its turn.
    assert result.stdout == f"100 facts of 26 relations in 29 languages: {out}\n"
    assert read_facts(out).languages == world_languages()


def test_a_file_that_is_there_is_replaced(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "f.jsonl"
    out.write_text("something else")
    assert invoke("data", "world", "--languages", "en", "--facts", 2, "--out", out).exit_code == 0
    assert len(read_facts(out).facts) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--languages", "en,cym"],
            "isoglot: --languages: 'cym' is not a known language; did you mean 'cy'? "
            "see: isoglot languages\n",
        ),
        (
            ["--languages", " , "],
            "isoglot: --languages: ' , ' names no language; write them as in --languages en,sw\n",
        ),
        (
            ["--languages", ""],
            "isoglot: --languages: '' names no language; write them as in --languages en,sw\n",
        ),
        (
            ["--languages", "qqq,en,www"],
            "isoglot: 2 problems\n"
            "  --languages: 'qqq' is not a known language; see: isoglot languages\n"
            "  --languages: 'www' is not a known language; see: isoglot languages\n",
        ),
        (
            ["--languages", "en", "--relations", "27"],
            "isoglot: --relations: 27 is no number of relations; worlds know 1 to 26\n",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    invoke: Invoke, tmp_path: Path, options: list[str], message: str
) -> None:
    result = invoke("data", "world", *options, "--out", tmp_path / "f.jsonl")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)
    assert list(tmp_path.iterdir()) == []


def test_a_language_of_ones_own_has_no_worlds(invoke: Invoke, tmp_path: Path, basque: str) -> None:
    options = ["--languages", f"en,{basque}"]
    result = invoke("data", "world", *options, "--out", tmp_path / "f.jsonl")
    assert result.exit_code == 2
    assert result.stderr == (
        "isoglot: --languages: no world can be made in 'eu' yet; "
        f"worlds speak {', '.join(world_languages())}\n"
    )
    assert not (tmp_path / "f.jsonl").exists()


@pytest.mark.parametrize("option", [("--facts", "0"), ("--facts", "100001"), ("--relations", "0")])
def test_a_number_out_of_bounds_is_refused(
    invoke: Invoke, tmp_path: Path, option: tuple[str, str]
) -> None:
    result = invoke("data", "world", *option, "--out", tmp_path / "f.jsonl")
    assert result.exit_code == 2
    assert option[0] in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written_is_said_before_anything_is_made(
    invoke: Invoke, tmp_path: Path
) -> None:
    result = invoke("data", "world", "--out", tmp_path)
    assert (result.exit_code, result.stderr) == (
        2,
        f"isoglot: {tmp_path}: is a folder; name a file\n",
    )
    result = invoke("data", "world", "--out", tmp_path / "no" / "f.jsonl")
    assert result.exit_code == 2
    assert result.stderr == (
        f"isoglot: {tmp_path}/no/f.jsonl: the folder {tmp_path}/no is not there; make it first\n"
    )


@pytest.mark.parametrize("out", ["~nobody-of-that-name/f.jsonl", "x" * 300])
def test_a_place_that_can_not_be_one(invoke: Invoke, out: str) -> None:
    for command in ("world", "knowledge"):
        result = invoke("data", command, "--out", out)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"isoglot: --out: '{out[:40]}")
        assert "can't name a file" in result.stderr


def test_it_needs_to_be_told_where_to(invoke: Invoke) -> None:
    result = invoke("data", "world")
    assert result.exit_code == 2
    assert "Missing option '--out'" in result.stderr


def test_every_option_is_also_an_environment_variable(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "f.jsonl"
    result = invoke(
        "data",
        "world",
        "--out",
        out,
        ISOGLOT_DATA_WORLD_LANGUAGES="gd",
        ISOGLOT_DATA_WORLD_FACTS="2",
    )
    assert result.exit_code == 0
    corpus = read_facts(out)
    assert (corpus.languages, len(corpus.facts)) == (("gd",), 2)
