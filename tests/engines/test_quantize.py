"""Linear layers in 4 and 8 bits, on a processor."""

import re
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
bitsandbytes = pytest.importorskip("bitsandbytes", reason="needs the extra 'quantized'")

from tiny_models import save_tiny_model, tiny_model  # noqa: E402
from tiny_quantized import (  # noqa: E402
    SCALE,
    plain_twin,
    quantized_engine,
    quantized_spec,
    unpacked,
)

from isoglot.core import Decoding, InputError, ModelError  # noqa: E402
from isoglot.engines import Generation, open_engine, resolve_model  # noqa: E402
from isoglot.engines.huggingface import (  # noqa: E402
    HuggingFaceEngine,
    find_modules,
    in_and_out,
    weight_bytes,
    without_weights,
)
from isoglot.engines.huggingface._quantize import check_device  # noqa: E402

ARCHITECTURES = ("llama", "gpt2")
PROMPTS = [f"Q: What is the sum of {n} and {n}?\nA:" for n in (1, 22, 333, 4444)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {
        architecture: save_tiny_model(
            tmp_path_factory.mktemp("models") / architecture, architecture, scale=SCALE
        )
        for architecture in ARCHITECTURES
    }


@pytest.fixture(scope="module", params=[(a, q) for a in ARCHITECTURES for q in ("4bit", "8bit")])
def quantized(request: Any, folders: dict[str, Path]) -> tuple[str, str, HuggingFaceEngine]:
    architecture, quantization = request.param
    return architecture, quantization, quantized_engine(folders[architecture], quantization)


Quantized = tuple[str, str, HuggingFaceEngine]


@torch.no_grad()
def test_it_computes_with_the_rounded_weights_and_rounds_nothing_else(quantized: Quantized) -> None:
    """LLM.int8() would round what comes in, too: about one part in a hundred here."""
    architecture, _, engine = quantized
    tokens = torch.arange(3, 60)[None]
    found, expected = engine.model(tokens).logits, plain_twin(engine, architecture)(tokens).logits
    assert float((found - expected).abs().max() / expected.abs().max()) < 1e-4


def test_every_layer_is_quantized_but_the_vocabulary(quantized: Quantized) -> None:
    architecture, quantization, engine = quantized
    kind = {"4bit": bitsandbytes.nn.Linear4bit, "8bit": bitsandbytes.nn.Linear8bitLt}[quantization]
    found = [name for name, each in engine.model.named_modules() if isinstance(each, kind)]
    plain = tiny_model(architecture, scale=SCALE)
    assert tuple(found) == find_modules(plain, ["all-linear"], model_name="plain")
    assert type(engine.model.get_output_embeddings()) is torch.nn.Linear


def test_the_batch_changes_no_answer(quantized: Quantized) -> None:
    _, _, engine = quantized
    assert engine.reads_whole is None
    decoding = Decoding(max_new_tokens=8)
    together = engine.generate(PROMPTS, decoding=decoding)
    alone = [engine.generate([prompt], decoding=decoding)[0] for prompt in PROMPTS]
    assert [_text(each) for each in together] == [_text(each) for each in alone]
    assert len({_text(each) for each in together}) > 1


def test_its_layers_have_the_sizes_of_the_plain_ones(quantized: Quantized) -> None:
    architecture, _, engine = quantized
    plain = tiny_model(architecture, scale=SCALE)
    modules = find_modules(engine.model, ["all-linear"], model_name="quantized")
    assert modules == find_modules(plain, ["all-linear"], model_name="plain")
    for name in modules:
        found = in_and_out(engine.model.get_submodule(name))
        assert found == in_and_out(plain.get_submodule(name))


def test_its_memory_is_foreseen_to_the_byte(quantized: Quantized, folders: dict[str, Path]) -> None:
    architecture, quantization, engine = quantized
    foreseen = without_weights(folders[architecture], dtype="float32")
    taken = sum(map(_bytes_of, _tensors(engine.model)))
    assert weight_bytes(engine.model) == taken
    assert weight_bytes(foreseen, quantization=quantization) == taken
    assert weight_bytes(foreseen) == sum(
        4 * each.numel() for each in tiny_model(architecture, scale=SCALE).parameters()
    )


def _tensors(model: Any) -> list[torch.Tensor]:
    """All that a model keeps of its weights."""
    found = [each.data for each in model.parameters()]
    for module in model.modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            state = module.weight.quant_state
            found += [state.absmax, state.code, state.offset, state.state2.absmax]
            found += [state.state2.code]
        elif isinstance(module, bitsandbytes.nn.Linear8bitLt):
            found.append(module.weight.SCB if module.state.SCB is None else module.state.SCB)
    return found


def _bytes_of(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def test_no_gradient_is_lost_where_a_processor_has_products_of_its_own(
    quantized: Quantized,
) -> None:
    """With AVX-512 BF16 bitsandbytes would pack weights for a product made for asking alone."""
    _, _, engine = quantized
    layers = [each for each in engine.model.modules() if hasattr(each, "in_features")]
    assert not any(getattr(each, "support_avx512bf16_for_cpu", False) for each in layers)
    inputs = torch.randn(2, 5, layers[0].in_features, requires_grad=True)
    layers[0](inputs).sum().backward()
    assert inputs.grad is not None
    expected = unpacked(layers[0]).sum(0).expand_as(inputs)
    assert torch.allclose(inputs.grad, expected, rtol=1e-4, atol=1e-4)


def test_the_number_of_bits_is_in_the_fingerprint(folders: dict[str, Path]) -> None:
    resolved = [
        resolve_model(quantized_spec(folders["llama"], each)) for each in (None, "4bit", "8bit")
    ]
    assert len({each.fingerprint for each in resolved}) == 3
    assert [each.quantization for each in resolved] == [None, "4bit", "8bit"]


def test_rows_that_bitsandbytes_misreads_on_a_processor_are_refused(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "narrow", "llama")
    expected = (
        f"models.quantization: 'hf/{folder}' can't be had in 4 bits on a processor: the rows of "
        "'model.layers.0.self_attn.q_proj' have 32 weights, and bitsandbytes misreads what is no "
        "multiple of 64 there; take 8bit, or a GPU"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        quantized_engine(folder, "4bit")
    assert quantized_engine(folder, "8bit").reads_whole is None


def test_a_device_that_bitsandbytes_does_not_know_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check_device("cpu", name="hf/org/name")
    monkeypatch.setattr(bitsandbytes, "supported_torch_devices", {"cuda", "xpu"})
    check_device("cuda:1", name="hf/org/name")
    expected = (
        "models.quantization: 'hf/org/name' can't be quantized on 'mps': bitsandbytes "
        f"{bitsandbytes.__version__} knows cuda, xpu; take one of these, a newer bitsandbytes, or "
        "leave quantization out"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        check_device("mps", name="hf/org/name")


def test_what_was_saved_quantized_is_loaded_so(folders: dict[str, Path], tmp_path: Path) -> None:
    engine = quantized_engine(folders["llama"], "4bit")
    engine.model.save_pretrained(tmp_path / "saved")
    engine.tokenizer.save_pretrained(tmp_path / "saved")
    spec = quantized_spec(tmp_path / "saved", None)
    resolved = resolve_model(spec)
    assert resolved.quantization == "4bit"
    again = open_engine(spec, resolved)
    decoding = Decoding(max_new_tokens=8)
    assert [_text(each) for each in again.generate(PROMPTS, decoding=decoding)] == [
        _text(each) for each in engine.generate(PROMPTS, decoding=decoding)
    ]
    with pytest.raises(InputError, match=r"are quantized already \(4bit\)"):
        resolve_model(quantized_spec(tmp_path / "saved", "8bit"))


def _text(answer: Any) -> str:
    assert isinstance(answer, Generation)
    return answer.text
