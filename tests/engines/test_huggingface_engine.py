"""The Hugging Face engine against transformers' own `generate`, one prompt at a time."""

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import ARCHITECTURES, random_adapter, save_tiny_model, tiny_engine  # noqa: E402

from isoglot.core import Decoding, ModelError  # noqa: E402
from isoglot.engines import Failure, ModelSpec, open_engine, resolve_model  # noqa: E402
from isoglot.engines.huggingface._adapters import AdapterShelf  # noqa: E402
from isoglot.engines.huggingface._reading import Prompt  # noqa: E402
from isoglot.engines.huggingface._stack import AdapterStack  # noqa: E402
from isoglot.testing.engines import EngineContract  # noqa: E402

CONTEXT = "Facts: the flag of Kavuno shows a lion; the ship Zomira has green sails.\n"
SHARED = [CONTEXT + f"Q: {question}\nA:" for question in ("a?", "what then?", "in which month?")]
UNSHARED = ["Q: one", "in which month is it?", "x", "Ŵy a llew: 狮子?"]
DECODING = Decoding(max_new_tokens=12, stop=("\n",))


def plain(engine, prompt: str, decoding: Decoding) -> str:
    """The same answer by transformers alone: no batch, no shared prefix, nothing kept."""
    ids = torch.tensor([engine.tokenizer(prompt).input_ids])
    output = engine.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=decoding.max_new_tokens,
        do_sample=False,
    )
    text = engine.tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True)
    for stop in decoding.stop:
        text = text.split(stop, 1)[0]
    return text.strip()


class TestContract(EngineContract):
    @pytest.fixture
    def engine(self):
        return tiny_engine("llama")

    @pytest.fixture
    def adapter(self, tmp_path):
        return random_adapter(tmp_path / "adapter", "llama")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("prompts", [SHARED, UNSHARED], ids=["shared prefix", "nothing shared"])
def test_texts_are_those_of_plain_greedy_decoding(architecture, prompts):
    engine = tiny_engine(architecture)
    expected = [plain(engine, prompt, DECODING) for prompt in prompts]
    assert len(set(expected)) > 1, "the random model must tell the prompts apart"
    assert [each.text for each in engine.generate(prompts, decoding=DECODING)] == expected


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_batch_changes_nothing(architecture):
    prompts = [f"{CONTEXT}Q: number {'i' * (index % 9)} {index}?\nA:" for index in range(64)]
    texts = {
        size: [
            each.text
            for each in tiny_engine(architecture, batch_size=size).generate(
                prompts, decoding=Decoding(max_new_tokens=6)
            )
        ]
        for size in (1, 7, 64)
    }
    assert texts[1] == texts[7] == texts[64]


def test_rests_that_differ_by_more_than_the_prefix_are_right():
    """The longest rest reaches further back than the shared prefix of a short row."""
    engine = tiny_engine("llama")
    prompts = [CONTEXT[:40] + "?", CONTEXT[:40] + "and " * 30]
    expected = [plain(engine, prompt, DECODING) for prompt in prompts]
    assert [each.text for each in engine.generate(prompts, decoding=DECODING)] == expected


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("right", "steps"), [(0, 12), (1, 12), (5, 8), (12, 2)])
def test_guesses_are_kept_as_far_as_they_are_right(architecture, right, steps, monkeypatch):
    """The first step guesses nothing; the second says what is right of a guess, and one more."""
    engine = tiny_engine(architecture)
    decoding = Decoding(max_new_tokens=12, stop=())
    plain_steps, tokens = _watched(engine, SHARED, decoding, monkeypatch)
    assert plain_steps == max(map(len, tokens.values())) == 12
    drafts = {
        prompt: [[*said[:right], *((token + 1) % 259 for token in said[right:])]]
        for prompt, said in tokens.items()
    }
    monkeypatch.setattr(engine._preparer, "draft", lambda draft, _: drafts[draft][0])
    found = _watched(engine, SHARED, decoding, monkeypatch, drafts=[[each] for each in SHARED])
    assert found == (steps, tokens)


def test_where_guesses_were_right_the_first_step_takes_them(monkeypatch):
    """Right guesses the first time: two steps. The next time they are fed with the prompt: one."""
    engine = tiny_engine("llama")
    decoding = Decoding(max_new_tokens=12, stop=())
    _, tokens = _watched(engine, SHARED, decoding, monkeypatch)
    monkeypatch.setattr(engine._preparer, "draft", lambda prompt, _: tokens[prompt])
    drafts = [[each] for each in SHARED]
    for steps in (2, 2, 1):  # trusted by half, by three quarters
        found = _watched(engine, SHARED, decoding, monkeypatch, drafts=drafts)
        assert found == (steps, tokens)
    wrong = {prompt: [(token + 1) % 259 for token in said] for prompt, said in tokens.items()}
    monkeypatch.setattr(engine._preparer, "draft", lambda prompt, _: wrong[prompt])
    assert _watched(engine, SHARED, decoding, monkeypatch, drafts=drafts) == (12, tokens)


def _watched(engine, prompts, decoding, monkeypatch, drafts=None):
    """How many steps it takes to answer prompts, and the tokens of each answer."""
    decoder = engine._reader._decoder
    steps, tokens = [], {}
    step, take = decoder._step, decoder._take

    def count(*arguments):
        steps.append(1)
        return step(*arguments)

    def note(row, *arguments):
        taken = take(row, *arguments)
        tokens[row.index] = list(row.tokens)
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(decoder, "_step", count)
        patch.setattr(decoder, "_take", note)
        (batch,) = engine._reader.batches(
            [Prompt(place, engine.encode(each), None, ()) for place, each in enumerate(prompts)]
        )
        engine.generate(prompts, decoding=decoding, drafts=drafts)
    return len(steps), {prompts[each.place]: tokens[n] for n, each in enumerate(batch.prompts)}


