from collections.abc import Sequence

import pytest

from isoglot.corpora.translation import (
    Model,
    TranslationFailure,
    Translator,
    translation_prompt,
)
from isoglot.testing.translators import TranslatorContract

PROMPT = "English: Where is {text}?\nSwahili:"


def turned(prompts: Sequence[str]) -> list[str | TranslationFailure]:
    """A model that writes the sentence backwards, a space before and a remark below."""
    sentences = [prompt.split("English: ")[1].split("\n")[0] for prompt in prompts]
    return [f" {sentence[::-1]} \nThat was easy." for sentence in sentences]


class TestContract(TranslatorContract):
    @pytest.fixture
    def translator(self) -> Translator:
        return Model("scripted/turned", ask=turned)

    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        return "en", "sw"


def test_the_prompt_names_both_languages_in_english() -> None:
    assert translation_prompt("Where is {text}?", source="en", target="sw") == PROMPT


def test_a_text_may_hold_what_looks_like_a_slot() -> None:
    assert "English: {target} {source}\nSwahili:" in translation_prompt(
        "{target} {source}", source="en", target="sw"
    )


def test_a_text_is_one_line_of_the_prompt() -> None:
    assert "English: one two\nSwahili:" in translation_prompt("one\ntwo", source="en", target="sw")


def test_failures_and_empty_answers_stay_with_their_texts() -> None:
    out_of_order = TranslationFailure(reason="out of order")
    asked: list[str] = []

    def ask(prompts: Sequence[str]) -> list[str | TranslationFailure]:
        asked.extend(prompts)
        return [out_of_order, " \n ", "simba"]

    said = Model("m", ask=ask).translate(["a", " ", "b", "c"], source="en", target="sw")
    assert said == [
        out_of_order,
        TranslationFailure(reason="the text is empty"),
        TranslationFailure(reason="the translation is empty"),
        "simba",
    ]
    assert len(asked) == 3


def test_its_version_is_the_models_and_the_prompts() -> None:
    one, other = (Model("m", ask=turned, fingerprint=lambda it=it: it) for it in ("abc", "abd"))
    assert one.name == other.name == "model:m"
    said = one.version("en", "sw")
    assert said.startswith("abc prompt ")
    assert said.removeprefix("abc") == other.version("en", "sw").removeprefix("abd")
    assert Model("m", ask=turned).version("en", "sw") == said.removeprefix("abc ")


def test_the_models_fingerprint_is_not_asked_for_before_the_version() -> None:
    asked: list[str] = []

    def fingerprint() -> str:
        asked.append("x")
        return "x"

    model = Model("m", ask=turned, fingerprint=fingerprint)
    model.translate(["a"], source="en", target="sw")
    assert asked == []
    assert model.version("en", "sw").startswith("x prompt ")
