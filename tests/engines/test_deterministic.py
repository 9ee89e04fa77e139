"""A deterministic engine: what it says depends on the prompt, the model and the adapter alone."""

import re

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import (  # noqa: E402
    ARCHITECTURES,
    UNSHARED_ARCHITECTURES,
    random_adapter,
    save_tiny_model,
    tiny_engine,
)

from isoglot.core import Decoding, ModelError  # noqa: E402
from isoglot.engines import Failure, ModelSpec, open_engine, resolve_model  # noqa: E402
from isoglot.engines.huggingface import check_deterministic, deterministic_algorithms  # noqa: E402
from isoglot.testing.engines import PROMPTS, EngineContract  # noqa: E402

DECODING = Decoding(max_new_tokens=12, stop=())
DRAWN = Decoding(max_new_tokens=12, stop=(), temperature=1.0, top_p=0.9)
CONTEXT = "Facts: the flag of Kavuno shows a lion; the ship Zomira has green sails.\n"
ASKED = [*PROMPTS, *(f"{CONTEXT}Q: {what}?\nA:" for what in ("a", "what then", "in which month"))]
EVERY = (*ARCHITECTURES, *UNSHARED_ARCHITECTURES)
CHOICES = [" lion", " the first of May", " 老虎", " lions", " x"]


class TestContract(EngineContract):
    @pytest.fixture
    def engine(self):
        return tiny_engine("llama", deterministic=True)

    @pytest.fixture
    def adapter(self, tmp_path):
        return random_adapter(tmp_path / "adapter", "llama")


def an_engine(architecture, dtype=torch.bfloat16):
    engine = tiny_engine(architecture, deterministic=True)
    engine.model.to(dtype)
    return engine


@pytest.mark.parametrize(
    ("architecture", "decoding"),
    [
        *((architecture, DECODING) for architecture in EVERY),
        *((architecture, DRAWN) for architecture in ("gpt2", "xglm")),
    ],
)
def test_in_bfloat16_too_a_text_depends_on_nothing_else_in_the_call(architecture, decoding):
    engine = an_engine(architecture)
    seeds = [7 * place for place in range(len(ASKED))]
    together = engine.generate(ASKED, decoding=decoding, seeds=seeds)
    alone = [
        engine.generate([prompt], decoding=decoding, seeds=[seed])[0]
        for prompt, seed in zip(ASKED, seeds, strict=True)
    ]
    assert [(each.text, each.tokens) for each in together] == [
        (each.text, each.tokens) for each in alone
    ]
    assert len({each.text for each in together}) > 1


@pytest.mark.parametrize(
    ("architecture", "dtype"),
    [
        *((architecture, torch.bfloat16) for architecture in EVERY),
        *((architecture, torch.float32) for architecture in ("gpt2", "xglm")),
    ],
)
def test_scores_are_the_same_to_the_last_bit(architecture, dtype):
    """Whatever else is scored: of other prompts, and of the same."""
    engine = an_engine(architecture, dtype)
    together = engine.score(ASKED, [CHOICES] * len(ASKED), unconditional="A:")
    alone = [
        [engine.score([prompt], [[choice]], unconditional="A:")[0][0] for choice in CHOICES]
        for prompt in ASKED
    ]
    assert together == alone
    labels = [["lion", "x"], ["y"]]
    assert engine.label_scores(ASKED, labels) == [
        engine.label_scores([prompt], labels)[0] for prompt in ASKED
    ]


def test_hidden_states_are_the_same_to_the_last_bit():
    engine = an_engine("gemma3")
    together = engine.states(ASKED, lambda states: states.clone())
    for prompt, found in zip(ASKED, together, strict=True):
        assert torch.equal(found, engine.states([prompt], lambda states: states.clone())[0])


def test_behind_an_adapter_it_does_not_show_which_others_are_on(tmp_path):
    """Nor how many adapters were loaded before, and where they are kept."""
    folders = [random_adapter(tmp_path / f"adapter {number}", "llama") for number in range(3)]
    adapters = [folders[place % 3] if place % 4 else None for place in range(len(ASKED))]
    engine = an_engine("llama")
    together = engine.score(ASKED, [CHOICES] * len(ASKED), adapters=adapters)
    alone = [
        an_engine("llama").score([prompt], [CHOICES], adapters=[adapter])[0]
        for prompt, adapter in zip(ASKED, adapters, strict=True)
    ]
    assert together == alone
    assert together != engine.score(ASKED, [CHOICES] * len(ASKED))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_in_float32_texts_are_those_of_prompts_that_share(architecture):
    found = tiny_engine(architecture, deterministic=True).generate(ASKED, decoding=DECODING)
    shared = tiny_engine(architecture).generate(ASKED, decoding=DECODING)
    assert [each.text for each in found] == [each.text for each in shared]


