import re

import pytest

from isoglot.core import (
    TIERS,
    InputError,
    Language,
    UnknownLanguageError,
    by_tier,
    get_language,
    known_languages,
)


def test_a_language_has_names_script_family_and_tier() -> None:
    assert get_language("cy") == Language(
        code="cy",
        name="Welsh",
        own_name="Cymraeg",
        script="Latn",
        family="Indo-European",
        tier="low",
    )


def test_the_nineteen_languages_of_lnewknow_are_known() -> None:
    codes = ["en", "zh", "ja", "fr", "es", "it", "pt", "sv", "ko", "da", "th", "hi"]
    assert sorted(known_languages()) == sorted([*codes, "ta", "mn", "cy", "sw", "tk", "gd", "zu"])


def test_languages_are_listed_from_the_high_tier_to_the_low() -> None:
    tiers = [language.tier for language in known_languages().values()]
    # LNewKnow's 19-language version: seven high, five medium, seven low.
    assert tiers == ["high"] * 7 + ["medium"] * 5 + ["low"] * 7


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
    ("wrong", "guess"),
    [
        ("cym", "cy"),  # two of three letters
        ("Welsh", "cy"),  # the name instead of the code
        ("scottish gaelic", "gd"),
        ("swa", "sw"),
    ],
)
def test_an_unknown_code_gets_a_guess(wrong: str, guess: str) -> None:
    expected = (
        f"languages: {wrong!r} is not a known language; did you mean {guess!r}? "
        "see: isoglot languages"
    )
    with pytest.raises(UnknownLanguageError, match=f"^{re.escape(expected)}$"):
        get_language(wrong)


def test_without_anything_near_there_is_no_guess() -> None:
    expected = "study.yaml: 'qqqqqq' is not a known language; see: isoglot languages"
    with pytest.raises(UnknownLanguageError, match=f"^{re.escape(expected)}$"):
        get_language("qqqqqq", place="study.yaml")


@pytest.mark.parametrize("builtin", [KeyError, ValueError, InputError])
def test_an_unknown_language_is_also_a_builtin_error(builtin: type[Exception]) -> None:
    with pytest.raises(builtin, match="'xx' is not a known language"):
        get_language("xx")
