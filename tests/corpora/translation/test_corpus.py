from pathlib import Path
from typing import Any

import pytest
from fakes import Fake, a_corpus, a_fact, a_text

from isoglot.core import Corpus, FactText, InputError, ModelError, Wording
from isoglot.corpora.translation import (
    FailedText,
    Patience,
    TranslatedCorpus,
    TranslationFailure,
    TranslationProgress,
    translate_corpus,
)

BUSY = TranslationFailure(reason="busy", transient=True)
WRONG = TranslationFailure(reason="wrong")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl.translations.jsonl"


def _translate(
    corpus: Corpus, journal: Path, fake: Fake | None = None, **changes: Any
) -> TranslatedCorpus:
    options: dict[str, Any] = {"source": "en", "targets": ["sw"], "sleep": lambda seconds: None}
    return translate_corpus(
        corpus, translator=fake or Fake(), journal=journal, **{**options, **changes}
    )


class TestFacts:
    def test_everything_but_the_aliases_is_translated(self, journal: Path) -> None:
        corpus = _translate(a_corpus(a_fact(1)), journal).corpus
        assert corpus.languages == ("en", "sw")
        assert corpus.facts[0].texts == {
            "en": a_text(1),
            "sw": FactText(
                teach="sw: teach 1?",
                ask="sw: ask 1?",
                answer=Wording(text="sw: answer 1"),
                rival=Wording(text="sw: rival 1"),
            ),
        }

    def test_a_fact_without_a_rival_gets_none(self, journal: Path) -> None:
        corpus = _translate(a_corpus(a_fact(1, en=a_text(1, rival=False))), journal).corpus
        assert corpus.facts[0].texts["sw"].rival is None

    def test_what_is_there_is_kept(self, journal: Path) -> None:
        there = a_text(7)
        corpus = a_corpus(
            a_fact(1, en=a_text(1), sw=there, es=a_text(8)),
            a_fact(2),
            languages=("en", "sw", "es"),
        )
        fake = Fake()
        translated = _translate(corpus, journal, fake)
        assert translated.corpus.languages == ("en", "sw", "es")
        assert translated.corpus.facts[0] == corpus.facts[0]
        assert translated.corpus.facts[1].texts["sw"].teach == "sw: teach 2?"
        assert not any("1" in text for call in fake.calls for text in call)

    def test_several_targets_come_in_the_order_asked_for(self, journal: Path) -> None:
        translated = _translate(a_corpus(a_fact(1)), journal, targets=["zu", "sw", "zu"])
        assert translated.corpus.languages == ("en", "zu", "sw")
        assert [report.language for report in translated.reports] == ["zu", "sw"]
        assert translated.corpus.facts[0].texts["zu"].ask == "zu: ask 1?"

    def test_another_source(self, journal: Path) -> None:
        corpus = a_corpus(a_fact(1, en=a_text(1), es=a_text(2)), languages=("en", "es"))
        assert _translate(corpus, journal, source="es").corpus.facts[0].texts["sw"].teach == (
            "sw: teach 2?"
        )

    def test_a_fact_without_the_source_is_named(self, journal: Path) -> None:
        corpus = a_corpus(a_fact(1), a_fact(2, es=a_text(2)), languages=("en", "es"))
        translated = _translate(corpus, journal)
        (report,) = translated.reports
        assert (report.facts, report.complete, report.without_source) == (2, 1, ("f2",))
        assert "sw" not in translated.corpus.facts[1].texts


class TestFailures:
    def test_no_fact_is_translated_by_half(self, journal: Path) -> None:
        for part in ("teach 1?", "ask 1?", "answer 1", "rival 1"):
            fake = Fake(lambda text, call, part=part: WRONG if text == part else None, name=part)
            translated = _translate(a_corpus(a_fact(1), a_fact(2)), journal, fake)
            assert [set(fact.texts) for fact in translated.corpus.facts] == [{"en"}, {"en", "sw"}]
            (report,) = translated.reports
            assert report.failures == (FailedText(text=part, reason="wrong", facts=("f1",)),)
            assert (report.complete, report.reasons()) == (1, {"wrong": 1})
            assert translated.corpus.missing() == {"sw": ["f1"]}

    def test_a_language_that_no_fact_has_is_not_in_the_corpus(self, journal: Path) -> None:
        translated = _translate(a_corpus(a_fact(1)), journal, Fake(lambda text, call: WRONG))
        assert translated.corpus == a_corpus(a_fact(1))

    def test_the_commonest_reason_comes_first(self, journal: Path) -> None:
        rare = TranslationFailure(reason="rare")
        fake = Fake(lambda text, call: rare if text == "teach 1?" else WRONG)
        (report,) = _translate(a_corpus(a_fact(1)), journal, fake).reports
        assert list(report.reasons().items()) == [("wrong", 3), ("rare", 1)]

    def test_a_shared_text_names_all_its_facts(self, journal: Path) -> None:
        facts = [a_fact(number, en=a_text(number, word="lion")) for number in (1, 2)]
        fake = Fake(lambda text, call: WRONG if text == "lion" else None)
        (report,) = _translate(a_corpus(*facts), journal, fake).reports
        assert report.failures == (FailedText(text="lion", reason="wrong", facts=("f1", "f2")),)

    def test_a_translator_that_is_down_is_left_alone_after_two_batches(self, journal: Path) -> None:
        corpus = a_corpus(*(a_fact(number) for number in range(5)))
        fake = Fake(lambda text, call: BUSY)
        (report,) = _translate(corpus, journal, fake, patience=Patience(attempts=3)).reports
        # 20 texts are 5 batches; 2 of them are tried, each 3 times.
        assert len(fake.calls) == 6
        assert report.reasons() == {"not tried: busy": 12, "busy": 8}
        assert len(journal.read_text().splitlines()) == 8

    def test_one_bad_batch_does_not_stop_the_rest(self, journal: Path) -> None:
        corpus = a_corpus(*(a_fact(number) for number in range(5)))
        fake = Fake(lambda text, call: BUSY if text.split()[1][0] in "024" else None)
        (report,) = _translate(corpus, journal, fake, patience=Patience(attempts=1)).reports
        assert (report.complete, report.reasons()) == (2, {"busy": 12})


