"""Where the facts of robustness are looked for: beside the study, as the study's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fact_files import write_lines
from rival_facts import disputed

from isoglot.study import Study, read_study, study_facts

WriteStudy = Callable[..., Path]


@pytest.fixture(params=[{"file": "wrong.jsonl"}, "wrong.jsonl"], ids=["file", "path"])
def study(request: pytest.FixtureRequest, tiny_study: WriteStudy, tmp_path: Path) -> Study:
    facts = [disputed(f"r{number}", "en", "cy") for number in range(4)]
    write_lines(tmp_path / "wrong.jsonl", facts)
    return read_study(
        tiny_study(questions=["robustness"], robustness={"shots": 1, "facts": request.param})
    )


def test_they_are_found_from_another_folder(study: Study, tmp_path: Path) -> None:
    assert study.robustness.facts is not None
    assert study.robustness.facts.file is not None
    assert Path(study.robustness.facts.file.path) == (tmp_path / "wrong.jsonl").resolve()
    found = study_facts(study)
    assert [fact.id for fact in found.others.facts] == ["r0", "r1", "r2", "r3"]
    assert len(found.wrong.taught) == 3
    assert set(found.by_id) == {"r0", "r1", "r2", "r3", "f0001", "f0002", "f0003"}


def test_the_studys_own_facts_are_where_they_were(study: Study) -> None:
    assert study.facts.world is not None
    assert study.located(Path("elsewhere")).facts == study.facts
