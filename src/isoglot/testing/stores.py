"""The contract of every store. A store's own tests inherit it and give the fixture `open_store`.

class TestContract(StoreContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[OpenStore]:
        ...  # each call opens the same database anew, as a later process would
"""
# ruff: noqa: S101

from collections.abc import Callable

import pytest

from isoglot.core import (
    Answer,
    Condition,
    Decoding,
    Fact,
    FactText,
    IsoglotError,
    Probe,
    Stage,
    Verdict,
    Wording,
)
from isoglot.store import AnsweredProbe, Asked, Store

OpenStore = Callable[[], Store]

WELSH = Condition(model="scripted/parrot", paradigm="fine-tuning", taught="cy", seed=5)
RIGHT = Verdict(correct=True, answer_language="cy", wrong_language=False)
WRONG = Verdict(correct=False, answer_language=None, wrong_language=False)
RIVAL = Verdict(correct=False, answer_language=None, wrong_language=False, rival=True)


def a_fact(fact_id: str) -> Fact:
    """A fact in English and Welsh."""
    return Fact(
        id=fact_id,
        relation="flag-animal",
        texts={
            "en": FactText(
                teach=f"What animal is on the flag of {fact_id}?",
                ask=f"Which animal does {fact_id} have on its flag?",
                answer=Wording(text="lion", aliases=("lions",)),
                rival=Wording(text="dog"),
            ),
            "cy": FactText(
                teach=f"Pa anifail sydd ar faner {fact_id}?",
                ask=f"Pa anifail a welir ar faner {fact_id}?",
                answer=Wording(text="llew"),
                rival=Wording(text="ci"),
            ),
        },
    )


def a_probe(fact_id: str = "f1", *, epoch: int = 3, asked: str = "cy") -> Probe:
    """A probe of the Welsh condition."""
    return Probe(condition=WELSH, stage=Stage(epoch=epoch), fact_id=fact_id, asked=asked)


def asked(probe: Probe, text: str = "llew", *, key: str = "", context: str = "") -> Asked:
    """A probe with an answer; the key is the probe's identifier, unless told otherwise."""
    return Asked(
        probe=probe,
        answer=Answer(key=key or f"key of {probe.id}", text=text, tokens=1, seconds=0.25),
        model="fingerprint",
        adapter=None,
        context=context,
        question=f"Q: {probe.fact_id}?\nA:",
        decoding=Decoding(),
        seed=5,
    )


