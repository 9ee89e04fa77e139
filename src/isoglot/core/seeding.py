"""Named streams of randomness from one seed.

Two streams with different names are independent; the same seed and names give the same stream on
every machine and in every process. No global state is read or written.
"""

import hashlib


def stream_seed(seed: int, *names: str) -> int:
    """A 64-bit seed for the stream that `names` names, for `numpy.random.default_rng` or torch."""
    text = "\x1f".join([str(seed), *names])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
