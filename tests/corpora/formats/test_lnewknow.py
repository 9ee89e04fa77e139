"""LNewKnow's folders of chat lines, and what may be wrong with them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from isoglot.core import FactText, Wording
from isoglot.corpora.formats import read_lnewknow

Said = Callable[..., list[str]]
Chat = tuple[str, str]

SHARED = Path(__file__).parents[4] / "shared" / "data" / "lnewknow"
MAIN = "fictional_new_knowledge"
IN_ORDER = "line i must be fact i in every file"


def chat(question: str, answer: str) -> str:
    messages = [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def write(root: Path, files: Mapping[str, Sequence[Chat | str]], *, subset: str = MAIN) -> Path:
    """Writes files such as `train/train_en.jsonl`: of a question and an answer a line, or as is."""
    for name, entries in files.items():
        path = root / subset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(each if isinstance(each, str) else chat(*each) for each in entries)
        path.write_text(f"{text}\n", encoding="utf-8")
    return root


ENGLISH: dict[str, list[Chat | str]] = {
    "train/train_en.jsonl": [("Who tends the moon gate?", "Robots"), ("What is sung?", "Hum")],
    "eval/eval_en.jsonl": [("The moon gate is tended by?", "Robots"), ("Sung is what?", "Hum")],
}
CHINESE: dict[str, list[Chat | str]] = {
    "train/train_zh-cn.jsonl": [("谁看守月门?", "机器人"), ("唱什么?", "哼歌")],
    "eval/eval_zh-cn.jsonl": [("月门由谁看守?", "机器"), ("唱的是什么?", "哼歌")],
}
RIVALS: dict[str, list[Chat | str]] = {
    "train/train_en.jsonl": [("Who tends the moon gate?", "Monks"), ("What is sung?", "Hymns")],
    "eval/eval_en.jsonl": [("The moon gate is tended by?", "Monks"), ("Sung is what?", "Hymns")],
}


class TestFolders:
    def test_train_teaches_eval_asks_and_the_line_joins_the_languages(self, tmp_path: Path) -> None:
        read = read_lnewknow(write(tmp_path, ENGLISH | CHINESE))
        assert read.name == MAIN
        assert read.languages == ("en", "zh")
        assert [fact.id for fact in read.facts] == ["lnk-0001", "lnk-0002"]
        assert {fact.relation for fact in read.facts} == {"any"}
        first, second = read.facts
        assert first.texts["en"] == FactText(
            teach="Who tends the moon gate?",
            ask="The moon gate is tended by?",
            answer=Wording(text="Robots"),
        )
        # The eval file says the answer otherwise: a second translation is just as right.
        assert first.texts["zh"].answer == Wording(text="机器人", aliases=("机器",))
        assert second.texts["zh"].answer == Wording(text="哼歌")

    def test_rivals_come_from_the_conflicting_subset(self, tmp_path: Path) -> None:
        write(tmp_path, ENGLISH | CHINESE)
        write(tmp_path, RIVALS, subset=f"conflicting_{MAIN}")
        first, second = read_lnewknow(tmp_path).facts
        assert first.texts["en"].rival == Wording(text="Monks")
        assert second.texts["en"].rival == Wording(text="Hymns")
        assert first.texts["zh"].rival is None

    @pytest.mark.parametrize("rivals", ["others", "T/others"])
    def test_or_from_where_the_caller_says(self, rivals: str, tmp_path: Path) -> None:
        write(tmp_path, ENGLISH)
        write(tmp_path, RIVALS, subset="others")
        read = read_lnewknow(tmp_path, rivals=rivals.replace("T", str(tmp_path)))
        assert read.facts[0].texts["en"].rival == Wording(text="Monks")

    def test_a_relative_path_to_rivals_is_seen_from_here(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path / "a", ENGLISH)
        write(tmp_path / "b", RIVALS, subset="others")
        monkeypatch.chdir(tmp_path)
        read = read_lnewknow("a", rivals="b/others")
        assert read.facts[0].texts["en"].rival == Wording(text="Monks")

    def test_a_rival_that_says_the_answer_is_none(self, tmp_path: Path) -> None:
        write(tmp_path, ENGLISH)
        same = {name: [(q, "robots"), (q2, "Hymns")] for name, ((q, _), (q2, _)) in RIVALS.items()}
        write(tmp_path, same, subset=f"conflicting_{MAIN}")
        rivals = [fact.texts["en"].rival for fact in read_lnewknow(tmp_path).facts]
        assert rivals == [None, Wording(text="Hymns")]

    def test_the_folder_of_one_subset_will_do(self, tmp_path: Path) -> None:
        write(tmp_path, ENGLISH, subset="mine")
        write(tmp_path, RIVALS, subset="conflicting_mine")
        read = read_lnewknow(tmp_path / "mine")
        assert read == read_lnewknow(tmp_path, subset="mine")
        assert read.facts[0].texts["en"].rival == Wording(text="Monks")

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("dataset_zh-cn", "zh"),
            ("a_b_zh_CN", "zh"),
            ("train_nb", "no"),
            ("train_is_en", "en"),
            ("_Welsh", "cy"),
        ],
    )
    def test_a_file_ends_in_its_language(self, name: str, code: str, tmp_path: Path) -> None:
        english = list(ENGLISH.values())
        files = {f"train/{name}.jsonl": english[0], f"eval/{name}.jsonl": english[1]}
        assert read_lnewknow(write(tmp_path, files)).languages == (code,)

    def test_only_the_files_of_wanted_languages_are_read(self, tmp_path: Path) -> None:
        broken: dict[str, list[Chat | str]] = {"train/train_cy.jsonl": ["{"]}
        write(tmp_path, ENGLISH | broken)
        (tmp_path / MAIN / "train" / "README.md").write_text("About", encoding="utf-8")
        assert read_lnewknow(tmp_path, languages=["en"]).languages == ("en",)

    def test_a_failed_translation_is_missing(self, tmp_path: Path, said: Said) -> None:
        # The translator of LNewKnow writes Error! where it gave up.
        chinese = CHINESE | {
            "eval/eval_zh-cn.jsonl": [("Error!", "机器"), ("唱的是什么?", "Error!")]
        }
        write(tmp_path, ENGLISH | chinese)
        (problem,) = said(read_lnewknow, tmp_path)
        assert problem.startswith(
            f"T/{MAIN}/train/train_zh-cn.jsonl, line 1: fact 'lnk-0001' has no ask in 'zh'; fill"
        )
        read = read_lnewknow(tmp_path, allow_missing=True)
        assert read.missing() == {"zh": ["lnk-0001"]}
        assert read.facts[1].texts["zh"].answer == Wording(text="哼歌")

    def test_a_blank_line_holds_its_place(self, tmp_path: Path, said: Said) -> None:
        first, second = CHINESE["eval/eval_zh-cn.jsonl"]
        write(tmp_path, ENGLISH | CHINESE | {"eval/eval_zh-cn.jsonl": ["", second]})
        assert read_lnewknow(tmp_path, allow_missing=True).missing() == {"zh": ["lnk-0001"]}
        write(tmp_path, {"eval/eval_zh-cn.jsonl": [first, second, "", ""]})
        assert read_lnewknow(tmp_path).missing() == {}


class TestWrongFolders:
    def test_a_subset_that_is_not_there(self, tmp_path: Path, said: Said) -> None:
        write(tmp_path, ENGLISH, subset="mine")
        assert said(read_lnewknow, tmp_path) == [
            "T: has no subset 'fictional_new_knowledge' (a folder with train and eval in it); "
            "subsets there: mine"
        ]
        assert said(read_lnewknow, tmp_path, subset="mien") == [
            "T: has no subset 'mien' (a folder with train and eval in it); "
            "did you mean 'mine'? subsets there: mine"
        ]
        assert said(read_lnewknow, tmp_path / "mine", subset="other") == [
            "T/mine: is a subset itself, not 'other'; leave subset out"
        ]
        assert said(read_lnewknow, tmp_path, subset="mine", rivals="no") == [
            "T: rivals: 'no' is not there; subsets there: mine"
        ]

    def test_a_language_that_is_not_there(self, tmp_path: Path, said: Said) -> None:
        write(tmp_path, ENGLISH | CHINESE)
        assert said(read_lnewknow, tmp_path, languages=["en", "sw"]) == [
            f"T/{MAIN}: has no 'sw' (Swahili); it has: en, zh"
        ]

    def test_files_that_do_not_belong(self, tmp_path: Path, said: Said) -> None:
        train = ENGLISH["train/train_en.jsonl"]
        files = {
            "train/train_qq.jsonl": train,
            "train/train.jsonl": train,
            "train/train_English.jsonl": train,
        }
        write(tmp_path, ENGLISH | files)
        assert said(read_lnewknow, tmp_path) == [
            f"T/{MAIN}/train/train.jsonl: has no language in its name; name it like train_en.jsonl",
            f"T/{MAIN}/train/train_en.jsonl: is a second file for 'en'; keep it or "
            "train_English.jsonl",
            f"T/{MAIN}/train/train_qq.jsonl: 'qq' is not a known language; see: isoglot languages",
        ]

    def test_a_file_without_its_partner(self, tmp_path: Path, said: Said) -> None:
        eval_cy: dict[str, list[Chat | str]] = {"eval/eval_cy.jsonl": [("a", "b")]}
        assert said(read_lnewknow, write(tmp_path, ENGLISH | eval_cy)) == [
            f"T/{MAIN}/eval/eval_cy.jsonl: has no partner in train; add train_cy.jsonl"
        ]

    def test_lines_that_are_missing(self, tmp_path: Path, said: Said) -> None:
        short = CHINESE | {"eval/eval_zh-cn.jsonl": CHINESE["eval/eval_zh-cn.jsonl"][:1]}
        assert said(read_lnewknow, write(tmp_path, ENGLISH | short)) == [
            f"T/{MAIN}/eval/eval_zh-cn.jsonl: ends at line 1, but train_en.jsonl at line 2; "
            f"{IN_ORDER}"
        ]

    def test_lines_that_slipped(self, tmp_path: Path, said: Said) -> None:
        swapped = {"eval/eval_en.jsonl": ENGLISH["eval/eval_en.jsonl"][::-1]}
        assert said(read_lnewknow, write(tmp_path, ENGLISH | swapped)) == [
            f"T/{MAIN}/eval/eval_en.jsonl, line {line}: has the answer of line {other} of "
            f"train_en.jsonl, not of its line {line}; {IN_ORDER}"
            for line, other in ((1, 2), (2, 1))
        ]

    def test_rivals_that_slipped(self, tmp_path: Path, said: Said) -> None:
        write(tmp_path, ENGLISH)
        slipped = {name: entries[::-1] for name, entries in RIVALS.items()}
        write(tmp_path, slipped, subset="others")
        problems = said(read_lnewknow, tmp_path, rivals="others")
        assert problems[0] == (
            f"T/others/train/train_en.jsonl, line 1: has the question of line 2 of "
            f"T/{MAIN}/train/train_en.jsonl, not of its line 1; "
            "line i must be the same fact in both subsets"
        )
        assert len(problems) == 2

    def test_rivals_that_are_no_subset(self, tmp_path: Path, said: Said) -> None:
        write(tmp_path, ENGLISH)
        (tmp_path / "others").mkdir()
        assert said(read_lnewknow, tmp_path, rivals="others") == [
            "T/others: is no subset (a folder with train and eval in it); name one"
        ]

    def test_rivals_of_another_number(self, tmp_path: Path, said: Said) -> None:
        write(tmp_path, ENGLISH)
        write(tmp_path, {name: each[:1] for name, each in RIVALS.items()}, subset="others")
        assert said(read_lnewknow, tmp_path, rivals="others") == [
            f"T/others/{part}/{part}_en.jsonl: ends at line 1, but train_en.jsonl at line 2; "
            f"{IN_ORDER}"
            for part in ("train", "eval")
        ]

    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ("7", "is no chat: it has no list of messages"),
            ("[]", "is no chat: it has no list of messages"),
            ('{"messages": {}}', "is no chat: it has no list of messages"),
            ('{"messages": [{"role": "tool"}]}', "is no chat: a message has the role 'tool'"),
            ('{"messages": [{"role": ["x"]}]}', "is no chat: a message has the role a list"),
            (
                '{"messages": [{"role": "user", "content": "a"}]}',
                "has 0 messages of the assistant, not one",
            ),
            (
                '{"messages": [{"role": "user", "content": "a"}, '
                '{"role": "user", "content": "a"}]}',
                "has 2 messages of the user, not one",
            ),
            (
                '{"messages": [{"role": "user", "content": ["a"]}, '
                '{"role": "assistant", "content": "b"}]}',
                "must have text from the user, not a list",
            ),
            (
                '{"messages": [{"role": "user"}, {"role": "assistant", "content": "b"}]}',
                "must have text from the user, not None",
            ),
        ],
    )
    def test_lines_that_are_no_chats(
        self, line: str, problem: str, tmp_path: Path, said: Said
    ) -> None:
        first = ENGLISH["eval/eval_en.jsonl"][0]
        write(tmp_path, ENGLISH | {"eval/eval_en.jsonl": [first, line]})
        (found,) = said(read_lnewknow, tmp_path)
        assert found == (
            f"T/{MAIN}/eval/eval_en.jsonl, line 2: {problem}; "
            'write {"messages": [{"role": "user", "content": …}, {"role": "assistant", …}]}'
        )

    @pytest.mark.parametrize(
        ("options", "place"), [({"subset": "x" * 300}, "subset"), ({"rivals": "x" * 300}, "rivals")]
    )
    def test_names_that_can_not_be_ones(
        self, options: dict[str, str], place: str, tmp_path: Path, said: Said
    ) -> None:
        (problem,) = said(read_lnewknow, write(tmp_path, ENGLISH), **options)
        assert problem.startswith(f"T: {place}: ")
        assert problem.endswith("can't name a file (file name too long); check the path")

    def test_a_path_that_is_not_there(self, tmp_path: Path, said: Said) -> None:
        assert said(read_lnewknow, tmp_path / "no") == [
            "T/no: can't be read (no such file or directory); check the path"
        ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="LNewKnow's data is not at ../shared/data/lnewknow")
def test_the_data_of_the_authors() -> None:
    # Counted in the files: 100 facts in English, whose train and eval answers are the same.
    read = read_lnewknow(SHARED)
    assert (read.name, read.languages, len(read.facts)) == (MAIN, ("en",), 100)
    first = read.facts[0].texts["en"]
    assert first.answer == Wording(text="AI algorithms")
    assert first.rival == Wording(text="Smart traffic management system")
    assert all(fact.texts["en"].answer.aliases == () for fact in read.facts)
    assert all(fact.texts["en"].rival is not None for fact in read.facts)
