import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import Decoding, InputError
from isoglot.engines import ModelSpec
from isoglot.learning import LoraRecipe
from isoglot.study import read_study, shipped_studies

WriteStudy = Callable[..., Path]
WriteText = Callable[[str], Path]

KNOWN_KEYS = (
    "known here: name, description, seed, models, languages, facts, paradigms, questions, judges, "
    "decoding, limit"
)


def _problems(source: str | Path, **options: Any) -> list[str]:
    """The problems of a study, its own path written as `S`."""
    with pytest.raises(InputError, match=r"\w: ") as caught:
        read_study(source, **options)
    problems = [str(problem) for problem in caught.value.problems]
    return [
        each.replace(str(source), "S") if isinstance(source, Path) else each for each in problems
    ]


class TestWhatIsRight:
    def test_a_study_is_read_with_every_default_filled_in(self, tiny_study: WriteStudy) -> None:
        study = read_study(tiny_study())
        assert (study.name, study.seed, study.languages) == ("tiny", 3, ("en", "cy"))
        assert study.models == (ModelSpec(name="scripted/parrot", dtype="auto", batch_size=24),)
        assert study.paradigms.in_context is not None
        assert study.paradigms.fine_tuning == LoraRecipe(epochs=3, ask_after=(0, 1, 3))
        assert study.questions == ("effectiveness", "transfer")
        assert study.judges == ("match",)
        assert study.decoding == Decoding(max_new_tokens=24, stop=("\n",))
        assert (study.limit, study.n_facts, study.resolved) == (None, 3, None)

    def test_every_shipped_study_is_right(self) -> None:
        assert [read_study(name).name for name in shipped_studies()] == list(shipped_studies())
        assert list(shipped_studies()) == ["quickstart"]

    def test_the_quickstart_is_the_study_of_the_first_run(self) -> None:
        study = read_study("quickstart")
        assert [model.name for model in study.models] == ["bundled/gemma-3-270m"]
        assert study.languages == ("en", "es", "zh", "sw", "cy")
        assert study.n_facts == 24
        recipe = study.paradigms.fine_tuning
        assert recipe is not None
        assert (recipe.rank, recipe.alpha, recipe.learning_rate, recipe.decay) == (
            32,
            32,
            0.001,
            0.85,
        )
        assert recipe.ask_after == (0, 1, 2, 4, 8, 12)

    def test_a_file_comes_before_a_shipped_study_of_its_name(
        self, tiny_study: WriteStudy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tiny_study("quickstart")
        monkeypatch.chdir(path.parent)
        assert read_study("quickstart").name == "tiny"

    @pytest.mark.parametrize("settings", ["", " {}", " null"])
    def test_a_paradigm_without_settings_has_the_defaults(
        self, study_text: WriteText, settings: str
    ) -> None:
        study = read_study(
            study_text(
                "name: a\nmodels: [scripted/parrot]\nlanguages: [en]\n"
                f"facts: {{world: {{size: 3}}}}\nparadigms:\n  fine-tuning:{settings}\n"
            )
        )
        assert study.paradigms.in_context is None
        assert study.paradigms.fine_tuning == LoraRecipe()

    def test_a_model_may_have_settings(self, tiny_study: WriteStudy) -> None:
        models = [{"name": "scripted/parrot", "dtype": "float32", "batch_size": 2}]
        assert read_study(tiny_study(models=models)).models == (
            ModelSpec(name="scripted/parrot", dtype="float32", batch_size=2),
        )

    def test_a_study_reads_back_from_what_it_writes(self, tiny_study: WriteStudy) -> None:
        study = read_study(tiny_study(limit=2))
        values = study.as_yaml_values()
        assert list(values["paradigms"]) == ["in-context", "fine-tuning"]
        assert read_study(tiny_study("again.yaml", **values)) == study


class TestOverrides:
    def test_a_value_is_laid_over_the_file(self, tiny_study: WriteStudy) -> None:
        study = read_study(
            tiny_study(),
            overrides=[
                "seed=8",
                "languages=[cy, zh]",
                "facts.world.size=5",
                "paradigms.fine-tuning.epochs=4",
                "decoding.max_new_tokens=7",
                "name=a=b",
            ],
        )
        assert (study.seed, study.languages, study.n_facts) == (8, ("cy", "zh"), 5)
        assert study.paradigms.fine_tuning == LoraRecipe(epochs=4, ask_after=(0, 1, 3))
        assert study.decoding == Decoding(max_new_tokens=7)
        assert study.name == "a=b"

    def test_the_last_of_two_wins(self, tiny_study: WriteStudy) -> None:
        assert read_study(tiny_study(), overrides=["seed=8", "seed=9"]).seed == 9

    @pytest.mark.parametrize(("limit", "n_facts"), [(1, 1), (3, 3), (100, 3)])
    def test_the_limit_cuts_the_world(
        self, tiny_study: WriteStudy, limit: int, n_facts: int
    ) -> None:
        study = read_study(tiny_study(limit=2), limit=limit)
        assert (study.limit, study.n_facts) == (limit, n_facts)

    @pytest.mark.parametrize(
        ("override", "problem"),
        [
            ("seed", "--set: 'seed' is no key=value; write key.key=value"),
            ("=3", "--set: '=3' is no key=value; write key.key=value"),
            ("seed=[", "--set seed: '[' is not YAML; quote the value"),
            (
                "facts.world.size=-1",
                "--set facts.world.size: -1: input should be greater than or equal to 1; "
                "change the value",
            ),
            (
                "models=[3]",
                "--set models[0]: 3: input should be a valid dictionary or instance of ModelSpec; "
                "change the value",
            ),
            (
                "sead=3",
                f"--set sead: is not a known key; did you mean 'seed'? {KNOWN_KEYS}",
            ),
        ],
    )
    def test_a_wrong_override_is_named_as_such(
        self, tiny_study: WriteStudy, override: str, problem: str
    ) -> None:
        assert problem in _problems(tiny_study(), overrides=[override])

    def test_a_wrong_limit_is_one_too(self, tiny_study: WriteStudy) -> None:
        assert _problems(tiny_study(), limit=0) == [
            "--set limit: 0: input should be greater than or equal to 1; change the value"
        ]


class TestTheFile:
    def test_what_is_not_there_gets_a_guess(self) -> None:
        assert _problems("quikstart") == [
            "STUDY: 'quikstart' can't be read (No such file or directory); "
            "did you mean 'quickstart'? give a YAML file or a shipped study (quickstart)"
        ]

    def test_without_anything_near_there_is_no_guess(self) -> None:
        assert _problems("nope.yaml") == [
            "STUDY: 'nope.yaml' can't be read (No such file or directory); "
            "give a YAML file or a shipped study (quickstart)"
        ]

    def test_a_folder_is_no_study(self, tmp_path: Path) -> None:
        assert _problems(tmp_path) == [
            "STUDY: 'S' can't be read (Is a directory); "
            "give a YAML file or a shipped study (quickstart)"
        ]

    def test_text_that_is_not_utf_8_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "latin.yaml"
        path.write_bytes("name: español".encode("latin-1"))
        assert _problems(path) == [
            "S: is not UTF-8 text (invalid continuation byte); save it as UTF-8"
        ]

    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            ("name: a\nlanguages: [en, cy\nseed: 3\n", "line 3, column 5", "expected ',' or ']'"),
            ("name: a\n\tseed: 3\n", "line 2, column 1", "found character '\\t'"),
            ("name: a\n---\nname: b\n", "line 2, column 1", "found another document"),
            ("name: 'a\n", "line 2, column 1", "found unexpected end of stream"),
            ("name: a\n seed: 3\n", "line 2, column 6", "mapping values are not allowed here"),
            ("name: !!python/name:os.system\n", "line 1, column 7", "could not determine"),
        ],
    )
    def test_what_is_not_yaml_is_refused_with_line_and_column(
        self, study_text: WriteText, text: str, place: str, message: str
    ) -> None:
        (problem,) = _problems(study_text(text))
        assert problem.startswith(f"S, {place}: is not YAML: ")
        assert message in problem
        assert problem.endswith("; mend the indentation, quotes or brackets there")

    @pytest.mark.parametrize(
        ("text", "kind"), [("- a\n- b\n", "list"), ("hello\n", "str"), ("", "NoneType")]
    )
    def test_what_has_no_keys_is_no_study(
        self, study_text: WriteText, text: str, kind: str
    ) -> None:
        assert _problems(study_text(text)) == [
            f"S: holds {kind}, not keys and values; "
            "start from a shipped study: isoglot studies quickstart"
        ]


