"""From prompts to token ids: as they stand for base models, as turns of a chat for chat models.

What a user wrote is text, whatever it looks like: a question about the HTML tag `<s>` does not
begin a sequence in the middle of a prompt.
"""

import re
from typing import Any, Protocol

from isoglot.engines._template import ChatTemplate

# Private-use characters: around what looks like a special token in a user's text.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_MARKED = re.compile(f"{_OPEN}(.*?){_CLOSE}", re.DOTALL)


class Encoder(Protocol):
    """How a model is written to.

    Attributes:
        ends: Tokens that end an answer, beside the tokenizer's own.
        opening: The token that opens every prompt and stands nowhere else, if there is one.
    """

    ends: frozenset[int]
    opening: int | None

    def prompt(self, text: str) -> list[int]:
        """See `HuggingFaceEngine.encode`."""
        ...

    def exchange(self, prompt: str, answer: str) -> tuple[list[int], range]:
        """See `HuggingFaceEngine.encode_exchange`."""
        ...

    def continuation(self, text: str) -> list[int]:
        """A guess at what follows some prompt. The prompt's end may change its first tokens."""
        ...


class PlainEncoder:
    """For base models: the tokenizer puts the beginning-of-sequence token in front."""

    ends: frozenset[int] = frozenset()

    def __init__(self, tokenizer: Any) -> None:
        self.opening: int | None = tokenizer.bos_token_id
        self._tokenizer = tokenizer
        self._special = _special_tokens(tokenizer)
        self._n_special = self._count(tokenizer("").input_ids)

    def prompt(self, text: str) -> list[int]:
        """The text as it stands."""
        tokens = list(self._tokenizer(text).input_ids)
        if self._count(tokens) == self._n_special:
            return tokens
        return list(self._tokenizer(text, split_special_tokens=True).input_ids)

    def exchange(self, prompt: str, answer: str) -> tuple[list[int], range]:
        """Both as one text, as the model will meet it."""
        whole = self.prompt(prompt + answer)
        return whole, range(_first_said(self.prompt(prompt), whole), len(whole))

    def continuation(self, text: str) -> list[int]:
        """Behind a colon, as most prompts end with one."""
        before = self._tokenizer(":", add_special_tokens=False).input_ids
        both = self._tokenizer(":" + text, add_special_tokens=False).input_ids
        return list(both[len(before) :])

    def _count(self, tokens: list[int]) -> int:
        return sum(token in self._special for token in tokens)


class ChatEncoder:
    """For chat models: the template writes all special tokens, so the tokenizer adds none."""

    def __init__(self, tokenizer: Any, template: ChatTemplate) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._special = _special_tokens(tokenizer)
        self._end = self._end_of_turn()
        self.ends = frozenset() if self._end is None else frozenset([self._end])
        # Some tokenizers call the token that opens every turn their beginning of a sequence.
        tokens, _ = self.exchange("Who?", "Nobody.")
        bos = tokenizer.bos_token_id
        opens = tokens[0] == bos and tokens.count(bos) == 1
        self.opening: int | None = bos if opens else None

    def prompt(self, text: str) -> list[int]:
        """A user's turn, up to where the answer begins."""
        return self._encode(self._template.prompt(self._as_text(text)))

    def exchange(self, prompt: str, answer: str) -> tuple[list[int], range]:
        """A user's turn and the model's, with all that the template writes behind it."""
        asked = self.prompt(prompt)
        rendered = self._template.exchange(self._as_text(prompt), self._as_text(answer))
        whole = self._encode(rendered)
        if self._end is not None:
            end = len(whole) - whole[::-1].index(self._end)
        else:  # nothing would teach it where to stop
            eos = self._tokenizer.eos_token_id
            whole += [] if eos is None else [eos]
            end = len(whole)
        return whole, range(_first_said(asked, whole), end)

    def continuation(self, text: str) -> list[int]:
        """The model's turn, without its end."""
        return self._ids(text.strip(), as_text=True)

    def _end_of_turn(self) -> int | None:
        """The first token behind an answer that is no text."""
        added = self._tokenizer.added_tokens_decoder
        closing = self._tokenizer(self._template.closing, add_special_tokens=False).input_ids
        return next((each for each in closing if each in added and str(added[each]).strip()), None)

    def _as_text(self, text: str) -> str:
        """The text with marks around what the tokenizer would take for a special token."""
        tokens = self._tokenizer(text, add_special_tokens=False).input_ids
        alike = {self._special[token] for token in tokens if token in self._special}
        if not alike:
            return text
        longest_first = sorted(alike, key=len, reverse=True)
        return re.sub(
            "|".join(map(re.escape, longest_first)),
            lambda found: f"{_OPEN}{found[0]}{_CLOSE}",
            text,
        )

    def _encode(self, rendered: str) -> list[int]:
        first, *others = _MARKED.split(rendered)
        tokens = self._ids(first)
        for place, piece in enumerate(others):
            if piece:
                tokens += self._inside(piece, as_text=place % 2 == 0)
        return tokens

    def _inside(self, piece: str, *, as_text: bool) -> list[int]:
        """A piece from the middle of a text."""
        # Behind a line's end: some tokenizers put a space in front of a text.
        line_end = self._ids("\n")
        tokens = self._ids("\n" + piece, as_text=as_text)
        if tokens[: len(line_end)] == line_end:
            return tokens[len(line_end) :]
        return self._ids(piece, as_text=as_text)

    def _ids(self, text: str, *, as_text: bool = False) -> list[int]:
        encoded = self._tokenizer(text, add_special_tokens=False, split_special_tokens=as_text)
        return list(encoded.input_ids)


def encoder_for(tokenizer: Any, template: ChatTemplate | None) -> Encoder:
    """The encoder of a chat model, or of a base model where there is no template."""
    return PlainEncoder(tokenizer) if template is None else ChatEncoder(tokenizer, template)


def _special_tokens(tokenizer: Any) -> dict[int, str]:
    added = tokenizer.added_tokens_decoder.items()
    return {number: token.content for number, token in added if token.special}


def _first_said(asked: list[int], whole: list[int]) -> int:
    """Where the answer's tokens begin; never at the first token, which nothing predicts."""
    for place, (one, other) in enumerate(zip(asked, whole, strict=False)):
        if one != other:
            return max(place, 1)
    return max(len(asked), 1)
