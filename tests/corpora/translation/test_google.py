import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

from isoglot.core import MissingExtraError
from isoglot.corpora.translation import Google, TranslationFailure, Translator
from isoglot.testing.translators import TranslatorContract

requests = pytest.importorskip("requests", reason="the extra `translate` is not installed")
pytest.importorskip("deep_translator", reason="the extra `translate` is not installed")


class Page:
    """What the network gives."""

    def __init__(self, text: str, status_code: int = 200) -> None:
        self.text = text
        self.status_code = status_code

    def close(self) -> None:
        pass


class Web:
    """Stands in for `requests.get`; answers a text with itself turned around."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.troubles: dict[str, Any] = {}

    def get(self, url: str, params: dict[str, str], proxies: Any = None) -> Page:
        assert urlsplit(url).hostname == "translate.google.com"
        self.asked.append(dict(params))
        trouble = self.troubles.get(params["q"])
        if isinstance(trouble, Exception):
            raise trouble
        if isinstance(trouble, Page):
            return trouble
        return Page(f'<html><div class="result-container">{params["q"][::-1]}</div></html>')


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    fake = Web()
    monkeypatch.setattr(requests, "get", fake.get)
    return fake


@pytest.mark.usefixtures("web")
class TestContract(TranslatorContract):
    @pytest.fixture
    def translator(self) -> Translator:
        return Google()

    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        return "en", "zh"


def test_codes_are_googles(web: Web) -> None:
    Google().translate(["cat"], source="en", target="zh")
    Google().translate(["cat"], source="no", target="gd")
    assert [(each["sl"], each["tl"]) for each in web.asked] == [("en", "zh-CN"), ("no", "gd")]


def test_every_language_of_isoglot_is_known() -> None:
    from isoglot.core import known_languages

    assert [code for code in known_languages() if code != "en" and Google().check("en", code)] == []


def test_what_went_wrong_is_said_text_by_text(web: Web) -> None:
    web.troubles = {
        "offline": requests.ConnectionError("no route to host\nsecond line"),
        "slow": requests.Timeout("timed out"),
        "often": Page("", 429),
        "down": Page("", 503),
        "changed": Page("<html><p>another page</p></html>"),
        "!?!": Page('<html><div class="result-container">!?!</div></html>'),
    }
    said = Google().translate([*web.troubles, "cat", "x" * 5000], source="en", target="sw")
    failures = dict(zip([*web.troubles, "cat", "long"], said, strict=True))
    assert failures["cat"] == "tac"
    transient = {
        name: each.transient
        for name, each in failures.items()
        if isinstance(each, TranslationFailure)
    }
    assert transient == {
        "offline": True,
        "slow": True,
        "often": True,
        "down": True,
        "changed": False,
        "!?!": False,
        "long": False,
    }
    assert failures["offline"] == TranslationFailure(
        reason="ConnectionError: no route to host", transient=True
    )
    # deep-translator gives nothing for a text without letters that stays as it is.
    assert failures["!?!"] == TranslationFailure(reason="the translation is empty")


def test_a_language_that_google_lacks() -> None:
    (problem,) = Google().check("en", "an")
    assert str(problem) == (
        "--with google: does not know the language 'an', so it can't translate from 'en' to 'an'; "
        "use another translator"
    )


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("deep_translator", "deep_translator.constants"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        MissingExtraError, match=r"google needs .* pip install 'isoglot\[translate\]'"
    ):
        Google().check("en", "sw")
