import re
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import ModelError
from isoglot.engines._hub import find_folder

huggingface_hub = pytest.importorskip("huggingface_hub", reason="needs the extra 'local'")
errors = pytest.importorskip("huggingface_hub.errors")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"")
    return folder


@pytest.fixture
def hub(weights: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """A hub that has every model; what it is asked for is written down."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def snapshot_download(repository: str, **options: Any) -> str:
        asked.append((repository, options))
        return str(weights)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return asked


def test_a_local_folder_is_taken_as_it_is(
    weights: Path, hub: list[tuple[str, dict[str, Any]]]
) -> None:
    assert find_folder(str(weights)) == weights
    assert hub == []


def test_a_home_folder_is_expanded(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(weights.parent))
    assert find_folder("~/weights") == weights


@pytest.mark.parametrize(
    ("name", "repository", "revision"),
    [
        ("org/name", "org/name", None),
        ("org/name@v1.0", "org/name", "v1.0"),
        ("org/name@refs/pr/1", "org/name", "refs/pr/1"),
        ("org/name@", "org/name", None),
    ],
)
def test_a_name_is_fetched_with_its_revision(
    name: str,
    repository: str,
    revision: str | None,
    weights: Path,
    hub: list[tuple[str, dict[str, Any]]],
) -> None:
    assert find_folder(name) == weights
    ((asked, options),) = hub
    assert (asked, options["revision"]) == (repository, revision)


def test_no_pickle_is_fetched(hub: list[tuple[str, dict[str, Any]]]) -> None:
    find_folder("org/name")
    patterns = hub[0][1]["allow_patterns"]
    assert "*.safetensors" in patterns
    assert not any(Path("pytorch_model.bin").match(pattern) for pattern in patterns)
    assert not any(Path("modeling_own.py").match(pattern) for pattern in patterns)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            errors.LocalEntryNotFoundError("Cannot reach the hub.\nMore."),
            "Cannot reach the hub.",
        ),
        (ConnectionError("no route to host"), "no route to host"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_an_unreachable_hub_is_one_clear_error(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def snapshot_download(repository: str, **options: Any) -> str:
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    expected = (
        f"models: 'hf/org/name@v1' is no folder here and could not be fetched ({said}); "
        "check the name, the network, or give the path of a local folder"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        find_folder("org/name@v1")


def test_a_path_that_is_no_folder_is_one_clear_error(tmp_path: Path) -> None:
    # Not a repository's name either, so the hub's own check refuses it before any network.
    with pytest.raises(ModelError, match="is no folder here and could not be fetched"):
        find_folder(str(tmp_path / "not" / "there"))


def test_pickled_weights_are_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    expected = (
        f"models: 'hf/{tmp_path}' has only pickled weights (pytorch_model.bin); "
        "isoglot loads safetensors only, as a pickle can run code when it is opened: convert it "
        "with save_pretrained"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        find_folder(str(tmp_path))


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=re.escape(f"'hf/{tmp_path}' has no weights; ")):
        find_folder(str(tmp_path))


def test_safetensors_beside_a_pickle_are_taken(weights: Path) -> None:
    (weights / "pytorch_model.bin").write_bytes(b"")
    assert find_folder(str(weights)) == weights
