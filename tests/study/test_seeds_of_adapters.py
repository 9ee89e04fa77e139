"""A run of a real architecture with two seeds: other adapters, the same untaught answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from run_rows import query

pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import save_tiny_model

from isoglot.study import Silent, read_study, run_study


def test_each_seed_trains_its_own(
    tiny_study: Callable[..., Path], tmp_path: Path, folder: Path
) -> None:
    """Two languages, three facts, an epoch; a pair of them. 4 conditions a seed."""
    study = read_study(
        tiny_study(
            models=[{"name": f"hf/{save_tiny_model(tmp_path / 'model')}", "dtype": "float32"}],
            questions=["effectiveness", "priority"],
            seeds=[1, 2],
            paradigms={"fine-tuning": {"epochs": 1, "rank": 2, "alpha": 4}},
            decoding={"max_new_tokens": 2},
        )
    )
    outcome = run_study(study, folder, progress=Silent())
    assert outcome.failures == {}
    adapters = query(
        folder,
        "SELECT probes.seed, taught, gives, against, count(DISTINCT adapter), min(adapter) "
        "FROM probes JOIN answers ON key = answer WHERE epoch = 1 "
        "GROUP BY probes.seed, taught, gives, against",
    )
    # Every condition of either seed has one adapter, and no two the same.
    assert len(adapters) == 2 * 4
    assert {count for *_, count, _ in adapters} == {1}
    assert len({adapter for *_, adapter in adapters}) == 2 * 4
    # 3 facts in 2 languages, by 2 conditions of facts in one language and 2 conflicts in both.
    untaught = query(
        folder,
        "SELECT count(*), count(DISTINCT answer), count(adapter) "
        "FROM probes JOIN answers ON key = answer WHERE epoch = 0",
    )
    assert untaught == [(2 * 3 * (2 * 1 + 2 * 2), 3 * 2, 0)]
    # Taught: facts in their own language, a conflict in both.
    assert outcome.asked == 3 * 2 + 2 * 3 * (2 * 1 + 2 * 2)
