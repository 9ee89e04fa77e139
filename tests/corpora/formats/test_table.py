"""Tables: the same facts from CSV, JSON lines and Parquet, in the wide and in the long form."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fact_tables import KINDS, LONG, ONE, WIDE, long_row, wide_row
from pydantic import ValidationError

from isoglot.core import FactText, Wording
from isoglot.corpora.formats import Columns, read_table

Said = Callable[..., list[str]]
WriteTable = Callable[..., Path]


class TestWide:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_row_is_a_fact(self, kind: str, table: WriteTable) -> None:
        read = read_table(table(kind, [wide_row()]), columns=WIDE)
        assert (read.name, read.languages) == ("facts", ("en", "cy"))
        (fact,) = read.facts
        assert (fact.id, fact.relation) == ("f1", "guard")
        assert fact.texts["en"] == FactText(
            teach="Who guards Oru?",
            ask="Oru's guard is?",
            answer=Wording(text="a lion", aliases=("lion", "the lion")),
            rival=Wording(text="a wolf"),
        )
        # There is no wrong_Welsh: a rival may be missing.
        assert fact.texts["cy"].answer == Wording(text="llew")
        assert fact.texts["cy"].rival is None

    @pytest.mark.parametrize("kind", ["jsonl", "parquet"])
    def test_aliases_may_be_a_list(self, kind: str, table: WriteTable) -> None:
        path = table(kind, [wide_row(also_en=["lion", "the|lion", None])])
        answer = read_table(path, columns=WIDE).facts[0].texts["en"].answer
        assert answer.aliases == ("lion", "the|lion")

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_is_guessed(self, kind: str, table: WriteTable) -> None:
        # Each of these is something else than text to some reader of tables.
        odd = ["NA", "null", "007", "1e5", "TRUE", "2030-01-01", "None", "-", "nan"]
        rows = [{"q": each, "p": each, "a": each} for each in odd]
        read = read_table(table(kind, rows), columns=ONE, languages=["en"])
        assert [fact.texts["en"].answer.text for fact in read.facts] == odd
        assert [fact.id for fact in read.facts][:2] == ["row-0001", "row-0002"]

    @pytest.mark.parametrize("kind", ["jsonl", "parquet"])
    def test_whole_numbers_are_text(self, kind: str, table: WriteTable) -> None:
        rows = [{"n": 7, "q": "When?", "p": "In which year?", "a": 2030}]
        columns = Columns(teach="q", ask="p", answer="a", id="n")
        (fact,) = read_table(table(kind, rows), columns=columns, languages=["en"]).facts
        assert (fact.id, fact.texts["en"].answer.text) == ("7", "2030")

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_empty_cell_is_missing(self, kind: str, table: WriteTable, said: Said) -> None:
        path = table(kind, [wide_row(), wide_row("f2", paraphrase_Welsh=None), wide_row("f3")])
        place = {"csv": ", line 3", "jsonl": ", line 2", "parquet": ", row 2"}[kind]
        assert said(read_table, path, columns=WIDE) == [
            f"T/facts.{kind}{place}: fact 'f2' has no ask in 'cy'; fill it in, or say "
            "allow_missing: true (data import: --allow-missing)"
        ]
        assert read_table(path, columns=WIDE, allow_missing=True).missing() == {"cy": ["f2"]}
        assert read_table(path, columns=WIDE, languages=["en"]).missing() == {}

    def test_a_missing_number_makes_no_nan(self, table: WriteTable) -> None:
        rows = [{"q": "a", "p": "b", "a": "c", "w": float("nan")}]
        columns = Columns(teach="q", ask="p", answer="a", rival="w")
        (fact,) = read_table(table("parquet", rows), columns=columns, languages=["en"]).facts
        assert fact.texts["en"].rival is None

    def test_a_column_without_the_language_is_that_of_every_language(
        self, table: WriteTable
    ) -> None:
        columns = Columns(teach="q_{language}", ask="p_{language}", answer="year")
        row = {"q_en": "When?", "p_en": "Year?", "q_cy": "Pryd?", "p_cy": "Blwyddyn?", "year": "9"}
        (fact,) = read_table(table("csv", [row]), columns=columns).facts
        assert {code: text.answer.text for code, text in fact.texts.items()} == {
            "en": "9",
            "cy": "9",
        }

    def test_columns_that_only_look_like_a_language(self, table: WriteTable) -> None:
        row = wide_row(question_id="7", answer_type="animal")
        assert read_table(table("csv", [row]), columns=WIDE).languages == ("en", "cy")

    def test_unknown_languages_matter_only_where_all_are_wanted(
        self, table: WriteTable, said: Said
    ) -> None:
        row = {f"{each}_{lang}": "x" for lang in ("en", "qqq") for each in "qpa"}
        columns = Columns(teach="q_{language}", ask="p_{language}", answer="a_{language}")
        path = table("csv", [row])
        assert said(read_table, path, columns=columns) == [
            "T/facts.csv: columns: 'qqq' is not a known language; see: isoglot languages"
        ]
        assert read_table(path, columns=columns, languages=["en"]).languages == ("en",)


class TestLong:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_row_is_a_fact_in_a_language(self, kind: str, table: WriteTable) -> None:
        rows = [
            long_row("f1", "en"),
            long_row("f2", "en"),
            long_row("f1", "zh_CN"),
            long_row("f2", "Chinese", a="机器"),
        ]
        read = read_table(table(kind, rows), columns=LONG)
        assert read.languages == ("en", "zh")
        assert [fact.id for fact in read.facts] == ["f1", "f2"]
        assert read.facts[1].texts["zh"] == FactText(
            teach="q Chinese", ask="p Chinese", answer=Wording(text="机器")
        )

    def test_a_relation_may_stand_in_one_row_of_a_fact(self, table: WriteTable) -> None:
        rows = [long_row("f1", "en", kind=""), long_row("f1", "cy", kind="guard")]
        columns = LONG.model_copy(update={"relation": "kind"})
        assert read_table(table("csv", rows), columns=columns).facts[0].relation == "guard"

    def test_what_may_be_wrong(self, table: WriteTable, said: Said) -> None:
        rows = [
            long_row("f1", "en", kind="guard"),
            long_row("f1", "cy", kind="tree"),
            long_row("f1", "English", kind="guard"),
            long_row("", "sw", kind=""),
            long_row("f2", "", kind=""),
            long_row("f2", "swahilli", kind=""),
        ]
        columns = LONG.model_copy(update={"relation": "kind"})
        where = "T/facts.csv, line"
        assert said(read_table, table("csv", rows), columns=columns) == [
            f"{where} 3: fact 'f1' has the relation 'tree', but 'guard' elsewhere: {where} 2; "
            "give all rows of a fact the same",
            f"{where} 4: fact 'f1' has 'en' already: {where} 2; keep one of them",
            f"{where} 5: key: is empty; give every row an id",
            f"{where} 6: lang: is empty; name the row's language",
            f"{where} 7: lang: 'swahilli' is not a known language; did you mean 'sw'? "
            "see: isoglot languages",
        ]

    def test_other_languages_are_not_looked_at(self, table: WriteTable, said: Said) -> None:
        rows = [long_row("f1", "en"), long_row("f1", "qqq"), long_row("f1", "cy", a="")]
        path = table("csv", rows)
        assert read_table(path, columns=LONG, languages=["en"]).languages == ("en",)
        assert said(read_table, path, columns=LONG, languages=["en", "sw"]) == [
            "T/facts.csv: has no 'sw' (Swahili); it has: en, cy"
        ]


class TestColumns:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"language": "lang"}, "either language names a column or names hold {language}"),
            ({"id": "id_{language}"}, "id holds {language}; only a column of texts"),
            ({"teach": " "}, "a column has no blank name"),
            ({"teach": "{language}_{language}"}, "holds {language} more than once"),
        ],
    )
    def test_declarations_that_contradict_themselves(
        self, changes: dict[str, str], message: str
    ) -> None:
        with pytest.raises(ValidationError, match=message.replace("{", r"\{")):
            Columns.model_validate(WIDE.model_dump() | changes)

    def test_the_long_form_needs_an_id(self) -> None:
        with pytest.raises(ValidationError, match="id must say which rows are one fact"):
            Columns(teach="q", ask="p", answer="a", language="lang")

    @pytest.mark.parametrize("kind", KINDS)
    def test_columns_that_are_not_there(self, kind: str, table: WriteTable, said: Said) -> None:
        path = table(kind, [{"question": "a", "reply": "b"}])
        columns = Columns(teach="qestion", ask="reply", answer="answer", id="key")
        there = "columns: question, reply"
        assert said(read_table, path, columns=columns, languages=["en"]) == [
            f"T/facts.{kind}: has no column 'qestion' (for teach); "
            f"did you mean 'question'? {there}",
            f"T/facts.{kind}: has no column 'answer' (for answer); {there}",
            f"T/facts.{kind}: has no column 'key' (for id); {there}",
        ]

    def test_columns_by_language_that_are_not_there(self, table: WriteTable, said: Said) -> None:
        row = {"q_en": "a", "p_en": "b", "a_en": "c", "q_cy": "d", "p_cy": "e"}
        columns = Columns(teach="q_{language}", ask="p_{language}", answer="a_{language}")
        there = "columns: q_en, p_en, a_en, q_cy, p_cy"
        path = table("csv", [row])
        assert said(read_table, path, columns=columns) == [
            f"T/facts.csv: has no column 'a_cy' (for answer); did you mean 'q_cy'? {there}"
        ]
        assert said(read_table, path, columns=columns, languages=["en", "sw"]) == [
            f"T/facts.csv: has no columns for 'sw'; {there}"
        ]
        wrong = columns.model_copy(update={"rival": "wrong_{language}", "answer": "q_{language}"})
        assert said(read_table, path, columns=wrong) == [
            f"T/facts.csv: has no column 'wrong_{{language}}' (for rival); {there}"
        ]

    def test_no_column_by_language_at_all(self, table: WriteTable, said: Said) -> None:
        columns = Columns(teach="q_{language}", ask="p_{language}", answer="a_{language}")
        path = table("csv", [{"q": "a", "p": "b", "a": "c"}])
        assert said(read_table, path, columns=columns) == [
            f"T/facts.csv: has no column '{letter}_{{language}}' (for {role}); columns: q, p, a"
            for letter, role in (("q", "teach"), ("p", "ask"), ("a", "answer"))
        ]
        path = table("csv", [{"q_id": "a", "b": "c"}])
        assert said(read_table, path, columns=columns) == [
            "T/facts.csv: has no columns for a known language; columns: q_id, b"
        ]

    def test_two_columns_of_one_language(self, table: WriteTable, said: Said) -> None:
        row = {f"{each}_{lang}": "x" for lang in ("zh", "zh-cn") for each in "qpa"}
        columns = Columns(teach="q_{language}", ask="p_{language}", answer="a_{language}")
        assert said(read_table, table("csv", [row]), columns=columns) == [
            "T/facts.csv: columns: those with 'zh' and those with 'zh-cn' are both 'zh'; "
            "keep one of them"
        ]

    @pytest.mark.parametrize(
        ("languages", "what"), [(None, "none is named"), (["en", "cy"], "2 are wanted (en, cy)")]
    )
    def test_one_language_must_be_named(
        self, languages: list[str] | None, what: str, table: WriteTable, said: Said
    ) -> None:
        path = table("csv", [{"q": "a", "p": "b", "a": "c"}])
        assert said(read_table, path, columns=ONE, languages=languages) == [
            "T/facts.csv: is in one language, as no column's name holds {language}, but "
            f"{what}; name that one language, write {{language}} into the names, or declare a "
            "language column"
        ]
