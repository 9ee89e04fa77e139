import pytest

from isoglot.corpora.quality import _copies
from isoglot.corpora.quality._copies import near_duplicates, repeated, untranslated
from isoglot.corpora.quality._view import look


def both(corpus, measure, *, slots=False):
    return measure(look(corpus, "de", slots=slots), look(corpus, "en", slots=slots))


def test_left_in_the_reference_language(make) -> None:
    corpus = make(
        {"en": ("Who is it?", "Say who!", "Radio"), "de": ("who is it", "Sag wer!", "radio")},
        {"en": ("What is it?", "Say what!", "dog"), "de": ("Was ist das?", "Sag was!", "Hund")},
        {"en": ("Where?", "Say where!", "7"), "de": ("Wo?", "Sag wo!", "7")},
    )
    found = both(corpus, untranslated)
    assert found["untranslated"].value == pytest.approx(1 / 6)
    # Digits are no sign: of two answers in words one is the same.
    assert (found["untranslated_answers"].value, found["untranslated_answers"].of) == (0.5, 2)


def test_one_question_for_two(make) -> None:
    corpus = make(
        {"en": ("Which bank?", "Say which bank!", "x"), "de": ("Welche Bank?", "Sag es!", "y")},
        {"en": ("Which bench?", "Say which bench!", "x"), "de": ("Welche Bank?", "Sag sie!", "y")},
    )
    found = both(corpus, repeated)["repeated"]
    # Three different German questions, one of which stands for two.
    assert found.value == pytest.approx(1 / 3)
    assert found.examples[0].remark == "stands for: which bank; which bench"


def test_two_answers_that_became_one(make) -> None:
    corpus = make(
        {"en": ("a", "b", "bench"), "de": ("c", "d", "Bank")},
        {"en": ("e", "f", "bank"), "de": ("g", "h", "Bank")},
        {"en": ("i", "j", "dog"), "de": ("k", "l", "Hund")},
    )
    assert both(corpus, repeated)["repeated_answers"].value == pytest.approx(1 / 2)


def test_a_lost_paraphrase_is_no_repeated_question(make) -> None:
    corpus = make(
        {"en": ("Who?", "Say who!", "x"), "de": ("Wer?", "wer", "y")},
        {"en": ("Where?", "where", "x"), "de": ("Wo?", "wo", "y")},
    )
    found = both(corpus, repeated)
    # The second is lost in the reference, too, and none of the translation's faults.
    assert found["paraphrase_lost"].value == pytest.approx(1 / 2)
    assert found["repeated"].value == 0


def test_facts_that_say_the_same(make) -> None:
    corpus = make(
        {"en": ("Who built the old bridge of the town?", "a", "x")},
        {"en": ("Who built the old bridge of the town", "b", "y")},
        {"en": ("Who built bridge 12 in the middle of the old town?", "c", "x")},
        {"en": ("Who built bridge 13 in the middle of the old town?", "d", "y")},
    )
    found = near_duplicates(look(corpus, "en", slots=False), seed=0)
    assert [(each.fact_id, each.remark) for each in found.examples] == [("f1", "as in f0")]
    assert found.value == pytest.approx(1 / 4)


def test_with_names_only_the_same_name_is_the_same_fact(make) -> None:
    names = ["Karo", "Karoo", "Tumen", "Karo"]
    corpus = make(
        *(
            {"en": (f"Who rules {name} in the north?", f"Say: {number}", "x")}
            for number, name in enumerate(names)
        )
    )
    found = near_duplicates(look(corpus, "en"), seed=0)
    assert [(each.fact_id, each.remark) for each in found.examples] == [("f3", "as in f0")]


def test_of_very_many_questions_some_are_compared(make, monkeypatch) -> None:
    monkeypatch.setattr(_copies, "_MOST_COMPARED", 20)
    # Of every two facts the second says what the first says.
    corpus = make(*({"en": (chr(97 + number // 2) * 9, "a", "x")} for number in range(40)))
    found = near_duplicates(look(corpus, "en", slots=False), seed=0)
    assert found.of == 20
    # Each of those found stands for two.
    assert found.value == pytest.approx(len(found.examples) * 2 / 40)
    assert all(int(each.fact_id[1:]) % 2 for each in found.examples)
    assert 0 < len(found.examples) < 20


def words(pairs):
    return [{"en": ("a", "b", one), "de": ("c", "d", other)} for one, other in pairs]


SAME = [(word, word) for word in ("dog", "cat", "owl", "bee", "cow", "pig", "hen", "fox")]


def test_names_and_digits_are_no_words_left_in_english(make) -> None:
    corpus = make(*words([*SAME[:7], ("bear", "Bär"), ("Ghana", "Ghana"), ("12", "12")]))
    found = both(corpus, untranslated)["untranslated_words"]
    assert (found.value, found.of) == (7 / 8, 8)


def test_few_words_may_all_be_loanwords(make) -> None:
    found = both(make(*words(SAME[:7])), untranslated)["untranslated_words"]
    assert found.why_not == "fewer than 8 answers are no names"


def test_near_relatives_have_words_in_common(make) -> None:
    corpus = make(*({"no": ("a", "b", one), "da": ("c", "d", other)} for one, other in SAME))
    found = untranslated(look(corpus, "da", slots=False), look(corpus, "no", slots=False))
    assert found["untranslated_words"].why_not == "near relatives have many words in common"
