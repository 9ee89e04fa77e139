"""The solved examples that robustness is asked behind: which they are, and that they stay."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from fact_files import write_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rival_facts import disputed
from run_rows import query

from isoglot.core import Corpus, Fact
from isoglot.corpora import make_knowledge
from isoglot.corpora.formats.own import read_facts
from isoglot.judges import normalise
from isoglot.study import Silent, StudyFacts, read_study, run_study, study_facts
from isoglot.study._robustness import RobustnessSpec, WrongFacts, without_rival, wrong_facts

WriteStudy = Callable[..., Path]
SMALL = ("weekday-after", "month-after", "country-continent", "country-currency")


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Corpus]:
    """Makes a corpus of facts as they stand in a file."""

    def make(*facts: dict[str, Any]) -> Corpus:
        return read_facts(write_lines(tmp_path / "corpus.jsonl", facts), allow_missing=True)

    return make


def ids(facts: Iterable[Fact]) -> list[str]:
    return [fact.id for fact in facts]


def forms(fact: Fact, *, rivals: bool) -> set[tuple[str, str]]:
    """What is said of a fact, language by language, as answers are compared."""
    said: set[tuple[str, str]] = set()
    for language, text in fact.texts.items():
        wordings = [text.answer, text.rival] if rivals else [text.answer]
        for wording in wordings:
            said |= {(language, normalise(form, language=language)) for form in wording.forms}
    return said


def check(wrong: WrongFacts, corpus: Corpus, shots: int) -> None:
    """What holds whatever is chosen."""
    examples, taught = ids(wrong.examples), ids(wrong.taught)
    assert len(examples) <= min(shots, len(corpus.facts) // 2)
    assert not set(examples) & set(taught)
    assert set(examples) | set(taught) <= set(ids(corpus.facts))
    shown = [forms(fact, rivals=False) for fact in wrong.examples]
    # Different answers, none of them said of what is taught, neither rightly nor wrongly.
    assert sum(map(len, shown)) == len(set().union(*shown))
    for fact in wrong.taught:
        assert not forms(fact, rivals=True) & set().union(*shown)
    # Everything else is taught, in the corpus's order.
    left_out = [fact for fact in corpus.facts if fact.id not in {*examples, *taught}]
    assert all(forms(fact, rivals=True) & set().union(*shown) for fact in left_out)
    assert taught == [fact.id for fact in corpus.facts if fact.id in set(taught)]


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    shots=st.integers(0, 12),
    relations=st.sets(st.sampled_from(SMALL), min_size=1),
    languages=st.sampled_from([("en",), ("en", "cy"), ("es", "sw", "zh")]),
)
def test_of_general_knowledge(
    seed: int, shots: int, relations: set[str], languages: tuple[str, ...]
) -> None:
    corpus = make_knowledge(languages, seed=seed, relations=sorted(relations))
    wrong = wrong_facts(corpus, shots=shots, seed=seed)
    check(wrong, corpus, shots)
    assert wrong_facts(corpus, shots=shots, seed=seed) == wrong


@pytest.mark.parametrize("seed", range(4))
def test_of_all_general_knowledge_nothing_is_lost_but_the_examples(seed: int) -> None:
    """There is enough of it whose answer no other fact has."""
    corpus = make_knowledge(["en", "es", "cy"], seed=seed)
    wrong = wrong_facts(corpus, shots=8, seed=seed)
    check(wrong, corpus, 8)
    assert (len(wrong.examples), len(wrong.taught)) == (8, len(corpus.facts) - 8)


class TestTheChoice:
    def test_without_shots_everything_is_taught(self, corpus: Any) -> None:
        facts = corpus(*(disputed(f"g{number}", "en", "cy") for number in range(5)))
        wrong = wrong_facts(facts, shots=0, seed=3)
        assert (wrong.examples, ids(wrong.taught)) == ((), [f"g{number}" for number in range(5)])
        assert wrong.context("cy") == ""

    @pytest.mark.parametrize(("n_facts", "shots"), [(1, 0), (2, 1), (5, 2), (6, 3), (40, 8)])
    def test_at_most_half_are_examples(self, corpus: Any, n_facts: int, shots: int) -> None:
        """Eight are wanted; all answers differ, so nothing else is in the way."""
        facts = corpus(*(disputed(f"g{number}", "en") for number in range(n_facts)))
        wrong = wrong_facts(facts, shots=8, seed=3)
        assert (len(wrong.examples), len(wrong.taught)) == (shots, n_facts - shots)

    @pytest.mark.parametrize("seed", range(6))
    def test_those_that_cost_the_others_least(self, corpus: Any, seed: int) -> None:
        """Three facts share an answer; one more has it for a rival. The other two cost nothing."""
        facts = corpus(
            disputed("g0", "en", "cy", answer="lion"),
            disputed("g1", "en", "cy", answer="lion"),
            disputed("g2", "en", "cy", answer="lion"),
            disputed("g3", "en", "cy", answer="wolf", rival="lion"),
            disputed("g4", "en", "cy"),
            disputed("g5", "en", "cy"),
        )
        wrong = wrong_facts(facts, shots=2, seed=seed)
        # "wolf" is nobody else's answer, so g3 is as cheap as g4 and g5.
        assert set(ids(wrong.examples)) < {"g3", "g4", "g5"}
        assert len(wrong.taught) == 4

    def test_who_shares_an_answer_with_an_example_is_neither_taught_nor_asked(
        self, corpus: Any
    ) -> None:
        # Whichever is chosen: the others have its answer for their answer, or for their rival.
        facts = corpus(
            disputed("g0", "en", answer="lion", rival="wolf"),
            disputed("g1", "en", answer="lion", rival="wolf"),
            disputed("g2", "en", answer="wolf", rival="lion"),
            disputed("g3", "en", answer="wolf", rival="lion"),
        )
        wrong = wrong_facts(facts, shots=1, seed=3)
        assert (len(wrong.examples), wrong.taught) == (1, ())

    def test_a_shared_answer_in_one_language_is_enough(self, corpus: Any) -> None:
        shared = [disputed(f"g{number}", "en", "cy") for number in range(2)]
        shared[1]["texts"]["cy"]["rival"] = shared[0]["texts"]["cy"]["answer"]
        # g0's answer costs g1, so g1 is the cheaper example; g0 does not share that one's answer.
        wrong = wrong_facts(corpus(*shared), shots=1, seed=3)
        assert (ids(wrong.examples), ids(wrong.taught)) == (["g1"], ["g0"])

    def test_an_example_has_a_text_in_every_language(self, corpus: Any) -> None:
        facts = corpus(
            *(disputed(f"g{number}", "en") for number in range(4)),
            *(disputed(f"h{number}", "en", "cy") for number in range(2)),
        )
        wrong = wrong_facts(facts, shots=8, seed=3)
        assert set(ids(wrong.examples)) == {"h0", "h1"}
        assert wrong.context("cy").count("Q: ") == 2

    def test_which_of_those_that_cost_the_same_is_drawn(self, corpus: Any) -> None:
        facts = corpus(*(disputed(f"g{number}", "en") for number in range(12)))
        chosen = {tuple(ids(wrong_facts(facts, shots=2, seed=seed).examples)) for seed in range(9)}
        assert len(chosen) > 1

    def test_the_context_is_the_true_questions_with_their_right_answers(self, corpus: Any) -> None:
        facts = corpus(*(disputed(f"g{number}", "en", "cy") for number in range(4)))
        wrong = wrong_facts(facts, shots=2, seed=3)
        assert wrong.context("cy") == "".join(
            f"Q: (cy) Gate {fact_id} is guarded by whom?\nA: lion {fact_id} cy\n"
            for fact_id in ids(wrong.examples)
        )

    def test_who_lacks_a_rival_in_some_language_can_not_be_taught_wrongly(
        self, corpus: Any
    ) -> None:
        half = disputed("g1", "en", "cy")
        del half["texts"]["cy"]["rival"]
        facts = corpus(disputed("g0", "en", "cy"), half, disputed("g2", "en", without_rival=True))
        assert without_rival(facts.facts) == ["g1", "g2"]


class TestTheSpec:
    def test_by_default_three_epochs_and_eight_examples(self) -> None:
        spec = RobustnessSpec()
        assert (spec.facts, spec.ask_after, spec.shots) == (None, (0, 1, 2, 3), 8)

    @pytest.mark.parametrize("epochs", [(1, 2), (0, 2, 1), (0, 1, 1), (-1, 0)])
    def test_epochs_rise_from_zero(self, epochs: tuple[int, ...]) -> None:
        expected = rf"\[{', '.join(map(str, epochs))}\] must be rising epochs from 0 on"
        with pytest.raises(ValidationError, match=expected):
            RobustnessSpec(ask_after=epochs)

    def test_before_alone_shows_nothing(self) -> None:
        with pytest.raises(ValidationError, match="at least 2 items"):
            RobustnessSpec(ask_after=(0,))


class TestThePrompt:
    """Before and after teaching a question is put alike: else a difference would say nothing."""

    @pytest.fixture
    def asked(
        self, tiny_study: WriteStudy, tmp_path: Path, folder: Path
    ) -> tuple[StudyFacts, list[dict[str, Any]]]:
        """The facts of a run, and what stood before every question at every stage."""
        write_lines(tmp_path / "facts.jsonl", [disputed(f"g{n}", "en", "cy") for n in range(6)])
        changes = {"questions": ["robustness"], "robustness": {"shots": 2, "ask_after": [0, 1, 3]}}
        study = read_study(tiny_study(facts="facts.jsonl", **changes))
        run_study(study, folder, progress=Silent())
        columns = ("paradigm", "taught", "epoch", "times_shown", "fact", "context", "question")
        rows = query(
            folder,
            "SELECT paradigm, taught, epoch, times_shown, fact, contexts.text, question "
            "FROM probes JOIN answers ON key = answer JOIN contexts ON hash = context",
        )
        return study_facts(study), [dict(zip(columns, row, strict=True)) for row in rows]

    def test_the_examples_stand_before_every_question(self, asked: Any) -> None:
        facts, rows = asked
        # Two languages, four facts; in context two stages, fine-tuned three.
        assert len(rows) == 2 * 4 * (2 + 3)
        for row in rows:
            solved = facts.wrong.context(row["taught"])
            assert solved.count("A: lion") == 2
            assert row["question"] == (
                f"Q: ({row['taught']}) Gate {row['fact']} is guarded by whom?\nA:"
            )
            if row["times_shown"] == 1:
                assert row["context"].startswith(solved)
            else:
                assert row["context"] == solved

    def test_in_context_the_wrong_answers_come_in_between_and_nothing_else(
        self, asked: Any
    ) -> None:
        facts, rows = asked
        for row in rows:
            if row["times_shown"] == 1:
                between = row["context"].removeprefix(facts.wrong.context(row["taught"]))
                assert sorted(re.findall(r"Q: .*\nA: .*\n", between)) == sorted(
                    f"Q: ({row['taught']}) Who guards gate {fact.id}?\n"
                    f"A: bear {fact.id} {row['taught']}\n"
                    for fact in facts.wrong.taught
                )
                assert between.count("\n") == 2 * len(facts.wrong.taught)
