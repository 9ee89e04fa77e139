"""What determines an answer, and its hash.

Same key, same answer, across runs and machines; a different model never meets another's answers.
"""

import hashlib
import json

from isoglot.core.records import Decoding

_ADDED = ("temperature", "top_p")


def answer_key(
    *, model: str, adapter: str | None, prompt: str, decoding: Decoding, seed: int
) -> str:
    """The SHA-256 of everything that determines an answer, in hexadecimal.

    Args:
        model: The model's fingerprint (weights, tokenizer, chat template, dtype).
        adapter: The hash of the adapter's weights and configuration, or `None` for the bare model.
        prompt: The full text of the prompt.
        decoding: Every decoding parameter. Those that came after the first runs count where they
            are not their defaults, so that answers of these runs are still found.
        seed: The seed of the draw (greedy decoding ignores it, the key does not).
    """
    parts = {
        "model": model,
        "adapter": adapter,
        "prompt": prompt,
        "decoding": {
            name: value
            for name, value in decoding.model_dump(mode="json").items()
            if name not in _ADDED or value != Decoding.model_fields[name].default
        },
        "seed": seed,
    }
    return hashlib.sha256(
        json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
