"""Labels by the first token of what is said: whichever beginning of a label's word it is.

The way of Zhang et al. (Multilingual Learner): a label's probability is that of all tokens that a
text beginning with one of its words may begin with, with a space before them or without.
"""

from collections.abc import Iterable
from typing import Any


def first_tokens(tokenizer: Any, words: Iterable[str]) -> list[int]:
    """The tokens that are a beginning of one of the words, in ascending order.

    Args:
        tokenizer: Of transformers.
        words: Of one label.
    """
    found = set()
    for word in words:
        for end in range(1, len(word) + 1):
            for text in (word[:end], f" {word[:end]}"):
                tokens = tokenizer(text, add_special_tokens=False).input_ids
                if len(tokens) == 1:
                    found.add(int(tokens[0]))
    return sorted(found)
