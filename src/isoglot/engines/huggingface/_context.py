"""How much a model can hold."""

from typing import Any


def context_length(model: Any) -> int | None:
    """How many tokens a sequence may have; `None` where the model sets no limit.

    Beyond it some models raise, and others extrapolate to positions that they never saw.
    """
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return int(most) if most and most > 0 else None
