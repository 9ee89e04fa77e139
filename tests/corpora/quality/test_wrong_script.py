import pytest

from isoglot.corpora.quality._data import scripts
from isoglot.corpora.quality._scripts import wrong_letters, wrong_script
from isoglot.corpora.quality._view import look


@pytest.mark.parametrize(
    ("text", "script", "expected"),
    [
        ("Кто это?", "Cyrl", ""),
        ("Кто нашёл ДНК или DNA в этом старом доме?", "Cyrl", ""),  # 3 of 32 letters
        ("Кто it is?", "Cyrl", "4 of 7 letters are Latin"),
        ("Кто нашёл этот старый дoм на берегу?", "Cyrl", "'дoм' mixes Cyrillic and Latin"),
        ("Who is it, Δ?", "Latn", "'Δ' is Greek"),
        ("これは「カー」ですか。", "Jpan", ""),
        ("これはＣＤですか。", "Jpan", "2 of 8 letters are Latin"),  # full width
        ("这是か什么？", "Hans", "'か' is Hiragana"),
        ("이것은 DNA인가요 아니면 다른 무엇인가요?", "Kore", ""),
        ("12 + 3?", "Thai", ""),
    ],
)
def test_wrong_letters(text: str, script: str, expected: str) -> None:
    assert wrong_letters(text, scripts()[script].letters) == expected


def test_questions_and_answers_count_and_names_do_not(make) -> None:
    corpus = make(
        *(
            {
                "ru": (
                    f"Кто правит городом {name} сегодня?",
                    f"Назовите правителя города {name}!",
                    answer,
                )
            }
            for name, answer in (("Karo", "лев"), ("Tumen", "dog"), ("Silo", "кот"))
        )
    )
    found = wrong_script(look(corpus, "ru"))["wrong_script"]
    # Two templates and three answers, one of them in Latin letters.
    assert (found.value, found.of) == (pytest.approx(1 / 5), 5)
    assert found.examples[0].text == "dog"
