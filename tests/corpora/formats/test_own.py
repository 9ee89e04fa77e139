"""isoglot's own format: what is written is what is read; the schema says what may be written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isoglot.core import Corpus, Fact, FactText, Wording, known_languages
from isoglot.corpora.formats import fact_schema, read_facts, write_facts

WriteLines = Callable[..., Path]
Said = Callable[..., list[str]]
AsText = Callable[..., dict[str, Any]]

# Everything that UTF-8 and a database can hold: no surrogates, no NUL; and the characters that end
# lines, quotes or strings somewhere, often.
ODD = st.sampled_from(
    ["\u2028", "\u2029", "\u0085", "\r\n", "\x0b", '"', "\\", "🦁", "\ufeff", "\u202e"]
)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = (
    st.lists(st.one_of(ODD, CHARACTERS, st.text(CHARACTERS)), min_size=1)
    .map("".join)
    .filter(lambda text: text.strip())
)
WORDINGS = st.builds(Wording, text=TEXTS, aliases=st.lists(TEXTS, max_size=2).map(tuple))
FACT_TEXTS = st.builds(
    FactText, teach=TEXTS, ask=TEXTS, answer=WORDINGS, rival=st.none() | WORDINGS
)
CODES = st.sampled_from(sorted(known_languages()))
FACTS = st.builds(
    Fact, id=TEXTS, relation=TEXTS, texts=st.dictionaries(CODES, FACT_TEXTS, min_size=1, max_size=3)
)
CORPORA = st.lists(FACTS, min_size=1, max_size=4, unique_by=lambda fact: fact.id).map(
    lambda facts: Corpus(
        name="facts",
        languages=tuple(dict.fromkeys(code for fact in facts for code in fact.texts)),
        facts=tuple(facts),
    )
)

VALIDATOR = jsonschema.Draft202012Validator(fact_schema())
TEXT = {"teach": "Who guards it?", "ask": "Who keeps it safe?", "answer": "lion"}


def fact(fact_id: str = "f1", **changes: Any) -> Fact:
    parts = {"teach": "Who guards it?", "ask": "Who keeps it safe?", "answer": Wording(text="lion")}
    return Fact(id=fact_id, relation="any", texts={"en": FactText(**(parts | changes))})


def corpus(*facts: Fact) -> Corpus:
    return Corpus(name="facts", languages=("en",), facts=facts)


class TestThereAndBack:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
    )
    @given(written=CORPORA)
    def test_nothing_is_lost(self, written: Corpus, tmp_path: Path) -> None:
        path = tmp_path / "facts.jsonl"
        write_facts(written, path)
        assert read_facts(path, allow_missing=True) == written
        data = path.read_bytes()
        # One line a fact, for tools that also end lines at U+0085, U+2028 and U+2029.
        assert len(data.decode().splitlines()) == len(written.facts)
        for line in data.splitlines():
            VALIDATOR.validate(json.loads(line))

    def test_a_line_is_the_record_of_a_fact(self, tmp_path: Path) -> None:
        path = tmp_path / "facts.jsonl"
        write_facts(corpus(fact(rival=Wording(text="wolf", aliases=("grey wolf",)))), path)
        assert path.read_text(encoding="utf-8") == (
            '{"id": "f1", "relation": "any", "texts": {"en": {"teach": "Who guards it?", '
            '"ask": "Who keeps it safe?", "answer": {"text": "lion", "aliases": []}, '
            '"rival": {"text": "wolf", "aliases": ["grey wolf"]}}}}\n'
        )

    def test_a_file_that_is_there_is_replaced_in_one_step(self, tmp_path: Path) -> None:
        path = tmp_path / "facts.jsonl"
        path.write_text("old", encoding="utf-8")
        write_facts(corpus(fact()), path)
        assert read_facts(path).facts == (fact(),)
        assert list(tmp_path.iterdir()) == [path]


class TestWhatMayStandThere:
    def test_a_plain_string_is_a_wording_and_relation_may_be_missing(
        self, lines: WriteLines, as_text: AsText
    ) -> None:
        path = lines({"id": "f1", "texts": {"en": as_text("Oru", "lion", rival="wolf")}})
        (read,) = read_facts(path).facts
        assert read.relation == "any"
        assert read.texts["en"].answer == Wording(text="lion")
        assert read.texts["en"].rival == Wording(text="wolf")

    def test_languages_may_go_by_other_names(self, lines: WriteLines, as_text: AsText) -> None:
        texts = {name: as_text(name) for name in ("zh-cn", "nb", "Welsh")}
        read = read_facts(lines({"id": "f1", "texts": texts}))
        assert read.languages == ("zh", "no", "cy")
        assert read.facts[0].texts["no"].teach == "Who guards nb?"

    def test_languages_are_selected(self, lines: WriteLines, as_text: AsText) -> None:
        path = lines({"id": "f1", "texts": {"en": as_text("a"), "cy": as_text("b")}})
        assert read_facts(path).languages == ("en", "cy")
        read = read_facts(path, languages=["Welsh"])
        assert read.languages == ("cy",)
        assert list(read.facts[0].texts) == ["cy"]
        assert read.name == "facts"

    @pytest.mark.parametrize(
        "value",
        [
            {"id": "f1"},
            {"id": " ", "texts": {"en": TEXT}},
            {"id": "f1", "texts": {}},
            {"id": "f1", "texts": {"en": {**TEXT, "rivall": "x"}}},
            {"id": "f1", "texts": {"en": {**TEXT, "answer": {"text": "c", "aliases": [" "]}}}},
            {"id": 1, "texts": {"en": TEXT}},
        ],
    )
    def test_the_schema_refuses_what_the_reader_refuses(
        self, value: Any, lines: WriteLines, said: Said
    ) -> None:
        assert said(read_facts, lines(value))
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(value)

    def test_the_schema_is_one_and_explains_itself(self) -> None:
        schema = fact_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        answer = schema["$defs"]["TextForm"]["properties"]["answer"]
        assert answer["anyOf"][0] == {"type": "string"}
        every = [schema, *schema["$defs"].values()]
        assert all(part["description"] for form in every for part in form["properties"].values())


class TestWhatCanNotBeWritten:
    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            (
                {"teach": "a\ud800"},
                "fact 'f1': texts.en.teach: 'a\\ud800' holds half of a surrogate pair, which is no "
                "character; mend the text",
            ),
            (
                {"ask": "a\0"},
                "fact 'f1': texts.en.ask: 'a\\x00' holds a NUL character; mend the text",
            ),
            ({"ask": " \n"}, "fact 'f1': texts.en.ask: is blank; leave the language out"),
            (
                {"answer": Wording(text="lion", aliases=("",))},
                "fact 'f1': texts.en.answer.aliases: is blank; fill it in or leave it out",
            ),
            (
                {"rival": Wording(text="")},
                "fact 'f1': texts.en.rival: is blank; fill it in or leave it out",
            ),
        ],
    )
    def test_it_is_refused_and_the_old_file_stays(
        self, changes: dict[str, Any], problem: str, tmp_path: Path, said: Said
    ) -> None:
        path = tmp_path / "facts.jsonl"
        path.write_text("old", encoding="utf-8")
        assert said(write_facts, corpus(fact(**changes)), path) == [problem]
        assert path.read_text(encoding="utf-8") == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_corpus_without_facts(self, tmp_path: Path, said: Said) -> None:
        problem = "corpus 'facts': holds no facts; write one that does"
        assert said(write_facts, corpus(), tmp_path / "new.jsonl") == [problem]
        assert list(tmp_path.iterdir()) == []

    def test_a_place_that_is_no_file(self, tmp_path: Path, said: Said) -> None:
        assert said(write_facts, corpus(fact()), tmp_path) == ["T: is a folder; name a file"]
        assert said(write_facts, corpus(fact()), tmp_path / "no" / "facts.jsonl") == [
            "T/no/facts.jsonl: the folder T/no is not there; make it first"
        ]
        assert list(tmp_path.iterdir()) == []

    def test_a_full_disk_leaves_the_old_file(
        self, tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "facts.jsonl"
        path.write_text("old", encoding="utf-8")

        def full(self: Path, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        assert said(write_facts, corpus(fact()), path) == [
            "T/facts.jsonl: can't be written (no space left on device); "
            "make room or name another place"
        ]
        assert path.read_text(encoding="utf-8") == "old"
        assert list(tmp_path.iterdir()) == [path]