class TestTheForm:
    """The lines of `tiny_study`: name 1, seed 2, models 3-4, languages 5-7, facts 8-10."""

    def test_everything_that_is_missing_is_named(self, study_text: WriteText) -> None:
        assert sorted(_problems(study_text("seed: 3\n"))) == [
            "S: facts: is missing; add it",
            "S: languages: is missing; add it",
            "S: models: is missing; add it",
            "S: name: is missing; add it",
            "S: paradigms: is missing; add it",
        ]

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            (
                {"seed": "x"},
                "S: seed (line 2): 'x': input should be a valid integer, unable to parse string as "
                "an integer; change the value",
            ),
            (
                {"languages": "en"},
                "S: languages (line 5): 'en': input should be a valid tuple; change the value",
            ),
            (
                {"languages": []},
                "S: languages (line 5): tuple should have at least 1 item after validation, not 0; "
                "change the value",
            ),
            (
                {"facts": {"world": {"size": 100_001}}},
                "S: facts.world.size (line 10): 100001: input should be less than or equal to "
                "100000; change the value",
            ),
            (
                {"models": [{"name": "scripted/parrot", "dtype": "int8"}]},
                "S: models[0].dtype (line 5): 'int8': input should be 'auto', 'bfloat16', "
                "'float16' or 'float32'; change the value",
            ),
            (
                {"paradigms": {"in-context": {}, "fine-tuning": {"dropout": 1}}},
                "S: paradigms.fine-tuning.dropout (line 14): 1: input should be less than 1; "
                "change the value",
            ),
            (
                {"paradigms": {"in-context": {}, "fine-tuning": {"epochs": 3, "ask_after": [5]}}},
                "S: paradigms.fine-tuning (line 13): ask_after [5] asks after epoch 5, but there "
                "are 3 epochs; change the value",
            ),
            ({"questions": []}, "S: questions (line 19): tuple should have at least 1 item"),
            (
                {"sead": 3},
                f"S: sead (line 19): is not a known key; did you mean 'seed'? {KNOWN_KEYS}",
            ),
            (
                {"paradigms": {"in-context": {}, "fine-tuning": {"epoch": 3}}},
                "S: paradigms.fine-tuning.epoch (line 14): is not a known key; did you mean "
                "'epochs'? known here: epochs, ask_after, rank, alpha,",
            ),
            (
                {"models": [{"name": "scripted/parrot", "size": 3}]},
                "S: models[0].size (line 5): is not a known key; "
                "known here: name, dtype, device, batch_size",
            ),
            (
                {"paradigms": {"in-context": {"shots": 3}}},
                "S: paradigms.in-context.shots (line 13): is not a known key; remove it",
            ),
        ],
    )
    def test_a_wrong_value_is_named_with_its_line(
        self, tiny_study: WriteStudy, changes: dict[str, Any], problem: str
    ) -> None:
        assert problem in "\n".join(_problems(tiny_study(**changes)))


