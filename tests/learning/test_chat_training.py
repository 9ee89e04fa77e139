"""Fine-tuning a chat model: what is trained is what is asked, down to where the answer ends."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from chat_templates import FAMILIES  # noqa: E402
from tiny_chats import chat_engine  # noqa: E402

from isoglot.core import Condition, Decoding, Stage  # noqa: E402
from isoglot.learning import (  # noqa: E402
    Course,
    FineTuning,
    Lesson,
    LoraRecipe,
    ask_prompt,
)

LESSONS = (
    Lesson(question="Which animal is on the flag of Kavuno?", answer="lion"),
    Lesson(question="In which month is Zomira held?", answer="March"),
)
CONDITION = Condition(model="hf/tiny", paradigm="fine-tuning", taught="en", seed=3)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_chat_model_says_what_it_learned_and_ends_its_turn(tmp_path: Path, name: str) -> None:
    engine = chat_engine(name)
    recipe = LoraRecipe(
        epochs=40,
        ask_after=(40,),
        rank=8,
        alpha=8,
        dropout=0.0,
        batch_size=2,
        target_modules=("all-linear",),
        learning_rate=0.02,
        schedule="constant",
    )
    learner = FineTuning(
        recipe,
        open_engine=lambda: engine,
        adapters=tmp_path / "adapters",
        checkpoints=tmp_path / "checkpoints",
    )
    course = Course(condition=CONDITION, lessons=LESSONS, stages=(Stage(epoch=40),))
    (taught,) = learner.teach(course, tick=lambda _: None)
    prompts = [ask_prompt(lesson.question, chat=engine.chat) for lesson in LESSONS]
    # No stop string: it is the end of the turn that ends an answer.
    decoding = Decoding(max_new_tokens=20, stop=())
    answers = engine.generate(prompts, decoding=decoding, adapters=[taught.adapter] * 2)
    assert [each.text for each in answers] == ["lion", "March"]
    # One token a letter, and Mistral's template writes a space before an answer.
    space = name == "mistral"
    assert [each.tokens for each in answers] == [space + len("lion"), space + len("March")]
    untaught = engine.generate(prompts, decoding=decoding)
    assert {each.text for each in untaught}.isdisjoint(["lion", "March"])
