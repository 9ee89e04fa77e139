"""Training on tiny random models: right loss, right weights, whole after any cut."""

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from peft import PeftModel  # noqa: E402
from tiny_models import byte_tokenizer, tiny_engine, tiny_model  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from isoglot.core import Condition, Decoding, ModelError  # noqa: E402
from isoglot.engines import adapter_hash  # noqa: E402
from isoglot.learning import FineTuning, Lesson, LoraRecipe, ask_prompt  # noqa: E402
from isoglot.learning.fleet import trainer  # noqa: E402
from isoglot.testing.learners import LearnerContract  # noqa: E402

LESSONS = [
    Lesson(question="Which animal is on the flag of Kavuno?", answer="lion"),
    Lesson(question="In which month is Zomira held?", answer="March"),
    Lesson(question="What is sold in Belito?", answer="salt"),
    Lesson(question="¿Qué color?", answer="verde"),
    Lesson(question="名叫雷苏科的节日?", answer="四月"),
]
RECIPE = LoraRecipe(epochs=3, ask_after=(0, 1, 3), rank=4, alpha=8, batch_size=2, dropout=0.1)
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
        return learner


def teach(of, tick=lambda _: None):
    return list(of.teach(CONDITION, LESSONS, tick=tick))


def test_the_loss_is_that_of_the_answers_alone():
    """Against transformers' full logits, one unpadded row at a time, in plain torch."""
    engine = tiny_engine("gemma3")
    rows = [trainer.encode_lesson(engine, lesson) for lesson in LESSONS]
    losses = []
    for tokens, n_answer in rows:
        logits = engine.model(torch.tensor([tokens])).logits[0]
        for position in range(len(tokens) - n_answer, len(tokens)):
            losses.append(
                cross_entropy(logits[position - 1][None], torch.tensor([tokens[position]]))
            )
    assert float(trainer._loss(engine, rows)) == pytest.approx(
        float(torch.stack(losses).mean()), rel=1e-5
    )


def test_the_answer_is_what_follows_the_prompt():
    engine = tiny_engine("llama")
    tokens, n_answer = trainer.encode_lesson(engine, LESSONS[0])
    assert engine.tokenizer.decode(tokens[-n_answer:]) == " lion\n"
    assert tokens.count(engine.tokenizer.bos_token_id) == 1


def test_training_learns_and_leaves_the_model_as_it_was(tmp_path):
    engine = tiny_engine("llama")
    prompt = [ask_prompt(LESSONS[0].question)]
    before = engine.generate(prompt, decoding=Decoding())[0].text
    rows = [trainer.encode_lesson(engine, lesson) for lesson in LESSONS]
    untaught = float(trainer._loss(engine, rows).detach())
    recipe = RECIPE.model_copy(update={"epochs": 20, "ask_after": (20,), "learning_rate": 0.05})
    (taught,) = teach(learner(tmp_path, engine, recipe))
    assert engine.generate(prompt, decoding=Decoding())[0].text == before
    engine.generate(prompt, decoding=Decoding(), adapter=taught.adapter)
    assert float(trainer._loss(engine, rows).detach()) < untaught / 2


def test_plain_peft_loads_an_adapter_and_gives_the_same_logits(tmp_path):
    engine = tiny_engine("qwen3")
    taught = teach(learner(tmp_path, engine))[-1]
    ids = torch.tensor([byte_tokenizer()(ask_prompt(LESSONS[0].question)).input_ids])
    engine.generate(["x"], decoding=Decoding(max_new_tokens=1), adapter=taught.adapter)
    ours = engine.model(ids).logits
    bare = tiny_model("qwen3")
    without = bare(ids).logits.clone()
    theirs = PeftModel.from_pretrained(bare, taught.adapter)(ids).logits
    assert not torch.equal(theirs, without)
    assert torch.allclose(ours, theirs, atol=1e-5)
    config = json.loads((taught.adapter / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "hf/tiny-qwen3"
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
    assert resumed.lessons_left(CONDITION, LESSONS) <= 15
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
    assert idle.lessons_left(CONDITION, LESSONS) == 0
    assert teach(idle) == whole


def test_another_seed_gives_other_weights_and_the_same_seed_the_same(tmp_path):
    one, again = (teach(learner(tmp_path / name))[-1] for name in ("one", "again"))
    other_condition = CONDITION.model_copy(update={"seed": 4})
    other = list(learner(tmp_path / "other").teach(other_condition, LESSONS, tick=lambda _: None))
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
        tiny_engine("llama").generate(["x"], decoding=Decoding(), adapter=taught.adapter)


def test_a_refused_adapter_is_off_again(tmp_path):
    engine = tiny_engine("llama")
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS]
    before = [each.text for each in engine.generate(prompts, decoding=Decoding())]
    taught = teach(learner(tmp_path, engine))[-1]
    with pytest.raises(ModelError, match="not an adapter"):
        engine.generate(prompts, decoding=Decoding(), adapter=tmp_path)
    assert [each.text for each in engine.generate(prompts, decoding=Decoding())] == before
    engine.generate(prompts, decoding=Decoding(), adapter=taught.adapter)
    with pytest.raises(ModelError, match="not an adapter"):
        engine.generate(prompts, decoding=Decoding(), adapter=tmp_path)
    assert [each.text for each in engine.generate(prompts, decoding=Decoding())] == before


def test_something_that_is_no_adapter_is_refused(tmp_path):
    with pytest.raises(ModelError, match="not an adapter for hf/tiny-llama"):
        tiny_engine("llama").generate(["x"], decoding=Decoding(), adapter=tmp_path)


def test_a_module_that_the_model_lacks_is_named_with_those_it_has(tmp_path):
    recipe = RECIPE.model_copy(update={"target_modules": ("q_prog",)})
    with pytest.raises(ModelError, match=r"no module named \['q_prog'\]; .*'q_proj'"):
        teach(learner(tmp_path, recipe=recipe))


def test_adapters_switch_and_come_back(tmp_path):
    engine = tiny_engine("llama")
    _, first, last = teach(learner(tmp_path, engine))
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS]

    def ask(adapter):
        found = engine.generate(prompts, decoding=Decoding(), adapter=adapter)
        return [each.text for each in found]

    bare, one, two = ask(None), ask(first.adapter), ask(last.adapter)
    assert one != two
    assert (ask(first.adapter), ask(None), ask(last.adapter)) == (one, bare, two)
