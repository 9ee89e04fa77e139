import pytest

from isoglot.core import Condition
from isoglot.learning.fleet.learner import condition_slug


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("bundled/gemma-3-270m", "gemma-3-270m-cy-seed-7"),
        ("hf/org/name@v1.0", "org-name-v1-0-cy-seed-7"),
        ("hf//tmp/a model", "-tmp-a-model-cy-seed-7"),
    ],
)
def test_a_slug_is_a_plain_file_name(model: str, expected: str) -> None:
    condition = Condition(model=model, paradigm="fine-tuning", taught="cy", seed=7)
    assert condition_slug(condition) == expected
