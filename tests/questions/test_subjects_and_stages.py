"""What each question wants taught, and at which stages it asks it."""

from collections import Counter

import pytest

from isoglot.core import Condition, Probe, Stage
from isoglot.questions import (
    QUESTIONS,
    Effectiveness,
    Knowledge,
    Priority,
    Question,
    Robustness,
    Subject,
    Transfer,
    tiered_pairs,
)

LANGUAGES = ("en", "th", "cy")
PAIRS = (("en", "cy"), ("th", "cy"))
FACTS = ("f1", "f2")
EPOCHS = tuple(Stage(epoch=epoch) for epoch in (0, 1, 3))
CONTEXTS = (
    Stage(times_shown=0),
    Stage(times_shown=5, facts_in_context=2),
    Stage(times_shown=1),
    Stage(times_shown=5),
)
LNEWKNOW = (
    *("en", "ja", "zh", "es", "fr", "it", "pt", "ko", "sv", "da"),
    *("ta", "mn", "cy", "sw", "zu", "tk", "gd"),
)


def condition(question: Question, **changes: object) -> Condition:
    """The first that the question wants."""
    subject = next(iter(question.subjects(LANGUAGES, pairs=PAIRS)))
    plain = {"model": "m", "paradigm": "fine-tuning", "seed": 1, **subject.model_dump()}
    return Condition(**{**plain, **changes})


def asked(
    question: Question,
    stages: tuple[Stage, ...],
    *,
    languages: tuple[str, ...] = LANGUAGES,
    **changes: object,
) -> list[tuple[Stage, str]]:
    """Stage and language of all that is asked, in order; every fact is asked alike."""
    own = condition(question, **changes)
    probes = list(question.probes(own, stages=stages, languages=languages, fact_ids=FACTS))
    assert all(probe.condition == own for probe in probes)
    assert len({probe.id for probe in probes}) == len(probes)
    of_each = {
        fact: [(probe.stage, probe.asked) for probe in probes if probe.fact_id == fact]
        for fact in FACTS
    }
    assert of_each["f1"] == of_each["f2"]
    return of_each["f1"]


class TestSubjects:
    @pytest.mark.parametrize("question", [Knowledge(), Effectiveness(), Transfer()])
    def test_facts_are_taught_in_each_language(self, question: Question) -> None:
        assert list(question.subjects(LANGUAGES, pairs=PAIRS)) == [
            Subject(taught=language, gives="answer", against=None) for language in LANGUAGES
        ]

    def test_wrong_answers_are_taught_in_each_language(self) -> None:
        assert list(Robustness().subjects(LANGUAGES, pairs=PAIRS)) == [
            Subject(taught=language, gives="rival", against=None) for language in LANGUAGES
        ]

    def test_a_pair_is_taught_both_ways_round(self) -> None:
        """The first language keeps its place: it is the one whose side is counted."""
        assert list(Priority().subjects(LANGUAGES, pairs=PAIRS)) == [
            Subject(taught="en", gives="answer", against="cy"),
            Subject(taught="en", gives="rival", against="cy"),
            Subject(taught="th", gives="answer", against="cy"),
            Subject(taught="th", gives="rival", against="cy"),
        ]
        assert list(Priority().subjects(LANGUAGES, pairs=())) == []

    @pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
    def test_what_a_question_wants_taught_is_what_it_says(self, question: Question) -> None:
        teachings = {
            Condition(model="m", paradigm="in-context", seed=1, **subject.model_dump()).teaches
            for subject in question.subjects(LANGUAGES, pairs=PAIRS)
        }
        assert teachings == {question.teaches}

    def test_only_knowledge_is_put_to_the_untaught_model(self) -> None:
        assert [name for name, question in QUESTIONS.items() if question.of_untaught] == [
            "knowledge"
        ]

    def test_no_two_subjects_share_a_name(self) -> None:
        """Adapters are filed under it."""
        conditions = [
            Condition(model="m", paradigm="fine-tuning", seed=1, **subject.model_dump())
            for question in (Effectiveness(), Priority(), Robustness())
            for subject in question.subjects(LANGUAGES, pairs=PAIRS)
        ]
        assert [each.subject for each in conditions] == [
            *("en", "th", "cy"),
            *("en-against-cy", "en-rival-against-cy", "th-against-cy", "th-rival-against-cy"),
            *("en-rival", "th-rival", "cy-rival"),
        ]
        assert len({each.id for each in conditions}) == 10


