from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from isoglot.core import Condition, Stage
from isoglot.corpora import make_world
from isoglot.learning import preambles
from isoglot.stats import smallest_detectable_gap
from isoglot.study import (
    ParadigmPlan,
    StudyPlan,
    example_prompts,
    make_plan,
    read_study,
    study_conditions,
    study_corpus,
    study_facts,
)
from isoglot.study._courses import condition_course, condition_probes, study_paradigms
from isoglot.study._untaught import shot_groups

WriteStudy = Callable[..., Path]


def _plan(source: str | Path) -> StudyPlan:
    study = read_study(source)
    return make_plan(study, study_facts(study))


def test_the_plan_of_a_tiny_study(tiny_study: WriteStudy) -> None:
    """Two languages, three facts, asked after epochs 0, 1 and 3.

    In context, a condition is asked 3 facts in 2 languages; its own language's are among them. With
    nothing before the questions, it is asked the 3 in its own language: 6 + 3. 2 conditions: 18
    probes, no lessons.

    Fine-tuned, a condition is asked 3 facts in its own language at 3 stages, and at the last one
    in the other language, too: 9 + 3. 2 conditions: 24 probes. 3 facts, 3 epochs, 2 conditions:
    18 lessons.
    """
    plan = _plan(tiny_study())
    assert plan.n_facts == 3
    assert [part.model_dump(exclude={"prompt_tokens", "whole_tokens"}) for part in plan.parts] == [
        {
            "model": "scripted/parrot",
            "paradigm": "in-context",
            "conditions": 2,
            "lessons": 0,
            "probes": 18,
        },
        {
            "model": "scripted/parrot",
            "paradigm": "fine-tuning",
            "conditions": 2,
            "lessons": 18,
            "probes": 24,
        },
    ]


def test_the_plan_of_the_quickstart() -> None:
    """Four languages taught 20 facts each; one pair of them, both ways round; and wrong answers in
    each: 4 + 2 + 4 conditions. Of 32 facts of general knowledge 8 are solved examples, and none of
    the other 24 shares an answer with one.

    In context: of the facts, 20 own with nothing before them and 4 · 20. Of a pair, 2 · 20 before
    and 4 · 20. Of wrong answers, 24 own before and after.

    Fine-tuned: of the facts, 20 own at 4 stages and 3 · 20 across. Of a pair, as in context: only
    the first and the last stage are asked. Of wrong answers, 24 own after epochs 0, 1 and 3.
    """
    in_context, fine_tuning = _plan("quickstart").parts
    assert (in_context.conditions, in_context.lessons, in_context.probes) == (
        10,
        0,
        4 * (20 + 4 * 20) + 2 * (2 * 20 + 4 * 20) + 4 * 2 * 24,
    )
    assert (fine_tuning.conditions, fine_tuning.lessons, fine_tuning.probes) == (
        10,
        # Eight epochs of 20 facts, or of 20 facts and their rivals; three epochs of 24.
        4 * 20 * 8 + 2 * 40 * 8 + 4 * 24 * 3,
        4 * (4 * 20 + 3 * 20) + 2 * (2 * 20 + 4 * 20) + 4 * 3 * 24,
    )


def test_prompt_tokens_are_a_fourth_of_the_bytes(tiny_study: WriteStudy) -> None:
    """A context counted once a condition, however many questions follow it."""
    study = tiny_study(languages=["en", "zh"])
    facts = make_world(["en", "zh"], size=3, seed=3).facts

    def size(texts: Iterator[str]) -> int:
        return sum(len(text.encode()) for text in texts)

    asks = {
        language: size(f"Q: {fact.texts[language].ask}\nA:" for fact in facts)
        for language in ("en", "zh")
    }
    contexts = sum(
        len(f"{preambles()[language]}\n\n".encode())
        + size(
            f"Q: {fact.texts[language].teach}\nA: {fact.texts[language].answer.text}\n"
            for fact in facts
        )
        for language in ("en", "zh")
    )
    in_context, fine_tuning = _plan(study).parts
    both = asks["en"] + asks["zh"]
    # Each condition: its own language with nothing before it, and both after the context.
    assert in_context.prompt_tokens == (contexts + both + 2 * both) // 4
    # Each condition: its own language at three stages, the other's at the last one.
    assert fine_tuning.prompt_tokens == (3 * both + both) // 4
    # Read whole, a context stands before each of three questions in two languages.
    assert in_context.whole_tokens == (6 * contexts + both + 2 * both) // 4
    assert fine_tuning.whole_tokens == fine_tuning.prompt_tokens
    plan = _plan(study)
    assert plan.times_read("scripted/parrot") == (
        (in_context.whole_tokens + fine_tuning.whole_tokens)
        / (in_context.prompt_tokens + fine_tuning.prompt_tokens)
    )
    assert plan.times_read("another") == 1


