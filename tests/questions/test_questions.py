from isoglot.core import Condition, Probe
from isoglot.questions import QUESTIONS, Effectiveness, Knowledge, Question, Transfer

LANGUAGES = ("en", "cy")
FACTS = ("f1", "f2")
WELSH = Condition(model="m", paradigm="fine-tuning", taught="cy", seed=1)


def _asked(question: Question, stages: tuple[int | None, ...]) -> list[tuple[int | None, str, str]]:
    """Epoch, asked language and fact of every probe, in order."""
    probes = list(question.probes(WELSH, stages=stages, languages=LANGUAGES, fact_ids=FACTS))
    assert all(probe.condition == WELSH for probe in probes)
    return [(probe.epoch, probe.asked, probe.fact_id) for probe in probes]


def test_the_questions_are_known_by_their_names() -> None:
    assert {name: type(question) for name, question in QUESTIONS.items()} == {
        "knowledge": Knowledge,
        "effectiveness": Effectiveness,
        "transfer": Transfer,
    }
    assert all(question.name == name for name, question in QUESTIONS.items())


def test_effectiveness_asks_in_the_taught_language_at_every_stage() -> None:
    assert _asked(Effectiveness(), (0, 3)) == [
        (0, "cy", "f1"),
        (0, "cy", "f2"),
        (3, "cy", "f1"),
        (3, "cy", "f2"),
    ]


def test_effectiveness_asks_nothing_where_the_taught_language_is_not_asked() -> None:
    probes = Effectiveness().probes(WELSH, stages=(0, 3), languages=["en"], fact_ids=FACTS)
    assert list(probes) == []


def test_transfer_asks_in_every_language_at_the_last_stage() -> None:
    assert _asked(Transfer(), (0, 3)) == [
        (3, "en", "f1"),
        (3, "en", "f2"),
        (3, "cy", "f1"),
        (3, "cy", "f2"),
    ]


def test_knowledge_asks_the_untaught_model_in_the_language_that_a_condition_stands_for() -> None:
    untaught = WELSH.model_copy(update={"paradigm": "untaught"})
    probes = list(Knowledge().probes(untaught, stages=(0,), languages=LANGUAGES, fact_ids=FACTS))
    assert [probe.id for probe in probes] == ["m|untaught|cy|1|0|f1|cy", "m|untaught|cy|1|0|f2|cy"]
    assert list(Knowledge().probes(untaught, stages=(0,), languages=["en"], fact_ids=FACTS)) == []


def test_only_knowledge_measures_the_untaught_model() -> None:
    untaught = {
        (question.name, measure.name)
        for question in QUESTIONS.values()
        for measure in question.measures
        if measure.untaught
    }
    assert untaught == {("knowledge", "known_before"), ("knowledge", "known_before_tier_gap")}


def test_without_epochs_there_is_one_stage() -> None:
    assert [epoch for epoch, _, _ in _asked(Effectiveness(), (None,))] == [None, None]
    assert [epoch for epoch, _, _ in _asked(Transfer(), (None,))] == [None] * 4


def test_what_both_ask_is_the_same_probe() -> None:
    own = Probe(condition=WELSH, epoch=3, fact_id="f1", asked="cy")
    for question in (Effectiveness(), Transfer()):
        probes = question.probes(WELSH, stages=(0, 3), languages=LANGUAGES, fact_ids=FACTS)
        assert [probe.id for probe in probes].count(own.id) == 1


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
        ("transfer", "tier_gap_taught"): "taught_tier",
        ("transfer", "tier_gap_asked"): "asked_tier",
    }