class TestStages:
    def test_effectiveness_asks_in_the_taught_language_at_every_stage(self) -> None:
        assert asked(Effectiveness(), EPOCHS, taught="th") == [(stage, "th") for stage in EPOCHS]
        assert asked(Effectiveness(), CONTEXTS, paradigm="in-context") == [
            (stage, "en") for stage in CONTEXTS
        ]

    @pytest.mark.parametrize("stages", [EPOCHS, CONTEXTS])
    def test_transfer_asks_in_every_language_at_the_last_stage(
        self, stages: tuple[Stage, ...]
    ) -> None:
        """Before teaching, in the own one: what it could do without."""
        assert asked(Transfer(), stages, taught="th") == [
            (stages[0], "th"),
            (stages[-1], "en"),
            (stages[-1], "th"),
            (stages[-1], "cy"),
        ]

    @pytest.mark.parametrize("stages", [EPOCHS, CONTEXTS])
    def test_priority_asks_in_every_language_at_the_last_stage(
        self, stages: tuple[Stage, ...]
    ) -> None:
        """Before teaching, in the two that contradict each other."""
        assert asked(Priority(), stages) == [
            (stages[0], "en"),
            (stages[0], "cy"),
            (stages[-1], "en"),
            (stages[-1], "th"),
            (stages[-1], "cy"),
        ]

    @pytest.mark.parametrize("stages", [EPOCHS, (CONTEXTS[0], CONTEXTS[-1])])
    def test_robustness_asks_in_the_taught_language_at_every_stage(
        self, stages: tuple[Stage, ...]
    ) -> None:
        assert asked(Robustness(), stages, taught="cy") == [(stage, "cy") for stage in stages]

    @pytest.mark.parametrize("question", [Transfer(), Priority()])
    def test_a_single_stage_is_the_last_and_no_baseline(self, question: Question) -> None:
        for stage in (Stage(epoch=3), Stage(epoch=0)):
            assert asked(question, (stage,)) == [(stage, code) for code in LANGUAGES]

    @pytest.mark.parametrize("question", [Transfer(), Priority()])
    def test_a_first_stage_that_is_taught_is_no_baseline(self, question: Question) -> None:
        stages = (Stage(epoch=1), Stage(epoch=3))
        assert asked(question, stages) == [(stages[1], code) for code in LANGUAGES]

    @pytest.mark.parametrize("question", [Effectiveness(), Robustness(), Knowledge()])
    def test_a_language_that_is_not_asked_has_no_own_probes(self, question: Question) -> None:
        assert asked(question, EPOCHS, languages=("th", "cy")) == []

    def test_a_language_that_is_not_asked_has_no_baseline(self) -> None:
        last = [(EPOCHS[-1], "th"), (EPOCHS[-1], "cy")]
        assert asked(Transfer(), EPOCHS, languages=("th", "cy")) == last
        assert asked(Priority(), EPOCHS, languages=("th", "cy")) == [(EPOCHS[0], "cy"), *last]

    def test_knowledge_asks_before_anything_is_taught(self) -> None:
        assert asked(Knowledge(), (Stage(epoch=0),), taught="cy", paradigm="untaught") == [
            (Stage(epoch=0), "cy")
        ]


class TestProbes:
    def test_effectiveness_and_transfer_share_probes(self) -> None:
        """Asked by both, a probe is one: its name says nothing of who asks."""
        of_either = Counter(
            probe.id
            for question in (Effectiveness(), Transfer())
            for probe in question.probes(
                condition(question), stages=EPOCHS, languages=LANGUAGES, fact_ids=FACTS
            )
        )
        # English before teaching and at the end, two facts.
        assert sorted(probe for probe, times in of_either.items() if times == 2) == [
            f"m|fine-tuning|en|1|{epoch}|{fact}|en" for epoch in (0, 3) for fact in FACTS
        ]

    def test_the_same_question_at_two_stages_is_two_probes(self) -> None:
        own = condition(Effectiveness(), paradigm="in-context")
        ids = [Probe(condition=own, stage=stage, fact_id="f1", asked="en").id for stage in CONTEXTS]
        assert ids == [
            "m|in-context|en|1|x0|f1|en",
            "m|in-context|en|1|x5of2|f1|en",
            "m|in-context|en|1|x1|f1|en",
            "m|in-context|en|1|x5|f1|en",
        ]

    def test_a_stage_knows_whether_it_is_before_teaching(self) -> None:
        assert [stage.untaught for stage in EPOCHS] == [True, False, False]
        assert [stage.untaught for stage in CONTEXTS] == [True, False, False, False]


class TestTieredPairs:
    def test_every_other_language_against_every_low_resource_one(self) -> None:
        # 10 of LNewKnow's languages are high- or medium-resource here, 7 low-resource.
        pairs = tiered_pairs(LNEWKNOW)
        assert len(pairs) == len(set(pairs)) == 70
        assert {one for one, _ in pairs} == set(LNEWKNOW[:10])
        assert {other for _, other in pairs} == set(LNEWKNOW[10:])

    def test_in_the_order_of_the_study(self) -> None:
        assert tiered_pairs(["cy", "th", "en", "sw"]) == (
            ("th", "cy"),
            ("th", "sw"),
            ("en", "cy"),
            ("en", "sw"),
        )

    @pytest.mark.parametrize("languages", [(), ("en", "th"), ("cy", "sw")])
    def test_without_both_sides_there_is_none(self, languages: tuple[str, ...]) -> None:
        assert tiered_pairs(languages) == ()
