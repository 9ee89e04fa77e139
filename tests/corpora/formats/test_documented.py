"""The examples in docs/formats.md are read as they stand there."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import Wording
from isoglot.corpora.formats import Columns, read_facts, read_lnewknow, read_table

DOCS = Path(__file__).parents[3] / "docs" / "formats.md"
WriteLines = Callable[..., Path]


@pytest.fixture(scope="module")
def examples() -> list[Any]:
    """The values of the blocks of JSON, in their order."""
    text = DOCS.read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def test_the_own_format(examples: list[Any], lines: WriteLines) -> None:
    (fact,) = read_facts(lines(examples[0])).facts
    assert (fact.id, fact.relation) == ("tower-1", "guard")
    assert fact.texts["en"].answer == Wording(text="a lion", aliases=("the lion", "lion"))
    assert fact.texts["en"].rival == Wording(text="a wolf")
    assert fact.texts["cy"].answer == Wording(text="llew")


def test_lnewknows_folders(examples: list[Any], lines: WriteLines, tmp_path: Path) -> None:
    for part in ("train", "eval"):
        lines(examples[1], file=f"mine/{part}/{part}_en.jsonl")
    (fact,) = read_lnewknow(tmp_path, subset="mine").facts
    assert fact.texts["en"].teach == "Who tends the moon gate in 2051?"


def test_lnewknows_later_form(examples: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(examples[2]), encoding="utf-8")
    (fact,) = read_lnewknow(path).facts
    assert fact.id == "lnk-0001"
    assert fact.texts["en"].rival == Wording(text="Monks")
    assert fact.texts["cy"].answer == Wording(text="Robotiaid")


def test_the_long_table(tmp_path: Path) -> None:
    block = re.search(r"^long   (.*)\n       (.*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert block is not None
    path = tmp_path / "long.csv"
    path.write_text("\n".join(block.groups()), encoding="utf-8")
    columns = Columns(
        teach="question",
        ask="paraphrase",
        answer="answer",
        aliases="also",
        id="key",
        language="lang",
    )
    (fact,) = read_table(path, columns=columns).facts
    assert fact.texts["en"].answer == Wording(text="a lion", aliases=("lion", "the lion"))
