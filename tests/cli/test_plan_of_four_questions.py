"""`isoglot plan` of a study of all four questions, held against what `isoglot run` then does."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fact_files import write_lines
from printed_tables import table_rows
from rival_facts import disputed
from typer.testing import Result

from isoglot.store import Store
from isoglot.study import DATABASE_FILE

Invoke = Callable[..., Result]


def test_what_is_planned_is_what_is_run(
    invoke: Invoke, tiny_study: Callable[..., Path], tmp_path: Path
) -> None:
    """English and Welsh, 3 facts, a pair, 3 facts taught wrongly, two seeds.

    A seed has 2 conditions of facts, 2 of the pair, 2 of wrong answers. In context each of the
    first is asked 3 facts untaught, with 2 of them, and at the end in both languages: 4·3; of the
    pair 2·3 untaught and 2·3 at the end; of wrong answers 3 before and 3 after: 24 + 24 + 12 = 60.
    Fine-tuned: after epochs 0, 1 and 3, the last in both languages, 4·3; 2·3 + 2·3; after 0, 1, 2
    and 3, 4·3: 24 + 24 + 24 = 72. Lessons: 3 a language, for 3 epochs: (2·3 + 2·6 + 2·3)·3 = 72.
    """
    write_lines(tmp_path / "wrong.jsonl", [disputed(f"r{n}", "en", "cy") for n in range(4)])
    study = tiny_study(
        questions=["effectiveness", "transfer", "priority", "robustness"],
        seeds=[1, 2],
        paradigms={
            "in-context": {"facts_in_context": [2]},
            "fine-tuning": {"epochs": 3, "ask_after": [0, 1, 3]},
        },
        robustness={"facts": {"file": "wrong.jsonl"}, "shots": 1},
    )
    plan = invoke("plan", study)
    assert plan.exit_code == 0
    assert [row[1:5] for row in table_rows(plan.stdout)] == [
        ["in-context", "12", "0", "120"],
        ["fine-tuning", "12", "144", "144"],
    ]
    assert invoke("run", study, "--out", tmp_path / "run").exit_code == 0
    store = Store(tmp_path / "run" / DATABASE_FILE)
    try:
        assert Counter(row["paradigm"] for row in store.probe_rows()) == {
            "in-context": 120,
            "fine-tuning": 144,
        }
    finally:
        store.close()
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["failures"] == 0
    asked = {(each["question"], each["paradigm"]) for each in summary["estimates"]}
    assert asked == {
        (question, paradigm)
        for question in ("effectiveness", "transfer", "priority", "robustness")
        for paradigm in ("in-context", "fine-tuning")
    }
