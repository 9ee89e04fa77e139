"""Languages that a user adds with files named in ISOGLOT_LANGUAGES."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.core import InputError, UnknownLanguageError, by_tier, get_language, known_languages

UseFile = Callable[..., Path]

BASQUE = (
    "{code: eu, name: Basque, own_name: euskara, script: Latn, family: Isolate, tier: low, "
    "tier_source: share, aliases: [eus, baskisch]}"
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UseFile:
    """Writes a file and names it in the variable, behind those written before."""
    named: list[str] = []

    def write(text: str | bytes, name: str = "own.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        named.append(str(path))
        monkeypatch.setenv("ISOGLOT_LANGUAGES", os.pathsep.join(named))
        return path

    return write


def test_a_file_adds_a_language_behind_those_of_its_tier(own: UseFile) -> None:
    before = list(known_languages())
    own(f"tier_sources: {{share: counted}}\nlanguages: [{BASQUE}]\n")
    assert list(known_languages()) == [*before, "eu"]  # it is of the last tier
    basque = get_language("euskara")
    assert (basque.code, basque.script, basque.tier) == ("eu", "Latn", "low")
    assert basque.tier_source == "counted"
    assert get_language("Baskisch") is get_language("eus") is basque
    assert by_tier(["eu", "th", "en"]) == ["en", "th", "eu"]


def test_a_tier_source_may_be_written_out(own: UseFile) -> None:
    own(f"languages: [{BASQUE}]\n")
    assert get_language("eu").tier_source == "share"


def test_a_file_replaces_the_entry_with_its_code_in_its_place(own: UseFile) -> None:
    before = list(known_languages())
    own(
        "languages: [{code: fr, name: Quebec French, own_name: français, script: Latn, "
        "family: Indo-European, tier: medium, tier_source: mine}]\n"
    )
    assert get_language("fr").name == "Quebec French"
    with pytest.raises(UnknownLanguageError, match="'French' is not a known language"):
        get_language("French")
    # In the file French stands before every language of the medium tier.
    others = [code for code in before if code != "fr"]
    medium = others.index("sv")
    assert list(known_languages()) == [*others[:medium], "fr", *others[medium:]]


@pytest.mark.parametrize("code", ["no", "'no'", '"no"'])
def test_norwegian_needs_no_quotes(own: UseFile, code: str) -> None:
    own(
        f"languages:\n  - {{code: {code}, name: Nynorsk, own_name: nynorsk, script: Latn, "
        "family: Indo-European, tier: low, tier_source: mine}\n"
    )
    assert get_language("no").name == "Nynorsk"
    assert by_tier(["no", "en"]) == ["en", "no"]


def test_of_several_files_the_last_one_wins(own: UseFile) -> None:
    one, two = (BASQUE.replace("Basque", name) for name in ("One", "Two"))
    own(f"languages: [{one}]\n", "one.yaml")
    own(f"languages: [{two}]\n", "two.yaml")
    assert get_language("eu").name == "Two"


def test_an_empty_place_in_the_list_names_no_file(
    own: UseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own(f"languages: [{BASQUE}]\n")
    monkeypatch.setenv("ISOGLOT_LANGUAGES", f"{os.pathsep}{path}{os.pathsep}")
    assert get_language("eu").name == "Basque"


def test_a_mark_and_windows_line_ends_do_no_harm(own: UseFile) -> None:
    own(b"\xef\xbb\xbflanguages:\r\n  - " + BASQUE.encode() + b"\r\n")
    assert get_language("eu").own_name == "euskara"


def test_without_the_variable_only_the_shipped_ones_are_known(
    own: UseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(f"languages: [{BASQUE}]\n")
    assert "eu" in known_languages()
    monkeypatch.delenv("ISOGLOT_LANGUAGES")
    assert "eu" not in known_languages()


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        # The bracket that is opened in the first line is missed where the text ends.
        ("languages: [\n", ["P, line 2, column 1: is not YAML; mend it there"]),
        ("a: b: c\n", ["P, line 1, column 5: is not YAML; mend it there"]),
        ("languages: 2024-13-45\n", ["P: is not YAML; mend it there"]),
        (
            "",
            [
                "P: languages: Input should be a valid dictionary or instance of _LanguagesFile; "
                "write it as in docs/languages.md"
            ],
        ),
        (
            "langauges: []\n",
            [
                "P: languages: Field required; write it as in docs/languages.md",
                "P: langauges: Extra inputs are not permitted; write it as in docs/languages.md",
            ],
        ),
        (
            "languages: [eu]\n",
            [
                "P: languages, number 1: Input should be a valid dictionary or instance of "
                "Language; write it as in docs/languages.md"
            ],
        ),
        (
            f"languages: [{BASQUE.replace('low', 'lowest').replace('family: Isolate, ', '')}]\n",
            [
                "P: languages, number 1, family: Field required; write it as in docs/languages.md",
                "P: languages, number 1, tier: Input should be 'high', 'medium' or 'low'; "
                "write it as in docs/languages.md",
            ],
        ),
    ],
)
def test_a_wrong_file_is_explained(own: UseFile, text: str, problems: list[str]) -> None:
    path = own(text)
    with pytest.raises(InputError, match=r"own\.yaml") as caught:
        known_languages()
    said = [str(each).replace(str(path), "P") for each in caught.value.problems]
    assert sorted(said) == sorted(problems)


def test_a_file_in_another_encoding_is_refused_with_its_place(own: UseFile) -> None:
    path = own("languages:\n  - {own_name: español}\n".encode("latin-1"))
    # In "  - {own_name: español}" the ñ is the 20th letter.
    expected = f"{path}, line 2, column 20: is not UTF-8 text (byte 0xf1); save it as UTF-8"
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        known_languages()


def test_a_file_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nowhere.yaml"
    monkeypatch.setenv("ISOGLOT_LANGUAGES", str(path))
    expected = f"{path}: can't be read (no such file or directory); check the path"
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        get_language("en")
