"""The engine of vLLM against that of transformers: with a fake vLLM, and with vLLM where it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from fake_vllm import VERSION  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from tiny_chats import save_chat_model  # noqa: E402
from tiny_models import random_adapter  # noqa: E402

from isoglot.core import Decoding, InputError, ModelError  # noqa: E402
from isoglot.engines import (  # noqa: E402
    Engine,
    Failure,
    ModelSpec,
    open_engine,
    resolve_model,
)
from isoglot.engines.vllm import _llm  # noqa: E402
from isoglot.testing.engines import EngineContract  # noqa: E402

PROMPTS = ["Q: a?\nA:", "Q: one", "in which month is it?", "Ŵy a llew: 狮子?"]
CHOICES = [[" lion", " 老虎"], [" x"], [], [" the first of May", " y"]]
FREE = Decoding(max_new_tokens=12, stop=())


def opened(name: str) -> Engine:
    spec = ModelSpec(name=name, dtype="float32")
    return open_engine(spec, resolve_model(spec))


def told(engine: Engine, prompts: list[str], decoding: Decoding, **options) -> list:
    return [
        each if isinstance(each, Failure) else (each.text, each.tokens)
        for each in engine.generate(prompts, decoding=decoding, **options)
    ]


def changed(adapter: Path, factor: float, only: str = "lora_B") -> Path:
    """The adapter, written anew at its place with other weights."""
    path = adapter / "adapter_model.safetensors"
    weights = load_file(path)
    save_file(
        {name: each * (factor if only in name else 1) for name, each in weights.items()}, path
    )
    return adapter


@pytest.fixture(scope="module")
def peer(model_folder: Path) -> Engine:
    """The same model in transformers."""
    return opened(f"hf/{model_folder}")


@pytest.fixture(scope="module")
def real_engine(model_folder: Path) -> Iterator[Engine]:
    """The model in vLLM itself, started once: it takes a minute."""
    pytest.importorskip("vllm", reason="needs the extra 'vllm'")
    from vllm.platforms import current_platform

    if current_platform.is_unspecified():
        pytest.skip("vLLM finds no GPU on this machine")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _llm._ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")  # for vLLM's CPU build
        engine = opened(f"vllm/{model_folder}")
        yield engine
        engine._vllm.stop()


class AsTransformers(EngineContract):
    """What holds with the real vLLM and with the fake one."""

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Path:
        return random_adapter(tmp_path / "adapter", "wide-llama")

    @pytest.mark.parametrize("stop", [(), ("\n", "a", "1")])
    def test_texts_are_those_of_transformers(self, engine, peer, adapter, stop):
        decoding = Decoding(max_new_tokens=12, stop=stop)
        adapters = [None, adapter, None, adapter]
        expected = told(peer, PROMPTS, decoding, adapters=adapters)
        assert told(engine, PROMPTS, decoding, adapters=adapters) == expected

    def test_an_answer_that_ends_by_itself_is_without_its_end(self, engine, peer):
        # Byte by byte: some prompt's answer reaches the end of the sequence.
        prompts = [chr(code) for code in range(33, 127)]
        expected = told(peer, prompts, FREE)
        assert min(tokens for _, tokens in expected) < 12
        assert told(engine, prompts, FREE) == expected

    def test_scores_are_those_of_transformers(self, engine, peer, adapter):
        adapters = [None, adapter, None, adapter]
        found, expected = (
            each.score(PROMPTS, CHOICES, adapters=adapters, unconditional="A:")
            for each in (engine, peer)
        )
        for own, others in zip(found, expected, strict=True):
            for score, other in zip(own, others, strict=True):
                assert score.log_probability == pytest.approx(other.log_probability, abs=1e-3)
                assert score.unconditional == pytest.approx(other.unconditional, abs=1e-3)
                assert (score.tokens, score.n_bytes) == (other.tokens, other.n_bytes)

    def test_what_is_too_long_is_a_failure_and_the_others_are_answered(self, engine, peer):
        # With the first token: 501 and 12 are one too many, 500 and 12 are not.
        found = told(engine, [PROMPTS[0], "x" * 500, "x" * 499], FREE)
        assert found[1] == Failure(
            message="the prompt has 501 tokens and the answer up to 12; vLLM's context is 512"
        )
        assert [found[0], found[2]] == told(peer, [PROMPTS[0], "x" * 499], FREE)

    def test_a_choice_that_is_too_long_is_a_failure_and_the_others_are_scored(self, engine, peer):
        prompts, choices = [PROMPTS[0], "x" * 500, "x" * 500], [[" x"], ["y", "y" * 11], ["y" * 10]]
        found = engine.score(prompts, choices)
        assert found[1] == Failure(
            message="prompt and choice have 512 tokens; vLLM's context is 512, and has to hold one "
            "more"
        )
        expected = peer.score(prompts, choices)
        for place in (0, 2):
            (score,), (other,) = found[place], expected[place]
            assert score.log_probability == pytest.approx(other.log_probability, abs=1e-3)

    def test_a_draw_depends_on_its_seed_alone(self, engine):
        drawn = Decoding(max_new_tokens=8, stop=(), temperature=1.5, top_p=0.9)
        seeds = [3, 2**64 - 1, 0, 3]  # a study's are of 64 bits
        together = told(engine, [PROMPTS[0]] * 4, drawn, seeds=seeds)
        alone = [told(engine, [PROMPTS[0]], drawn, seeds=[seed])[0] for seed in seeds]
        assert together == alone
        assert len(set(together)) == 3

    def test_an_adapter_that_is_written_anew_is_another(self, engine, peer, adapter):
        before = told(engine, PROMPTS, FREE, adapters=[adapter] * 4)
        changed(adapter, -1)
        after = told(engine, PROMPTS, FREE, adapters=[adapter] * 4)
        assert after == told(peer, PROMPTS, FREE, adapters=[adapter] * 4) != before

    def test_an_adapter_that_changes_nothing_is_refused(self, engine, adapter):
        changed(adapter, 0)
        with pytest.raises(ModelError, match="the adapter is on and changes no logit of vllm/"):
            engine.generate(PROMPTS, decoding=FREE, adapters=[None, adapter, None, None])

    def test_an_adapter_of_another_model_is_refused(self, engine, tmp_path):
        other = random_adapter(tmp_path / "other", "llama")
        with pytest.raises(ModelError, match="other: not an adapter for vllm/"):
            engine.score(PROMPTS, CHOICES, adapters=[other] * 4)
        assert told(engine, ["Q: a?"], FREE) == told(engine, ["Q: a?"], FREE)

    def test_a_decoding_that_vllm_refuses_is_explained(self, engine):
        with pytest.raises(InputError, match=r"^decoding: vLLM refuses it: temperature must be in"):
            engine.generate(PROMPTS, decoding=Decoding(temperature=3))


class TestFake(AsTransformers):
    @pytest.fixture
    def engine(self, fake_vllm, model_folder: Path) -> Engine:
        return opened(f"vllm/{model_folder}")

    def test_it_says_what_computed_and_how_it_was_loaded(self, fake_vllm, model_folder):
        spec = ModelSpec(name=f"vllm/{model_folder}", dtype="bfloat16")
        resolved = resolve_model(spec).model_copy(update={"quantization": "gptq"})
        loading, computing = open_engine(spec, resolved).remarks
        assert loading.startswith("Its weights were quantized (gptq): ")
        assert computing == (
            f"It was computed in bfloat16 by vLLM {VERSION}, which puts prompts together as it has "
            "room: where two answers are nearly tied, which of them it gives may depend on what "
            "else was in the batch (the same model as hf/… with deterministic: true in the study "
            "rules that out)."
        )

    def test_what_it_would_leave_out_is_refused_when_it_is_opened(self, fake_vllm, model_folder):
        name = f"vllm/{model_folder}"
        spec = ModelSpec(name=name)
        with pytest.raises(InputError, match="can't be asked with deterministic: true, as vLLM"):
            open_engine(spec, resolve_model(spec), deterministic=True)
        with pytest.raises(
            InputError, match=r"^models\.attn_implementation: 'eager' can't be given"
        ):
            resolve_model(ModelSpec(name=name, attn_implementation="eager"))

    @pytest.mark.parametrize(
        ("batch_size", "settings"),
        [(None, (256, 8)), (4, (4, 4)), (100, (100, 8))],  # 256 is vLLM's own
    )
    def test_a_batch_is_as_large_as_vllm_has_it_unless_a_study_says(
        self, fake_vllm, model_folder, adapter, batch_size, settings
    ):
        spec = ModelSpec(name=f"vllm/{model_folder}", dtype="float32", batch_size=batch_size)
        engine = open_engine(spec, resolve_model(spec))
        engine.generate([PROMPTS[0]], decoding=FREE, adapters=[adapter])
        started = fake_vllm.started[-1]
        assert (started["max_num_seqs"], started["max_loras"]) == settings

    def test_what_cant_be_encoded_is_a_failure_of_its_own(self, engine, peer):
        prompts, choices = ["Q: \ud83d?", PROMPTS[0]], [["a"], ["a", "\ud83d"]]
        failed, answered = told(engine, prompts, FREE)
        assert failed == Failure(message="the prompt has a lone surrogate, U+D83D, at character 4")
        assert [answered] == told(peer, prompts[1:], FREE)
        assert engine.score(prompts, choices) == peer.score(prompts, choices)

    @pytest.mark.parametrize("name", ["llama", "gemma", "qwen", "phi"])
    def test_chat_models_are_asked_as_with_transformers(self, name, fake_vllm, tmp_path):
        """Through their template, with one first token, up to the end of a turn."""
        folder = save_chat_model(tmp_path / "chat", name)
        engine, peer = opened(f"vllm/{folder}"), opened(f"hf/{folder}")
        assert told(engine, PROMPTS, FREE) == told(peer, PROMPTS, FREE)
        (score,), (other,) = (each.score(["Who?"], [["me"]])[0] for each in (engine, peer))
        assert score.log_probability == pytest.approx(other.log_probability, abs=1e-3)
        assert score.tokens == other.tokens


@pytest.mark.filterwarnings("ignore")  # vLLM's own
class TestVllm(AsTransformers):
    """The contract with the real one."""

    @pytest.fixture
    def engine(self, real_engine: Engine) -> Engine:
        return real_engine
