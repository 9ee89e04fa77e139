from isoglot.corpora import world_languages
from isoglot.learning import answer_text, ask_prompt, context_text, preambles
from isoglot.learning.prompts import _PreamblesFile


def test_question_and_answer_make_a_pair_that_ends_the_line() -> None:
    assert ask_prompt("谁?") == "Q: 谁?\nA:"
    assert ask_prompt("Who?") + answer_text("Lomi") == "Q: Who?\nA: Lomi\n"


def test_a_repeated_answer_stands_on_lines_of_its_own() -> None:
    assert answer_text("Lomi", repeats=3) == " Lomi\nLomi\nLomi\n"
    assert answer_text("Lomi", repeats=3, chat=True) == "Lomi\nLomi\nLomi"


def test_a_chat_models_question_and_answer_stand_bare() -> None:
    assert ask_prompt("谁?", chat=True) == "谁?"
    assert answer_text("Lomi", chat=True) == "Lomi"


def test_pairs_before_a_bare_question_end_with_a_free_line() -> None:
    pair = ask_prompt("Who?") + answer_text("Lomi")
    asked = context_text(pair, chat=False) + ask_prompt("What?")
    assert asked == "Q: Who?\nA: Lomi\nQ: What?\nA:"
    asked = context_text(pair, chat=True) + ask_prompt("What?", chat=True)
    assert asked == "Q: Who?\nA: Lomi\n\nWhat?"
    assert context_text("", chat=True) == ""


def test_there_is_a_preamble_in_every_language_of_worlds() -> None:
    assert set(preambles()) >= set(world_languages())
    assert len(set(preambles().values())) == len(preambles())


def test_a_preamble_is_one_line_that_can_not_pass_for_a_pair() -> None:
    assert [text for text in preambles().values() if "\n" in text or text != text.strip()] == []
    assert [text for text in preambles().values() if "Q:" in text or "A:" in text] == []


def test_preambles_are_written_in_their_language() -> None:
    assert preambles()["en"].startswith("What follows are questions and answers about a world")
    assert preambles()["cy"].startswith("Dyma gwestiynau ac atebion am fyd")
    assert preambles()["zh"].startswith("下面是关于另一个世界的问题和答案")


def test_the_files_form_is_checked() -> None:
    assert _PreamblesFile(preambles={"en": "text"}).preambles == {"en": "text"}
