"""When an answer has ended, and its text."""

from collections.abc import Collection
from typing import Any

from isoglot.core import Decoding
from isoglot.engines._stop import before_stop


class Ending:
    """Ends answers: by a token, a stop string, or their length.

    Args:
        model: A causal language model of transformers.
        tokenizer: Its tokenizer.
        ends: Tokens that end an answer, beside the model's and its tokenizer's own.
    """

    def __init__(self, model: Any, tokenizer: Any, *, ends: Collection[int] = ()) -> None:
        own = model.generation_config.eos_token_id
        self._tokens = {*(own if isinstance(own, list) else [own]), tokenizer.eos_token_id, *ends}
        self._tokenizer = tokenizer

    def take(self, tokens: list[int], said: int, decoding: Decoding) -> str | None:
        """Adds what is said next: the answer's text if it ends with it, `None` if it goes on.

        Args:
            tokens: Of the answer. What is said is added, unless it is no part of the answer.
            said: The next token.
            decoding: Stop strings and the longest answer.
        """
        if said in self._tokens:
            return self._decoded(tokens)
        tokens.append(said)
        text = self._decoded(tokens)
        cut = before_stop(text, decoding.stop)
        return text if cut is None and len(tokens) == decoding.max_new_tokens else cut

    def _decoded(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))
