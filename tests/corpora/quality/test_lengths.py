import pytest

from isoglot.corpora.quality._lengths import lengths
from isoglot.corpora.quality._view import look


def measured(corpus, language):
    return lengths(look(corpus, language, slots=False), look(corpus, "en", slots=False))


def test_what_is_far_from_the_median_is_an_outlier(make) -> None:
    # Ratios .5 (five questions) and .2 (one): the median is .5, and .2 is .4 of it.
    corpus = make(
        {"en": ("a" * 20, "b" * 20, "x"), "ja": ("か" * 10, "き" * 10, "x")},
        {"en": ("c" * 20, "d" * 20, "x"), "ja": ("く" * 10, "け" * 10, "x")},
        {"en": ("e" * 20, "f" * 20, "x"), "ja": ("こ" * 10, "さ" * 4, "x")},
    )
    found = measured(corpus, "ja")
    assert found["length_outliers"].value == pytest.approx(1 / 6)
    assert found["length_outliers"].examples[0].fact_id == "f2"
    # .42 is usual for Japanese.
    assert found["length_norm"].value == pytest.approx(0.5 / 0.42)


def test_a_short_question_may_take_twice_as_many_letters(make) -> None:
    """The ratio is 1; one question of 20 letters takes 45 in the language, another 60."""
    corpus = make(
        {"en": ("a" * 40, "b" * 40, "x"), "de": ("c" * 40, "d" * 40, "x")},
        {"en": ("e" * 20, "f" * 40, "x"), "de": ("g" * 45, "h" * 40, "x")},
        {"en": ("i" * 20, "j" * 40, "x"), "de": ("k" * 60, "l" * 40, "x")},
    )
    found = measured(corpus, "de")["length_outliers"]
    assert found.value == pytest.approx(1 / 6)
    assert found.examples[0].fact_id == "f2"


def test_all_cut_in_the_middle_shows_against_what_is_usual(make) -> None:
    corpus = make({"en": ("a" * 40, "b" * 40, "x"), "de": ("c" * 20, "d" * 20, "x")})
    found = measured(corpus, "de")
    assert found["length_outliers"].value == 0
    assert found["length_norm"].value == pytest.approx(0.5 / 1.14)


def test_nothing_to_hold_against_is_not_measured(make) -> None:
    corpus = make({"en": ("a", "b", "x")}, {"de": ("c", "d", "x")})
    assert not measured(corpus, "de")["length_outliers"].measured
