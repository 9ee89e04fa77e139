"""Attention in pieces: however few scores fit into memory at once, they are the same."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import tiny_engine  # noqa: E402

from isoglot.engines import Failure  # noqa: E402
from isoglot.engines.huggingface import _attention  # noqa: E402

pytestmark = pytest.mark.usefixtures("small_pieces")

FACTS = "Facts: the flag of Kavuno shows a lion, Zomira's a fox.\n"
PROMPTS = [FACTS + "Q: who?\nA:", FACTS + "Q: what does it show?\nA:", "Q: who?\nA:"]
CHOICES = [[" a lion", " sails, green ones"]] * len(PROMPTS)


def scores(architecture: str) -> list[float]:
    found = tiny_engine(architecture).score(PROMPTS, CHOICES)
    return [each.log_probability for own in found if not isinstance(own, Failure) for each in own]


@pytest.mark.parametrize("fitting", [1, 5_000])
@pytest.mark.parametrize("architecture", ["llama", "gemma3"])
def test_scores_are_the_same_in_chunks(
    architecture: str, fitting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = scores(architecture)
    assert len(at_once) == 6
    taken = []
    whole = _attention._chunks

    def counted(*args, **kwargs):
        found = list(whole(*args, **kwargs))
        taken.append(len(found))
        return found

    monkeypatch.setattr(_attention, "_SCORES_BYTES", fitting)
    monkeypatch.setattr(_attention, "_chunks", counted)
    assert scores(architecture) == pytest.approx(at_once, abs=1e-5)
    assert max(taken) > 1


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_in_half_precision_scores_are_near(dtype: torch.dtype) -> None:
    """What is shared or copied is of the model's precision."""
    engine = tiny_engine("llama")
    engine.model.to(dtype)
    assert engine.reads_whole is None
    found = engine.score(PROMPTS, CHOICES)
    half = [each.log_probability for own in found if not isinstance(own, Failure) for each in own]
    assert half == pytest.approx(scores("llama"), rel=0.1)
