from importlib.resources import files

import pytest
import yaml

from isoglot.judges import normalise

LISTED = yaml.safe_load(
    files("isoglot.judges").joinpath("data/articles.yaml").read_text(encoding="utf-8")
)
WORDS = [(language, word) for language, kinds in LISTED.items() for word in kinds["words"]]
ELIDED = [
    (language, word) for language, kinds in LISTED.items() for word in kinds.get("elided", ())
]


def test_every_language_with_articles_that_the_instrument_ships_is_there() -> None:
    assert {"en", "es", "fr", "it", "pt", "sv", "da", "cy", "gd"} <= set(LISTED)


@pytest.mark.parametrize(("language", "article"), WORDS)
def test_a_listed_article_goes_and_is_never_all_there_is(language: str, article: str) -> None:
    # "Qo" begins with no article and is none, in any language.
    assert normalise(f"{article.title()} Qo", language=language) == "qo"
    # Of an article of two words ("an t-"), alone, the first may go.
    assert normalise(article, language=language) in (article, article.split()[-1])


@pytest.mark.parametrize(("language", "article"), ELIDED)
@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "' "])
def test_a_listed_elided_article_goes(language: str, article: str, apostrophe: str) -> None:
    assert normalise(f"{article}{apostrophe}Qo", language=language) == "qo"


def test_a_word_that_begins_with_an_elided_article_stays() -> None:
    # "L'" is an article, "l" at the start of a word is not.
    assert normalise("leone", language="it") == "leone"
    assert normalise("unico", language="it") == "unico"