def test_a_row_that_ends_early_leaves_the_others_alone():
    engine = tiny_engine("gemma3")
    decoding = Decoding(max_new_tokens=20, stop=("e", "\n", "a", "o"))
    expected = [plain(engine, prompt, decoding) for prompt in [*SHARED, *UNSHARED]]
    found = engine.generate([*SHARED, *UNSHARED], decoding=decoding)
    assert [each.text for each in found] == expected
    assert len({each.tokens for each in found}) > 1


@pytest.mark.parametrize("architecture", ["gpt2", "llama"])
def test_a_prompt_longer_than_the_context_is_a_failure_and_the_others_are_answered(architecture):
    """GPT-2 would raise; Llama would answer, from positions that it was never trained on."""
    engine = tiny_engine(architecture)
    too_long = "x" * 500  # with the first token and 12 for the answer: 513 of 512
    good, bad, last = engine.generate(["Q: a?\nA:", too_long, "x" * 499], decoding=DECODING)
    assert good.text == plain(engine, "Q: a?\nA:", DECODING)
    assert bad == Failure(
        message="the prompt has 501 tokens and the answer up to 12; the model's context is 512"
    )
    assert last.text == plain(engine, "x" * 499, DECODING)


def test_a_folder_is_resolved_and_opened(tmp_path):
    folder = save_tiny_model(tmp_path / "model")
    spec = ModelSpec(name=f"hf/{folder}", dtype="float32", device="cpu")
    resolved = resolve_model(spec)
    engine = open_engine(spec, resolved)
    assert resolved.dtype == "float32"
    assert engine.fingerprint == resolved.fingerprint
    expected = plain(tiny_engine("llama"), SHARED[0], DECODING)
    assert engine.generate([SHARED[0]], decoding=DECODING)[0].text == expected


def test_dtype_auto_is_settled_and_kept(tmp_path):
    folder = save_tiny_model(tmp_path / "model")
    resolved = resolve_model(ModelSpec(name=f"hf/{folder}"))
    assert resolved.dtype in {"bfloat16", "float32"}
    again = resolve_model(ModelSpec(name=f"hf/{folder}", dtype=resolved.dtype))
    assert again == resolved


def test_a_folder_with_a_broken_model_says_so(tmp_path):
    folder = save_tiny_model(tmp_path / "model")
    (folder / "config.json").write_text("{}")
    spec = ModelSpec(name=f"hf/{folder}", dtype="float32")
    with pytest.raises(ModelError, match="can't be loaded"):
        open_engine(spec, resolve_model(spec))


def test_an_adapter_may_change_the_vocabulary_projection(tmp_path):
    """It sees the places that are read, and not all that is fed."""
    targets = ("q_proj", "lm_head")
    adapter = random_adapter(tmp_path / "adapter", "llama", targets=targets)
    adapters = [adapter, None, adapter, None]
    prompts = [*SHARED, SHARED[0]]
    alone = tiny_engine("llama", deterministic=True)
    expected = alone.generate(prompts, decoding=DECODING, adapters=adapters)
    found = tiny_engine("llama").generate(prompts, decoding=DECODING, adapters=adapters)
    assert [each.text for each in found] == [each.text for each in expected]
    assert found[0].text != found[3].text
    (scores,) = tiny_engine("llama").score([SHARED[0]], [[" a", " bcd"]], adapters=[adapter])
    (whole,) = alone.score([SHARED[0]], [[" a", " bcd"]], adapters=[adapter])
    assert [each.log_probability for each in scores] == pytest.approx(
        [each.log_probability for each in whole], abs=1e-4
    )


def test_an_adapter_whose_scale_was_changed_is_another_one(tmp_path):
    adapter = random_adapter(tmp_path / "adapter", "llama")
    engine = tiny_engine("llama")
    asked = {"choices": [[" a", " bcd"]], "adapters": [adapter]}
    before = engine.score(SHARED[:1], **asked)
    file = adapter / "adapter_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps(config | {"lora_alpha": 3 * config["lora_alpha"]}))
    after = engine.score(SHARED[:1], **asked)
    assert after != before
    assert after == tiny_engine("llama").score(SHARED[:1], **asked)
    assert len(engine._shelf._shelves) == 1  # what the folder held before is gone


def test_an_adapter_that_made_room_comes_back_when_its_shelf_is_gone(tmp_path):
    """There is room for one; the other is the last of its scale, and gets a new one."""
    first, second = (random_adapter(tmp_path / name, "llama") for name in "ab")
    shelf = AdapterShelf(tiny_engine("llama").model, model_name="tiny", room=1)
    shelf.load([first])
    shelf.load([second])
    file = second / "adapter_config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps(config | {"lora_alpha": 3 * config["lora_alpha"]}))
    shelf.load([second])
    shelf.load([first])
    assert len(shelf._shelves) == 2


def test_where_memory_runs_out_for_another_adapter_those_that_are_loaded_stay(
    tmp_path, monkeypatch
):
    first, second = (random_adapter(tmp_path / name, "llama") for name in "ab")
    engine = tiny_engine("llama")
    prompt, more = SHARED[:1], {"decoding": DECODING}
    before = engine.generate(prompt, adapters=[first], **more)[0].text
    with monkeypatch.context() as patch:
        patch.setattr(
            AdapterStack, "__init__", lambda *_, **__: _raise(torch.OutOfMemoryError("CUDA"))
        )
        (failed,) = engine.generate(prompt, adapters=[second], **more)
    assert failed == Failure(message="OutOfMemoryError: CUDA")
    for adapter in (first, second):
        assert engine.generate(prompt, adapters=[adapter], **more)[0].text == before


def _raise(error):
    raise error
