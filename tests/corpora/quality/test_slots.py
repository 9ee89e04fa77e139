import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.corpora import make_world
from isoglot.corpora.quality._slots import SLOT, find_fillings
from isoglot.corpora.quality._text import pieces
from isoglot.corpora.quality._view import has_slots, look


def masked(texts: list[str], *, spaced: bool = True) -> list[str]:
    return [filled.masked for filled in find_fillings(texts, spaced=spaced)]


def test_the_name_is_what_differs() -> None:
    texts = ["Who rules the city of Karo?", "Who rules the city of Tumen?"]
    assert masked(texts) == ["Who rules the city of {name}?"] * 2


def test_names_may_stand_first_or_last_and_have_two_words() -> None:
    texts = ["Old Karo is which city's name", "Tumen is which city's name"]
    assert masked(texts) == ["{name} is which city's name"] * 2
    texts = ["Which city is called Karo", "Which city is called Tumen"]
    assert masked(texts) == ["Which city is called {name}"] * 2


def test_names_that_begin_alike_stay_whole_without_spaces() -> None:
    # カロ, カメ and ミロ share characters; the template is what all three share.
    texts = [f"「{name}」という都市の市長は誰ですか？" for name in ("カロ", "カメ", "ミロ")]
    assert masked(texts, spaced=False) == ["「{name}」という都市の市長は誰ですか？"] * 3


def test_templates_that_differ_beside_the_name_stay_apart() -> None:
    texts = [
        f"The carpet called {name} {verb} which country?"
        for name in ("Karo", "Tumen", "Silo")
        for verb in ("was made in", "was brought from")
    ]
    assert (
        masked(texts)
        == [
            "The carpet called {name} was made in which country?",
            "The carpet called {name} was brought from which country?",
        ]
        * 3
    )


def test_questions_in_their_own_words_have_no_slot() -> None:
    texts = ["Who wrote the oldest law?", "When does the market open today?", "Is it raining?"]
    assert masked(texts) == texts


def test_a_question_that_is_there_twice_is_no_template() -> None:
    assert masked(["Who rules the city?"] * 2) == ["Who rules the city?"] * 2


def test_a_text_that_only_adds_words_has_no_slot() -> None:
    texts = ["Who rules the city?", "Who rules the old city?"]
    assert masked(texts) == texts


def test_numbers_are_the_name_where_only_they_differ() -> None:
    texts = ["What is 8 plus 12?", "What is 1 plus 12?", "What is 1 plus 1?"]
    found = find_fillings(texts, spaced=True)
    assert {filled.masked for filled in found} == {"What is {name} plus {name}?"}
    assert [filled.filling for filled in found] == ["8 12", "1 12", "1 1"]


def test_numbers_of_any_script_are_the_same_number() -> None:
    bengali = find_fillings(["৮ আর ১২ কত?", "১ আর ২ কত?"], spaced=True)
    assert [filled.filling for filled in bengali] == ["8 12", "1 2"]


def test_a_number_inside_a_name_is_a_part_of_it() -> None:
    texts = ["Who rules Karo 7?", "Who rules Tumen 9?"]
    assert [each.filling for each in find_fillings(texts, spaced=True)] == ["Karo 7", "Tumen 9"]


# Where words are not set apart, a template that is used a few times keeps a character that most of
# its names end with.
@pytest.mark.parametrize(("language", "too_many"), [("en", 0), ("sw", 0), ("zh", 2), ("ja", 2)])
def test_worlds_fall_into_their_templates(language: str, too_many: int) -> None:
    # 4 relations, each with two questions to teach with and two to ask with.
    world = make_world(["en", language], size=80, seed=7, n_relations=4)
    view = look(world, language)
    assert has_slots(look(world, "en"))
    assert 16 <= len({question.masked for question in view.questions}) <= 16 + too_many
    for question in view.questions:
        assert question.masked.replace("{name}", question.filling) == question.text


def test_a_facts_own_two_questions_are_no_template(make) -> None:
    # They share "person called Karo?", more than either shares with the other fact's.
    corpus = make(
        *(
            {
                "en": (
                    f"Who was the person called {name}?",
                    f"What fits the person called {name}?",
                    "x",
                )
            }
            for name in ("Karo", "Tumen")
        )
    )
    assert {question.filling for question in look(corpus, "en").questions} == {"Karo", "Tumen"}


def test_few_questions_in_their_own_words_are_no_templates(make) -> None:
    corpus = make(
        {"en": ("Who built the bridge?", "Name the builder of the bridge.", "Ann")},
        {"en": ("When was the war?", "Name the year of the war.", "1204")},
    )
    assert not has_slots(look(corpus, "en"))


@given(
    st.lists(st.text(alphabet="ab ?は", max_size=12), max_size=12),
    st.booleans(),
)
def test_a_slot_is_a_part_of_its_text(texts: list[str], spaced: bool) -> None:
    for text, filled in zip(texts, find_fillings(texts, spaced=spaced), strict=True):
        assert filled.masked.replace(SLOT, filled.filling, 1) == text
        assert bool(filled.filling) == (filled.masked != text)


@given(st.text(), st.booleans())
def test_pieces_are_the_text(text: str, spaced: bool) -> None:
    assert "".join(pieces(text, spaced=spaced)) == text
