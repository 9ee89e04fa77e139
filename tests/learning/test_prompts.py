from isoglot.corpora import world_languages
from isoglot.learning import answer_text, ask_prompt, preambles
from isoglot.learning.prompts import _PreamblesFile


def test_question_and_answer_make_a_pair_that_ends_the_line() -> None:
    assert ask_prompt("谁?") == "Q: 谁?\nA:"
    assert ask_prompt("Who?") + answer_text("Lomi") == "Q: Who?\nA: Lomi\n"


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
