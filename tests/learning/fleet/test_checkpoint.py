"""A state that training can't go on from counts as none: the adapter is trained anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from safetensors.torch import load_file, save_file  # noqa: E402
from tiny_fleets import LESSONS, a_recipe, a_trainee, an_engine  # noqa: E402

from isoglot.learning.fleet.checkpoint import finished_epochs, load_state, save_state  # noqa: E402
from isoglot.learning.fleet.trainer import train_fleet  # noqa: E402

EPOCHS = 3


class CutOffError(Exception):
    pass


def cut_in_epoch_2(folder: Path, **changes: object) -> Path:
    """Leaves the state after epoch 1, and the adapter that was asked then."""
    counted = 0

    def tick(lessons: int) -> None:
        nonlocal counted
        counted += lessons
        if counted > len(LESSONS):
            raise CutOffError

    trainee = a_trainee(folder, "a", LESSONS, (1, EPOCHS))
    with pytest.raises(CutOffError):
        train_fleet(an_engine(), [trainee], a_recipe(**changes), tick=tick)
    assert finished_epochs(trainee.checkpoint) == 1
    return trainee.checkpoint


def went_on(folder: Path) -> tuple[bytes, int]:
    """The last weights, and how many lessons were counted."""
    trainee = a_trainee(folder, "a", LESSONS, (1, EPOCHS))
    counted: list[int] = []
    assert train_fleet(an_engine(), [trainee], a_recipe(), tick=counted.append) == {}
    return (trainee.adapters[EPOCHS] / "adapter_model.safetensors").read_bytes(), sum(counted)


def without_metadata(path: Path) -> None:
    save_file(load_file(path), path)


def of_an_older_version(path: Path) -> None:
    """As isoglot wrote it before it wrote versions."""
    save_file(load_file(path), path, metadata={"epoch": "1"})


def with_other_names(path: Path) -> None:
    tensors = {name.partition("|")[2]: each for name, each in load_file(path).items()}
    save_file(tensors, path, metadata={"epoch": "2"})


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_something_else(path: Path) -> None:
    path.write_bytes(b"This is no file of tensors, whatever its name says.")


@pytest.mark.parametrize(
    "spoil",
    [without_metadata, of_an_older_version, with_other_names, cut_short, empty, of_something_else],
)
def test_a_state_that_cant_be_read_is_none(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    whole, _ = went_on(tmp_path / "whole")
    spoil(cut_in_epoch_2(tmp_path / "cut"))
    assert finished_epochs(tmp_path / "cut" / "a.safetensors") == 0
    assert went_on(tmp_path / "cut") == (whole, EPOCHS * len(LESSONS))
    assert not (tmp_path / "cut" / "a.safetensors").exists()


def test_a_state_of_another_rank_is_none(tmp_path: Path) -> None:
    whole, _ = went_on(tmp_path / "whole")
    cut_in_epoch_2(tmp_path / "cut", rank=2)
    assert went_on(tmp_path / "cut")[0] == whole


def test_a_state_is_gone_on_from(tmp_path: Path) -> None:
    whole, _ = went_on(tmp_path / "whole")
    cut_in_epoch_2(tmp_path / "cut")
    assert went_on(tmp_path / "cut") == (whole, (EPOCHS - 1) * len(LESSONS))


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    weights = {"m.lora_A": torch.arange(6.0).reshape(2, 3)}
    moments = {"exp_avg|m.lora_A": torch.ones(2, 3), "step": torch.tensor(7.0)}
    path = tmp_path / "deep" / "a.safetensors"
    save_state(path, epoch=4, weights=weights, moments=moments)
    assert finished_epochs(path) == 4
    found = load_state(path, like=weights)
    assert found is not None
    for one, other in zip(found, (weights, moments), strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)
    assert load_state(path, like={"m.lora_A": torch.zeros(1, 3)}) is None
    assert load_state(path, like={"n.lora_A": torch.zeros(2, 3)}) is None
    assert finished_epochs(tmp_path / "nowhere.safetensors") == 0
