"""Hidden states: those of a prompt alone, whatever else is in the batch."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import ARCHITECTURES, tiny_engine  # noqa: E402

from isoglot.engines import Failure  # noqa: E402

PROMPTS = ["Q: a?\nA:", "Q: which of them is it?\nA:", "x", "Q: a month?\nA:"]


@pytest.mark.parametrize("architecture", [*ARCHITECTURES, "lfm2"])
def test_states_are_those_of_the_prompt_alone(architecture):
    engine = tiny_engine(architecture, batch_size=3)
    found = engine.states(PROMPTS, lambda states: states.clone())
    for prompt, states in zip(PROMPTS, found, strict=True):
        tokens = torch.tensor([engine.encode(prompt)])
        with torch.inference_mode():
            alone = engine.model(tokens, output_hidden_states=True).hidden_states
        assert states.shape == (4, tokens.shape[1], 32)  # embeddings and three layers
        torch.testing.assert_close(states, torch.cat(alone), rtol=1e-4, atol=1e-4)


def test_only_what_is_reduced_is_kept():
    engine = tiny_engine("llama")
    assert engine.states(PROMPTS, lambda states: tuple(states.shape[:2])) == [
        (4, len(engine.encode(prompt))) for prompt in PROMPTS
    ]


def test_a_prompt_that_does_not_fit_is_a_failure():
    engine = tiny_engine("llama")
    good, bad = engine.states(["x", "x" * 600], lambda states: states.shape[1])
    assert good == 2
    assert isinstance(bad, Failure)
