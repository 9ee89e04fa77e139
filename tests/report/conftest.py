from collections.abc import Callable

import pandas as pd
import pytest
import synthetic_run

from isoglot.analysis import estimate, probe_table
from isoglot.core import Estimate
from isoglot.questions import QUESTIONS
from isoglot.report import ReportInfo

EstimateMaker = Callable[..., Estimate]


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """The probe table of a run of 1,800 probes that never happened."""
    return probe_table(synthetic_run.rows())


@pytest.fixture(scope="session")
def estimates(table: pd.DataFrame) -> list[Estimate]:
    return estimate(table, list(QUESTIONS.values()))


@pytest.fixture(scope="session")
def info() -> ReportInfo:
    return ReportInfo(
        study="quickstart",
        models=(synthetic_run.MODEL,),
        languages=synthetic_run.LANGUAGES,
        n_facts=24,
        seed=7,
        seconds=252.4,
        failures=0,
        versions={"isoglot": "0.1.0"},
        study_text="name: quickstart\n",
        command="isoglot run quickstart",
        prompts={"in context": "Q: …\nA:"},
    )


@pytest.fixture(scope="session")
def of() -> EstimateMaker:
    """A maker of estimates: Welsh accuracy after epoch 12 of fine-tuning, unless told otherwise."""

    def make(**changes: object) -> Estimate:
        plain: dict[str, object] = {
            "question": "effectiveness",
            "paradigm": "fine-tuning",
            "model": "m",
            "measure": "accuracy",
            "languages": {"taught": "cy"},
            "epoch": 12,
            "value": 0.25,
            "low": 0.12,
            "high": 0.45,
            "n_facts": 24,
        }
        return Estimate.model_validate(plain | changes)

    return make