def test_every_prompt_goes_through_the_model_alone_and_whole(monkeypatch):
    engine = tiny_engine("llama", deterministic=True)
    seen = []

    def note(_, inputs, __):
        seen.append(tuple(inputs[0].shape))

    engine.model.get_input_embeddings().register_forward_hook(note)
    shared = ASKED[-3:]
    drafts = [[" lion"]] * 3
    found = engine.generate(shared, decoding=Decoding(max_new_tokens=2, stop=()), drafts=drafts)
    assert [each.tokens for each in found] == [2] * 3
    # Shorter prompts first; a step for each token that is said.
    lengths = sorted(len(engine.encode(each)) for each in shared)
    assert seen == [step for length in lengths for step in ((1, length), (1, 1))]


def test_deterministic_algorithms_are_on_while_it_computes_and_off_behind():
    engine = tiny_engine("llama", deterministic=True)
    seen = []
    engine.model.register_forward_pre_hook(
        lambda *_: seen.append(torch.are_deterministic_algorithms_enabled())
    )
    engine.generate(ASKED[:2], decoding=DECODING)
    engine.score(ASKED[:2], [CHOICES] * 2)
    engine.states(ASKED[:2], lambda states: states.shape)
    assert set(seen) == {True}
    assert not torch.are_deterministic_algorithms_enabled()


def test_what_torch_cant_compute_deterministically_is_a_failure_of_that_prompt():
    """As if the model used an operation of which a device has no deterministic kind."""
    engine = tiny_engine("llama", deterministic=True)

    def refuse(_, inputs):
        if torch.are_deterministic_algorithms_enabled() and inputs[0].shape[1] > 100:
            raise RuntimeError("histc_cuda does not have a deterministic implementation")

    engine.model.get_input_embeddings().register_forward_pre_hook(refuse)
    good, bad = engine.generate(["Q: a?\nA:", "x" * 200], decoding=DECODING)
    assert good.tokens > 0
    assert bad == Failure(
        message="RuntimeError: histc_cuda does not have a deterministic implementation"
    )
    assert not torch.are_deterministic_algorithms_enabled()


class TestDeterministicAlgorithms:
    @pytest.mark.parametrize("mode", ["default", "warn", "error"])
    def test_what_was_set_before_is_set_again(self, mode):
        try:
            torch.set_deterministic_debug_mode(mode)
            before = torch.get_deterministic_debug_mode()
            with deterministic_algorithms(on=True):
                assert torch.get_deterministic_debug_mode() == 2  # it raises
            assert torch.get_deterministic_debug_mode() == before
            with pytest.raises(ZeroDivisionError), deterministic_algorithms(on=True):
                _ = 1 / 0
            assert torch.get_deterministic_debug_mode() == before
            with deterministic_algorithms(on=False):
                assert torch.get_deterministic_debug_mode() == before
        finally:
            torch.set_deterministic_debug_mode("default")

    def test_a_processor_needs_nothing_set(self, monkeypatch):
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
        check_deterministic("cpu")

    def test_a_torch_that_needs_a_variable_says_so(self, monkeypatch):
        def refuse(*_):
            raise RuntimeError(
                "Deterministic behavior was enabled [...] you must set an environment variable "
                "before running your PyTorch application: CUBLAS_WORKSPACE_CONFIG=:4096:8 or [...]"
            )

        monkeypatch.setattr(torch, "mm", refuse)
        monkeypatch.setattr(torch, "__version__", "2.9.0")
        expected = (
            "deterministic: torch 2.9.0 is deterministic on 'cpu' only if CUBLAS_WORKSPACE_CONFIG "
            "is set before it starts; run the same command again with "
            "CUBLAS_WORKSPACE_CONFIG=:4096:8 before it"
        )
        with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
            check_deterministic("cpu")
        assert not torch.are_deterministic_algorithms_enabled()

    def test_that_a_device_is_not_there_is_said_by_loading(self, tmp_path):
        device = f"cuda:{torch.cuda.device_count()}"  # counted from 0
        check_deterministic(device)
        folder = save_tiny_model(tmp_path / "model")
        spec = ModelSpec(name=f"hf/{folder}", dtype="float32", device=device)
        with pytest.raises(ModelError, match=f"can't be loaded on {device}"):
            open_engine(spec, resolve_model(spec), deterministic=True)
        assert not torch.are_deterministic_algorithms_enabled()


def test_an_engine_is_opened_deterministic_if_that_is_asked_for(tmp_path):
    folder = save_tiny_model(tmp_path / "model")
    spec = ModelSpec(name=f"hf/{folder}", dtype="bfloat16", device="cpu")
    resolved = resolve_model(spec)
    assert open_engine(spec, resolved, deterministic=True).deterministic
    assert not open_engine(spec, resolved).deterministic
