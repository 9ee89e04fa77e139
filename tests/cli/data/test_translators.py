"""From an option's value to a translator, with the engines of scripted models."""

import pytest

from isoglot import engines
from isoglot.cli.data._translators import opened_translator
from isoglot.core import InputError
from isoglot.corpora.translation import TranslationFailure, translation_prompt
from isoglot.engines import Failure, Generation
from isoglot.engines.scripted import POLICIES


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes when a model is looked up and when it is loaded."""
    done: list[str] = []
    resolve, load = engines.resolve_model, engines.open_engine

    def resolving(spec: object) -> object:
        done.append("resolved")
        return resolve(spec)

    def loading(spec: object, resolved: object) -> object:
        done.append("loaded")
        return load(spec, resolved)

    monkeypatch.setattr(engines, "resolve_model", resolving)
    monkeypatch.setattr(engines, "open_engine", loading)
    monkeypatch.setitem(POLICIES, "loud", lambda prompt, memory: prompt.upper())
    return done


def test_a_model_is_found_and_loaded_once_when_it_is_needed(counting: list[str]) -> None:
    translator = opened_translator("model:scripted/loud", place="--with")
    assert translator.check("en", "sw") == []
    assert counting == []
    assert translator.version("en", "sw") == translator.version("en", "zu")
    assert counting == ["resolved"]
    for _ in range(2):
        (said,) = translator.translate(["a"], source="en", target="sw")
        first_line = translation_prompt("a", source="en", target="sw").upper().split("\n")[0]
        assert said == first_line
    assert counting == ["resolved", "loaded"]


def test_what_the_engine_could_not_do_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def generate(self, prompts: list[str], *, decoding: object) -> list[object]:
            return [Failure(message="out of memory"), Generation(text="x", tokens=128, seconds=0.0)]

    monkeypatch.setattr(engines, "open_engine", lambda spec, resolved: Broken())
    translator = opened_translator("model:scripted/mute", place="--with")
    assert translator.translate(["a", "b"], source="en", target="sw") == [
        TranslationFailure(reason="out of memory"),
        TranslationFailure(reason="the model did not end the line in 128 tokens"),
    ]


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        ("gogle", "--back-with: 'gogle' is not a translator; did you mean 'google'?"),
        ("model:", "--back-with: 'model:' is not a translator"),
        ("model:x", "--back-with model:x: 'x' is not a model string"),
        ("hf:~nobody-of-that-name", "hf:~nobody-of-that-name: '~nobody-of-that-name' can't name"),
    ],
)
def test_what_is_wrong_is_said_of_the_option(provider: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        opened_translator(provider, place="--back-with")
    assert str(caught.value).startswith(message)
