"""Leading articles, by language, from `data/articles.yaml`."""

import re
from functools import cache
from importlib.resources import files

from pydantic import RootModel

from isoglot.core import Record, parse_yaml


class _Articles(Record):
    words: tuple[str, ...] = ()
    elided: tuple[str, ...] = ()


class _ArticlesFile(RootModel[dict[str, _Articles]]):
    pass


def strip_articles(text: str, *, language: str) -> str:
    """The text without the articles at its start; never nothing.

    Args:
        text: Folded and trimmed, with single spaces, and ' as the only apostrophe.
        language: A language code; a language without articles in the file has none.
    """
    pattern = _patterns().get(language.split("-")[0])
    # Until nothing changes, so that what is stripped once cannot be stripped again.
    while pattern and (article := pattern.match(text)):
        text = text[article.end() :]
    return text


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = files("isoglot.judges").joinpath("data/articles.yaml").read_text(encoding="utf-8")
    listed = _ArticlesFile.model_validate(parse_yaml(text)).root
    return {language: _pattern(articles) for language, articles in listed.items()}


def _pattern(articles: _Articles) -> re.Pattern[str]:
    # An article ends in a space or an apostrophe, and in trimmed text a word comes after either: so
    # a text that is nothing but an article is left alone.
    words = [f"{re.escape(word)} " for word in articles.words]
    elided = [f"{re.escape(word)}[' ]" for word in articles.elided]
    return re.compile("|".join(sorted(words + elided, key=len, reverse=True)))
