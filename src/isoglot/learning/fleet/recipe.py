"""How an adapter is trained.

Rank, alpha, dropout, modules, learning rate and decay are by default those of Wang et al.
(LNewKnow); batches are isoglot's own: a few lessons a step, unpacked, each answer once.
"""

from pydantic import Field, model_validator

from isoglot.core import Record


class LoraRecipe(Record):
    """LoRA on a frozen model, the loss on the answers only.

    Attributes:
        epochs: How often every lesson is taught.
        ask_after: The epochs after which the condition is asked; 0 is the untaught model. By
            default 0, the powers of two, and the last epoch.
        rank: LoRA's r.
        alpha: LoRA's alpha; the update is scaled by alpha / r.
        dropout: On the input of the low-rank branch.
        target_modules: The linear layers that get a low-rank branch.
        learning_rate: In the first epoch.
        decay: The learning rate is multiplied by this after every epoch.
        weight_decay: AdamW's.
        batch_size: Lessons a step.
    """

    epochs: int = Field(default=12, ge=1, le=1000)
    ask_after: tuple[int, ...] = ()
    rank: int = Field(default=32, ge=1, le=4096)
    alpha: float = Field(default=32, gt=0, allow_inf_nan=False)
    dropout: float = Field(default=0.05, ge=0, lt=1)
    target_modules: tuple[str, ...] = Field(default=("q_proj", "v_proj"), min_length=1)
    learning_rate: float = Field(default=1e-3, gt=0, allow_inf_nan=False)
    decay: float = Field(default=0.85, gt=0, le=1)
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    batch_size: int = Field(default=4, ge=1)

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
