"""A deterministic study of a model in bfloat16, and what its report says of how it answered."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from cut_off import CutOff  # noqa: E402
from run_rows import but_for_time, query  # noqa: E402
from tiny_models import save_tiny_model  # noqa: E402
from tiny_studies import write_study  # noqa: E402

import isoglot as ig  # noqa: E402
from isoglot.store import Store  # noqa: E402
from isoglot.study import DATABASE_FILE, Silent, Study, make_plan, read_study, run_study  # noqa: E402

# Before teaching: 2 facts in 2 languages, the same under both paradigms. In each language: 2 facts
# in 2 languages, in context and after fine-tuning.
N_ASKED = 4 + 8 + 8
NEARLY_TIED = (
    "It computed in bfloat16: where two answers are nearly tied, which of them it gives may depend "
    "on what else was in the batch (deterministic: true in the study rules that out)."
)
ALONE = (
    "Every prompt was read alone and whole, without drafts, and adapters were trained one at a "
    "time (deterministic: true): an answer depends on its prompt, the model and the adapter, and "
    "on nothing that was computed beside it. That costs time."
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("model"), "gpt2")


@pytest.fixture
def a_study(model: Path, tmp_path: Path) -> Callable[..., Study]:
    def read(*, batch_size: int = 24, deterministic: bool = True) -> Study:
        path = write_study(
            tmp_path / f"{batch_size}-{deterministic}.yaml",
            models=[
                {
                    "name": f"hf/{model}",
                    "dtype": "bfloat16",
                    "device": "cpu",
                    "batch_size": batch_size,
                }
            ],
            deterministic=deterministic,
            facts={"world": {"size": 2}},
            paradigms={
                "in-context": {},
                "fine-tuning": {"epochs": 1, "rank": 2, "target_modules": ["attention"]},
            },
            decoding={"max_new_tokens": 6, "stop": []},
        )
        return read_study(path)

    return read


def rows_of(folder: Path) -> list[dict[str, object]]:
    store = Store(folder / DATABASE_FILE)
    try:
        return but_for_time(store.probe_rows())
    finally:
        store.close()


def test_answers_and_adapters_do_not_show_the_batch(
    a_study: Callable[..., Study], tmp_path: Path
) -> None:
    """An answer's key has its adapter's hash in it."""
    found = []
    for batch_size in (1, 24):
        folder = tmp_path / str(batch_size)
        outcome = run_study(a_study(batch_size=batch_size), folder, progress=Silent())
        assert (outcome.asked, outcome.failures) == (N_ASKED, {})
        found.append(rows_of(folder))
    assert found[0] == found[1]
    assert len({row["answer"] for row in found[0]}) > 1


def test_the_report_says_how_it_was_answered_and_what_that_cost(
    a_study: Callable[..., Study], model: Path, tmp_path: Path
) -> None:
    study = a_study()
    run_study(study, tmp_path / "run", progress=Silent())
    run = ig.open_run(tmp_path / "run")
    times = make_plan(run.study, run.facts).times_read(f"hf/{model}")
    assert times > 1
    cost = (
        f"Read whole, its prompts have about {times:.1f} times the tokens that they have where "
        "what they share is read once."
    )
    assert run.remarks == {f"hf/{model}": (ALONE, cost)}
    run.report()
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert f"<strong>How <code>hf/{model}</code> answered.</strong> {ALONE} {cost}</p>" in page
    summary = json.loads((run.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["remarks"] == {f"hf/{model}": [ALONE, cost]}


def test_a_run_of_before_there_were_remarks_is_reported_and_goes_on(
    a_study: Callable[..., Study], model: Path, tmp_path: Path
) -> None:
    """What a model says when it is opened again is kept then."""
    study, folder = a_study(deterministic=False), tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run_study(study, folder, progress=CutOff(6))
    assert ig.open_run(folder).remarks == {f"hf/{model}": (NEARLY_TIED,)}
    query(folder, "DROP TABLE remarks")
    before = ig.open_run(folder)
    assert before.remarks == {}
    page = before.report().read_text(encoding="utf-8")
    assert "answered.</strong>" not in page
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["remarks"] == {}
    assert run_study(study, folder, progress=Silent()).failures == {}
    assert ig.open_run(folder).remarks == {f"hf/{model}": (NEARLY_TIED,)}
    run_study(study, folder, progress=Silent())  # nothing is left: no model is opened
    assert ig.open_run(folder).remarks == {f"hf/{model}": (NEARLY_TIED,)}