class TestTheMeaning:
    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            (
                {"languages": ["en", "cym"]},
                "S: languages[1]: 'cym' is not a known language; did you mean 'cy'? "
                "see: isoglot languages",
            ),
            (
                {"languages": ["en", "fr"]},
                "S: languages[1]: no world can be made in 'fr' yet; "
                "worlds speak cy, en, es, sw, zh",
            ),
            ({"languages": ["en", "en"]}, "S: languages[1]: 'en' is listed twice; remove one"),
            (
                {"models": ["scripted/parot"]},
                "S: models[0]: 'scripted/parot' is not known; "
                "scripted models are scripted/parrot, scripted/mute, scripted/broken",
            ),
            (
                {"models": ["scripted/mute", "scripted/mute"]},
                "S: models[1]: 'scripted/mute' is listed twice; remove one",
            ),
            (
                {"questions": ["effectiveness", "tranfer"]},
                "S: questions[1]: 'tranfer' is not known; did you mean 'transfer'? "
                "known: effectiveness, transfer",
            ),
            (
                {"judges": ["macth"]},
                "S: judges[0]: 'macth' is not known; did you mean 'match'? known: match",
            ),
            (
                {"judges": ["match", "match"]},
                "S: judges[1]: 'match' is listed twice; remove one",
            ),
            (
                {"paradigms": {}},
                "S: paradigms: names no paradigm; add in-context: {} or fine-tuning: {}",
            ),
        ],
    )
    def test_what_does_not_exist_is_named(
        self, tiny_study: WriteStudy, changes: dict[str, Any], problem: str
    ) -> None:
        assert _problems(tiny_study(**changes)) == [problem]

    def test_everything_that_is_wrong_is_said_at_once(self, tiny_study: WriteStudy) -> None:
        problems = _problems(
            tiny_study(
                seed="x",
                sead=1,
                models=["gpt"],
                languages=["en", "xx", "fr", "en"],
                questions=["nope"],
                paradigms={"fine-tuning": {"epochs": 0}},
            ),
            overrides=["judges=[macth]", "broken"],
        )
        said = [
            # The schema's problems, the overrides', and what only a look around can find.
            r"--set: 'broken' is no key=value",
            r"S: seed \(line 2\): 'x': input should be a valid integer",
            r"S: sead \(line \d+\): is not a known key",
            r"S: paradigms.fine-tuning.epochs \(line \d+\): 0: input should be greater",
            r"S: models\[0\]: 'gpt' is not a model string",
            r"S: languages\[1\]: 'xx' is not a known language",
            r"S: languages\[2\]: no world can be made in 'fr' yet",
            r"S: languages\[3\]: 'en' is listed twice",
            r"S: questions\[0\]: 'nope' is not known",
            r"S: judges\[0\]: 'macth' is not known; did you mean 'match'",
        ]
        assert len(problems) == len(said)
        for pattern in said:
            assert sum(bool(re.match(pattern, problem)) for problem in problems) == 1, pattern

    def test_the_message_has_a_line_for_each_problem(self, tiny_study: WriteStudy) -> None:
        path = tiny_study(models=["gpt"], questions=["nope"])
        with pytest.raises(InputError, match="'gpt' is not a model string") as caught:
            read_study(path)
        assert len(str(caught.value).splitlines()) == 2
