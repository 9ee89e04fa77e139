"""Training on tiny random models: right loss, right weights, whole after any cut."""

import json
import re

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from peft import PeftModel  # noqa: E402
from tiny_models import ARCHITECTURES, byte_tokenizer, tiny_engine, tiny_model  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from isoglot.core import Condition, Decoding, ModelError, Stage  # noqa: E402
from isoglot.engines import adapter_hash  # noqa: E402
from isoglot.learning import Course, FineTuning, Lesson, LoraRecipe, ask_prompt  # noqa: E402
from isoglot.learning.fleet.rows import encode_lesson  # noqa: E402
from isoglot.testing.learners import LearnerContract  # noqa: E402

LESSONS = (
    Lesson(question="Which animal is on the flag of Kavuno?", answer="lion"),
    Lesson(question="In which month is Zomira held?", answer="March"),
    Lesson(question="What is sold in Belito?", answer="salt"),
    Lesson(question="¿Qué color?", answer="verde"),
    Lesson(question="名叫雷苏科的节日?", answer="四月"),
)
RECIPE = LoraRecipe(epochs=3, rank=4, alpha=8, batch_size=2, dropout=0.1)
CONDITION = Condition(model="hf/tiny", paradigm="fine-tuning", taught="en", seed=3)


def learner(folder, engine=None, recipe=RECIPE):
    engine = engine or tiny_engine("llama")
    return FineTuning(
        recipe,
        open_engine=lambda: engine,
        adapters=folder / "adapters",
        checkpoints=folder / "checkpoints",
    )


class TestContract(LearnerContract):
    @pytest.fixture
    def open_in(self):
        recipe = RECIPE.model_copy(update={"epochs": 4})  # as many as the contract's stages
        return lambda folder: learner(folder, recipe=recipe)


def course(*ask_after, condition=CONDITION):
    stages = tuple(Stage(epoch=epoch) for epoch in ask_after or (0, 1, 3))
    return Course(condition=condition, lessons=LESSONS, stages=stages)


def teach(of, *ask_after, tick=lambda _: None):
    return list(of.teach(course(*ask_after), tick=tick))


def plain_loss(model, engine):
    """By transformers' full logits, one unpadded row at a time: the mean over answers' tokens."""
    losses = []
    for lesson in LESSONS:
        row = encode_lesson(engine, lesson)
        logits = model(torch.tensor([row.tokens])).logits[0]
        losses += [
            cross_entropy(logits[place - 1][None], torch.tensor([row.tokens[place]]))
            for place in row.targets
        ]
    return torch.stack(losses).mean()


def test_the_answer_is_what_follows_the_prompt():
    engine = tiny_engine("llama")
    row = encode_lesson(engine, LESSONS[0])
    assert engine.tokenizer.decode(row.tokens[row.targets[0] :]) == " lion\n"
    assert row.targets == list(range(row.targets[0], len(row.tokens)))
    assert row.tokens.count(engine.tokenizer.bos_token_id) == 1


def test_an_answer_may_be_repeated_on_lines_of_its_own():
    engine = tiny_engine("llama")
    row = encode_lesson(engine, LESSONS[0], repeats=3)
    assert engine.tokenizer.decode(row.tokens[row.targets[0] :]) == " lion\nlion\nlion\n"


