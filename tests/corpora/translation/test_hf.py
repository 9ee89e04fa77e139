import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import MissingExtraError, ModelError
from isoglot.corpora.translation import HuggingFaceTranslator, TranslationFailure, Translator
from isoglot.testing.translators import TranslatorContract

for needed in ("torch", "transformers", "sentencepiece"):
    pytest.importorskip(needed, reason="the extras `local` and `translate` are not installed")
# MarianMT's tokenizer warns without it.
pytest.importorskip("sacremoses", reason="the extra `translate` is not installed")

from tiny_translators import SENTENCES, save_m2m100, save_marian, save_nllb  # noqa: E402

ENGLISH = tuple(SENTENCES["sw"])


@pytest.fixture(scope="module")
def nllb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_nllb(tmp_path_factory.mktemp("models") / "nllb")


@pytest.fixture(scope="module")
def m2m100(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_m2m100(tmp_path_factory.mktemp("models") / "m2m100")


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_marian(tmp_path_factory.mktemp("models") / "marian")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """For so small a model, several threads only wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class _Contract(TranslatorContract):
    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        return "en", "sw"

    @pytest.fixture
    def sentences(self) -> tuple[str, ...]:
        return ENGLISH


class TestNllb(_Contract):
    @pytest.fixture
    def translator(self, nllb: Path) -> Translator:
        return HuggingFaceTranslator(str(nllb))


class TestM2M100(_Contract):
    @pytest.fixture
    def translator(self, m2m100: Path) -> Translator:
        return HuggingFaceTranslator(str(m2m100))


class TestMarian(_Contract):
    @pytest.fixture
    def translator(self, marian: Path) -> Translator:
        return HuggingFaceTranslator(str(marian))


@pytest.mark.parametrize("model", ["nllb", "m2m100"])
@pytest.mark.parametrize("target", ["sw", "zu"])
@pytest.mark.parametrize("beams", [1, 4])
def test_the_target_decides_what_is_said(
    model: str, target: str, beams: int, request: pytest.FixtureRequest
) -> None:
    # The models know these sentences by heart, the same English ones in both languages.
    translator = HuggingFaceTranslator(str(request.getfixturevalue(model)), beams=beams)
    said = translator.translate(ENGLISH, source="en", target=target)
    assert said == list(SENTENCES[target].values())


def test_marian_says_what_it_learned(marian: Path) -> None:
    said = HuggingFaceTranslator(str(marian)).translate(ENGLISH, source="en", target="sw")
    assert said == list(SENTENCES["sw"].values())


def test_what_can_not_be_read_or_ended_fails_alone(nllb: Path) -> None:
    translator = HuggingFaceTranslator(str(nllb))
    # No token for either character; 33 tokens: language, word start, 30 letters, end.
    said = translator.translate(["日本", "x" * 30, ENGLISH[0]], source="en", target="sw")
    assert said == [
        TranslationFailure(reason="the text holds characters unknown to the model"),
        TranslationFailure(reason="the text has 33 tokens, the model reads 32"),
        "simba",
    ]


def test_a_translation_without_an_end_is_a_failure(
    nllb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = HuggingFaceTranslator(str(nllb))
    monkeypatch.setattr("isoglot.corpora.translation.hf._LONGEST", 4)
    assert translator.translate([ENGLISH[0]], source="en", target="sw") == [
        TranslationFailure(reason="the translation does not end in 4 tokens")
    ]


class TestPairs:
    def test_a_language_that_the_model_lacks(self, nllb: Path) -> None:
        translator = HuggingFaceTranslator(str(nllb))
        assert translator.check("en", "zu") == []
        (problem,) = translator.check("en", "cy")
        assert problem.message == (
            "does not know the language 'cy', so it can't translate from 'en' to 'cy'"
        )

    def test_m2m100_knows_its_own_codes(self, m2m100: Path) -> None:
        # Its list has Welsh and no Turkmen.
        translator = HuggingFaceTranslator(str(m2m100))
        assert translator.check("en", "cy") == []
        assert len(translator.check("en", "tk")) == 1

    def test_marian_is_of_one_pair(self, marian: Path) -> None:
        # Its tokenizer names the languages "en" and "swh".
        translator = HuggingFaceTranslator(str(marian))
        assert translator.check("en", "sw") == []
        for pair in (("sw", "en"), ("en", "zu")):
            (problem,) = translator.check(*pair)
            assert problem.message == (
                f"can't translate from {pair[0]!r} to {pair[1]!r}, only from 'en' to 'swh'"
            )

    def test_marian_of_several_languages_is_refused(self, tmp_path: Path) -> None:
        translator = HuggingFaceTranslator(str(save_marian(tmp_path / "m", extra=">>swh<<")))
        (problem,) = translator.check("en", "sw")
        assert problem.message == "translates into several languages"

    def test_marian_must_say_its_languages(self, tmp_path: Path, marian: Path) -> None:
        folder = tmp_path / "m"
        shutil.copytree(marian, folder)
        settings = (folder / "tokenizer_config.json").read_text(encoding="utf-8")
        assert '"target_lang": "swh"' in settings
        (folder / "tokenizer_config.json").write_text(
            settings.replace('"target_lang": "swh"', '"target_lang": null'), encoding="utf-8"
        )
        (problem,) = HuggingFaceTranslator(str(folder)).check("en", "sw")
        assert problem.message == "does not say which languages it translates"
        assert problem.remedy.endswith("into its tokenizer_config.json")


class TestVersion:
    def test_it_is_the_content_of_the_folder_and_the_beams(
        self, nllb: Path, tmp_path: Path
    ) -> None:
        shutil.copytree(nllb, tmp_path / "copy")
        here, there = (
            HuggingFaceTranslator(str(nllb)),
            HuggingFaceTranslator(str(tmp_path / "copy")),
        )
        assert here.version("en", "sw") == there.version("en", "sw")
        greedy = HuggingFaceTranslator(str(nllb), beams=1)
        assert greedy.version("en", "sw") != here.version("en", "sw")
        with (tmp_path / "copy" / "model.safetensors").open("ab") as file:
            file.write(b"x")
        changed = HuggingFaceTranslator(str(tmp_path / "copy"))
        assert changed.version("en", "sw") != here.version("en", "sw")

    def test_of_a_hubs_model_it_is_the_commit(
        self, nllb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = "0123456789abcdef0123456789abcdef01234567"
        shutil.copytree(nllb, tmp_path / commit)
        asked: list[tuple[str, Any, list[str]]] = []

        def download(repository: str, *, revision: Any, allow_patterns: list[str]) -> str:
            asked.append((repository, revision, allow_patterns))
            return str(tmp_path / commit)

        monkeypatch.setattr("huggingface_hub.snapshot_download", download)
        translator = HuggingFaceTranslator("org/name@main")
        assert translator.version("en", "sw") == f"{commit} beams 4"
        assert translator.translate([ENGLISH[0]], source="en", target="zu") == ["ibhubesi"]
        # Asked once: the folder has safetensors weights.
        ((repository, revision, patterns),) = asked
        assert (repository, revision) == ("org/name", "main")
        assert "*.safetensors" in patterns
        assert "pytorch_model*.bin" not in patterns


class TestModelsThatCanNotBeHad:
    def test_weights_of_pytorch_are_fetched_where_there_are_no_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[list[str]] = []

        def download(repository: str, *, revision: Any, allow_patterns: list[str]) -> str:
            asked.append(allow_patterns)
            return str(tmp_path)

        monkeypatch.setattr("huggingface_hub.snapshot_download", download)
        assert HuggingFaceTranslator("org/name").version("en", "sw").endswith(" beams 4")
        assert ["pytorch_model*.bin" in patterns for patterns in asked] == [False, True]

    def test_no_network_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def download(*arguments: Any, **options: Any) -> str:
            raise ConnectionError("no route to host")

        monkeypatch.setattr("huggingface_hub.snapshot_download", download)
        with pytest.raises(ModelError) as caught:
            HuggingFaceTranslator("org/name").check("en", "sw")
        assert str(caught.value) == (
            "hf:org/name: is no folder here and could not be fetched (no route to host); "
            "check the name, the network, or give the path of a local folder"
        )

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"^hf:.*: can't be loaded \(.*"):
            HuggingFaceTranslator(str(tmp_path)).check("en", "sw")

    def test_a_model_of_another_kind(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text('{"model_type": "t5"}', encoding="utf-8")
        with pytest.raises(ModelError, match="a model of the kind 't5'; isoglot translates with"):
            HuggingFaceTranslator(str(tmp_path)).check("en", "sw")

    def test_code_that_comes_with_a_model_is_not_run(self, tmp_path: Path) -> None:
        own = {"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}}
        (tmp_path / "config.json").write_text(json.dumps(own), encoding="utf-8")
        (tmp_path / "own.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
        with pytest.raises(ModelError, match="contains custom code which must be executed"):
            HuggingFaceTranslator(str(tmp_path)).check("en", "sw")

    def test_without_the_packages_the_extra_is_named(
        self, nllb: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "transformers", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'isoglot\[local\]'"):
            HuggingFaceTranslator(str(nllb)).check("en", "sw")
