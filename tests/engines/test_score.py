"""Scores of continuations against one forward pass a continuation."""

from contextlib import nullcontext

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import ARCHITECTURES, tiny_engine  # noqa: E402

from isoglot.engines.huggingface import _head  # noqa: E402
from isoglot.engines.huggingface._adapters import AdapterShelf  # noqa: E402
from isoglot.engines.huggingface._beginnings import Beginnings, Wanted  # noqa: E402
from isoglot.engines.huggingface._score import Scorer  # noqa: E402

pytestmark = pytest.mark.usefixtures("small_pieces")

CONTEXT = "Premise: the lion of Kavuno sleeps under a green sail, as lions do.\n"
PROMPTS = [CONTEXT + "Hypothesis: it sleeps.\nLabel:", CONTEXT + "No?\nLabel:", "Label:"]
CHOICES = [[" entailment", " neutral", " no"], [" yes"], [" a", " entirely", " ab", " a"]]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_token_has_the_probability_that_it_has_alone(architecture):
    engine = tiny_engine(architecture)
    prompts = [engine.encode(prompt) for prompt in PROMPTS]
    choices = [[_tokens(engine, choice) for choice in own] for own in CHOICES]
    kept = Beginnings(engine.model, most_bytes=10**9)
    wanted = Wanted(None, tuple(prompts[0][:60]), None)
    (shared,) = kept.read([wanted], nullcontext)
    beginnings = [shared, shared, None]
    rests = [prompts[0][60:], prompts[1][60:], prompts[2]]
    scorer = Scorer(engine.model, AdapterShelf(engine.model, model_name="tiny", room=1))
    found = scorer.score(rests, beginnings, choices, adapters=[None] * 3)
    for prompt, own, scores in zip(prompts, choices, found, strict=True):
        for choice, each in zip(own, scores, strict=True):
            assert each == pytest.approx(_alone(engine, prompt, choice), abs=1e-4)
    assert len({round(sum(each), 3) for scores in found for each in scores}) == 7


def test_scores_are_the_same_however_few_logits_fit(monkeypatch):
    prompts = [f"{CONTEXT}Q: {n}?\nA:" for n in range(11)]
    choices = [[" yes", " no, never"]] * len(prompts)
    at_once = tiny_engine("llama").score(prompts, choices)
    monkeypatch.setattr(_head, "_LOGITS_BYTES", 1)  # then eight places at a time
    for one, other in zip(at_once, tiny_engine("llama").score(prompts, choices), strict=True):
        assert [each.log_probability for each in one] == pytest.approx(
            [each.log_probability for each in other], abs=1e-5
        )


def _tokens(engine, text):
    return engine.tokenizer(text, add_special_tokens=False).input_ids


@torch.inference_mode()
def _alone(engine, prompt, choice):
    logits = engine.model(torch.tensor([[*prompt, *choice]])).logits[0]
    said = logits[len(prompt) - 1 : -1].log_softmax(-1)
    return [float(said[place, token]) for place, token in enumerate(choice)]
