"""Scores of choices, and of the same behind a prompt that asks nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

from isoglot.engines._base import ChoiceScore, Failure

Score = Callable[
    [Sequence[str], Sequence[Sequence[str]], Sequence[Path | None]],
    list[list[ChoiceScore] | Failure],
]
"""Prompts, the choices of each and the adapter of each: to the scores of each."""


def score_choices(
    score: Score,
    prompts: Sequence[str],
    choices: Sequence[Sequence[str]],
    *,
    adapters: Sequence[Path | None] | None,
    unconditional: str | None,
) -> list[list[ChoiceScore] | Failure]:
    """The scores of choices, with their `unconditional` where that is wanted: see `Engine.score`.

    Args:
        score: Scores choices behind prompts.
        prompts: As in `Engine.score`.
        choices: As in `Engine.score`.
        adapters: As in `Engine.score`.
        unconditional: As in `Engine.score`.
    """
    adapters = adapters or [None] * len(prompts)
    if unconditional is None:
        return score(prompts, choices, adapters)
    # Behind the same adapter the same choice is scored once.
    pairs = list(
        dict.fromkeys(
            (choice, adapter)
            for own, adapter in zip(choices, adapters, strict=True)
            for choice in own
        )
    )
    alone = dict(
        zip(
            pairs,
            score(
                [unconditional] * len(pairs),
                [[choice] for choice, _ in pairs],
                [adapter for _, adapter in pairs],
            ),
            strict=True,
        )
    )
    return [
        scores
        if isinstance(scores, Failure)
        else _behind_another(scores, [alone[choice, adapter] for choice in own])
        for scores, own, adapter in zip(
            score(prompts, choices, adapters), choices, adapters, strict=True
        )
    ]


def _behind_another(
    scores: Sequence[ChoiceScore], alone: Sequence[list[ChoiceScore] | Failure]
) -> list[ChoiceScore] | Failure:
    """The scores, with those of the same choices behind another prompt."""
    found = []
    for score, other in zip(scores, alone, strict=True):
        if isinstance(other, Failure):
            return other
        found.append(score.model_copy(update={"unconditional": other[0].log_probability}))
    return found