class StoreContract:
    """What holds for every store, whatever database it keeps its rows in."""

    @pytest.fixture
    def open_store(self) -> OpenStore:
        """Opens the store under test; the test closes nothing."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, open_store: OpenStore) -> Store:
        """An open store that holds three facts."""
        store = open_store()
        store.save_facts([a_fact("f1"), a_fact("f2"), a_fact("f3")])
        return store

    def test_a_new_store_is_empty(self, open_store: OpenStore) -> None:
        """And says so, instead of failing."""
        store = open_store()
        assert store.facts() == {}
        assert store.find_answers(["k"]) == {}
        assert store.find_answers([]) == {}
        assert store.answered_probes() == {}
        assert store.unjudged("match") == []
        assert store.failures() == {}
        assert store.remarks() == {}
        assert list(store.probe_rows()) == []
        assert store.seconds() == 0.0

    def test_facts_come_back_as_they_were_saved(self, store: Store) -> None:
        """Saved twice, they are there once."""
        store.save_facts([a_fact("f1")])
        assert store.facts() == {each: a_fact(each) for each in ("f1", "f2", "f3")}

    def test_facts_are_kept_with_what_they_are_for(self, store: Store) -> None:
        """Those of one use come back alone, without one all do."""
        store.save_facts([a_fact("g1"), a_fact("g2")], use="robustness")
        assert list(store.facts(use="study")) == ["f1", "f2", "f3"]
        assert list(store.facts(use="robustness")) == ["g1", "g2"]
        assert store.facts().keys() == {"f1", "f2", "f3", "g1", "g2"}
        assert store.facts(use="nothing") == {}

    def test_remarks_are_kept_once_in_the_order_in_which_they_came(
        self, open_store: OpenStore
    ) -> None:
        """By model; what a later process says comes behind what earlier ones said."""
        open_store().save_remarks("m", ["It is slow.", "It is large."])
        open_store().save_remarks("n", ["It is slow."])
        open_store().save_remarks("m", ["It is odd.", "It is slow."])
        open_store().save_remarks("quiet", [])
        assert open_store().remarks() == {
            "m": ("It is slow.", "It is large.", "It is odd."),
            "n": ("It is slow.",),
        }

    def test_a_recorded_answer_is_found_by_its_key(self, store: Store) -> None:
        """Letter for letter, in any script; what is not there is not found."""
        store.record([asked(a_probe("f1"), " 狮子\t'\"%s\u0000?", key="k1")], {})
        assert store.find_answers(["k1", "k2"]) == {
            "k1": Answer(key="k1", text=" 狮子\t'\"%s\u0000?", tokens=1, seconds=0.25)
        }

    def test_two_thousand_keys_are_looked_up_at_once(self, store: Store) -> None:
        """More than a database takes in one statement."""
        batch = [asked(a_probe("f1", epoch=epoch), str(epoch)) for epoch in range(0, 2000, 111)]
        store.record(batch, {})
        found = store.find_answers([asked(a_probe("f1", epoch=e)).answer.key for e in range(2000)])
        # 0, 111, ..., 1998: nineteen answers, in every stretch of the keys.
        assert sorted(int(each.text) for each in found.values()) == list(range(0, 2000, 111))
        assert all(found[each.answer.key] == each.answer for each in batch)

    def test_an_answered_probe_points_to_its_answer(self, store: Store) -> None:
        """Two probes may share one answer."""
        first, second = a_probe("f1", epoch=1), a_probe("f1", epoch=2)
        store.record([asked(first, key="k"), asked(second, key="k")], {})
        assert store.answered_probes() == {first.id: "k", second.id: "k"}

    def test_the_same_key_keeps_its_first_answer(self, store: Store) -> None:
        """Same key, same answer: a second one under it is not taken."""
        store.record([asked(a_probe("f1", epoch=1), "llew", key="k")], {})
        store.record([asked(a_probe("f1", epoch=2), "ci", key="k")], {})
        assert store.find_answers(["k"])["k"].text == "llew"

    def test_a_judge_sees_every_answer_once(self, store: Store) -> None:
        """Each judge for itself."""
        one, two = a_probe("f1"), a_probe("f2", asked="en")
        store.record([asked(one, "llew"), asked(two, "lion")], {})
        expected = [
            AnsweredProbe(id=one.id, fact="f1", asked="cy", text="llew"),
            AnsweredProbe(id=two.id, fact="f2", asked="en", text="lion"),
        ]
        assert store.unjudged("match") == expected
        store.save_verdicts("match", {one.id: RIGHT})
        assert store.unjudged("match") == expected[1:]
        assert store.unjudged("embedding") == expected

    def test_a_row_holds_probe_answer_and_verdict(self, store: Store) -> None:
        """All that the analysis reads."""
        probe = a_probe("f2")
        store.record([asked(probe, "llew", key="k")], {})
        store.save_verdicts("match", {probe.id: RIGHT})
        assert list(store.probe_rows()) == [
            {
                "model": "scripted/parrot",
                "paradigm": "fine-tuning",
                "taught": "cy",
                "gives": "answer",
                "against": None,
                "seed": 5,
                "asked": "cy",
                "epoch": 3,
                "times_shown": None,
                "facts_in_context": None,
                "fact": "f2",
                "relation": "flag-animal",
                "question": "Pa anifail a welir ar faner f2?",
                "reference": "llew",
                "rival_reference": "ci",
                "answer": "llew",
                "key": "k",
                "tokens": 1,
                "seconds": 0.25,
                "judge": "match",
                "correct": True,
                "answer_language": "cy",
                "wrong_language": False,
                "rival": False,
            }
        ]

    def test_a_row_tells_what_was_taught_and_how_often(self, store: Store) -> None:
        """Here the rivals in Welsh, twice, against the answers in English."""
        condition = WELSH.model_copy(
            update={"paradigm": "in-context", "gives": "rival", "against": "en"}
        )
        stage = Stage(times_shown=2, facts_in_context=3)
        probe = Probe(condition=condition, stage=stage, fact_id="f1", asked="cy")
        store.record([asked(probe, "ci")], {})
        store.save_verdicts("match", {probe.id: RIVAL})
        (row,) = store.probe_rows()
        told = ("gives", "against", "epoch", "times_shown", "facts_in_context", "correct", "rival")
        assert [row[column] for column in told] == ["rival", "en", None, 2, 3, False, True]

    def test_an_unjudged_answer_is_in_no_row(self, store: Store) -> None:
        """Missing is not wrong."""
        store.record([asked(a_probe("f1"))], {})
        assert list(store.probe_rows()) == []

    def test_a_later_verdict_replaces_the_judges_earlier_one(self, store: Store) -> None:
        """And leaves other judges' alone."""
        probe = a_probe("f1")
        store.record([asked(probe)], {})
        store.save_verdicts("match", {probe.id: WRONG})
        store.save_verdicts("other", {probe.id: WRONG})
        store.save_verdicts("match", {probe.id: RIGHT})
        rows = [(row["judge"], row["correct"]) for row in store.probe_rows()]
        assert rows == [("match", True), ("other", False)]

    def test_a_new_answer_to_a_probe_takes_the_old_verdict_away(self, store: Store) -> None:
        """A verdict is about a text."""
        probe = a_probe("f1")
        store.record([asked(probe, "ci", key="old")], {})
        store.save_verdicts("match", {probe.id: WRONG})
        store.record([asked(probe, "llew", key="new")], {})
        assert list(store.probe_rows()) == []
        assert [each.text for each in store.unjudged("match")] == ["llew"]

    def test_a_failure_is_no_answer(self, store: Store) -> None:
        """It is kept with its last message, and nobody judges it."""
        probe = a_probe("f1")
        store.record([], {probe.id: "out of memory"})
        store.record([], {probe.id: "out of order"})
        assert store.failures() == {probe.id: "out of order"}
        assert store.answered_probes() == {}
        assert store.unjudged("match") == []

    def test_an_answer_clears_the_failure(self, store: Store) -> None:
        """Of its probe only."""
        one, two = a_probe("f1"), a_probe("f2")
        store.record([], {one.id: "out of memory", two.id: "out of memory"})
        store.record([asked(one)], {})
        assert store.failures() == {two.id: "out of memory"}

    def test_a_batch_that_is_refused_leaves_no_trace(self, store: Store) -> None:
        """Not even the answers and failures that stood before what was refused."""
        kept = a_probe("f1")
        store.record([asked(kept, key="kept")], {})
        unknown_fact = a_probe("f999")
        with pytest.raises(IsoglotError):
            store.record(
                [asked(a_probe("f2"), key="lost"), asked(unknown_fact, key="refused")],
                {a_probe("f3").id: "out of memory"},
            )
        assert store.answered_probes() == {kept.id: "kept"}
        assert store.find_answers(["kept", "lost", "refused"]).keys() == {"kept"}
        assert store.failures() == {}

    def test_a_store_opened_again_holds_everything(
        self, store: Store, open_store: OpenStore
    ) -> None:
        """Closed or not: what was committed is there."""
        one, two, three = a_probe("f1"), a_probe("f2"), a_probe("f3")
        store.record([asked(one), asked(two)], {three.id: "out of memory"})
        store.save_verdicts("match", {one.id: RIGHT})
        for again in (open_store(), self._closed_and_opened(store, open_store)):
            assert again.facts().keys() == {"f1", "f2", "f3"}
            assert again.answered_probes().keys() == {one.id, two.id}
            assert again.failures() == {three.id: "out of memory"}
            assert [each.id for each in again.unjudged("match")] == [two.id]
            assert [row["fact"] for row in again.probe_rows()] == ["f1"]

    @staticmethod
    def _closed_and_opened(store: Store, open_store: OpenStore) -> Store:
        store.close()
        return open_store()

    def test_the_durations_of_all_sessions_add_up(self, open_store: OpenStore) -> None:
        """Each up to its last commit; a store that was only read from adds nothing."""
        first = open_store()
        first.begin_session()
        first.save_facts([a_fact("f1")])
        first.record([asked(a_probe("f1"))], {})
        lasted = first.seconds()
        second = open_store()
        assert second.seconds() == lasted
        second.begin_session()
        second.record([], {a_probe("f1", epoch=1).id: "out of memory"})
        assert second.seconds() > lasted > 0
