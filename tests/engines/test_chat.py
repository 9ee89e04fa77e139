"""Which models are chat models, what that does to fingerprints, and what can not be asked for."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from chat_templates import FAMILIES, LLAMA

from isoglot.core import InputError
from isoglot.engines import (
    ModelSpec,
    ResolvedModel,
    check_chat,
    is_chat,
    resolve_model,
)
from isoglot.engines._fingerprint import model_fingerprint
from isoglot.engines._template import PINNED_DATE

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")


def write_files(folder: Path, name: str | None = "llama") -> Path:
    """What says how a model is asked, of a family or of a base model, beside some weights."""
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    of = None if name is None else FAMILIES[name]
    config = {**of.tokens, "chat_template": of.source} if of else {}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def spec(folder: Path, **settings: Any) -> ModelSpec:
    return ModelSpec(name=f"hf/{folder}", dtype="float32", **settings)


def problems(asked: ModelSpec) -> list[str]:
    return [str(each) for each in check_chat(asked, place="models[0]")]


def test_a_model_with_a_template_is_a_chat_model(tmp_path: Path) -> None:
    asked = spec(write_files(tmp_path))
    resolved = resolve_model(asked)
    assert (resolved.chat, is_chat(asked), problems(asked)) == (True, True, [])
    assert resolved.sent("Who?") == LLAMA.asked


def test_a_model_without_one_is_a_base_model_with_the_fingerprint_of_its_files(
    tmp_path: Path,
) -> None:
    asked = spec(write_files(tmp_path, None))
    resolved = resolve_model(asked)
    assert resolved == ResolvedModel(
        name=asked.name,
        dtype="float32",
        fingerprint=model_fingerprint(tmp_path, dtype="float32"),
        chat=False,
        frame=None,
    )
    assert (is_chat(asked), problems(asked), resolved.sent("Who?")) == (False, [], "Who?")


def test_a_base_model_with_a_template_is_asked_for_with_chat_false(tmp_path: Path) -> None:
    asked = spec(write_files(tmp_path), chat=False)
    resolved = resolve_model(asked)
    assert (resolved.chat, resolved.frame, is_chat(asked)) == (False, None, False)
    assert resolved.fingerprint == model_fingerprint(tmp_path, dtype="float32")


def test_chat_true_is_what_a_template_means_anyway(tmp_path: Path) -> None:
    write_files(tmp_path)
    assert resolve_model(spec(tmp_path, chat=True)) == resolve_model(spec(tmp_path))


def test_a_chat_models_fingerprint_holds_all_that_is_written_around_a_question(
    tmp_path: Path,
) -> None:
    resolved = resolve_model(spec(write_files(tmp_path), system="Be brief."))
    around = {
        "date": "2024-07-26",
        "system": "Be brief.",
        "template": LLAMA.source,
        "variables": {"date_string": "26 Jul 2024", "enable_thinking": False},
    }
    text = f"{model_fingerprint(tmp_path, dtype='float32')}\n{json.dumps(around)}"
    assert resolved.fingerprint == hashlib.sha256(text.encode()).hexdigest()
    assert f"{PINNED_DATE:%d %b %Y}" == "26 Jul 2024"


def test_another_system_prompt_or_template_is_another_model(tmp_path: Path) -> None:
    write_files(tmp_path)
    found = [
        resolve_model(spec(tmp_path, **settings)).fingerprint
        for settings in ({}, {"system": ""}, {"system": "Be brief."}, {"chat": False})
    ]
    config = {**LLAMA.tokens, "chat_template": LLAMA.source.replace("Today", "Now")}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    found.append(resolve_model(spec(tmp_path)).fingerprint)
    assert len(set(found)) == 5


def test_the_frame_is_what_stands_around_a_prompt(tmp_path: Path) -> None:
    system = "Say {prompt}."
    resolved = resolve_model(spec(write_files(tmp_path, "phi"), system=system))
    assert resolved.frame == (
        "<|system|>\nSay {prompt}.<|end|>\n<|user|>\n{prompt}<|end|>\n<|assistant|>\n"
    )
    assert resolved.sent("Who?") == (
        "<|system|>\nSay {prompt}.<|end|>\n<|user|>\nWho?<|end|>\n<|assistant|>\n"
    )


def _write_broken(folder: Path) -> Path:
    write_files(folder)
    (folder / "chat_template.jinja").write_text("{{ raise_exception('No.') }}")
    return folder


CASES = {
    "chat without a template": (
        lambda folder: spec(write_files(folder, None), chat=True),
        "chat",
        "{name!r} has no chat template; leave chat out to ask it with Q: and A:",
    ),
    "system without a template": (
        lambda folder: spec(write_files(folder, None), system="Be brief."),
        "system",
        "{name!r} has no chat template for a system prompt; leave system out",
    ),
    "system without chat": (
        lambda folder: spec(write_files(folder), chat=False, system="Be brief."),
        "system",
        "{name!r} can't be given a system prompt with chat: false; leave one of the two out",
    ),
    "a template that refuses system prompts": (
        lambda folder: spec(write_files(folder, "gemma"), system="Be brief."),
        "system",
        "the chat template of {name!r} takes no system prompt (System role not supported); "
        "leave system out",
    ),
    "a broken template": (
        lambda folder: spec(_write_broken(folder)),
        "chat",
        "the chat template of {name!r} can't be applied (No.); "
        "mend it, or give chat: false to ask with Q: and A:",
    ),
}


@pytest.mark.parametrize(("asked_for", "key", "said"), CASES.values(), ids=CASES)
def test_what_can_not_be_asked_for_is_said_before_and_when_the_model_is_resolved(
    tmp_path: Path, asked_for: Any, key: str, said: str
) -> None:
    asked = asked_for(tmp_path)
    message = said.format(name=asked.name)
    assert problems(asked) == [f"models[0].{key}: {message}"]
    with pytest.raises(InputError) as caught:
        resolve_model(asked)
    assert str(caught.value) == f"models: {message}"


def test_a_broken_template_does_not_matter_to_who_does_not_use_it(tmp_path: Path) -> None:
    asked = spec(_write_broken(tmp_path), chat=False)
    assert problems(asked) == []
    assert not resolve_model(asked).chat


@pytest.mark.parametrize("name", ["scripted/parrot", "bundled/gemma-3-270m"])
def test_base_models_by_their_name_are_known_before_any_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISOGLOT_CACHE", str(tmp_path))  # nothing was converted yet
    assert is_chat(ModelSpec(name=name)) is False
    assert problems(ModelSpec(name=name, chat=True)) == [
        f"models[0].chat: {name!r} has no chat template; leave chat out to ask it with Q: and A:"
    ]
    assert problems(ModelSpec(name=name, system="x")) == [
        f"models[0].system: {name!r} has no chat template for a system prompt; leave system out"
    ]


@pytest.mark.parametrize(
    "settings", [{}, {"chat": True}, {"chat": True, "system": "Be brief."}], ids=str
)
def test_of_a_model_that_is_not_here_yet_nothing_is_known(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text("{}")  # all that a hub's cache holds of it
    for folder in (tmp_path / "not" / "here", tmp_path):
        asked = spec(folder, **settings)
        assert problems(asked) == []
        assert is_chat(asked) is settings.get("chat")
