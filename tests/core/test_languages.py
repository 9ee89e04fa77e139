import re
from importlib.resources import files

import pytest

from isoglot.core import (
    TIERS,
    InputError,
    Language,
    Tier,
    UnknownLanguageError,
    by_tier,
    get_language,
    known_languages,
    language_value,
    parse_yaml,
)


def test_a_language_has_names_script_family_and_tier() -> None:
    assert get_language("zh") == Language(
        code="zh",
        name="Chinese",
        own_name="中文",
        script="Hans",
        family="Sino-Tibetan",
        tier="high",
        tier_source="LNewKnow, 19-language version",
        aliases=(
            "zh-cn",
            "zh-hans",
            "zh-hans-cn",
            "cmn",
            "simplified chinese",
            "mandarin",
        ),
    )
    assert get_language("cy").aliases == ()


# LNewKnow's 19-language version: seven of the high tier, five of the medium one, seven of the low.
LNEWKNOW = {
    "high": {"en", "zh", "ja", "fr", "es", "it", "pt"},
    "medium": {"sv", "ko", "da", "th", "hi"},
    "low": {"ta", "mn", "cy", "sw", "tk", "gd", "zu"},
}
# The ten beside them, sorted by their shares of Common Crawl.
OTHERS = {
    "high": {"de", "nl", "ru", "pl"},
    "medium": {"no", "bg", "sl", "bn"},
    "low": {"ms", "is"},
}


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_says_where_it_comes_from(tier: Tier) -> None:
    by_source: dict[str, set[str]] = {}
    for language in known_languages().values():
        if language.tier == tier:
            by_source.setdefault(language.tier_source, set()).add(language.code)
    assert by_source == {
        "LNewKnow, 19-language version": LNEWKNOW[tier],
        "share of Common Crawl pages, lines at 1% and 0.1%": OTHERS[tier],
    }


def test_languages_are_listed_from_the_high_tier_to_the_low() -> None:
    tiers = [language.tier for language in known_languages().values()]
    assert tiers == ["high"] * 11 + ["medium"] * 9 + ["low"] * 9


def test_within_a_tier_languages_keep_the_order_of_the_file() -> None:
    text = files("isoglot.core").joinpath("data/languages.yaml").read_text(encoding="utf-8")
    listed = re.findall(r"code: '?(\w+)", text)
    assert len(listed) == len(set(listed)) == 29
    assert by_tier(listed) == list(known_languages())


def test_what_one_language_is_called_no_other_is() -> None:
    called = [name for language in known_languages().values() for name in set(language.names)]
    assert sorted(called) == sorted(set(called))


def test_every_code_is_its_own_languages_key() -> None:
    assert all(code == language.code for code, language in known_languages().items())
    assert {language.tier for language in known_languages().values()} == set(TIERS)


def test_by_tier_sorts_by_tier_and_keeps_the_given_order_within() -> None:
    # low: zu, cy; high: es, en; medium: th.
    assert by_tier(["zu", "es", "th", "cy", "en"]) == ["es", "en", "th", "zu", "cy"]
    assert by_tier(("cy", "zu")) == ["cy", "zu"]
    assert by_tier([]) == []


def test_by_tier_refuses_what_it_does_not_know() -> None:
    with pytest.raises(UnknownLanguageError, match="'xx' is not a known language"):
        by_tier(["en", "xx"])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("zh-cn", "zh"),
        ("zh-CN", "zh"),
        ("zh_Hans_CN", "zh"),
        ("cmn", "zh"),
        ("simplified chinese", "zh"),
        ("Simplified Chinese", "zh"),
        ("中文", "zh"),
        ("nb", "no"),
        ("Norwegian Bokmål", "no"),
        ("NO", "no"),
        ("Welsh", "cy"),
        ("CYMRAEG", "cy"),
        ("scottish gaelic", "gd"),
        ("Gàidhlig", "gd"),
        ("русский", "ru"),
        ("РУССКИЙ", "ru"),
        ("pt-BR", "pt"),
        ("kiswahili", "sw"),
        ("zsm", "ms"),
    ],
)
def test_a_language_may_be_called_by_an_alias_or_a_name(said: str, code: str) -> None:
    assert get_language(said).code == code


@pytest.mark.parametrize("code", list(known_languages()))
def test_whatever_a_language_is_called_it_is_the_same(code: str) -> None:
    language = known_languages()[code]
    assert language.names[0] == code
    for name in language.names:
        for said in (name, name.upper(), name.replace("-", "_")):
            assert get_language(said) is language


@pytest.mark.parametrize(("value", "language"), [(False, "no"), ("no", "no"), ("en", "en")])
def test_the_bare_code_of_norwegian_is_a_truth_value_in_yaml(value: object, language: str) -> None:
    assert language_value(value) == language
    assert parse_yaml("no") is False


@pytest.mark.parametrize("value", [True, 0, None, 1.5])
def test_no_other_value_is_made_a_language(value: object) -> None:
    assert language_value(value) is value


@pytest.mark.parametrize(
    ("wrong", "guess"),
    [
        ("cym", "cy"),  # two of three letters
        ("swa", "sw"),
        ("zh-tw", "zh"),
        ("en-us", "en"),
        ("deu", "de"),
        ("wels", "cy"),
        ("germn", "de"),
    ],
)
def test_an_unknown_code_gets_a_guess(wrong: str, guess: str) -> None:
    expected = (
        f"languages: {wrong!r} is not a known language; did you mean {guess!r}? "
        "see: isoglot languages"
    )
    with pytest.raises(UnknownLanguageError, match=f"^{re.escape(expected)}$"):
        get_language(wrong)


@pytest.mark.parametrize("wrong", ["qqqqqq", "czech", "irish"])
def test_without_anything_near_there_is_no_guess(wrong: str) -> None:
    expected = f"study.yaml: {wrong!r} is not a known language; see: isoglot languages"
    with pytest.raises(UnknownLanguageError, match=f"^{re.escape(expected)}$"):
        get_language(wrong, place="study.yaml")


@pytest.mark.parametrize("builtin", [KeyError, ValueError, InputError])
def test_an_unknown_language_is_also_a_builtin_error(builtin: type[Exception]) -> None:
    with pytest.raises(builtin, match="'xx' is not a known language"):
        get_language("xx")
