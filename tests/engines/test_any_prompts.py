"""Any prompts in any order, in any company: each is answered as if it were alone."""

from functools import cache

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tiny_models import tiny_engine  # noqa: E402

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines import Failure, Generation  # noqa: E402

pytestmark = pytest.mark.usefixtures("small_pieces")

# Pieces longer than what is worth sharing, and shorter ones, so that trees are deep and uneven.
PIECES = [
    "Facts: the flag of Kavuno shows a lion. ",
    "Q: who? ",
    "The Zomira has green sails. ",
    "x",
    "狮子 ",
]
PROMPTS = st.lists(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join), min_size=1, max_size=9
)
GUESSES = st.lists(st.sampled_from(["a", " the", "bb", "\n", "xyz"]), max_size=2)
DECODINGS = [
    Decoding(max_new_tokens=6, stop=("\n",)),
    Decoding(max_new_tokens=6, stop=(), temperature=1.5, top_p=0.9),
]
# Full attention; windows, with keys shared by all heads; positions that are learned.
ARCHITECTURES = ["llama", "gemma3", "gpt2"]


@cache
def _engine(architecture: str, rows: int | None):
    return tiny_engine(architecture, batch_size=rows)


@cache
def _alone(architecture: str, prompt: str, decoding: Decoding, seed: int) -> str:
    engine = _engine(architecture, 1)
    engine.forget()
    (found,) = engine.generate([prompt], decoding=decoding, seeds=[seed])
    assert isinstance(found, Generation)
    return found.text


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@settings(max_examples=25, deadline=None)
@given(prompts=PROMPTS, data=st.data(), rows=st.sampled_from([2, 3, None]))
def test_texts_are_those_that_prompts_get_alone(
    architecture: str, prompts: list[str], data: st.DataObject, rows: int | None
) -> None:
    decoding = data.draw(st.sampled_from(DECODINGS))
    seeds = [data.draw(st.integers(0, 3)) for _ in prompts]
    drafts = [data.draw(GUESSES) for _ in prompts]
    found = _engine(architecture, rows).generate(
        prompts, decoding=decoding, drafts=drafts, seeds=seeds
    )
    assert [each.text for each in found if isinstance(each, Generation)] == [
        _alone(architecture, prompt, decoding, seed)
        for prompt, seed in zip(prompts, seeds, strict=True)
    ]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@settings(max_examples=15, deadline=None)
@given(
    prompts=PROMPTS, choices=st.lists(st.sampled_from([" a", " the", " lion.", "b"]), min_size=1)
)
def test_scores_are_those_of_one_prompt_and_one_choice(
    architecture: str, prompts: list[str], choices: list[str]
) -> None:
    found = _engine(architecture, None).score(prompts, [choices] * len(prompts))
    for prompt, scores in zip(prompts, found, strict=True):
        assert not isinstance(scores, Failure)
        for choice, score in zip(choices, scores, strict=True):
            assert score.log_probability == pytest.approx(
                _alone_score(architecture, prompt, choice), abs=1e-4
            )


@cache
def _alone_score(architecture: str, prompt: str, choice: str) -> float:
    engine = _engine(architecture, 1)
    engine.forget()
    (scores,) = engine.score([prompt], [[choice]])
    assert not isinstance(scores, Failure)
    return scores[0].log_probability