def test_solved_examples_stand_before_every_question_that_is_read_whole(
    tiny_study: WriteStudy,
) -> None:
    """Of general knowledge and of what is taught wrongly: by question, before how many they stand.

    What is known before teaching is asked in two groups, with other examples each.
    """
    study = read_study(
        tiny_study(
            questions=["knowledge", "robustness"],
            robustness={"facts": {"knowledge": {"size": 12}}, "shots": 2},
            paradigms={"fine-tuning": {"epochs": 1, "ask_after": [0, 1]}},
        )
    )
    facts = study_facts(study)
    untaught, fine_tuning = make_plan(study, facts).parts

    def bare(texts: Iterable[str]) -> int:
        return sum(len(f"Q: {text}\nA:".encode()) for text in texts)

    groups = [
        (language, group)
        for language in study.languages
        for group in shot_groups(
            facts.corpus.facts, language, shots=study.untaught.shots, seed=study.seed
        )
    ]
    asked = bare(
        fact.texts[language].ask for fact in facts.corpus.facts for language in study.languages
    )
    contexts = [len(group.context.encode()) for _, group in groups]
    sizes = [len(group.fact_ids) for _, group in groups]
    assert untaught.prompt_tokens == (sum(contexts) + asked) // 4
    assert (
        untaught.whole_tokens
        == (sum(size * n for size, n in zip(contexts, sizes, strict=True)) + asked) // 4
    )

    solved = sum(len(facts.wrong.context(language).encode()) for language in study.languages)
    questions = bare(
        fact.texts[language].ask for fact in facts.wrong.taught for language in study.languages
    )
    # Each language's wrong facts, before teaching and after the only epoch.
    assert fine_tuning.prompt_tokens == (2 * solved + 2 * questions) // 4
    n_taught = len(facts.wrong.taught)
    assert n_taught > 1
    assert fine_tuning.whole_tokens == (2 * n_taught * solved + 2 * questions) // 4


def test_what_is_asked_before_teaching_is_planned_with_its_examples(
    tiny_study: WriteStudy,
) -> None:
    """Three facts have room for one example: one for the fact that is the others' example, and one
    for these. Both contexts of a language are counted once, each question once."""
    study = read_study(tiny_study(languages=["en"], questions=["knowledge"], paradigms=None))
    (part,) = make_plan(study, study_facts(study)).parts
    assert (part.paradigm, part.conditions, part.lessons, part.probes) == ("untaught", 1, 0, 3)
    facts = [fact.texts["en"] for fact in make_world(["en"], size=3, seed=3).facts]
    asks = sum(len(f"Q: {text.ask}\nA:".encode()) for text in facts)
    groups = shot_groups(make_world(["en"], size=3, seed=3).facts, "en", shots=8, seed=3)
    shown = [
        f"Q: {text.ask}\nA: {text.answer.text}\n"
        for text in facts
        if any(text.ask in group.context for group in groups)
    ]
    assert len(shown) == 2
    assert part.prompt_tokens == (asks + sum(len(each.encode()) for each in shown)) // 4


def test_a_paradigm_that_nothing_asks_costs_nothing(tiny_study: WriteStudy) -> None:
    untaught, *others = _plan(tiny_study(questions=["knowledge"])).parts
    assert (untaught.paradigm, untaught.probes) == ("untaught", 6)
    assert [(part.paradigm, part.lessons, part.probes, part.prompt_tokens) for part in others] == [
        ("in-context", 0, 0, 0),
        ("fine-tuning", 0, 0, 0),
    ]


def test_example_prompts_are_of_the_first_language_taught_and_the_last_asked(
    tiny_study: WriteStudy,
) -> None:
    study = read_study(
        tiny_study(questions=["knowledge", "transfer"], untaught={"shots": 0}, limit=1)
    )
    facts = study_facts(study)
    english, welsh = (facts.corpus.facts[0].texts[language] for language in ("en", "cy"))
    question = f"Q: {welsh.ask}\nA:"
    assert example_prompts(study, facts, known={}) == {
        "Before teaching: asked in cy": question,
        "In context: taught in en, asked in cy": (
            f"{preambles()['en']}\n\nQ: {english.teach}\nA: {english.answer.text}\n{question}"
        ),
        "After fine-tuning: asked in cy": question,
    }


def test_the_smallest_gap_is_that_of_the_tiers(tiny_study: WriteStudy) -> None:
    # en, es and zh are of the high tier, cy of the low one.
    plan = _plan(tiny_study(languages=["en", "es", "cy", "zh"]))
    assert plan.smallest_gap == smallest_detectable_gap(3, n_high=3, n_low=1)


@pytest.mark.parametrize("languages", [["en", "zh"], ["cy", "sw"], ["en"]])
def test_without_both_tiers_there_is_no_gap(tiny_study: WriteStudy, languages: list[str]) -> None:
    assert _plan(tiny_study(languages=languages)).smallest_gap is None


