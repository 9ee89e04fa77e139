"""Draws: the right shares, by the seed and the place alone."""

from collections import Counter

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import tiny_engine  # noqa: E402

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines.huggingface._sampling import draw, uniform  # noqa: E402

# Probabilities 1/2, 1/8, 1/4 and 1/8.
LOGITS = torch.log(torch.tensor([0.5, 0.125, 0.25, 0.125]))
PROMPTS = ["Q: one?\nA:", "Q: another one?\nA:", "Q: x\nA:", "y"]


@pytest.mark.parametrize(
    ("number", "temperature", "top_p", "token"),
    [
        # The most probable first; of equals the first.
        (0.0, 1, 1, 0),
        (0.49, 1, 1, 0),
        (0.51, 1, 1, 2),
        (0.74, 1, 1, 2),
        (0.76, 1, 1, 1),
        (0.99, 1, 1, 3),
        # A half and a quarter reach 0.6 of the probability: two thirds and one third of it.
        (0.65, 1, 0.6, 0),
        (0.67, 1, 0.6, 2),
        (0.99, 1, 0.6, 2),
        (0.99, 1, 0.5, 0),
        # Squared at half the temperature: 16, 4, 1 and 1 of 22.
        (0.72, 0.5, 1, 0),
        (0.73, 0.5, 1, 2),
    ],
)
def test_a_number_falls_on_a_token(number, temperature, top_p, token):
    found = draw(LOGITS[None], [number], temperature=temperature, top_p=top_p)
    assert found == [token]


def test_the_numbers_are_spread_evenly_and_stay():
    numbers = [uniform(seed, place) for seed in range(40) for place in range(25)]
    assert len(set(numbers)) == 1000
    assert np.histogram(numbers, bins=4, range=(0, 1))[0] == pytest.approx(250, abs=50)
    assert [uniform(3, 4), uniform(2**63, 0)] == [uniform(3, 4), uniform(2**63, 0)]


def test_tokens_come_as_often_as_they_are_probable():
    numbers = [uniform(7, place) for place in range(2000)]
    found = Counter(draw(LOGITS.expand(2000, -1), numbers, temperature=1, top_p=1))
    assert [found[token] / 2000 for token in range(4)] == pytest.approx(
        [0.5, 0.125, 0.25, 0.125], abs=0.03
    )


@pytest.mark.parametrize("architecture", ["llama", "lfm2"])
@pytest.mark.filterwarnings("ignore:.*what prompts share is read anew")
def test_a_draw_depends_on_the_seed_and_not_on_the_batch(architecture):
    decoding = Decoding(max_new_tokens=8, stop=(), temperature=3)
    seeds = [5, 6, 5, 8]
    engine = tiny_engine(architecture)
    together = [each.text for each in engine.generate(PROMPTS, decoding=decoding, seeds=seeds)]
    alone = [
        engine.generate([prompt], decoding=decoding, seeds=[seed])[0].text
        for prompt, seed in zip(PROMPTS, seeds, strict=True)
    ]
    assert together == alone
    drafted = engine.generate(
        PROMPTS, decoding=decoding, seeds=seeds, drafts=[[text] for text in together]
    )
    assert [each.text for each in drafted] == together
    samples = engine.generate(PROMPTS[:1] * 4, decoding=decoding, seeds=[1, 2, 3, 1])
    assert samples[0].text == samples[3].text
    assert len({each.text for each in samples}) == 3
