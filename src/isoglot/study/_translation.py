"""How well a study's facts are translated, where that was checked: shown beside its results.

A gap that is a bad translation is no gap of the model.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from isoglot.core import InputError, Record
from isoglot.corpora.formats import FileSource, read_facts
from isoglot.study._facts import FactsSpec


class Translation(Record):
    """What `isoglot data check` made of a language of a corpus.

    Attributes:
        verdict: Whether the language can be relied on, should be looked at, or can't be used.
        reasons: Why, a sentence each.
    """

    verdict: Literal["good", "check", "bad"]
    reasons: tuple[str, ...] = ()


def known_translation(facts: FactsSpec) -> Mapping[str, Translation]:
    """The check of a study's facts, by language; empty where they were not checked.

    Generated facts come with the check of the data that they are made from. A file's check is the
    one that lies beside it, if it is of the facts that are in the file now.
    """
    if facts.world is not None:
        return _shipped("world")
    if facts.knowledge is not None:
        return _shipped("knowledge")
    return _beside(facts.file) if facts.file is not None else {}


def _shipped(kind: str) -> Mapping[str, Translation]:
    path = files("isoglot.corpora").joinpath(f"data/quality/{kind}.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    return {code: Translation.model_validate(each) for code, each in content.items()}


def _beside(source: FileSource) -> Mapping[str, Translation]:
    from isoglot.corpora.quality import CorpusCheck, check_path, corpus_fingerprint

    path = check_path(Path(source.path))
    if not path.is_file():
        return {}
    try:
        check = CorpusCheck.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return {}  # made by another isoglot, or something else by that name
    checked = [each.language for each in check.languages]
    try:
        corpus = read_facts(source.path, languages=checked, allow_missing=True)
    except InputError:
        return {}  # of other languages than the file has now
    if corpus_fingerprint(corpus) != check.corpus_fingerprint:
        return {}
    return {
        each.language: Translation(
            verdict=each.verdict,
            reasons=tuple(
                reason.sentence for reason in each.reasons if reason.weight == each.verdict
            ),
        )
        for each in check.languages
    }