def test_every_model_and_paradigm_is_a_part(tiny_study: WriteStudy) -> None:
    parts = _plan(tiny_study(models=["scripted/mute", "scripted/parrot"], limit=1)).parts
    assert [(part.model, part.paradigm, part.probes) for part in parts] == [
        # 2 conditions, one fact: 1 own + 2 in context; 3 own + 1 other fine-tuned.
        ("scripted/mute", "in-context", 6),
        ("scripted/mute", "fine-tuning", 8),
        ("scripted/parrot", "in-context", 6),
        ("scripted/parrot", "fine-tuning", 8),
    ]
    assert all(isinstance(part, ParadigmPlan) for part in parts)


def test_one_question_asks_less(tiny_study: WriteStudy) -> None:
    own = _plan(tiny_study(questions=["effectiveness"]))
    assert [part.probes for part in own.parts] == [12, 18]  # 2 · 3 at two stages, and at three
    across = _plan(tiny_study(questions=["transfer"]))
    # Under either paradigm 2 · 2 · 3 at the last stage, and 2 · 3 before anything is taught.
    assert [part.probes for part in across.parts] == [18, 18]


def test_lessons_end_with_the_last_asked_epoch(tiny_study: WriteStudy) -> None:
    paradigms = {"fine-tuning": {"epochs": 12, "ask_after": [0, 2]}}
    (part,) = _plan(tiny_study(paradigms=paradigms)).parts
    assert part.lessons == 3 * 2 * 2


def test_the_worlds_seed_is_the_studys_unless_it_has_its_own(tiny_study: WriteStudy) -> None:
    languages = ("en", "cy")
    assert study_corpus(read_study(tiny_study())) == make_world(languages, size=3, seed=3)
    for seed in (0, 5):
        study = read_study(tiny_study(facts={"world": {"size": 3, "seed": seed}}))
        assert study_corpus(study) == make_world(languages, size=3, seed=seed)


def test_lessons_are_the_facts_as_they_are_taught(tiny_study: WriteStudy) -> None:
    study = read_study(tiny_study())
    facts = study_corpus(study).facts
    for condition in study_conditions(study, "in-context", "m"):
        taught = condition.taught
        lessons = condition_course(study, condition, facts).lessons
        assert [(each.question, each.answer, each.fact_id) for each in lessons] == [
            (fact.texts[taught].teach, fact.texts[taught].answer.text, fact.id) for fact in facts
        ]


def test_there_is_a_condition_a_language(tiny_study: WriteStudy) -> None:
    study = read_study(tiny_study())
    assert study_conditions(study, "in-context", "m") == [
        Condition(model="m", paradigm="in-context", taught="en", seed=3),
        Condition(model="m", paradigm="in-context", taught="cy", seed=3),
    ]
    assert study_paradigms(study) == ["in-context", "fine-tuning"]


def test_a_condition_is_asked_at_the_stages_of_its_paradigm(tiny_study: WriteStudy) -> None:
    study = read_study(tiny_study(questions=["knowledge", "effectiveness"]))
    facts = study_corpus(study).facts
    stages = {
        paradigm: condition_course(study, study_conditions(study, paradigm, "m")[0], facts).stages
        for paradigm in study_paradigms(study)
    }
    assert stages == {
        "untaught": (Stage(epoch=0),),
        "in-context": (Stage(times_shown=0), Stage(times_shown=1)),
        "fine-tuning": (Stage(epoch=0), Stage(epoch=1), Stage(epoch=3)),
    }


@pytest.mark.parametrize(
    ("ask_after", "epochs"), [([0, 2], [0, 2]), ([1, 3], [0, 1, 3]), ([3], [0, 3]), ([0], [0])]
)
def test_the_untaught_model_is_asked_whatever_the_recipe_says(
    tiny_study: WriteStudy, ask_after: list[int], epochs: list[int]
) -> None:
    paradigms = {"fine-tuning": {"epochs": 3, "ask_after": ask_after}}
    study = read_study(tiny_study(paradigms=paradigms))
    condition = study_conditions(study, "fine-tuning", "m")[0]
    course = condition_course(study, condition, study_corpus(study).facts)
    assert [stage.epoch for stage in course.stages] == epochs


def test_probes_come_by_stage_language_and_fact(tiny_study: WriteStudy) -> None:
    study = read_study(
        tiny_study(
            facts={"world": {"size": 2}},
            paradigms={"fine-tuning": {"epochs": 3, "ask_after": [0, 3]}},
        )
    )
    facts = study_corpus(study).facts
    condition = study_conditions(study, "fine-tuning", "m")[1]
    probes = condition_probes(study, condition_course(study, condition, facts), facts=facts)
    assert {
        stage.epoch: [(probe.asked, probe.fact_id) for probe in found]
        for stage, found in probes.items()
    } == {
        0: [("cy", "f0001"), ("cy", "f0002")],
        3: [("en", "f0001"), ("en", "f0002"), ("cy", "f0001"), ("cy", "f0002")],
    }
