"""Which facts a check is of, and where it lies."""

import hashlib
import json
from pathlib import Path

from isoglot.core import Corpus


def corpus_fingerprint(corpus: Corpus) -> str:
    """The SHA-256 of the facts, as 64 hexadecimal digits.

    Of their JSON with sorted keys and no white space, in UTF-8. The corpus's name and the order of
    its languages don't enter: the facts are what is learned.
    """
    facts = [fact.model_dump(mode="json") for fact in corpus.facts]
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check_path(file: Path) -> Path:
    """Where the check of a corpus's file is kept: beside it."""
    return file.with_name(f"{file.name}.check.json")
