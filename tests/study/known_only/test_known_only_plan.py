"""The plan of a study that teaches only what the model knew, and what counts as known."""

from collections.abc import Callable
from pathlib import Path

import pytest
from known_studies import BOTH, CHANGES, FINE_TUNED, IN_CONTEXT, KNOWN, UNTAUGHT

from isoglot.core import Corpus
from isoglot.study import Study, make_plan, read_study, study_facts
from isoglot.study._known import known_facts

WriteStudy = Callable[..., Path]


class TestThePlan:
    def test_it_is_at_most_what_is_asked(self, study: Study) -> None:
        plan = make_plan(study, study_facts(study))
        assert plan.at_most
        assert plan.n_facts == 6
        # As if all six were known: three times the probes of two.
        assert [(part.paradigm, part.lessons, part.probes) for part in plan.parts] == [
            ("untaught", 0, UNTAUGHT),
            ("in-context", 0, 3 * IN_CONTEXT),
            ("fine-tuning", 2 * 6 * 2, 3 * FINE_TUNED),
        ]

    def test_once_it_is_known_what_was_known_it_is_exact(self, study: Study) -> None:
        plan = make_plan(study, study_facts(study), known={"scripted/parrot": BOTH})
        assert not plan.at_most
        assert [(part.paradigm, part.lessons, part.probes) for part in plan.parts] == [
            ("untaught", 0, UNTAUGHT),
            ("in-context", 0, IN_CONTEXT),
            ("fine-tuning", 2 * 2 * 2, FINE_TUNED),
        ]

    def test_where_nothing_is_known_nothing_is_taught(self, study: Study) -> None:
        plan = make_plan(study, study_facts(study), known={"scripted/parrot": frozenset()})
        assert [(part.lessons, part.probes) for part in plan.parts] == [
            (0, UNTAUGHT),
            (0, 0),
            (0, 0),
        ]

    def test_a_study_without_it_is_exact(self, tiny_study: WriteStudy) -> None:
        study = read_study(tiny_study())
        assert not make_plan(study, study_facts(study)).at_most

    @pytest.mark.parametrize(
        ("questions", "asked"),
        [
            (["effectiveness"], ("knowledge", "effectiveness")),
            (["transfer", "knowledge"], ("transfer", "knowledge")),
        ],
    )
    def test_the_question_of_what_was_known_comes_with_it(
        self, tiny_study: WriteStudy, questions: list[str], asked: tuple[str, ...]
    ) -> None:
        study = read_study(tiny_study(**CHANGES, questions=questions))
        assert study.asked_questions == asked
        assert list(study.questions) == questions


class TestWhatCountsAsKnown:
    def test_right_in_every_language(self, corpus: Corpus) -> None:
        right = {language: set(facts) for language, facts in KNOWN.items()}
        assert known_facts(corpus, right, languages=("en", "cy")) == BOTH
        assert known_facts(corpus, right, languages=("cy",)) == set(KNOWN["cy"])
        assert known_facts(corpus, {"en": {"f0001"}}, languages=("en", "cy")) == frozenset()

    def test_a_language_without_a_text_does_not_count_against_a_fact(self, corpus: Corpus) -> None:
        one, two, *others = corpus.facts
        english = one.model_copy(update={"texts": {"en": one.texts["en"]}})
        gappy = corpus.model_copy(update={"facts": (english, two, *others)})
        right = {"en": {one.id, two.id}, "cy": set()}
        assert known_facts(gappy, right, languages=("en", "cy")) == {one.id}
