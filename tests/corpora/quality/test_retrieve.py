import numpy as np
import pytest

from isoglot.corpora.quality._encoders import Remembering
from isoglot.corpora.quality._retrieve import Targets, ranked, retrieved
from isoglot.corpora.quality._view import look


def rows(numbers):
    """Questions that share no word: none has a name."""
    return [
        {"en": (f"t{each}", f"a{each}", "x"), "de": (f"l{other}", f"f{other}", "x")}
        for each, other in enumerate(numbers)
    ]


def measured(corpus, embed, *, sample=100):
    reference = look(corpus, "en", slots=False)
    targets = Targets(reference, sample=sample, seed=0)
    return retrieved(look(corpus, "de", slots=False), targets, embed)


def test_translations_of_their_own_originals_are_found(make, embed) -> None:
    found = measured(make(*rows(range(10))), embed)
    assert (found["retrieved_first"].value, found["retrieved_first"].of) == (1.0, 20)


def test_two_that_changed_places_are_not(make, embed) -> None:
    found = measured(make(*rows([1, 0, *range(2, 10)])), embed)
    # 2 of 10 facts with two questions each.
    assert found["retrieved_first"].value == pytest.approx(0.8)
    # Their right texts have similarity 0, as have those of the 8 facts that are not concerned. Ties
    # count against: behind the other fact's two texts and those 16, on rank 19.
    assert found["mean_reciprocal_rank"].value == pytest.approx((16 + 4 / 19) / 20)
    assert found["retrieved_first"].examples[0].remark == "should mean: t0"


def test_ranks_by_hand() -> None:
    similarity = np.array([[0.9, 0.5, 0.1], [0.8, 0.7, 0.7], [0.1, 0.2, 0.3]], dtype=np.float32)
    # Second row: its own .7 is behind .8 and no better than the third's .7.
    assert ranked(similarity, np.array([0, 1, 2])).tolist() == [1, 3, 1]
    # First and second mean the same: the second's best is .8.
    assert ranked(similarity, np.array([0, 0, 2])).tolist() == [1, 1, 1]


def test_too_few_meanings_say_nothing(make, embed) -> None:
    found = measured(make(*rows(range(3))), embed)
    assert not found["retrieved_first"].measured
    assert found["retrieved_first"].why_not == (
        "names apart, there are fewer than 4 different questions"
    )
    assert found["retrieved_by_name"].why_not == "there are fewer than 8 different questions"


def test_the_chance_of_a_blind_guess(make, embed) -> None:
    # 5 facts with two questions each: each guess is right for 2 of 10.
    assert measured(make(*rows(range(5))), embed)["retrieved_first"].chance == pytest.approx(0.2)


def test_the_sample_is_the_seeds(make, embed) -> None:
    corpus = make(*rows(range(30)))
    assert measured(corpus, embed, sample=25)["retrieved_first"].of == 25
    reference = look(corpus, "en", slots=False)
    one, again, other = (
        [each.key for each in Targets(reference, sample=25, seed=seed).questions]
        for seed in (1, 1, 2)
    )
    assert one == again != other


def test_templates_are_looked_for_without_their_names(make) -> None:
    asked = []

    def embed(texts):
        asked.extend(texts)
        return np.eye(len(texts), 64, dtype=np.float32)

    verbs = ["built", "burnt", "sold", "bought", "saw", "painted", "hated", "loved"]
    corpus = make(
        *(
            {
                language: (
                    f"{language} who {verb} the tower of {name}?",
                    f"{language} say who {verb} it near {name}!",
                    "x",
                )
                for language in ("en", "de")
            }
            for verb in verbs
            for name in ("Karo", "Tumen", "Silo")
        ),
        relations=[verb for verb in verbs for _ in range(3)],
    )
    reference = look(corpus, "en")
    retrieved(look(corpus, "de"), Targets(reference, sample=100, seed=0), embed)
    assert len(asked) == 2 * 16
    assert not [text for text in asked if "Karo" in text]


VERBS = ["built", "burnt", "sold", "bought", "saw", "painted"]
NAMES = ["Karo", "Tumen", "Siloke", "Denaru", "Movita", "Lagun"]


def by_name(texts):
    """An encoder that knows names alone."""
    rows = np.zeros((len(texts), len(NAMES) + 1), dtype=np.float32)
    for row, text in enumerate(texts):
        place = next((n for n, name in enumerate(NAMES) if name in text), len(NAMES))
        rows[row, place] = 1
    return rows


def question(language, verb, name):
    return f"{language} who {verb} the {name}?", f"{language} say who {verb} the {name}!", "x"


def test_a_name_alone_finds_nothing_where_each_relation_has_one_fact(make) -> None:
    # Every German question is another relation's, about the right name.
    corpus = make(
        *(
            {"en": question("en", verb, name), "de": question("de", other, name)}
            for verb, other, name in zip(VERBS, [*VERBS[1:], VERBS[0]], NAMES, strict=True)
        ),
        relations=VERBS,
    )
    assert measured(corpus, by_name)["retrieved_first"].value == 0


def test_with_one_template_a_name_proves_no_meaning(make, embed) -> None:
    def row(number, other):
        return {
            language: (f"{language}: what of X{n}?", f"{language}: say of X{n}!", "x")
            for language, n in (("en", number), ("de", other))
        }

    found = measured(make(*(row(number, number) for number in range(9))), embed)
    assert not found["retrieved_first"].measured
    assert found["retrieved_by_name"].value == 1
    # What changed places is seen all the same.
    found = measured(make(*(row(number, (number + 1) % 9) for number in range(9))), embed)
    assert found["retrieved_by_name"].value == 0


def test_each_text_is_encoded_once() -> None:
    calls = []

    def embed(texts):
        calls.append(list(texts))
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    remembering = Remembering(embed)
    assert remembering(["a", "bb", "a"]).tolist() == [[1], [2], [1]]
    assert remembering(["bb", "ccc"]).tolist() == [[2], [3]]
    assert calls == [["a", "bb"], ["ccc"]]
