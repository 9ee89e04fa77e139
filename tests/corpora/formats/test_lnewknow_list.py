"""LNewKnow's later form, a JSON list, and what may be wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import FactText, Wording
from isoglot.corpora.formats import read_lnewknow

Said = Callable[..., list[str]]


def item(answer: str = "Robots", **more: Any) -> dict[str, Any]:
    english = {"question_1": "Who tends it?", "question_2": "It is tended by?", "answer": answer}
    return {"data": {"English": english}} | more


class TestLists:
    @pytest.fixture
    def listed(self, tmp_path: Path) -> Callable[..., Path]:
        def write(*items: Any, file: str = "known.json") -> Path:
            path = tmp_path / file
            path.write_text(json.dumps(items), encoding="utf-8")
            return path

        return write

    def test_question_1_teaches_and_question_2_asks(self, listed: Callable[..., Path]) -> None:
        welsh = {"question_1": "Pwy?", "question_2": "Gan bwy?", "answer": " Robotiaid "}
        two = item("Hum")
        two["data"]["Welsh"] = welsh
        read = read_lnewknow(listed(two))
        assert (read.name, read.languages) == ("known", ("en", "cy"))
        assert read.facts[0].texts["cy"] == FactText(
            teach="Pwy?", ask="Gan bwy?", answer=Wording(text="Robotiaid")
        )

    def test_ids_are_theirs_or_the_position(self, listed: Callable[..., Path]) -> None:
        read = read_lnewknow(listed(item(), item(id=17), item(id="moon"), item(topic="x")))
        assert [fact.id for fact in read.facts] == ["lnk-0001", "lnk-0017", "moon", "lnk-0004"]

    def test_an_item_may_hold_its_own_rival(self, listed: Callable[..., Path]) -> None:
        with_rival = item()
        with_rival["data"]["English"]["conflict_answer"] = "Monks"
        rivals = [
            fact.texts["en"].rival for fact in read_lnewknow(listed(with_rival, item())).facts
        ]
        assert rivals == [Wording(text="Monks"), None]

    def test_a_second_file_may_hold_the_rivals(self, listed: Callable[..., Path]) -> None:
        path = listed(item(), item("Hum"))
        listed(item("Monks"), item("Hymns"), file="others.json")
        read = read_lnewknow(path, rivals="others.json")
        assert [fact.texts["en"].rival for fact in read.facts] == [
            Wording(text="Monks"),
            Wording(text="Hymns"),
        ]

    def test_ids_join_them_in_any_order(self, listed: Callable[..., Path]) -> None:
        path = listed(item(id=1), item("Hum", id=2), item("Tea", id=3))
        listed(item("Hymns", id=2), item("Monks", id=1), file="others.json")
        read = read_lnewknow(path, rivals="others.json")
        assert [fact.texts["en"].rival for fact in read.facts] == [
            Wording(text="Monks"),
            Wording(text="Hymns"),
            None,
        ]

    def test_a_failed_translation_is_missing(self, listed: Callable[..., Path]) -> None:
        left_out: list[str] = []
        path = listed(item("Error!"), item())
        read = read_lnewknow(path, allow_missing=True, left_out=left_out.extend)
        assert [fact.id for fact in read.facts] == ["lnk-0002"]
        assert left_out == ["lnk-0001"]

    def test_everything_that_is_wrong(self, listed: Callable[..., Path], said: Said) -> None:
        doubled = item()
        doubled["data"]["en"] = doubled["data"]["English"]
        path = listed(
            7,
            {"data": []},
            item(id=[1]),
            {"data": {"Klingon": {}, "Welsh": 7}},
            item(2030),
            doubled,
            item(id="a"),
            item(id="a"),
        )
        no_data = 'has no data by language; write {"data": {"English": …}}'
        assert said(read_lnewknow, path) == [
            f"T/known.json, item 1: {no_data}",
            f"T/known.json, item 2: {no_data}",
            "T/known.json, item 3: id: must be text or a number, not a list; change it",
            "T/known.json, item 4: data: 'Klingon' is not a known language; see: isoglot languages",
            "T/known.json, item 4: data.Welsh: must be an object, not 7; write question_1: …",
            "T/known.json, item 5: data.English.answer: must be text, not 2030; change the value",
            "T/known.json, item 6: data: 'English' and 'en' are both 'en'; keep one of them",
            "T/known.json, item 8: the id 'a' is taken: T/known.json, item 7; "
            "give every fact its own id",
        ]

    def test_rivals_that_do_not_fit(self, listed: Callable[..., Path], said: Said) -> None:
        path = listed(item(), item())
        listed(item(), file="short.json")
        assert said(read_lnewknow, path, rivals="short.json") == [
            "T/short.json: ends at item 1, but the facts' own file at item 2; "
            "give both files ids, or the same items in the same order"
        ]
        listed(item(id=1), item(id=2), file="ids.json")
        assert said(read_lnewknow, path, rivals="ids.json") == [
            "T/ids.json: has ids, or lacks them, unlike the facts' own file; use ids in both"
        ]
        listed(item(id=3), item(id=1), item(id=1), file="other.json")
        with_ids = listed(item(id=1), item(id=2), file="with_ids.json")
        assert said(read_lnewknow, with_ids, rivals="other.json") == [
            "T/other.json, item 1: 'lnk-0003' is no fact's id; check both files",
            "T/other.json, item 3: the id 'lnk-0001' is taken: T/other.json, item 2; "
            "give every fact its own id",
        ]

    def test_rivals_of_the_other_form(
        self, tmp_path: Path, listed: Callable[..., Path], said: Said
    ) -> None:
        (tmp_path / "others").mkdir()
        assert said(read_lnewknow, listed(item()), rivals="others") == [
            "T/others: is a folder; name a file of the same form"
        ]

    def test_what_is_no_list(self, tmp_path: Path, listed: Callable[..., Path], said: Said) -> None:
        path = tmp_path / "known.json"
        path.write_text('[\n  {"data":\n  }\n]', encoding="utf-8")
        assert said(read_lnewknow, path) == [
            "T/known.json, line 3, column 3: is not JSON: expecting value; mend it there"
        ]
        path.write_text('[\n  {"data": {"Eng', encoding="utf-8")
        assert said(read_lnewknow, path) == [
            "T/known.json, line 2, column 13: looks cut off: it has no end; write it again"
        ]
        path.write_text('{"data": {}}', encoding="utf-8")
        assert said(read_lnewknow, path) == [
            'T/known.json: must be a list of items, not an object; write [{"data": …}]'
        ]
        path.write_text('[{"id": "\\ud800"}]', encoding="utf-8")
        assert said(read_lnewknow, path) == [
            "T/known.json: [0].id: '\\ud800' holds half of a surrogate pair, which is no "
            "character; mend the text"
        ]
        assert said(read_lnewknow, listed(), subset="x") == [
            "T/known.json: is no folder with a subset 'x'; leave subset out"
        ]
        assert said(read_lnewknow, listed()) == ["T/known.json: holds no facts; check the path"]
