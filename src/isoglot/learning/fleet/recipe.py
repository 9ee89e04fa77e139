"""How adapters are trained, and the recipes of the research that isoglot follows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, model_validator

from isoglot.core import Record
from isoglot.learning.fleet.schedule import Schedule

Precision = Literal["float32", "float64"]

FEWEST_TOKENS = 256
"""However little memory there is, so many tokens go through the model at once."""

RECIPES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # Wang et al. (LNewKnow): the answer nine times, sequences packed to 128 tokens, one a step.
        "lnewknow": MappingProxyType(
            {
                "epochs": 12,
                "rank": 32,
                "alpha": 32,
                "dropout": 0.05,
                "target_modules": ("q_proj", "v_proj"),
                "learning_rate": 1e-3,
                "schedule": "exponential",
                "decay": 0.85,
                "weight_decay": 0.0,
                "batch_size": 1,
                "repeats": 9,
                "packing": 128,
            }
        ),
        # Zhang et al. (Multilingual Learner): 4 rows a step, accumulated over 4. Rank, alpha and
        # dropout are isoglot's choice.
        "multilingual-learner": MappingProxyType(
            {
                "epochs": 3,
                "rank": 8,
                "alpha": 16,
                "dropout": 0.05,
                "target_modules": ("q_proj", "v_proj"),
                "learning_rate": 5e-5,
                "schedule": "cosine",
                "warmup": 0.1,
                "weight_decay": 0.0,
                "batch_size": 16,
            }
        ),
    }
)


class LoraRecipe(Record):
    """LoRA on a frozen model, the loss on the answers only.

    Attributes:
        recipe: The published recipe that what is not given is taken from. By default isoglot's own:
            Wang et al.'s, but a few lessons a step, unpacked, each answer once.
        epochs: How often every lesson is taught.
        ask_after: The epochs after which the condition is asked; 0 is the untaught model. By
            default 0, the powers of two, and the last epoch.
        rank: LoRA's r.
        alpha: LoRA's alpha; the update is scaled by alpha / r.
        dropout: On the input of the low-rank branch.
        target_modules: The linear layers that get a low-rank branch, by the last part of their
            name; `attention`, `mlp` and `all-linear` mean several.
        learning_rate: The highest.
        schedule: See `isoglot.learning.fleet.schedule`.
        decay: Of the exponential schedule: the learning rate is multiplied by it after every epoch.
        warmup: The share of the steps over which the learning rate rises.
        weight_decay: AdamW's.
        clip: The norm that each adapter's gradient is clipped to; not at all where it is null.
        batch_size: Rows a step and adapter.
        repeats: How often an answer stands after its question, each on a line of its own.
        packing: Whole lessons share a row of at most so many tokens; each has its own if null.
        adapter_dtype: The precision of the adapters' weights.
        gradient_checkpointing: Computes activations again instead of keeping them: a third slower,
            in a fraction of the memory.
        fleet: How many adapters are trained together at most; by default as many as memory holds.
        tokens: How many tokens go through the model at once at most; by default as memory allows.
    """

    recipe: Literal["lnewknow", "multilingual-learner"] | None = None
    epochs: int = Field(default=12, ge=1, le=1000)
    ask_after: tuple[int, ...] = ()
    rank: int = Field(default=32, ge=1, le=4096)
    alpha: float = Field(default=32, gt=0, allow_inf_nan=False)
    dropout: float = Field(default=0.05, ge=0, lt=1)
    target_modules: tuple[str, ...] = Field(default=("q_proj", "v_proj"), min_length=1)
    learning_rate: float = Field(default=1e-3, gt=0, allow_inf_nan=False)
    schedule: Schedule = "exponential"
    decay: float = Field(default=0.85, gt=0, le=1)
    warmup: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    clip: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    batch_size: int = Field(default=4, ge=1)
    repeats: int = Field(default=1, ge=1, le=100)
    packing: int | None = Field(default=None, ge=1)
    adapter_dtype: Precision = "float32"
    gradient_checkpointing: bool = False
    fleet: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)

    def alone(self) -> "LoraRecipe":
        """The same with nothing left to the machine's memory, and one adapter at a time.

        Both decide how sums are grouped, and so how they are rounded.
        """
        return self.model_copy(update={"fleet": 1, "tokens": self.tokens or FEWEST_TOKENS})

    @model_validator(mode="before")
    @classmethod
    def _take_from_recipe(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("recipe") in RECIPES:
            return {**RECIPES[values["recipe"]], **values}
        return values

    @model_validator(mode="after")
    def _settle_ask_after(self) -> "LoraRecipe":
        asked = self.ask_after or _default_epochs(self.epochs)
        if list(asked) != sorted(set(asked)) or asked[0] < 0:
            raise ValueError(f"ask_after {list(asked)} must be rising epochs from 0 on")
        if asked[-1] > self.epochs:
            raise ValueError(
                f"ask_after {list(asked)} asks after epoch {asked[-1]}, "
                f"but there are {self.epochs} epochs"
            )
        # The record is frozen to everyone else; this is still its construction.
        object.__setattr__(self, "ask_after", asked)
        return self


def _default_epochs(last: int) -> tuple[int, ...]:
    doubling = [2**power for power in range(last.bit_length()) if 2**power < last]
    return (0, *doubling, last)
