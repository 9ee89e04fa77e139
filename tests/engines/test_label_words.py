"""Labels by the first token of what is said."""

import math

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import byte_tokenizer, tiny_engine  # noqa: E402

from isoglot.engines import Failure  # noqa: E402
from isoglot.engines.huggingface._label_words import first_tokens  # noqa: E402

PROMPTS = ["Q: a?\nA:", "Q: is that so, or is it not?\nA:"]


def test_with_a_token_a_byte_a_word_begins_with_its_first_byte():
    """A space before it would be a token of its own."""
    tokenizer = byte_tokenizer()
    (y,) = tokenizer("y", add_special_tokens=False).input_ids
    (n,) = tokenizer("n", add_special_tokens=False).input_ids
    assert first_tokens(tokenizer, ["yes"]) == [y]
    assert first_tokens(tokenizer, ["yes", "no"]) == sorted([y, n])
    assert first_tokens(tokenizer, ["狮子"]) == []


@pytest.mark.parametrize("architecture", ["gemma3", "lfm2"])
@pytest.mark.filterwarnings("ignore:.*what prompts share is read anew")
def test_a_label_has_the_probability_of_its_tokens(architecture):
    engine = tiny_engine(architecture)
    found = engine.label_scores(PROMPTS, [["yes", "Yes"], ["no"]])
    for prompt, scores in zip(PROMPTS, found, strict=True):
        with torch.inference_mode():
            logits = engine.model(torch.tensor([engine.encode(prompt)])).logits[0, -1]
        shares = logits.softmax(-1)
        y, upper, n = (engine.encode(letter)[-1] for letter in "yYn")
        assert scores == pytest.approx(
            [math.log(shares[y] + shares[upper]), math.log(shares[n])], abs=1e-4
        )


def test_a_prompt_that_does_not_fit_is_a_failure_and_a_label_without_tokens_an_error():
    engine = tiny_engine("llama")
    good, bad = engine.label_scores(["x", "x" * 600], [["yes"]])
    assert isinstance(good, list)
    assert isinstance(bad, Failure)
    with pytest.raises(ValueError, match=r"no single token begins any of \['狮子'\]"):
        engine.label_scores(["x"], [["yes"], ["狮子"]])
