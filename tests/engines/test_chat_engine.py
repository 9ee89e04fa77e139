"""Chat models behind the engine: against transformers' own `generate` on the rendered prompt."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from chat_templates import FAMILIES  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from tiny_chats import (  # noqa: E402
    chat_engine,
    chat_model,
    chat_tokenizer,
    save_chat_model,
    template_of,
)

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines import Failure, ModelSpec, open_engine, resolve_model  # noqa: E402
from isoglot.testing.engines import EngineContract  # noqa: E402

CONTEXT = "Facts.\n\nQ: What is on the flag of Kavuno?\nA: a lion\nQ: And Zomira?\nA: a ship\n\n"
PROMPTS = [CONTEXT + each for each in ("Who?", "What then?", "In which month is it held?")]
DECODING = Decoding(max_new_tokens=12, stop=())


def plain(name: str, prompt: str, *, system: str | None = None) -> str:
    """The same answer by transformers alone, from the rendered prompt's own text."""
    tokenizer = chat_tokenizer(name)
    rendered = template_of(name, system=system).prompt(prompt)
    ids = tokenizer(rendered, add_special_tokens=False, return_tensors="pt").input_ids
    model = chat_model(name, tokenizer)
    end = tokenizer.convert_tokens_to_ids(FAMILIES[name].end)
    output = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=DECODING.max_new_tokens,
        do_sample=False,
        eos_token_id=[end, tokenizer.eos_token_id],
        pad_token_id=0,
    )
    return tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True).strip()


class TestContract(EngineContract):
    @pytest.fixture
    def engine(self):
        return chat_engine("llama", system="Be brief.")

    @pytest.fixture
    def adapter(self, tmp_path):
        config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        with torch.random.fork_rng():
            torch.manual_seed(6)
            model = get_peft_model(chat_model("llama", chat_tokenizer("llama")), config)
            model.save_pretrained(tmp_path, save_embedding_layers=False)
        return tmp_path


@pytest.mark.parametrize("name", FAMILIES)
def test_texts_are_those_of_plain_greedy_decoding(name):
    """What the rendered prompts share at their beginning is computed once, and changes nothing."""
    engine = chat_engine(name)
    expected = [plain(name, prompt) for prompt in PROMPTS]
    assert len(set(expected)) > 1, "the random model must tell the prompts apart"
    assert [each.text for each in engine.generate(PROMPTS, decoding=DECODING)] == expected
    first = tuple(engine.encode(PROMPTS[0])[:3])
    assert any(known[:3] == first for known in engine._reader._beginnings.known(None))


def test_the_system_prompt_is_part_of_what_is_asked():
    directed = chat_engine("qwen", system="Be brief.")
    texts = [each.text for each in directed.generate(PROMPTS, decoding=DECODING)]
    assert texts == [plain("qwen", prompt, system="Be brief.") for prompt in PROMPTS]
    assert texts != [plain("qwen", prompt) for prompt in PROMPTS]


@pytest.mark.parametrize("name", ["gemma", "phi"])
def test_an_answer_ends_with_its_turn(name):
    """Neither the model nor its tokenizer calls the end of a turn an end: the template shows it."""
    engine = chat_engine(name)
    prompt = torch.tensor([engine.encode(PROMPTS[0])])
    output = engine.model.generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=12, do_sample=False
    )
    tokens = output[0, prompt.shape[1] :].tolist()
    # Wherever the model said the answer's third token it now ends its turn.
    end = engine.tokenizer.convert_tokens_to_ids(FAMILIES[name].end)
    assert end not in {engine.tokenizer.eos_token_id, engine.model.generation_config.eos_token_id}
    head = engine.model.get_output_embeddings()
    head.weight[end] = head.weight[tokens[2]] * 1.1
    if head.bias is not None:
        head.bias[end] = head.bias[tokens[2]] * 1.1
    (ended,) = engine.generate(PROMPTS[:1], decoding=DECODING)
    said = tokens[: tokens.index(tokens[2])]
    assert ended.text == engine.tokenizer.decode(said).strip()
    assert ended.tokens == len(said) <= 2


def test_a_prompt_that_the_template_refuses_is_a_failure_and_the_others_are_answered():
    source = FAMILIES["phi"].source + "{% if 'x' in messages[0].content %}{{ 1 / 0 }}{% endif %}"
    engine = chat_engine("phi", source=source)
    bad, good = engine.generate(["x", "Who?"], decoding=DECODING)
    assert bad == Failure(message="the model's chat template can't be applied (division by zero)")
    assert good.text == plain("phi", "Who?")


@pytest.mark.parametrize("settings", [{}, {"system": "Be brief."}, {"chat": False}])
def test_a_folder_is_asked_as_it_was_resolved(tmp_path, settings):
    folder = save_chat_model(tmp_path / "model", "llama")
    spec = ModelSpec(name=f"hf/{folder}", dtype="float32", device="cpu", **settings)
    resolved = resolve_model(spec)
    engine = open_engine(spec, resolved)
    assert engine.chat == resolved.chat == ("chat" not in settings)
    sent = engine.tokenizer.decode(engine.encode("Who?"))
    assert sent == (resolved.sent("Who?") if resolved.chat else "<|begin_of_text|>Who?")


def test_a_run_that_began_with_q_and_a_goes_on_with_it(tmp_path):
    """An earlier isoglot asked every model so, and its resolved models say nothing of chats."""
    folder = save_chat_model(tmp_path / "model", "llama")
    spec = ModelSpec(name=f"hf/{folder}", dtype="float32", device="cpu")
    before = resolve_model(spec.model_copy(update={"chat": False}))
    engine = open_engine(spec, before)
    assert not engine.chat
    assert engine.fingerprint == before.fingerprint
