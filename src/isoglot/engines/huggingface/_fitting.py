"""From what is asked to token ids that the model's context holds; or why it can't be asked."""

from collections.abc import Sequence

from isoglot.engines._base import Failure
from isoglot.engines._template import ChatTemplateError
from isoglot.engines.huggingface._encode import Encoder


def askable(
    encoder: Encoder, prompt: str, *, answer: int, room: int | None, limit: str
) -> list[int] | Failure:
    """A prompt's tokens, unless the template refuses it or the model can't hold it.

    Where a prompt is too long some models would raise, others answer by extrapolating.

    Args:
        encoder: The model's.
        prompt: As in `Engine.generate`.
        answer: How many tokens the answer may have.
        room: How many tokens prompt and answer may have; `None`: any number.
        limit: What sets that limit, for the failure's message.
    """
    try:
        tokens = encoder.prompt(prompt)
    except ChatTemplateError as error:
        return Failure(message=str(error))
    if room is None or len(tokens) + answer <= room:
        return tokens
    return Failure(
        message=f"the prompt has {len(tokens)} tokens and the answer up to {answer}; {limit}"
    )


def scorable(
    encoder: Encoder, prompt: str, choices: Sequence[str], *, room: int | None, limit: str
) -> tuple[list[int], list[list[int]]] | Failure:
    """The tokens that all choices go on from, and what each has behind them.

    Where a choice changes the prompt's last tokens, these count as its own.

    Args:
        encoder: The model's.
        prompt: As in `Engine.score`.
        choices: What may follow it.
        room: How many tokens prompt and choice may have; `None`: any number.
        limit: What sets that limit, for the failure's message.
    """
    if empty := [place for place, choice in enumerate(choices, start=1) if not choice]:
        return Failure(message=f"choice {empty[0]} of {len(choices)} is empty")
    try:
        whole = [encoder.exchange(prompt, choice) for choice in choices]
    except ChatTemplateError as error:
        return Failure(message=str(error))
    tokens = [
        each[: said.stop - (1 if each[said.stop - 1] in encoder.ends else 0)]
        for each, said in whole
    ]
    first = min(said.start for _, said in whole)
    longest = max(map(len, tokens))
    if room is not None and longest > room:
        return Failure(message=f"prompt and choice have {longest} tokens; {limit}")
    return tokens[0][:first], [each[first:] for each in tokens]
