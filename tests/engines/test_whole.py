"""Decoding whole prompts: rows that have ended leave the batch, and the others go on as alone."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import UNSHARED_ARCHITECTURES, tiny_engine  # noqa: E402

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines import Generation  # noqa: E402

PROMPTS = [f"Q: What is {n}?\nA:" for n in (1, 22, 333, 4444)]


@pytest.mark.filterwarnings("ignore:.*what prompts share is read anew")
@pytest.mark.parametrize("architecture", UNSHARED_ARCHITECTURES)
def test_a_row_that_ends_early_changes_no_other(architecture: str) -> None:
    engine = tiny_engine(architecture)

    def texts(prompts: list[str], *stop: str) -> list[str]:
        found = engine.generate(prompts, decoding=Decoding(max_new_tokens=8, stop=stop))
        return [each.text for each in found if isinstance(each, Generation)]

    whole = texts(PROMPTS)
    own = set(whole[0])
    others = [prompt for prompt, text in zip(PROMPTS, whole, strict=True) if own - set(text)]
    assert others
    for other in others:
        # The first text ends where the other does not: half of the rows, which is when they leave.
        stop = sorted(own - set(whole[PROMPTS.index(other)]))
        pair = [PROMPTS[0], other]
        together = texts(pair, *stop)
        assert together == [texts([prompt], *stop)[0] for prompt in pair]
        assert len(together[0]) < len(whole[0])
        assert together[1] == whole[PROMPTS.index(other)]