class TestGoingOn:
    def test_finished_texts_cost_nothing(self, journal: Path) -> None:
        corpus = a_corpus(a_fact(1), a_fact(2))
        first = _translate(corpus, journal)
        fake = Fake()
        again = _translate(corpus, journal, fake)
        assert (again.corpus, fake.calls) == (first.corpus, [])
        assert [first.reports[0].reused, again.reports[0].reused] == [0, 8]

    def test_failures_are_tried_again_and_only_they(self, journal: Path) -> None:
        corpus = a_corpus(a_fact(1), a_fact(2))
        _translate(corpus, journal, Fake(lambda text, call: WRONG if text == "ask 2?" else None))
        fake = Fake()
        assert _translate(corpus, journal, fake).reports[0].complete == 2
        assert fake.calls == [["ask 2?"]]

    def test_another_translator_or_version_starts_afresh(self, journal: Path) -> None:
        corpus = a_corpus(a_fact(1))
        _translate(corpus, journal)
        for other in (Fake(name="other"), Fake(version="2")):
            _translate(corpus, journal, other)
            assert len(other.calls) == 1

    def test_the_version_may_be_the_pairs(self, journal: Path) -> None:
        class Pairs(Fake):
            def version(self, source: str, target: str) -> str:
                return "2" if target == "zu" else "1"

        corpus = a_corpus(a_fact(1))
        _translate(corpus, journal, targets=["sw", "zu"])
        swahili, zulu = _translate(corpus, journal, Pairs(), targets=["sw", "zu"]).reports
        assert (swahili.reused, zulu.reused) == (4, 0)

    def test_an_interruption_keeps_what_was_translated(self, journal: Path) -> None:
        def interrupt(text: str, call: int) -> None:
            if call == 3:
                raise KeyboardInterrupt

        corpus = a_corpus(a_fact(1), a_fact(2), a_fact(3))
        with pytest.raises(KeyboardInterrupt):
            _translate(corpus, journal, Fake(interrupt))
        fake = Fake()
        (report,) = _translate(corpus, journal, fake).reports
        # 12 texts in batches of 4: two batches were done.
        assert (report.reused, report.complete) == (8, 3)
        assert fake.calls == [["teach 3?", "ask 3?", "answer 3", "rival 3"]]

    def test_equal_texts_are_translated_once(self, journal: Path) -> None:
        facts = [a_fact(number, en=a_text(number, word="lion")) for number in range(3)]
        fake = Fake()
        _translate(a_corpus(*facts), journal, fake)
        texts = [text for call in fake.calls for text in call]
        assert texts.count("lion") == 1
        assert len(texts) == len(set(texts)) == 10


class TestProgress:
    def test_it_counts_texts_over_all_targets(self, journal: Path) -> None:
        corpus = a_corpus(a_fact(1), a_fact(2))
        _translate(corpus, journal)
        seen: list[TranslationProgress] = []
        fake = Fake(lambda text, call: WRONG if text == "ask 2?" else None)
        _translate(corpus, journal, fake, targets=["sw", "zu"], on_progress=seen.append)
        # 8 texts a language; those of Swahili are in the journal.
        assert [(each.language, each.done, each.total, each.failed) for each in seen] == [
            ("sw", 8, 16, 0),
            ("zu", 8, 16, 0),
            ("zu", 12, 16, 0),
            ("zu", 16, 16, 1),
        ]


class TestWrongInput:
    def test_all_that_is_wrong_is_said_and_nothing_written(self, journal: Path) -> None:
        with pytest.raises(InputError) as caught:
            _translate(a_corpus(a_fact(1)), journal, source="es", targets=["xx", "es", "ja"])
        source, unknown, same, pair = (str(problem) for problem in caught.value.problems)
        assert source == "--from: the corpus 'c' has no language 'es'; it has: en"
        assert unknown.startswith("--to: 'xx' is not a known language")
        assert same == (
            "--to: 'es' is the language to translate from; leave it out, or give another --from"
        )
        assert pair == "--with fake: can't; use another"
        assert not journal.exists()

    def test_a_model_that_can_not_be_had_leaves_no_files(self, journal: Path) -> None:
        class Gone(Fake):
            def version(self, source: str, target: str) -> str:
                raise ModelError("fake: is gone")

        with pytest.raises(ModelError, match="fake: is gone"):
            _translate(a_corpus(a_fact(1)), journal, Gone())
        assert list(journal.parent.iterdir()) == []

    def test_an_alias_is_the_language(self, journal: Path) -> None:
        translated = _translate(a_corpus(a_fact(1)), journal, targets=["swahili", "sw"])
        assert translated.corpus.languages == ("en", "sw")
