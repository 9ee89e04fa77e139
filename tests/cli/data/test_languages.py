"""Languages in the value of an option: one way to read them, whatever the command."""

import pytest

from isoglot.cli.data._languages import listed_languages
from isoglot.core import InputError


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("en", ["en"]),
        ("en,sw", ["en", "sw"]),
        ("en,sw,", ["en", "sw"]),
        (" sw ,, Welsh,zh-cn", ["sw", "cy", "zh"]),
        # No YAML reads it: Norwegian is no truth value.
        ("no,nb", ["no"]),
        ("cy,en,Welsh,cy", ["cy", "en"]),
    ],
)
def test_they_are_codes_each_once(text: str, codes: list[str]) -> None:
    assert listed_languages(text, place="--to") == codes


def test_all_that_are_unknown_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        listed_languages("qqq,en,cym,qqq", place="--to")
    assert [str(each) for each in caught.value.problems] == [
        "--to: 'qqq' is not a known language; see: isoglot languages",
        "--to: 'cym' is not a known language; did you mean 'cy'? see: isoglot languages",
    ]


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_none_at_all_is_an_error(text: str) -> None:
    with pytest.raises(InputError) as caught:
        listed_languages(text, place="--to")
    assert str(caught.value) == f"--to: {text!r} names no language; write them as in --to en,sw"