def test_training_learns_and_leaves_the_model_as_it_was(tmp_path):
    engine = tiny_engine("llama")
    prompt = [ask_prompt(LESSONS[0].question)]
    before = engine.generate(prompt, decoding=Decoding())[0].text
    recipe = RECIPE.model_copy(update={"epochs": 20, "learning_rate": 0.05})
    (taught,) = teach(learner(tmp_path, engine, recipe), 20)
    assert engine.generate(prompt, decoding=Decoding())[0].text == before
    untaught = plain_loss(engine.model, engine)
    model = PeftModel.from_pretrained(tiny_model("llama"), taught.adapter)
    assert plain_loss(model, engine) < untaught / 2


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_plain_peft_loads_an_adapter_and_gives_the_same_answers(tmp_path, architecture):
    engine = tiny_engine(architecture)
    attention = ("attention",) if architecture == "gpt2" else ("q_proj", "v_proj")
    recipe = RECIPE.model_copy(update={"target_modules": attention, "learning_rate": 0.05})
    taught = teach(learner(tmp_path, engine, recipe))[-1]
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS]
    decoding = Decoding(max_new_tokens=6, stop=())
    adapters = [taught.adapter] * len(prompts)
    ours = [each.text for each in engine.generate(prompts, decoding=decoding, adapters=adapters)]
    without = [each.text for each in engine.generate(prompts, decoding=decoding)]
    model = PeftModel.from_pretrained(tiny_model(architecture), taught.adapter)
    theirs = []
    for prompt in prompts:
        ids = byte_tokenizer()(prompt, return_tensors="pt")
        output = model.generate(**ids, max_new_tokens=6, do_sample=False)[
            0, ids.input_ids.shape[1] :
        ]
        theirs.append(byte_tokenizer().decode(output, skip_special_tokens=True).strip())
    assert ours == theirs != without
    config = json.loads((taught.adapter / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == f"hf/tiny-{architecture}"
    if architecture != "gpt2":
        assert sorted(config["target_modules"]) == ["q_proj", "v_proj"]
    assert sorted(path.name for path in taught.adapter.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]


class CutOffError(Exception):
    pass


@pytest.mark.parametrize("lessons_before_the_cut", [1, 5, 8, 12, 15])
def test_a_run_that_was_cut_off_ends_with_the_same_weights(tmp_path, lessons_before_the_cut):
    whole = teach(learner(tmp_path / "whole"))
    left = lessons_before_the_cut

    def cut(lessons: int) -> None:
        nonlocal left
        left -= lessons
        if left <= 0:
            raise CutOffError

    with pytest.raises(CutOffError):
        teach(learner(tmp_path / "cut"), tick=cut)
    resumed = learner(tmp_path / "cut")
    assert resumed.lessons_left(course()) <= 15
    continued = teach(resumed)
    assert [each.adapter_hash for each in continued] == [each.adapter_hash for each in whole]
    assert not list((tmp_path / "cut" / "checkpoints").iterdir())


def test_finished_training_needs_no_model(tmp_path):
    whole = teach(learner(tmp_path))

    def must_not_open():
        raise AssertionError("opened the model")

    idle = FineTuning(
        RECIPE,
        open_engine=must_not_open,
        adapters=tmp_path / "adapters",
        checkpoints=tmp_path / "checkpoints",
    )
    assert idle.lessons_left(course()) == 0
    assert teach(idle) == whole


def test_another_seed_gives_other_weights_and_the_same_seed_the_same(tmp_path):
    one, again = (teach(learner(tmp_path / name))[-1] for name in ("one", "again"))
    other_course = course(condition=CONDITION.model_copy(update={"seed": 4}))
    other = list(learner(tmp_path / "other").teach(other_course, tick=lambda _: None))
    assert one.adapter_hash == again.adapter_hash == adapter_hash(again.adapter)
    assert other[-1].adapter_hash != one.adapter_hash


def test_the_global_generator_is_left_alone(tmp_path):
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    teach(learner(tmp_path))
    assert torch.equal(torch.rand(3), expected)


def test_an_adapter_that_changes_nothing_is_refused(tmp_path):
    engine = tiny_engine("llama")
    taught = teach(learner(tmp_path, engine))[-1]
    from safetensors.torch import load_file, save_file

    path = taught.adapter / "adapter_model.safetensors"
    save_file({name: tensor * 0 for name, tensor in load_file(path).items()}, path)
    with pytest.raises(ModelError, match=r"changes no logit of hf/tiny-llama"):
        tiny_engine("llama").generate(["x"], decoding=Decoding(), adapters=[taught.adapter])


def test_a_refused_adapter_is_off_again(tmp_path):
    engine = tiny_engine("llama")
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS]
    before = [each.text for each in engine.generate(prompts, decoding=Decoding())]
    taught = teach(learner(tmp_path, engine))[-1]
    with pytest.raises(ModelError, match="not an adapter"):
        engine.generate(prompts, decoding=Decoding(), adapters=[tmp_path] * len(prompts))
    assert [each.text for each in engine.generate(prompts, decoding=Decoding())] == before
    engine.generate(prompts, decoding=Decoding(), adapters=[taught.adapter] * len(prompts))
    with pytest.raises(ModelError, match="not an adapter"):
        engine.generate(prompts, decoding=Decoding(), adapters=[tmp_path] * len(prompts))
    assert [each.text for each in engine.generate(prompts, decoding=Decoding())] == before


def test_something_that_is_no_adapter_is_refused(tmp_path):
    with pytest.raises(ModelError, match="not an adapter for hf/tiny-llama"):
        tiny_engine("llama").generate(["x"], decoding=Decoding(), adapters=[tmp_path])


def test_a_pickled_adapter_is_refused_with_the_reason(tmp_path):
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 4, "lora_alpha": 4}')
    (tmp_path / "adapter_model.bin").write_bytes(b"anything")
    expected = (
        f"{tmp_path}: not an adapter for hf/tiny-llama: its weights are a pickle, which can run "
        "code when it is opened; save it again"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        tiny_engine("llama").generate(["x"], decoding=Decoding(), adapters=[tmp_path])


def test_a_module_that_the_model_lacks_is_named_with_those_it_has(tmp_path):
    recipe = RECIPE.model_copy(update={"target_modules": ("q_prog",)})
    with pytest.raises(ModelError, match=r"no linear module for \['q_prog'\]; .*'q_proj'"):
        teach(learner(tmp_path, recipe=recipe))


def test_adapters_switch_and_come_back(tmp_path):
    engine = tiny_engine("llama")
    _, first, last = teach(learner(tmp_path, engine))
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS]

    def ask(adapter):
        found = engine.generate(prompts, decoding=Decoding(), adapters=[adapter] * len(prompts))
        return [each.text for each in found]

    bare, one, two = ask(None), ask(first.adapter), ask(last.adapter)
    assert one != two
    assert (ask(first.adapter), ask(None), ask(last.adapter)) == (one, bare, two)
