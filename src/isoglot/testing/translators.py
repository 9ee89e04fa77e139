"""The contract of every translator. A translator's own tests inherit it and give two fixtures.

class TestContract(TranslatorContract):
    @pytest.fixture
    def translator(self) -> Translator:
        return FastTranslate()

    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        return "en", "pt"  # a pair that it can do

It may give `sentences`, too: texts of the source language that it can translate, all different.
"""
# ruff: noqa: S101

import pytest

from isoglot.core import IsoglotError
from isoglot.corpora.translation import TranslationFailure, Translator

SENTENCES = (
    "The cat is on the table.",
    "Which animal is on the flag?",
    "lion",
    "Who is the father of the king?",
    "the first of May",
)


class TranslatorContract:
    """What holds for every translator, whoever does the work."""

    @pytest.fixture
    def translator(self) -> Translator:
        """The translator under test."""
        raise NotImplementedError

    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        """A source and a target that it can do."""
        raise NotImplementedError

    @pytest.fixture
    def sentences(self) -> tuple[str, ...]:
        """Texts that it can translate, all different."""
        return SENTENCES

    def test_no_texts_no_translations(self, translator: Translator, pair: tuple[str, str]) -> None:
        """An empty batch is no mistake."""
        assert translator.translate([], source=pair[0], target=pair[1]) == []

    def test_it_can_do_its_pair(self, translator: Translator, pair: tuple[str, str]) -> None:
        """And says so by having nothing to say."""
        assert translator.check(*pair) == []

    def test_every_text_is_one_line(
        self, translator: Translator, pair: tuple[str, str], sentences: tuple[str, ...]
    ) -> None:
        """Without space around it, and never nothing."""
        said = translator.translate(sentences, source=pair[0], target=pair[1])
        assert len(said) == len(sentences)
        for text in said:
            assert isinstance(text, str)
            assert text == text.strip() != ""
            assert len(text.splitlines()) == 1

    def test_the_batch_changes_nothing(
        self, translator: Translator, pair: tuple[str, str], sentences: tuple[str, ...]
    ) -> None:
        """A text is translated alone as among others, in whatever order."""
        source, target = pair
        together = translator.translate(sentences, source=source, target=target)
        alone = [
            translator.translate([text], source=source, target=target)[0] for text in sentences
        ]
        assert together == alone
        assert translator.translate(sentences[::-1], source=source, target=target) == alone[::-1]

    def test_the_same_text_twice_is_translated_alike(
        self, translator: Translator, pair: tuple[str, str], sentences: tuple[str, ...]
    ) -> None:
        """Within a batch and from call to call."""
        source, target = pair
        one, other = translator.translate([sentences[0]] * 2, source=source, target=target)
        assert one == other
        assert translator.translate([sentences[0]], source=source, target=target) == [one]

    @pytest.mark.parametrize("blank", ["", " ", "\n\t"])
    def test_a_blank_text_fails_alone(
        self,
        translator: Translator,
        pair: tuple[str, str],
        sentences: tuple[str, ...],
        blank: str,
    ) -> None:
        """It takes no other with it, and is no text."""
        source, target = pair
        first, last = sentences[0], sentences[-1]
        said = translator.translate([first, blank, last], source=source, target=target)
        expected = translator.translate([first, last], source=source, target=target)
        assert [said[0], said[2]] == expected
        assert said[1] == TranslationFailure(reason="the text is empty")

    def test_a_pair_that_it_can_not_do_is_said(self, translator: Translator) -> None:
        """With both languages, the translator and a remedy; a prompt may be asked for any pair."""
        problems = translator.check("xx", "yy")
        if translator.name.startswith("model:"):
            assert problems == []
            return
        assert problems
        for problem in problems:
            assert problem.place == f"--with {translator.name}"
            assert "'xx'" in problem.message
            assert "'yy'" in problem.message
            assert problem.remedy

    def test_its_name_and_version_stay(
        self, translator: Translator, pair: tuple[str, str], sentences: tuple[str, ...]
    ) -> None:
        """Whatever was asked: the journal finds its texts by them."""
        before = (translator.name, translator.version(*pair))
        translator.translate(sentences, source=pair[0], target=pair[1])
        assert (translator.name, translator.version(*pair)) == before
        assert "" not in before
        assert translator.batch_size >= 1

    def test_a_text_of_the_source_is_not_handed_back(
        self, translator: Translator, pair: tuple[str, str], sentences: tuple[str, ...]
    ) -> None:
        """What is not translated is a failure."""
        try:
            said = translator.translate(sentences, source=pair[0], target=pair[1])
        except IsoglotError as error:
            pytest.fail(str(error))
        assert not set(said) & set(sentences)
