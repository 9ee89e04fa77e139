from itertools import product

import pytest
from pydantic import ValidationError

from isoglot.core import Condition, Decoding, Probe, Stage


def _probe(
    model: str = "m", taught: str = "en", seed: int = 1, epoch: int | None = 0, asked: str = "en"
) -> Probe:
    condition = Condition(model=model, paradigm="fine-tuning", taught=taught, seed=seed)
    return Probe(condition=condition, stage=Stage(epoch=epoch), fact_id="f1", asked=asked)


def test_a_probe_is_named_by_all_that_it_is() -> None:
    assert _probe(epoch=12, asked="cy").id == "m|fine-tuning|en|1|12|f1|cy"
    assert _probe(epoch=12).condition.id == "m|fine-tuning|en|1"


def test_untaught_is_not_without_epochs() -> None:
    assert _probe(epoch=0).id == "m|fine-tuning|en|1|0|f1|en"
    assert _probe(epoch=None).id == "m|fine-tuning|en|1||f1|en"


def test_different_probes_have_different_names() -> None:
    names = {
        _probe(*each).id
        for each in product(("m", "n"), ("en", "cy"), (1, 11), (None, 0, 1), ("en", "cy"))
    }
    assert len(names) == 2 * 2 * 2 * 3 * 2


def test_decoding_is_greedy_and_stops_at_the_lines_end() -> None:
    assert Decoding().model_dump() == {
        "max_new_tokens": 24,
        "stop": ("\n",),
        "temperature": 0,
        "top_p": 1,
    }


def test_an_untaught_condition_is_no_paradigms() -> None:
    condition = Condition(model="m", paradigm="untaught", taught="cy", seed=1)
    probe = Probe(condition=condition, stage=Stage(epoch=0), fact_id="f1", asked="cy")
    assert probe.id == "m|untaught|cy|1|0|f1|cy"
    with pytest.raises(ValidationError, match="paradigm"):
        Condition(model="m", paradigm="taught", taught="cy", seed=1)  # type: ignore[arg-type]
