import pytest
from pydantic import ValidationError

from isoglot.core import Corpus, Fact, FactText, Wording


def _text(answer: str) -> FactText:
    return FactText(
        teach="teach?",
        ask="ask?",
        answer=Wording(text=answer, aliases=(f"{answer}s",)),
        rival=Wording(text="rival"),
    )


def _fact(fact_id: str, *languages: str) -> Fact:
    return Fact(
        id=fact_id,
        relation="flag",
        texts={language: _text(f"lion-{language}") for language in languages},
    )


def test_the_forms_of_a_wording_begin_with_the_citation_form() -> None:
    assert Wording(text="lion", aliases=("lions", "the lion")).forms == (
        "lion",
        "lions",
        "the lion",
    )
    assert Wording(text="lion").forms == ("lion",)


def test_a_fact_gives_its_answers_by_language() -> None:
    assert _fact("f1", "en", "cy").answers() == {
        "en": Wording(text="lion-en", aliases=("lion-ens",)),
        "cy": Wording(text="lion-cy", aliases=("lion-cys",)),
    }


def test_a_corpus_may_use_fewer_languages_than_its_facts_have() -> None:
    corpus = Corpus(name="c", languages=("en",), facts=(_fact("f1", "en", "cy"),))
    assert [fact.id for fact in corpus.facts] == ["f1"]


def test_what_a_corpus_lacks_is_named_by_language() -> None:
    corpus = Corpus(
        name="c",
        languages=("zh", "en", "cy"),
        facts=(_fact("f1", "en", "cy", "zh"), _fact("f2", "en"), _fact("f3", "zh", "en")),
    )
    # English is complete, and so it is not there at all.
    assert corpus.missing() == {"zh": ["f2"], "cy": ["f2", "f3"]}


def test_a_parallel_corpus_lacks_nothing() -> None:
    corpus = Corpus(name="c", languages=("en",), facts=(_fact("f1", "en", "cy"), _fact("f2", "en")))
    assert corpus.missing() == {}


def test_a_fact_may_have_no_rival() -> None:
    text = FactText(teach="teach?", ask="ask?", answer=Wording(text="lion"))
    assert text.rival is None
    assert FactText.model_validate(text.model_dump()) == text


def test_no_two_facts_have_the_same_id() -> None:
    with pytest.raises(ValidationError, match="corpus 'c' has two facts with the same id"):
        Corpus(name="c", languages=("en",), facts=(_fact("f1", "en"), _fact("f1", "en")))


def test_a_record_is_frozen() -> None:
    with pytest.raises(ValidationError, match="Instance is frozen"):
        _fact("f1", "en").id = "f2"  # type: ignore[misc]


def test_a_record_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Wording(text="lion", alias=("lions",))  # type: ignore[call-arg]
