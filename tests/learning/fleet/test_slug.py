import hashlib

import pytest

from isoglot.core import Condition
from isoglot.learning.fleet.learner import condition_slug


def _slug(model: str) -> str:
    return condition_slug(Condition(model=model, paradigm="fine-tuning", taught="cy", seed=7))


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("bundled/gemma-3-270m", "gemma-3-270m"),
        ("hf/org/name@v1.0", "name-v1.0"),
        ("hf//tmp/a model", "a-model"),
    ],
)
def test_a_slug_is_a_plain_file_name(model: str, shown: str) -> None:
    digest = hashlib.sha256(model.encode()).hexdigest()
    assert _slug(model) == f"{shown}-{digest[:6]}-cy-seed-7"


def test_models_whose_names_look_alike_have_slugs_of_their_own() -> None:
    models = ["hf/out/run_1", "hf/out/run-1", "hf/out-run-1", "hf/x", "bundled/x"]
    assert len({_slug(model) for model in models}) == len(models)
