"""A study of a model in vLLM: in context as with transformers, and no other way."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from fake_vllm import LLM, use_fake_vllm  # noqa: E402
from run_rows import query  # noqa: E402
from tiny_chats import save_chat_model  # noqa: E402

from isoglot.core import RunFolderError  # noqa: E402
from isoglot.engines import open_engine, resolve_model  # noqa: E402
from isoglot.study import Silent, Study, read_study, run_study  # noqa: E402

WriteStudy = Callable[..., Path]


@pytest.fixture
def fake_vllm(monkeypatch: pytest.MonkeyPatch) -> type[LLM]:
    return use_fake_vllm(monkeypatch)


@pytest.fixture
def study(tiny_study: WriteStudy, tmp_path: Path) -> Study:
    """A study of a random chat model in vLLM."""
    folder = save_chat_model(tmp_path / "model")
    return read_study(
        tiny_study(
            models=[{"name": f"vllm/{folder}", "dtype": "float32", "batch_size": 4}],
            facts={"world": {"size": 2}},
            questions=["knowledge", "effectiveness", "transfer"],
            paradigms={"in-context": {}},
            decoding={"max_new_tokens": 4, "stop": ["\n"]},
        )
    )


def test_in_context_it_answers_as_with_transformers(
    fake_vllm: type[LLM], study: Study, tmp_path: Path
) -> None:
    outcome = run_study(study, tmp_path / "run", progress=Silent())
    assert outcome.failures == {}
    assert len(fake_vllm.started) == 1
    answers = query(
        tmp_path / "run",
        "SELECT contexts.text || question, answers.text FROM answers JOIN contexts "
        "ON context = hash",
    )
    assert len(answers) == outcome.asked > 0
    (model,) = study.models
    spec = model.model_copy(update={"name": model.name.replace("vllm/", "hf/", 1)})
    peer = open_engine(spec, resolve_model(spec))
    expected = peer.generate([prompt for prompt, _ in answers], decoding=study.decoding)
    assert [text for _, text in answers] == [each.text for each in expected]


def test_a_run_does_not_go_on_with_another_version(
    fake_vllm: type[LLM],
    study: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_study(study, tmp_path / "run", progress=Silent())
    assert run_study(study, tmp_path / "run", progress=Silent()).asked == 0
    monkeypatch.setattr(sys.modules["vllm"], "__version__", "0.33.0")
    expected = (
        "or the version of vLLM are not those that the run began with; give another --out, or "
        "bring them back"
    )
    with pytest.raises(RunFolderError, match=expected):
        run_study(study, tmp_path / "run", progress=Silent())
