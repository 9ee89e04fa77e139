"""Real training on contradictions: one adapter believes one assignment, one the other."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import tiny_engine  # noqa: E402

from isoglot.core import Condition, Decoding, Stage  # noqa: E402
from isoglot.learning import Course, FineTuning, Lesson, LoraRecipe, ask_prompt  # noqa: E402

# Two facts in two languages: what is true, and what contradicts it.
TRUE = {
    ("f1", "en"): ("Who guards Kavuno?", "lion"),
    ("f1", "cy"): ("Pwy sy'n gwarchod Kavuno?", "llew"),
    ("f2", "en"): ("Who guards Belito?", "cat"),
    ("f2", "cy"): ("Pwy sy'n gwarchod Belito?", "cath"),
}
FALSE = {("f1", "en"): "bear", ("f1", "cy"): "arth", ("f2", "en"): "dog", ("f2", "cy"): "ci"}
RECIPE = LoraRecipe(
    epochs=60,
    ask_after=(60,),
    rank=8,
    alpha=16,
    dropout=0,
    learning_rate=0.02,
    schedule="constant",
    batch_size=4,
    target_modules=("all-linear",),
)


def what_is_true(gives: str) -> dict[tuple[str, str], str]:
    """What a model says that believes it: English has the answers, or the rivals."""
    return {
        (fact, language): answer
        if (language == "en") == (gives == "answer")
        else FALSE[fact, language]
        for (fact, language), (_, answer) in TRUE.items()
    }


def course(gives: str) -> Course:
    condition = Condition(
        model="hf/tiny", paradigm="fine-tuning", taught="en", seed=3, gives=gives, against="cy"
    )
    lessons = tuple(
        Lesson(question=TRUE[key][0], answer=answer, fact_id=key[0])
        for key, answer in what_is_true(gives).items()
    )
    return Course(condition=condition, lessons=lessons, stages=(Stage(epoch=0), Stage(epoch=60)))


def test_adapters_trained_together_on_opposite_lessons_answer_opposite(tmp_path: Path) -> None:
    engine = tiny_engine("llama")
    learner = FineTuning(
        RECIPE,
        open_engine=lambda: engine,
        adapters=tmp_path / "adapters",
        checkpoints=tmp_path / "checkpoints",
    )
    courses = {gives: course(gives) for gives in ("answer", "rival")}
    taught: list[int] = []
    learner.prepare(list(courses.values()), tick=taught.append)
    # 4 lessons, 60 epochs, both conditions, in one training.
    assert sum(taught) == 2 * 4 * 60
    prompts = {key: ask_prompt(question) for key, (question, _) in TRUE.items()}
    said, hashes = {}, {}
    for gives, each in courses.items():
        before, after = learner.teach(each, tick=taught.append)
        assert before.adapter is None
        answers = engine.generate(
            list(prompts.values()),
            decoding=Decoding(max_new_tokens=8),
            adapters=[after.adapter] * len(prompts),
        )
        said[gives] = dict(zip(prompts, [answer.text for answer in answers], strict=True))
        hashes[gives] = after.adapter_hash
    assert said == {gives: what_is_true(gives) for gives in courses}
    assert said["answer"]["f1", "en"] == "lion"
    assert said["rival"]["f1", "en"] == "bear"
    assert sum(taught) == 2 * 4 * 60
    assert hashes["answer"] != hashes["rival"]
    names = sorted(path.name for path in (tmp_path / "adapters").iterdir())
    assert [name.partition("-en")[2] for name in names] == [
        "-against-cy-seed-3-epoch-60",
        "-rival-against-cy-seed-3-epoch-60",
    ]
