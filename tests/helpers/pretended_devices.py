"""Several devices where there is but a processor: tensors that say they are elsewhere.

Everything is computed on the processor. A tensor is where it was sent to or made; what is computed
of it is there, too; and what meets a tensor from elsewhere fails as on real devices.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map_only

HERE = torch.device("cpu")
ONE, OTHER = torch.device("cpu", 1), torch.device("cpu", 2)
_GETTERS = {torch.Tensor.device.__get__: True}
_MAY_MEET = {"copy_", "__setitem__"}
"""Functions that copy from one device to another."""


class MeetingError(Exception):
    """Tensors on two devices met. No `RuntimeError`, which is taken for memory that ran out."""


class PretendedDevices(TorchFunctionMode):
    """While it lasts, tensors are where they are said to be."""

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if function in _GETTERS:
            return place_of(args[0])
        name = getattr(function, "__name__", "")
        wanted = _wanted(name, args, kwargs)
        if wanted is None:
            wanted = _common_place(name, args, kwargs)
        else:
            args, kwargs = _brought_here((args, kwargs))
        found = function(*args, **kwargs)
        for each in _tensors(found):
            if each is not (args[0] if args else None) or name not in _MAY_MEET:
                found = _sent(found, each, wanted)
        return found


def place_of(tensor: torch.Tensor) -> torch.device:
    """Where a tensor says it is."""
    return getattr(tensor, "pretended", HERE)


def spread(model: Any, places: dict[str, torch.device]) -> None:
    """Puts parts of a model on devices as accelerate does.

    Each part brings to it what it is given, and the model's output goes where its input was.
    """
    for name, place in places.items():
        module = model.get_submodule(name)
        for each in [*module.parameters(), *module.buffers()]:
            each.pretended = place
        module.register_forward_pre_hook(_bringing(place), with_kwargs=True)
    came_from: list[torch.device] = []

    def note(_: Any, args: Any, kwargs: Any) -> None:
        came_from.append(place_of(next(_tensors((args, kwargs)))))

    model.register_forward_pre_hook(note, with_kwargs=True)
    model.register_forward_hook(lambda _module, _inputs, output: _moved(output, came_from.pop()))


def _bringing(place: torch.device) -> Any:
    return lambda _, args, kwargs: (_moved(args, place), _moved(kwargs, place))


def _moved(values: Any, place: torch.device) -> Any:
    return tree_map_only(torch.Tensor, lambda each: each.to(place), values)


def _wanted(name: str, args: Any, kwargs: Any) -> torch.device | None:
    """The device that a call names, be it by a tensor that is there."""
    if kwargs.get("device") is not None:
        return torch.device(kwargs["device"])
    if name == "cpu":
        return HERE
    if name != "to":
        return None
    for each in [*args[1:], *kwargs.values()]:
        if isinstance(each, torch.Tensor):
            return place_of(each)
        if isinstance(each, torch.device | str):
            return torch.device(each)
    return place_of(args[0])


def _brought_here(values: Any) -> Any:
    return tree_map_only(torch.device, lambda _: HERE, values)


def _common_place(name: str, args: Any, kwargs: Any) -> torch.device:
    met = list(_tensors((args, kwargs)))
    large = [each for each in met if each.dim()] or met
    places = dict.fromkeys(map(place_of, large))
    if name == "__getitem__":  # what is on the processor may say which
        places = dict.fromkeys([place_of(args[0]), *(each for each in places if each != HERE)])
    if len(places) > 1 and name not in _MAY_MEET:
        raise MeetingError(f"{name}: tensors on {[str(each) for each in places]}")
    return next(iter(places), HERE)


def _tensors(values: Any) -> Iterator[torch.Tensor]:
    return (each for each in tree_leaves(values) if isinstance(each, torch.Tensor))


def _sent(found: Any, tensor: torch.Tensor, place: torch.device) -> Any:
    """A tensor's place is written on it; one that would be in two is doubled."""
    if place_of(tensor) != place and hasattr(tensor, "pretended"):
        doubled = tensor.clone()
        doubled.pretended = place  # type: ignore[attr-defined]
        return tree_map_only(torch.Tensor, lambda each: doubled if each is tensor else each, found)
    tensor.pretended = place  # type: ignore[attr-defined]
    return found
