"""Fleets that are interrupted at a chosen step, and go on in another process."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_fleets import (  # noqa: E402
    LESSONS,
    Weights,
    a_recipe,
    a_trainee,
    an_engine,
    distance,
    weights_of,
)

from isoglot.learning import Lesson  # noqa: E402
from isoglot.learning.fleet.trainer import Trainee, train_fleet  # noqa: E402

ENGINE = an_engine()
EPOCHS = 3
# 2, 3 and 1 steps an epoch at two lessons a step.
SIZES = {"a": 3, "b": 5, "c": 2}
# Two steps an epoch each, and rows of different lengths.
ALIKE = {
    "a": LESSONS[:3],
    "b": [LESSONS[4], LESSONS[1], LESSONS[0], LESSONS[2]],
    "c": [LESSONS[3], LESSONS[2], LESSONS[4]],
}


class StoppedError(Exception):
    pass


def trainees(folder: Path, taught: Mapping[str, Sequence[Lesson]]) -> list[Trainee]:
    return [a_trainee(folder, name, list(lessons), (1, EPOCHS)) for name, lessons in taught.items()]


def train(
    folder: Path,
    taught: Mapping[str, Sequence[Lesson]],
    *,
    stop_after: int | None = None,
    fleet: int | None = None,
) -> bool:
    """Whether it came to its end; it stops where a step of an adapter, counted over all, ends."""
    steps = 0

    def tick(_: int) -> None:
        nonlocal steps
        steps += 1
        if steps == stop_after:
            raise StoppedError

    recipe = a_recipe(
        clip=0.5, schedule="cosine", warmup=0.2, fleet=fleet, target_modules=("q_proj", "v_proj")
    )
    try:
        assert train_fleet(ENGINE, trainees(folder, taught), recipe, tick=tick) == {}
    except StoppedError:
        return False
    return True


def ends(folder: Path, taught: Mapping[str, Sequence[Lesson]]) -> dict[str, Weights]:
    return {
        each.name: weights_of(path)
        for each in trainees(folder, taught)
        for path in each.adapters.values()
    }


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.parent.name: path.read_bytes() for path in folder.glob("*/adapter_model.safetensors")
    }


@pytest.mark.parametrize(("fleet", "every"), [(None, 4), (2, 7)])
def test_of_different_sizes_it_ends_with_the_same_weights(
    tmp_path: Path, fleet: int | None, every: int
) -> None:
    """Interrupted after any step, and once more later; the company then differs."""
    taught = {name: LESSONS[:size] for name, size in SIZES.items()}
    train(tmp_path / "whole", taught, fleet=fleet)
    whole = ends(tmp_path / "whole", taught)
    steps = EPOCHS * (2 + 3 + 1)
    for stop in range(1, steps + 1, every):
        folder = tmp_path / f"cut-{stop}"
        assert not train(folder, taught, stop_after=stop, fleet=fleet)
        train(folder, taught, stop_after=4, fleet=fleet)
        assert train(folder, taught, fleet=fleet)
        resumed = ends(folder, taught)
        for name in taught:
            assert distance(resumed[name], whole[name]) < 1e-6
        assert not list(folder.glob("*.safetensors"))


def test_where_the_company_is_the_same_at_every_epochs_beginning_so_is_every_byte(
    tmp_path: Path,
) -> None:
    """All have two steps an epoch, and none had finished an epoch that another had not."""
    train(tmp_path / "whole", ALIKE)
    whole = bytes_of(tmp_path / "whole")
    assert len(whole) == 3 * 2
    a_step = len(ALIKE)
    within_an_epoch = [
        stop
        for stop in range(1, EPOCHS * 2 * a_step)
        if (stop - 1) % (2 * a_step) < a_step  # in the first of two steps, or at its end
    ]
    for stop in within_an_epoch[::2]:
        folder = tmp_path / f"cut-{stop}"
        assert not train(folder, ALIKE, stop_after=stop)
        assert train(folder, ALIKE)
        assert bytes_of(folder) == whole


def test_so_it_is_for_those_who_wait(tmp_path: Path) -> None:
    """Interrupted once the first two had left, and when the next two had begun."""
    taught = {**ALIKE, "d": LESSONS[1:4]}
    train(tmp_path / "whole", taught, fleet=2)
    whole = bytes_of(tmp_path / "whole")
    for stop in (2 * 2 * EPOCHS + 1, 2 * 2 * EPOCHS + 2 * 2 + 2):
        folder = tmp_path / f"cut-{stop}"
        assert not train(folder, taught, stop_after=stop, fleet=2)
        assert train(folder, taught, fleet=2)
        assert bytes_of(folder) == whole


def test_so_it_is_for_those_who_find_themselves_in_other_slots(tmp_path: Path) -> None:
    """C took the slot of A, before B's; when they go on B is the first."""
    taught = {"A": ALIKE["a"], "b": ALIKE["b"], "c": ALIKE["c"]}
    train(tmp_path / "whole", taught, fleet=2)
    whole = bytes_of(tmp_path / "whole")
    for stop in (2 * 2 + 1, 2 * 2 * 2 + 2):  # in the first step of the second and third epoch
        folder = tmp_path / f"cut-{stop}"
        assert not train(folder, taught, stop_after=stop, fleet=2)
        assert train(folder, taught, fleet=2)
        assert bytes_of(folder) == whole
