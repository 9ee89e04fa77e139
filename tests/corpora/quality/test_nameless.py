import pytest

from isoglot.corpora.quality._nameless import Nameless
from isoglot.corpora.quality._view import look


def without_names(make, language, *rows):
    corpus = make(*rows, relations=[f"r{number}" for number in range(len(rows))])
    nameless = Nameless(look(corpus, "en", slots=False))
    view = look(corpus, language, slots=False)
    return [nameless.text(view, each.fact_id, each.text) for each in view.questions]


STATUE = ("What does the statue called Reruna wear?", "Reruna is a statue. In which clothes?", "x")
TALE = ("Who is the hero of the tale called Vunire?", "Whom does the tale Vunire praise?", "x")


def test_a_name_is_what_has_a_capital_in_both_questions(make) -> None:
    assert without_names(make, "en", {"en": STATUE}, {"en": TALE}) == [
        "What does the statue called {name} wear?",
        "{name} is a statue. In which clothes?",
        "Who is the hero of the tale called {name}?",
        "Whom does the tale {name} praise?",
    ]


def test_names_of_several_words_and_numbers(make) -> None:
    row = (
        "What is it that lies near the New Bridge 17?",
        "The New Bridge 17 is very near to what?",
        "x",
    )
    assert without_names(make, "en", {"en": row}) == [
        "What is it that lies near the {name}?",
        "The {name} is very near to what?",
    ]


def test_questions_without_names_stay(make) -> None:
    row = ("What is the weight of gold?", "How heavy is gold in Paris?", "x")
    assert without_names(make, "en", {"en": row}) == list(row[:2])


@pytest.mark.parametrize(
    ("language", "mine", "bare"),
    [
        # The same script: the name as it is copied, inflected or with a prefix. German nouns stay.
        ("de", "Was trägt die Statue Rerunas?", "Was trägt die Statue {name}?"),
        ("zu", "Isithombe sika-Reruna sigqokeni?", "Isithombe sika-{name} sigqokeni?"),
        ("ru", "Что надето на статуе Реруны?", "Что надето на статуе {name}?"),
    ],
)
def test_names_in_translations(make, language, mine, bare) -> None:
    other = {"ru": "Скажи мне, во что одета каменная Реруна?"}.get(language, "Reruna?")
    rows = [{"en": STATUE, language: (mine, other, "x")}, {"en": TALE, language: ("a b", "c", "x")}]
    assert without_names(make, language, *rows)[0] == bare


def of_reference(make, language, *texts):
    rows = [{language: (*both, "x")} for both in texts]
    corpus = make(*rows, relations=[f"r{number}" for number in range(len(rows))])
    view = look(corpus, language, slots=False)
    nameless = Nameless(view)
    return [nameless.text(view, each.fact_id, each.text) for each in view.questions]


def test_scripts_without_capitals_go_by_what_is_rare(make) -> None:
    found = of_reference(
        make,
        "hi",
        ("रेरुना ने क्या पहना है", "रेरुना के कपड़े क्या है"),
        ("वुनिरे का नायक कौन है", "वुनिरे के लोग क्या है"),
    )
    assert found[0] == "{name} ने क्या पहना है"


def test_scripts_without_spaces_go_by_what_both_share(make) -> None:
    found = of_reference(
        make, "zh", ("雷鲁纳穿着什么？", "谁给雷鲁纳做了衣服？"), ("武尼雷讲谁？", "谁在武尼雷里？")
    )
    assert found[0] == "{name}穿着什么？"


def test_where_nouns_have_capitals_these_say_nothing(make) -> None:
    found = of_reference(
        make,
        "de",
        ("Was trägt die Statue Reruna am Körper?", "Welche Kleidung hat Reruna?"),
        ("Wer ist der Held im Märchen Vunire?", "Wen preist das Volk im Märchen Vunire?"),
    )
    assert found[0] == "Was trägt die Statue {name} am Körper?"


def test_a_question_asked_twice_has_no_rare_words(make) -> None:
    assert of_reference(make, "hi", ("सोने का भार", "सोने का भार"))[0] == "सोने का भार"


def test_translations_without_capitals_stay(make) -> None:
    rows = [{"en": STATUE, "hi": ("रेरुना ने क्या पहना है", "रेरुना के कपड़े", "x")}, {"en": TALE}]
    assert without_names(make, "hi", *rows)[0] == "रेरुना ने क्या पहना है"


def test_what_opens_both_questions_is_a_name_where_most_facts_have_one_there(make) -> None:
    named = [
        (f"{name} is known for having {thing}?", f"{name} was praised for {thing}?")
        for name, thing in (("Karo", "what"), ("Tumen", "which"), ("Siloke", "whom"))
    ]
    assert of_reference(make, "en", *named)[0] == "{name} is known for having what?"
    asked = [("Who wrote the song?", "Who is it by?"), ("When was it?", "In which year?")]
    assert of_reference(make, "en", *asked, ("Where is it?", "In which place?"))[0] == asked[0][0]
