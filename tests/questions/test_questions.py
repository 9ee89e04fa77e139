from isoglot.core import Condition, Probe, Stage
from isoglot.questions import (
    QUESTIONS,
    Effectiveness,
    Knowledge,
    Priority,
    Question,
    Robustness,
    Transfer,
)

LANGUAGES = ("en", "cy")
FACTS = ("f1", "f2")
WELSH = Condition(model="m", paradigm="fine-tuning", taught="cy", seed=1)
UNTAUGHT, TRAINED = Stage(epoch=0), Stage(epoch=3)


def _probes(question: Question, *stages: Stage) -> list[Probe]:
    probes = list(question.probes(WELSH, stages=stages, languages=LANGUAGES, fact_ids=FACTS))
    assert all(probe.condition == WELSH for probe in probes)
    return probes


def _asked(question: Question, *stages: Stage) -> list[tuple[int | None, str, str]]:
    """Epoch, asked language and fact of every probe, in order."""
    return [(probe.stage.epoch, probe.asked, probe.fact_id) for probe in _probes(question, *stages)]


def test_the_questions_are_known_by_their_names() -> None:
    assert {name: type(question) for name, question in QUESTIONS.items()} == {
        "knowledge": Knowledge,
        "effectiveness": Effectiveness,
        "transfer": Transfer,
        "priority": Priority,
        "robustness": Robustness,
    }
    assert all(question.name == name for name, question in QUESTIONS.items())


def test_effectiveness_asks_in_the_taught_language_at_every_stage() -> None:
    assert _asked(Effectiveness(), UNTAUGHT, TRAINED) == [
        (0, "cy", "f1"),
        (0, "cy", "f2"),
        (3, "cy", "f1"),
        (3, "cy", "f2"),
    ]


def test_effectiveness_asks_nothing_where_the_taught_language_is_not_asked() -> None:
    probes = Effectiveness().probes(
        WELSH, stages=(UNTAUGHT, TRAINED), languages=["en"], fact_ids=FACTS
    )
    assert list(probes) == []


def test_transfer_asks_in_every_language_at_the_last_stage() -> None:
    assert _asked(Transfer(), UNTAUGHT, Stage(epoch=1), TRAINED) == [
        # The baseline, in the language that is taught.
        (0, "cy", "f1"),
        (0, "cy", "f2"),
        (3, "en", "f1"),
        (3, "en", "f2"),
        (3, "cy", "f1"),
        (3, "cy", "f2"),
    ]


def test_knowledge_asks_the_untaught_model_in_the_language_that_a_condition_stands_for() -> None:
    untaught = WELSH.model_copy(update={"paradigm": "untaught"})
    stages = (UNTAUGHT,)
    probes = list(Knowledge().probes(untaught, stages=stages, languages=LANGUAGES, fact_ids=FACTS))
    assert [probe.id for probe in probes] == ["m|untaught|cy|1|0|f1|cy", "m|untaught|cy|1|0|f2|cy"]
    assert list(Knowledge().probes(untaught, stages=stages, languages=["en"], fact_ids=FACTS)) == []


def test_only_knowledge_measures_the_untaught_model() -> None:
    untaught = {
        (question.name, measure.name)
        for question in QUESTIONS.values()
        for measure in question.measures
        if question.of_untaught
    }
    assert untaught == {("knowledge", "known_before"), ("knowledge", "known_before_tier_gap")}


def test_the_others_measure_what_their_conditions_answer_before_they_are_taught() -> None:
    baselines = {
        (question.name, measure.name)
        for question in QUESTIONS.values()
        for measure in question.measures
        if measure.at == "untaught"
    }
    assert baselines == {
        ("effectiveness", "untaught_accuracy"),
        ("transfer", "untaught_accuracy"),
        ("priority", "untaught_answer"),
        ("priority", "untaught_rival"),
        ("robustness", "accuracy_before"),
    }


def test_without_epochs_stages_are_how_often_facts_are_shown() -> None:
    stages = (Stage(times_shown=0), Stage(times_shown=1))
    for question, times_shown in (
        (Effectiveness(), [0, 0, 1, 1]),
        (Transfer(), [0, 0, 1, 1, 1, 1]),  # before that in Welsh, after it in both languages
    ):
        probes = _probes(question, *stages)
        assert [probe.stage.times_shown for probe in probes] == times_shown
        assert {probe.stage.epoch for probe in probes} == {None}


def test_a_stage_that_is_the_only_one_is_the_last() -> None:
    only = Stage(times_shown=1)
    assert [probe.asked for probe in _probes(Effectiveness(), only)] == ["cy", "cy"]
    assert [probe.asked for probe in _probes(Transfer(), only)] == ["en", "en", "cy", "cy"]


def test_what_both_ask_is_the_same_probe() -> None:
    before, after = (
        Probe(condition=WELSH, stage=stage, fact_id="f1", asked="cy")
        for stage in (UNTAUGHT, TRAINED)
    )
    for question in (Effectiveness(), Transfer()):
        ids = [probe.id for probe in _probes(question, UNTAUGHT, TRAINED)]
        assert (ids.count(before.id), ids.count(after.id)) == (1, 1)


def test_no_two_measures_of_a_question_have_the_same_name() -> None:
    for question in QUESTIONS.values():
        names = [measure.name for measure in question.measures]
        assert len(set(names)) == len(names)


def test_every_contrast_is_of_the_tier_whose_languages_it_compares() -> None:
    contrasts = {
        (question.name, measure.name): measure.contrast
        for question in QUESTIONS.values()
        for measure in question.measures
        if measure.contrast
    }
    assert contrasts == {
        ("knowledge", "known_before_tier_gap"): "taught_tier",
        ("effectiveness", "tier_gap"): "taught_tier",
        # Not of tiers: of one way between two languages and the other.
        ("transfer", "asymmetry"): "direction",
        ("transfer", "tier_gap_taught"): "taught_tier",
        ("transfer", "tier_gap_asked"): "asked_tier",
        ("robustness", "resistance_gap"): "taught_tier",
    }
