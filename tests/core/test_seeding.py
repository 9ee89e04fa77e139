import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isoglot.core import stream_seed


def test_a_stream_is_the_head_of_a_sha256() -> None:
    digest = hashlib.sha256(b"7\x1fworld\x1fnames").hexdigest()
    assert stream_seed(7, "world", "names") == int(digest[:16], 16)


def test_a_stream_is_pinned() -> None:
    # printf '7\037world\037names' | sha256sum | cut -c1-16
    assert stream_seed(7, "world", "names") == 0x116E9B9080FEC1E1


def test_seed_names_and_their_order_count() -> None:
    streams = {
        stream_seed(7),
        stream_seed(7, ""),
        stream_seed(8),
        stream_seed(7, "world"),
        stream_seed(7, "world", "names"),
        stream_seed(7, "names", "world"),
        stream_seed(7, "worldnames"),
        stream_seed(7, "world", "answers"),
        stream_seed(8, "world", "names"),
        stream_seed(-7, "world", "names"),
    }
    assert len(streams) == 10


def test_a_number_in_the_name_is_not_the_seed() -> None:
    assert stream_seed(1, "2") != stream_seed(12)


@given(seed=st.integers(), name=st.text())
def test_a_stream_is_a_64_bit_number_that_numpy_takes(seed: int, name: str) -> None:
    number = stream_seed(seed, name)
    assert 0 <= number < 2**64
    first, second = (np.random.default_rng(number).integers(2**62) for _ in range(2))
    assert first == second
