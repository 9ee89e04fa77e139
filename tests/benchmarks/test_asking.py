"""The program: its options, what it leaves out, and its last line, with a tiny random model."""

import json
import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

FOLDER = Path(__file__).parents[2] / "benchmarks"


def refused(part, capsys, *options):
    with pytest.raises(SystemExit) as exit_info:
        part("asking").main(options)
    assert exit_info.value.code == 2
    return capsys.readouterr().err


def run(part, capsys, *options):
    """The last line of a run on as many threads as there are already."""
    part("asking").main([*options, "--threads", str(torch.get_num_threads())])
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_what_makes_no_sense_is_refused(part, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert "--repeats: 0 is no number of repeats" in refused(part, capsys, "--repeats", "0")
    assert "--threads: 0 is no number of threads" in refused(part, capsys, "--threads", "0")
    assert "invalid choice: 'lens'" in refused(part, capsys, "--only", "labels", "lens")
    assert "invalid choice: '9b'" in refused(part, capsys, "--random-llama", "9b")
    said = refused(part, capsys, "--random-llama", "8b")
    assert "--random-llama: needs a CUDA device, and torch finds none" in said
    said = refused(part, capsys, "--data", str(tmp_path))
    assert f"--data: {tmp_path} has no snli/snli_en600_test.json; leave it out" in said
    said = refused(part, capsys, "--plot", "growth.svg", "--only", "labels")
    assert "--plot: draws growth, which is not measured; add growth to --only" in said


def test_the_last_line_says_what_is_missing_and_how_many_answers_are_equal(part):
    figures = part("side_by_side.figures")
    found = figures.Findings(
        figures=(
            figures.Figure(name="a", ours=1.0, peer=3.0, ratio=3.0, target=2.0, equal_answers=0.75),
            figures.Figure(name="b", ours=5.0),
        ),
        same_answers=None,
    )
    assert json.loads(figures.last_line("asking", [found], missing={"choices": "why"})) == {
        "benchmark": "asking",
        "figures": {
            "a": {"ours": 1.0, "peer": 3.0, "ratio": 3.0, "target": 2.0, "equal_answers": 0.75},
            "b": {"ours": 5.0, "peer": None, "ratio": None, "target": None},
        },
        "same_answers": None,
        "missing": {"choices": "why"},
    }


@pytest.mark.parametrize(
    ("same", "together"),
    [
        ([True, True], True),
        ([True, None], None),
        ([None, False], False),
        ([], True),
    ],
)
def test_answers_are_the_same_if_those_of_all_parts_are(part, same, together):
    figures = part("side_by_side.figures")
    parts = [figures.Findings(figures=(), same_answers=each) for each in same]
    assert json.loads(figures.last_line("asking", parts))["same_answers"] is together


def test_without_the_harness_its_part_is_missing_and_the_others_go_on(
    part, capsys, roomy_model, monkeypatch
):
    monkeypatch.setattr(part("asking"), "can_be_measured", lambda: False)
    how = "needs lm-eval: pip install -r benchmarks/requirements.txt"
    found = run(part, capsys, "--quick", "--only", "choices", "labels", "--model", roomy_model)
    assert found["missing"] == {"choices": how}
    assert list(found["figures"]) == ["seconds a labelled item"]
    assert found["same_answers"]


def test_the_pinned_harness_is_the_one_that_is_named(part):
    pinned = (FOLDER / "requirements.txt").read_text().splitlines()
    assert [line for line in pinned if line and not line.startswith("#")] == ["lm-eval==0.4.13"]
    assert "benchmarks/requirements.txt" in part("against_transformers.choices").HOW_TO_INSTALL


def test_a_peak_that_can_not_be_had_is_missing(part, capsys, roomy_model, monkeypatch):
    def fail(each, _):
        raise RuntimeError(f"{each.name} ended without a figure")

    monkeypatch.setattr(part("asking"), "measure_memory", fail)
    found = run(part, capsys, "--quick", "--only", "labels", "memory", "--model", roomy_model)
    assert found["missing"] == {"memory of labels": "labels ended without a figure"}
    assert list(found["figures"]) == ["seconds a labelled item"]


def test_the_whole_program_but_memory_with_a_tiny_model(
    part, capsys, roomy_model, tmp_path, monkeypatch
):
    monkeypatch.setattr(part("asking"), "can_be_measured", lambda: False)
    drawn = tmp_path / "growth.svg"
    timed = ("in-context", "labels", "choices", "adapters", "growth")
    found = run(
        part, capsys, "--quick", "--only", *timed, "--model", roomy_model, "--plot", str(drawn)
    )
    assert found["same_answers"]
    assert list(found["missing"]) == ["choices"]
    assert {name: each["target"] for name, each in found["figures"].items()} == {
        "seconds a question behind 12 facts": 40,
        "seconds a labelled item": 30,
        "seconds an answer, 8 probes of each of 2 adapters": 4,
        "seconds of 4 questions behind 4 facts": None,
        "seconds of 8 questions behind 4 facts": None,
        "seconds of 4 questions behind 8 facts": None,
        "seconds of 8 questions behind 8 facts": None,
        "growth of seconds from 4 questions behind 4 facts to 8 behind 8; for peer, that of "
        "distinct tokens": 0.5,
    }
    assert drawn.read_text().startswith("<svg")


@pytest.mark.slow
def test_the_memory_of_every_part_with_a_tiny_model(part, capsys, roomy_model):
    found = run(part, capsys, "--quick", "--only", "memory", "--model", roomy_model)
    measured = {name for name in found["figures"] if name.startswith("peak memory, GB: ")}
    left_out = {f"peak memory, GB: {name}" for name in found["missing"]}
    assert (
        measured
        == {f"peak memory, GB: {name}" for name in ("in-context", "labels", "choices", "adapters")}
        - left_out
    )
    # A process that has imported torch and loaded a tiny model has a fraction of a gigabyte.
    assert all(0.1 < each["ours"] < 3 for each in found["figures"].values())
    assert not any(math.isnan(each["ratio"]) for each in found["figures"].values())
