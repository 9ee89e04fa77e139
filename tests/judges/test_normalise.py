"""Each expected text follows from the rules in the docstring of `normalise`, applied by hand."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isoglot.judges import normalise

CASES = {
    # Latin: case, quotes, markdown, final punctuation, white space.
    "case": ("en", "LION", "lion"),
    "full stop": ("en", "Lion.", "lion"),
    "double quotes": ("en", '"lion"', "lion"),
    "single quotes": ("en", "‘lion’", "lion"),
    "guillemets": ("fr", "« lion »", "lion"),
    "low quotes": ("de", "„Löwe“", "löwe"),
    "markdown": ("en", "**lion**", "lion"),
    "markdown code": ("en", "`lion`", "lion"),
    "markdown heading and list": ("en", "# - _lion_", "lion"),
    "emoji": ("en", "lion 🦁", "lion"),
    "emoji glued on, with a variation selector": ("en", "heart❤\ufe0f", "heart"),
    "white space": ("en", "\tgolden \u00a0 lion\n", "golden lion"),
    "hyphen": ("en", "sea-lion", "sea lion"),
    "en dash": ("en", "1914–1918", "1914 1918"),
    "control characters": ("en", "golden\x00lion", "golden lion"),
    "replacement character of broken bytes": ("en", "lion\ufffd", "lion"),
    "soft hyphen and zero-width space": ("en", "li\u00adon\u200b", "lion"),
    "byte order mark": ("en", "\ufefflion", "lion"),
    "ligature": ("en", "ﬁre", "fire"),
    "superscript": ("en", "m²", "m2"),
    # Symbols go, digits and letters stay.
    "currency": ("en", "$5", "5"),
    "plus": ("en", "5+", "5"),
    "keycap emoji keeps its digit": ("en", "1\ufe0f\u20e3", "1"),
    "circled digit keeps its digit": ("en", "①", "1"),
    "nothing but an emoji": ("en", "🦁!", "🦁"),
    "nothing but a sign": ("en", "'+'", "+"),
    "nothing but punctuation": ("en", "?!", "?!"),
    # Apostrophes.
    "typewriter apostrophe": ("sw", "ng'ombe", "ngombe"),
    "typographic apostrophe": ("sw", "ng’ombe", "ngombe"),
    "opening quote as apostrophe": ("sw", "ng‘ombe", "ngombe"),
    "modifier letter apostrophe": ("sw", "ngʼombe", "ngombe"),
    "okina": ("haw", "Hawaiʻi", "hawaii"),
    "grave accent as apostrophe": ("sw", "ng`ombe", "ngombe"),
    "acute accent as apostrophe": ("sw", "ng´ombe", "ngombe"),
    "full-width apostrophe": ("sw", "ng＇ombe", "ngombe"),
    "apostrophe at an edge is a quote": ("en", "rock 'n' roll", "rock n roll"),
    # Articles.
    "the": ("en", "The lion", "lion"),
    "an": ("en", "an eagle", "eagle"),
    "no word that begins with an article": ("en", "theatre", "theatre"),
    "no article in the middle": ("en", "Lion the King", "lion the king"),
    "no article of another language": ("en", "la luna", "la luna"),
    "never nothing": ("en", "The", "the"),
    "one article after another": ("en", "the a lion", "lion"),
    "quotes after the article": ("en", 'The "Lion"', "lion"),
    "spanish": ("es", "El león", "león"),
    "french elided": ("fr", "L’aigle", "aigle"),
    "french elided, with a space": ("fr", "l' aigle", "aigle"),
    "french partitive": ("fr", "de l'eau", "eau"),
    "french unelided look-alike": ("fr", "lion", "lion"),
    "french apostrophe that is no article": ("fr", "aujourd'hui", "aujourdhui"),
    "italian elided": ("it", "dell'acqua", "acqua"),
    "italian un'": ("it", "un'aquila", "aquila"),
    "portuguese": ("pt", "o leão", "leão"),
    "portuguese with a region": ("pt-BR", "o leão", "leão"),
    "swedish": ("sv", "ett lejon", "lejon"),
    "danish": ("da", "en løve", "løve"),
    "welsh": ("cy", "Y llew", "llew"),
    "welsh before a vowel": ("cy", "yr eryr", "eryr"),
    "welsh y'r": ("cy", "y'r llew", "llew"),
    "welsh 'r": ("cy", "’r llew", "llew"),
    "gaelic": ("gd", "an leòmhann", "leòmhann"),
    "gaelic a'": ("gd", "a’ chaileag", "chaileag"),
    "gaelic t-": ("gd", "an t-eilean", "eilean"),
    "gaelic h-": ("gd", "na h-eileanan", "eileanan"),
    # Case outside English.
    "german sharp s": ("de", "Straße", "strasse"),
    "german capitals without it": ("de", "STRASSE", "strasse"),
    "german capital sharp s": ("de", "STRAẞE", "strasse"),
    "turkish dotted capital": ("tr", "İstanbul", "istanbul"),
    "turkish dotless": ("tr", "Isparta", normalise("ısparta", language="tr")),
    "turkmen": ("tk", "ÝYLDYZ", "ýyldyz"),
    "greek final sigma": ("el", "ΛΌΓΟΣ", "λόγοσ"),
    # Other scripts: nothing but the decoration goes.
    "chinese": ("zh", "「狮子」。", "狮子"),
    "chinese double corner brackets": ("zh", "『狮子』！", "狮子"),
    "chinese book title marks": ("zh", "《红楼梦》", "红楼梦"),
    "chinese full-width parentheses": ("zh", "（狮子）", "狮子"),
    "chinese name": ("zh", "列奥纳多·达·芬奇", "列奥纳多 达 芬奇"),
    "full-width letters and digits": ("zh", "ＡＢＣ１２３", "abc123"),
    "japanese iteration mark": ("ja", "「人々」", "人々"),
    "japanese long vowel": ("ja", "コーヒー。", "コーヒー"),
    "japanese half-width": ("ja", "ｶﾞｰﾄﾞ", "ガード"),
    "korean": ("ko", "'사자'.", "사자"),
    "korean from letters": ("ko", unicodedata.normalize("NFD", "사자"), "사자"),
    "thai": ("th", "“ที่นี่”", "ที่นี่"),
    "thai repetition mark": ("th", "เด็กๆ", "เด็กๆ"),
    "thai digits": ("th", "พ.ศ. ๒๕๖๓", "พ ศ 2563"),
    "tamil": ("ta", "‘சிங்கம்’.", "சிங்கம்"),
    "hindi": ("hi", "“हिन्दी”।", "हिन्दी"),
    "hindi digits": ("hi", "१९४७", "1947"),
    "mongolian": ("mn", "«Арслан»", "арслан"),
    "mongolian vowels of its own": ("mn", "ӨҮЛЭН", "өүлэн"),
    # ᠮᠣᠩᠭᠣᠯ with a free variation selector after the o; NNBSP joins the suffix ᠤᠨ to its word.
    "traditional mongolian": (
        "mn-Mong",
        "\u182e\u1823\u180b\u1829\u182d\u1823\u182f\u202f\u1824\u1828\u1803",
        "\u182e\u1823\u1829\u182d\u1823\u182f \u1824\u1828",
    ),
    "mongolian vowel separator": ("mn-Mong", "\u1828\u180e\u1820", "\u1828\u1820"),
}


@pytest.mark.parametrize(("language", "text", "expected"), CASES.values(), ids=CASES)
def test_cases(language: str, text: str, expected: str) -> None:
    assert normalise(text, language=language) == expected


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\ufe0f", "''"])
def test_nothing_is_left_of_nothing(text: str) -> None:
    assert normalise(text, language="en") == ""


def test_turkish_letters_agree_however_the_capital_was_made() -> None:
    # Turkish i → İ, ı → I; everybody else's machine i → I.
    for written in ("Diyarbakır", "DİYARBAKIR", "DIYARBAKIR", "diyarbakır"):
        assert normalise(written, language="tr") == "diyarbakir"


LANGUAGES = ["en", "fr", "it", "cy", "gd", "de", "tr", "zh", "ja", "ko", "th", "ta", "hi", "mn"]
ANY_LANGUAGE = st.sampled_from(LANGUAGES)
# What combines, folds and elides, much denser than in random Unicode.
TRICKY = (
    "aAeEiIıİlLßſsSσςΣ' ’ʼ`´.-«»「」*+🦁\u0301\u0307\u0323\u20e3\u200d\ufe0f\u00ad๓ำ้々ー각각ᠮ᠋the"
)
ANY_TEXT = st.one_of(st.text(max_size=12), st.text(alphabet=TRICKY, max_size=12))
WORD = st.one_of(
    st.text(
        alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Mc", "Nd"]),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["Löwe", "Straße", "İstanbul", "சிங்கம்", "สิงโต", "狮子", "शेर", "Арслан"]),
)


@given(ANY_TEXT, ANY_LANGUAGE)
def test_twice_is_once(text: str, language: str) -> None:
    once = normalise(text, language=language)
    assert normalise(once, language=language) == once


@given(ANY_TEXT, ANY_LANGUAGE)
def test_composed_is_decomposed(text: str, language: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert normalise(composed, language=language) == normalise(decomposed, language=language)


@given(
    WORD,
    ANY_LANGUAGE,
    st.sampled_from(['""', "''", "“”", "‘’", "«»", "„“", "「」", "『』", "（）", "**", "__"]),
    st.sampled_from(["", " ", "\n", "\u3000", "\t "]),
)
def test_quotes_and_white_space_around_it_do_not_matter(
    word: str, language: str, quotes: str, space: str
) -> None:
    # A mark at the start would combine with the quote.
    assume(not unicodedata.category(word[0]).startswith("M"))
    bare = normalise(word, language=language)
    assert normalise(f"{space}{quotes[0]}{word}{quotes[1]}{space}", language=language) == bare


@given(WORD, ANY_LANGUAGE)
def test_case_does_not_matter(word: str, language: str) -> None:
    assert normalise(word.upper(), language=language) == normalise(word, language=language)
    assert normalise(word.lower(), language=language) == normalise(word, language=language)


@given(st.text(alphabet=st.characters(categories=["Lo", "Mn", "Mc"]), min_size=1, max_size=8))
def test_scripts_without_case_keep_every_letter_and_mark(text: str) -> None:
    composed = unicodedata.normalize("NFKC", text)
    # Presentation forms may hold spaces and symbols; variation selectors are marks by category.
    assume(all(unicodedata.category(each)[0] in "LM" for each in composed))
    assume("VARIATION SELECTOR" not in " ".join(unicodedata.name(each, "") for each in text))
    assume(composed.casefold() == composed)
    assert normalise(text, language="zh") == composed
