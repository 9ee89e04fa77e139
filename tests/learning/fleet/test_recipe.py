import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from isoglot.learning import LoraRecipe


def test_the_defaults_are_lnewknows() -> None:
    assert LoraRecipe().model_dump() == {
        "epochs": 12,
        "ask_after": (0, 1, 2, 4, 8, 12),
        "rank": 32,
        "alpha": 32,
        "dropout": 0.05,
        "target_modules": ("q_proj", "v_proj"),
        "learning_rate": 0.001,
        "decay": 0.85,
        "weight_decay": 0.0,
        "batch_size": 4,
        "recipe": None,
        "schedule": "exponential",
        "warmup": 0.0,
        "clip": None,
        "repeats": 1,
        "packing": None,
        "adapter_dtype": "float32",
        "gradient_checkpointing": False,
        "fleet": None,
        "tokens": None,
    }


def test_a_recipe_by_name_is_the_papers_and_what_is_given_counts_more() -> None:
    recipe = LoraRecipe.model_validate({"recipe": "lnewknow", "epochs": 3})
    assert (recipe.repeats, recipe.packing, recipe.batch_size, recipe.epochs) == (9, 128, 1, 3)
    other = LoraRecipe.model_validate({"recipe": "multilingual-learner"})
    assert (other.schedule, other.learning_rate, other.warmup) == ("cosine", 5e-5, 0.1)


@pytest.mark.parametrize(
    ("epochs", "asked"),
    [
        (1, (0, 1)),
        (2, (0, 1, 2)),
        (3, (0, 1, 2, 3)),
        (4, (0, 1, 2, 4)),
        (5, (0, 1, 2, 4, 5)),
        (12, (0, 1, 2, 4, 8, 12)),
        (16, (0, 1, 2, 4, 8, 16)),
    ],
)
def test_without_ask_after_it_asks_at_powers_of_two_and_the_end(
    epochs: int, asked: tuple[int, ...]
) -> None:
    assert LoraRecipe(epochs=epochs).ask_after == asked


@given(epochs=st.integers(min_value=1, max_value=1000))
def test_the_default_rises_from_the_untaught_model_to_the_last_epoch(epochs: int) -> None:
    asked = LoraRecipe(epochs=epochs).ask_after
    assert (asked[0], asked[-1]) == (0, epochs)
    assert list(asked) == sorted(set(asked))


@pytest.mark.parametrize("asked", [(0,), (3,), (0, 12), (1, 2, 3), (12,)])
def test_given_epochs_are_taken(asked: tuple[int, ...]) -> None:
    assert LoraRecipe(ask_after=asked).ask_after == asked


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"ask_after": (4, 2)}, "ask_after [4, 2] must be rising epochs from 0 on"),
        ({"ask_after": (0, 1, 1)}, "ask_after [0, 1, 1] must be rising epochs from 0 on"),
        ({"ask_after": (-1, 2)}, "ask_after [-1, 2] must be rising epochs from 0 on"),
        (
            {"epochs": 3, "ask_after": (0, 4)},
            "ask_after [0, 4] asks after epoch 4, but there are 3 epochs",
        ),
        ({"epochs": 0}, "Input should be greater than or equal to 1"),
        ({"epochs": 1001}, "Input should be less than or equal to 1000"),
        ({"rank": 0}, "Input should be greater than or equal to 1"),
        ({"alpha": 0}, "Input should be greater than 0"),
        ({"dropout": 1}, "Input should be less than 1"),
        ({"target_modules": ()}, "Tuple should have at least 1 item"),
        ({"learning_rate": 0}, "Input should be greater than 0"),
        ({"decay": 1.1}, "Input should be less than or equal to 1"),
        ({"weight_decay": -0.1}, "Input should be greater than or equal to 0"),
        ({"batch_size": 0}, "Input should be greater than or equal to 1"),
    ],
)
def test_a_bad_recipe_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        LoraRecipe(**values)


def test_a_recipe_reads_back_from_what_it_writes() -> None:
    recipe = LoraRecipe(epochs=5)
    assert LoraRecipe.model_validate_json(recipe.model_dump_json()) == recipe


@pytest.mark.parametrize(
    ("given", "tokens"), [({}, 256), ({"fleet": 8}, 256), ({"fleet": 8, "tokens": 900}, 900)]
)
def test_alone_there_is_one_adapter_and_nothing_is_left_to_memory(
    given: dict[str, Any], tokens: int
) -> None:
    assert LoraRecipe(**given).alone() == LoraRecipe(fleet=1, tokens=tokens)
