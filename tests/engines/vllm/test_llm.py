"""When vLLM is started, with what, and what becomes of it when something goes wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from fake_vllm import LLM  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from tiny_models import random_adapter, tiny_model  # noqa: E402

from isoglot.core import Decoding, ModelError  # noqa: E402
from isoglot.engines import Failure, ModelSpec, open_engine, resolve_model  # noqa: E402
from isoglot.engines.vllm import Vllm, vllm_version  # noqa: E402
from isoglot.engines.vllm import _llm as module  # noqa: E402

FREE = Decoding(max_new_tokens=4, stop=())
PROMPTS = ["Q: a?\nA:", "Q: one", "in which month is it?"]


@pytest.fixture
def spec(model_folder: Path) -> ModelSpec:
    return ModelSpec(name=f"vllm/{model_folder}", dtype="float32", batch_size=5)


@pytest.fixture
def vllm(fake_vllm: type[LLM], model_folder: Path) -> Vllm:
    return Vllm(model_folder, name="vllm/tiny", dtype="float32", batch_size=24)


def adapter_of(folder: Path, rank: int, modules: list[str]) -> Path:
    """A random adapter for the model of the tests."""
    config = LoraConfig(r=rank, target_modules=modules, init_lora_weights=False)
    get_peft_model(tiny_model("wide-llama"), config).save_pretrained(
        folder, save_embedding_layers=False
    )
    return folder


def test_it_starts_when_it_is_first_asked(fake_vllm: type[LLM], spec: ModelSpec) -> None:
    engine = open_engine(spec, resolve_model(spec))
    engine.generate([], decoding=FREE)
    engine.score(["Q: ?"], [[]])
    assert fake_vllm.started == []
    engine.generate(PROMPTS, decoding=FREE)
    engine.score(PROMPTS, [["x"]] * 3)
    (settings,) = fake_vllm.started
    assert settings == {
        "model": spec.name.removeprefix("vllm/"),
        "dtype": "float32",
        "seed": 0,
        "max_num_seqs": 5,
        "max_model_len": -1,
        "enable_prefix_caching": True,
        "use_tqdm_on_load": False,
        "gpu_memory_utilization": 0.92,
        "enable_lora": False,
        "max_lora_rank": 16,
        "max_loras": 1,
        "max_cpu_loras": None,
        "lora_target_modules": None,
    }


def test_it_takes_a_share_of_the_gpu_memory_that_is_free(
    vllm: Vllm, fake_vllm: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (20, 80))
    vllm.ready([None])
    assert fake_vllm.started[0]["gpu_memory_utilization"] == pytest.approx(0.225)  # 0.9 · 20/80


def test_it_starts_anew_where_an_adapter_needs_more_room(
    vllm: Vllm, fake_vllm: type[LLM], tmp_path: Path
) -> None:
    small = random_adapter(tmp_path / "small", "wide-llama")
    alike = adapter_of(tmp_path / "alike", 8, ["v_proj"])
    large = adapter_of(tmp_path / "large", 9, ["down_proj"])
    vllm.ready([None])
    vllm.ready([None, small])
    (request,) = vllm.ready([alike])
    assert [each["enable_lora"] for each in fake_vllm.started] == [False, True]
    vllm.ready([large, None])
    assert vllm.ready([alike]) != [request]  # vLLM has forgotten it
    assert len(fake_vllm.running) == 1
    assert [
        (each["max_lora_rank"], each["lora_target_modules"], each["max_loras"])
        for each in fake_vllm.started[1:]
    ] == [(8, ["q_proj", "v_proj"], 8), (16, ["down_proj", "q_proj", "v_proj"], 8)]


def test_an_adapter_keeps_its_number_and_no_other_gets_it(vllm: Vllm, tmp_path: Path) -> None:
    one = random_adapter(tmp_path / "one", "wide-llama")
    other = adapter_of(tmp_path / "other", 4, ["q_proj"])
    first, nothing, second, again = vllm.ready([one, None, other, one])
    assert nothing is None
    assert first is again
    assert vllm.ready([one]) == [first]
    stat = (one / "adapter_model.safetensors").stat()
    os.utime(one / "adapter_model.safetensors", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    (anew,) = vllm.ready([one])
    requests = [first, second, anew]
    assert [each.lora_path for each in requests] == [str(one), str(other), str(one)]
    assert len({each.lora_int_id for each in requests}) == 3
    assert len({each.lora_name for each in requests}) == 3


def test_an_adapter_of_too_high_a_rank_is_refused(vllm: Vllm, tmp_path: Path) -> None:
    adapter = adapter_of(tmp_path / "adapter", 513, ["q_proj"])
    with pytest.raises(ModelError, match="adapter: its rank is 513, and vLLM takes 512 at most"):
        vllm.ready([adapter])


def test_an_adapter_at_the_vocabulary_is_refused(vllm: Vllm, tmp_path: Path) -> None:
    adapter = adapter_of(tmp_path / "adapter", 4, ["q_proj", "lm_head"])
    expected = "adapter: it changes 'lm_head', and vLLM would score without that; ask an hf/ model"
    with pytest.raises(ModelError, match=expected):
        vllm.ready([adapter])


def test_one_runs_at_a_time(fake_vllm: type[LLM], spec: ModelSpec, tmp_path: Path) -> None:
    adapter = random_adapter(tmp_path / "adapter", "wide-llama")
    one, other = (open_engine(spec, resolve_model(spec)) for _ in range(2))
    adapters = [adapter, None, None]
    before = one.generate(PROMPTS, decoding=FREE, adapters=adapters)
    other.generate(PROMPTS, decoding=FREE)
    after = one.generate(PROMPTS, decoding=FREE, adapters=adapters)
    assert [each.text for each in before] == [each.text for each in after]
    assert [each["enable_lora"] for each in fake_vllm.started] == [True, False, True]
    assert len(fake_vllm.running) == 1


def test_an_error_fails_a_batch_and_the_next_one_is_answered(
    fake_vllm: type[LLM], spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(spec, resolve_model(spec))
    expected = engine.generate(PROMPTS[:2], decoding=FREE)

    def out_of_memory(*_) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(fake_vllm, "_next", out_of_memory)
        failed = Failure(message="RuntimeError: out of memory")
        assert engine.generate(PROMPTS, decoding=FREE) == [failed] * 3
        assert engine.score(PROMPTS, [["x"], [], ["y", "z"]]) == [failed, [], failed]
    again = engine.generate(PROMPTS[:2], decoding=FREE)
    assert [each.text for each in again] == [each.text for each in expected]


def test_what_an_interruption_leaves_undone_is_forgotten(
    fake_vllm: type[LLM], spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(spec, resolve_model(spec))

    def interrupt(*_) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fake_vllm, "_answer", interrupt)
        with pytest.raises(KeyboardInterrupt):
            engine.generate(PROMPTS, decoding=FREE)
    assert fake_vllm.running == []
    assert len(engine.generate(PROMPTS[:1], decoding=FREE)) == 1


def test_what_vllm_breaks_off_is_a_failure(
    fake_vllm: type[LLM], spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(spec, resolve_model(spec))
    answer = fake_vllm._answer

    def aborted(llm, request):
        found = answer(llm, request)
        if len(request.tokens) == 7:  # the first token and `Q: one`'s six
            found.outputs[0].finish_reason = "abort"
        return found

    monkeypatch.setattr(fake_vllm, "_answer", aborted)
    good, bad, other = engine.generate(PROMPTS, decoding=FREE)
    assert bad == Failure(message="vLLM ended the answer: abort")
    assert good.text != other.text


def test_a_model_that_vllm_can_not_load_is_explained(
    fake_vllm: type[LLM], spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_, **__) -> None:
        raise ValueError("No room for the KV cache.\nSee the manual.")

    monkeypatch.setattr(sys.modules["vllm"], "LLM", refuse)
    engine = open_engine(spec, resolve_model(spec))
    expected = f"models: '{spec.name}' can't be loaded by vLLM: No room for the KV cache.$"
    with pytest.raises(ModelError, match=expected):
        engine.generate(PROMPTS, decoding=FREE)


def test_a_folder_without_a_tokenizer_is_explained(fake_vllm: type[LLM], tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    spec = ModelSpec(name=f"vllm/{tmp_path}", dtype="float32")
    with pytest.raises(ModelError, match=r"the tokenizer in .* can't be loaded"):
        open_engine(spec, resolve_model(spec))


def test_the_fingerprint_is_of_the_model_and_of_the_version_of_vllm(
    fake_vllm: type[LLM], spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_transformers = resolve_model(spec.model_copy(update={"name": f"hf/{spec.name[5:]}"}))
    assert vllm_version() == "0.32.0"
    first = resolve_model(spec).fingerprint
    assert resolve_model(spec).fingerprint == first
    monkeypatch.setattr(sys.modules["vllm"], "__version__", "0.33.0")
    assert len({with_transformers.fingerprint, first, resolve_model(spec).fingerprint}) == 3


def test_what_the_user_sets_is_left_alone(
    fake_vllm: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "1")
    monkeypatch.delenv("VLLM_NO_USAGE_STATS")
    module.import_vllm()
    assert os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] == "1"
    assert os.environ["VLLM_NO_USAGE_STATS"] == "1"


@pytest.mark.parametrize(
    "code",
    [
        "import isoglot.engines",
        "from isoglot.engines import *; check_installed(ModelSpec(name='vllm/org/name'), place='')",
        "import isoglot.cli.main as cli; cli.app(['--help'], standalone_mode=False)",
        "import isoglot.cli.main as cli; cli.app(['models'], standalone_mode=False)",
    ],
)
def test_vllm_is_imported_only_when_a_model_is_opened(code: str, tmp_path: Path) -> None:
    (tmp_path / "vllm.py").write_text("raise SystemExit('vLLM was imported')")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path},
    )
