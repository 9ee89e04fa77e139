"""Without torch: what must work does, and what can't says how to get what is missing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import without_extras


@pytest.fixture(scope="module")
def said(finished, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each command said, all of them in one process."""
    folder = tmp_path_factory.mktemp("without")
    shutil.copytree(finished.folder, folder / "run")
    for made in ("report.html", "summary.json"):
        (folder / "run" / made).unlink()
    new = str(folder / "new")
    commands = {
        "plan": ["plan", str(finished.study)],
        "plan quickstart": ["plan", "quickstart"],
        "report": ["report", str(folder / "run"), "--format", "csv"],
        "run hub": ["run", str(finished.study), "--out", new, "--set", "models=[hf/org/name]"],
        "run bundled": ["run", "quickstart", "--out", new],
        "run vllm": [
            *("run", str(finished.study), "--out", new),
            *("--set", "models=[vllm/org/name]", "--set", "paradigms.fine-tuning=false"),
        ],
        "models": ["models"],
        "doctor": ["doctor"],
    }
    answer = subprocess.run(
        [sys.executable, without_extras.__file__, json.dumps(list(commands.values()))],
        capture_output=True,
        text=True,
        check=True,
    )
    results = [json.loads(line) for line in answer.stdout.splitlines()]
    return {**dict(zip(commands, results, strict=True)), "folder": folder, "study": finished.study}


def test_plan_works(said: dict[str, Any]) -> None:
    assert said["plan"]["exit_code"] == 0
    assert "tiny: 3 facts" in said["plan"]["stdout"]


def test_plan_works_for_a_model_that_can_not_be_run_here(said: dict[str, Any]) -> None:
    assert (said["plan quickstart"]["exit_code"], said["plan quickstart"]["stderr"]) == (0, "")
    assert "quickstart: 20 facts" in said["plan quickstart"]["stdout"]
    # A line for each paradigm, and one for memory.
    assert said["plan quickstart"]["stdout"].count("bundled/gemma-3-270m") == 3


def test_report_works(said: dict[str, Any]) -> None:
    assert said["report"]["exit_code"] == 0
    summary = json.loads((said["folder"] / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["study"] == "tiny"


@pytest.mark.parametrize(
    ("command", "place", "model", "module", "extra"),
    [
        ("run hub", "{study}", "hf/org/name", "torch", "local"),
        ("run bundled", "quickstart.yaml", "bundled/gemma-3-270m", "gguf", "bundled"),
        ("run vllm", "{study}", "vllm/org/name", "vllm", "vllm"),
    ],
)
def test_a_run_says_the_exact_command_that_installs_what_is_missing(
    said: dict[str, Any], command: str, place: str, model: str, module: str, extra: str
) -> None:
    assert said[command]["exit_code"] == 2
    assert said[command]["stderr"] == (
        f"isoglot: {place.format(study=said['study'])}: models[0]: {model!r} needs the extra "
        f"{extra!r} (module {module!r} was not found); run: pip install 'isoglot[{extra}]'\n"
    )
    assert not (said["folder"] / "new").exists()


def test_models_and_doctor_say_it_too(said: dict[str, Any]) -> None:
    models = said["models"]["stdout"].splitlines()
    assert "bundled/gemma-3-270m  run: pip install 'isoglot[bundled]'" in models
    assert "scripted/parrot  ready" in models
    doctor = said["doctor"]["stdout"].splitlines()
    assert "extra local: run: pip install 'isoglot[local]'" in doctor
    assert "extra bundled: run: pip install 'isoglot[bundled]'" in doctor
    assert "extra quantized: run: pip install 'isoglot[quantized]'" in doctor
    assert "extra vllm: run: pip install 'isoglot[vllm]'" in doctor


def test_the_helper_hides_what_the_extras_bring() -> None:
    import tomllib

    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    brought = {
        requirement.split(">")[0].split("=")[0].strip()
        for extra in ("local", "bundled", "quantized", "vllm")
        for requirement in extras[extra]
        if not requirement.startswith("isoglot")
    }
    modules = {name.replace("gemma3-270m", "gemma3_270m").replace("-", "_") for name in brought}
    assert modules <= without_extras.EXTRAS
