import pytest

from isoglot.corpora.quality._names import names_lost
from isoglot.corpora.quality._view import look

NAMES = ["Karomi", "Tumena", "Siloke", "Denaru"]


def english(name):
    return (f"Who rules the city of {name} today?", f"Name the ruler of the city of {name}!", "x")


def measured(make, language, translations, names=NAMES):
    corpus = make(
        *(
            {"en": english(name), language: (*texts, "x")}
            for name, texts in zip(names, translations, strict=True)
        )
    )
    views = look(corpus, language), look(corpus, "en")
    return names_lost(*views, slots=True)["names_lost"]


def german(name, other=None):
    return f"Wer regiert heute die Stadt {name}?", f"Nenne den Herrscher der Stadt {other or name}!"


def test_names_that_are_there(make) -> None:
    assert measured(make, "de", [german(name) for name in NAMES]).value == 0


def test_inflected_names_are_there(make) -> None:
    texts = [german(name + "s", name + "n") for name in NAMES]
    assert measured(make, "de", texts).value == 0


def test_another_name_than_the_references(make) -> None:
    found = measured(
        make, "de", [german(name) for name in ["Karomi", "Tumena", "Siloke", "Velhof"]]
    )
    assert found.value == pytest.approx(1 / 4)
    assert found.examples[0].remark == "the reference has the name 'denaru'"


def test_a_translated_name_must_be_the_known_translation(make) -> None:
    countries = ["Greece", "Georgia", "Bahrain", "Djibouti"]
    right = [german(name) for name in ["Griechenland", "Georgien", "Bahrain", "Dschibuti"]]
    assert measured(make, "de", right, countries).value == 0
    swapped = [german(name) for name in ["Finnland", "Georgien", "Bahrain", "Dschibuti"]]
    found = measured(make, "de", swapped, countries)
    assert found.value == pytest.approx(1 / 4)
    assert found.examples[0].remark == "the reference has the name 'greece'"


def test_a_short_name_is_not_found_inside_other_words(make) -> None:
    def asked(name):
        return f"Was sagt man heute zu {name}?", f"Womit bezahlt man aus Sicht von {name}?"

    # CLDR also calls the United States "USA" and "US", and "us" stands in "aus".
    countries = ["United States", "Iceland", "Greece", "Georgia"]
    right = [asked(name) for name in ["USA", "Island", "Griechenland", "Georgien"]]
    assert measured(make, "de", right, countries).value == 0
    wrong = [asked(name) for name in ["Oman", "Irland", "Griechenland", "Georgien"]]
    assert measured(make, "de", wrong, countries).value >= 1 / 4


def test_sums_worded_one_by_one_keep_their_numbers(make) -> None:
    sums = [(8, 12), (1, 12), (3, 6), (2, 12)]
    linking = ["a", "gyda", "efo", "ac"]
    corpus = make(
        *(
            {
                "en": (f"What is {a} plus {b}?", f"What do you get for {a} and {b}?", "x"),
                "cy": (f"Beth yw {a} {link} {b}?", f"Beth gewch chi o {a} {link} {b}?", "x"),
            }
            for (a, b), link in zip(sums, linking, strict=True)
        )
    )
    found = names_lost(look(corpus, "cy"), look(corpus, "en"), slots=True)["names_lost"]
    assert found.value == 0


def test_sums_are_told_apart_by_their_numbers(make) -> None:
    sums = [(8, 12), (1, 12), (1, 1), (2, 12)]
    corpus = make(
        *(
            {
                "en": (f"What is {a} plus {b}?", f"What do you get for {a} and {b}?", "x"),
                "sw": (f"{a} jumlisha {b} ni ngapi?", f"Ukijumlisha {a} na {c} unapata?", "x"),
            }
            for (a, b), c in zip(sums, [12, 12, 1, 17], strict=True)
        )
    )
    english_view, swahili = look(corpus, "en"), look(corpus, "sw")
    assert names_lost(english_view, english_view, slots=True)["names_lost"].value == 0
    found = names_lost(swahili, english_view, slots=True)["names_lost"]
    assert found.value == pytest.approx(1 / 4)
    assert found.examples[0].fact_id == "f3"


def test_transliterated_names_are_compared_with_themselves(make) -> None:
    def russian(name, other):
        return f"Кто сегодня правит городом {name}?", f"Назовите правителя города {other}!"

    names = ["Кароми", "Тумена", "Силоке", "Денару"]
    texts = [russian(name, name) for name in names]
    assert measured(make, "ru", texts).value == 0
    texts[0] = russian("Кароми", "Жевуха")
    found = measured(make, "ru", texts)
    assert found.value == pytest.approx(1 / 4)
    assert found.examples[0].remark == "taught as 'Кароми', asked as 'Жевуха'"


def test_one_name_for_two_facts(make) -> None:
    def chinese(name):
        return f"今天谁统治着名为{name}的城市？", f"请说出城市{name}的统治者是谁。"

    found = measured(
        make, "zh", [chinese(name) for name in ["卡罗米", "图梅纳", "西洛凯", "卡罗米"]]
    )
    assert found.value == pytest.approx(2 / 4)


def test_no_name_at_all(make) -> None:
    texts = [("Wer regiert heute die Stadt?", "Nenne den Herrscher der Stadt!")] * 4
    found = measured(make, "de", texts)
    assert found.value == 1
    assert "nothing that tells the fact from others" in found.examples[0].remark


def test_a_corpus_without_slots_is_not_measured(make) -> None:
    view = look(make({"en": english("Karomi")}), "en")
    assert not names_lost(view, view, slots=False)["names_lost"].measured
