import pytest

from isoglot.corpora.quality._encoders import py3langid_identifier
from isoglot.corpora.quality._identify import identified
from isoglot.corpora.quality._view import look


def measured(corpus, language, identify):
    return identified(look(corpus, language, slots=False), identify, seed=0)


def test_shares_by_hand(make, identify) -> None:
    # Four different questions: de, de, en, and one that both facts share, which counts once.
    corpus = make(
        {"de": ("de: a", "de: b", "x")},
        {"de": ("en: c", "de: a", "y")},
        {"de": ("xx: d", "de: a", "z")},
    )
    found = measured(corpus, "de", identify)
    assert found["identified"].value == pytest.approx(2 / 4)
    assert found["identified"].of == 4
    assert [example.remark for example in found["identified"].examples].count("taken for 'en'") == 1


def test_a_near_relative_is_right_alone_but_not_in_a_group(make, identify) -> None:
    found = measured(make({"no": ("da: a", "da: b", "x")}), "no", identify)
    assert found["identified"].value == 1
    assert found["near_relative"].value == 1
    assert found["identified_together"].value == 0


def test_other_codes_of_the_same_language_are_right_everywhere(make, identify) -> None:
    for language, said in (("no", "nn"), ("ms", "id")):
        found = measured(make({language: (f"{said}: a", f"{said}: b", "x")}), language, identify)
        assert [found[name].value for name in found] == [1, 0, 1]


def test_a_language_the_tool_does_not_know_is_not_measured(make, identify) -> None:
    found = measured(make({"zu": ("zu: a", "zu: b", "x")}), "zu", identify)
    assert all(not each.measured for each in found.values())
    assert found["identified"].why_not == "the tool does not know Zulu"


def test_names_are_taken_out(make) -> None:
    # Five German words around a long foreign name, which alone would be taken for another language.
    names = ["Przybyszewska", "Szczebrzeszyn", "Krzysztofowicz"]
    corpus = make(
        *(
            {
                "de": (
                    f"Welches Tier steht auf der Fahne der Stadt {name}?",
                    f"Wer regiert die Stadt {name} heute?",
                    "x",
                )
            }
            for name in names
        )
    )
    found = identified(look(corpus, "de"), py3langid_identifier(), seed=0)
    assert (found["identified"].value, found["identified"].of) == (1.0, 2)


def test_the_tool_knows_all_shipped_languages() -> None:
    from isoglot.core import known_languages

    # The file of relatives and the weak languages rest on it.
    assert set(known_languages()) <= py3langid_identifier().languages
