"""Which models can read from shared keys, and what becomes of those that can't."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import (  # noqa: E402
    ARCHITECTURES,
    UNSHARED_ARCHITECTURES,
    byte_tokenizer,
    tiny_engine,
    tiny_model,
)

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines.huggingface import HuggingFaceEngine  # noqa: E402
from isoglot.engines.huggingface._row_cache import RowCache  # noqa: E402
from isoglot.engines.huggingface._trial import why_not_shared  # noqa: E402

CONTEXT = "Facts: the flag of Kavuno shows a lion; the ship Zomira has green sails.\n"
PROMPTS = [CONTEXT + f"Q: {each}?\nA:" for each in ("a", "what then", "when was that")]
DECODING = Decoding(max_new_tokens=8, stop=())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_takes_its_attention_from_transformers_can(architecture):
    assert why_not_shared(tiny_model(architecture)) is None


@pytest.mark.parametrize(
    ("architecture", "reason"),
    [("lfm2", "it has layers of the kind conv"), ("xglm", "its attention is its own")],
)
def test_others_say_why_not(architecture, reason):
    assert why_not_shared(tiny_model(architecture)) == reason


def test_a_trial_finds_what_its_kind_does_not_tell(monkeypatch):
    """Here a model that does something else where a cache is not of a kind that it knows."""
    model = tiny_model("llama")
    attention = model.model.layers[1].self_attn
    monkeypatch.setattr(attention, "scaling", attention.scaling)
    plain = type(attention).forward

    def forward(self, *arguments, past_key_values=None, **more):
        self.scaling = 0.5 if isinstance(past_key_values, RowCache) else 1.0
        return plain(self, *arguments, past_key_values=past_key_values, **more)

    monkeypatch.setattr(attention, "forward", forward.__get__(attention))
    assert (why_not_shared(model) or "").startswith("in a trial its logits were off by ")


def test_a_trial_that_fails_is_a_reason(monkeypatch):
    model = tiny_model("llama")
    monkeypatch.setattr("isoglot.engines.huggingface._trial._difference", lambda _: 1 / 0)
    assert why_not_shared(model) == "a trial failed with ZeroDivisionError: division by zero"


@pytest.mark.parametrize("architecture", UNSHARED_ARCHITECTURES)
def test_without_sharing_it_says_so_and_answers_the_same(architecture):
    engine = tiny_engine(architecture, batch_size=2)
    with pytest.warns(UserWarning, match="what prompts share is read anew for each of them"):
        found = engine.generate([*PROMPTS, "Q: x"], decoding=DECODING)
    assert [each.text for each in found] == [
        _plain(architecture, prompt) for prompt in [*PROMPTS, "Q: x"]
    ]
    assert len({each.text for each in found}) > 1


def _plain(architecture, prompt):
    tokenizer = byte_tokenizer()
    ids = torch.tensor([tokenizer(prompt).input_ids])
    output = tiny_model(architecture).generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=DECODING.max_new_tokens,
        do_sample=False,
    )
    return tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True).strip()


@pytest.mark.parametrize("kind", ["longrope", "dynamic"])
def test_where_the_longest_prompt_scales_positions_each_is_read_alone(kind):
    """A long prompt would change what a short one beside it says."""
    model = tiny_model("llama")
    model.config.rope_parameters = {"rope_type": kind, "factor": 2.0, "rope_theta": 10_000.0}
    engine = HuggingFaceEngine("hf/scaled", model, byte_tokenizer(), fingerprint="scaled")
    assert engine.reads_whole == "its positions are scaled by the longest prompt of a batch"
    assert engine._budget.limits().rows == 1
