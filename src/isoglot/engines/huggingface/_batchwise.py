"""Work on prompts, batch by batch: results in the order of prompts, in halves where memory ends."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from isoglot.core import ModelError
from isoglot.engines._base import Failure
from isoglot.engines.huggingface._memory import out_of_memory
from isoglot.engines.huggingface._reading import Batch, Prompt

Found = TypeVar("Found")


def batchwise(
    asked: Sequence[Prompt | Failure],
    plan: Callable[[Sequence[Prompt]], Iterable[Batch]],
    work: Callable[[Batch], Sequence[Found]],
    *,
    make_room: Callable[[], None],
) -> list[Found | Failure]:
    """What work makes of every prompt, in the order of the prompts.

    Args:
        asked: Prompts, in whose places those that can't be asked say why.
        plan: From prompts to batches of them.
        work: From a batch to one result a prompt.
        make_room: Called where memory ran out, before the halves of the batch are tried.
    """
    results: dict[int, Found | Failure] = {
        place: each for place, each in enumerate(asked) if isinstance(each, Failure)
    }
    for batch in plan([each for each in asked if isinstance(each, Prompt)]):
        for each, found in zip(batch.prompts, _halved(batch, work, make_room), strict=True):
            results[each.place] = found
    return [results[place] for place in range(len(asked))]


def _halved(
    batch: Batch,
    work: Callable[[Batch], Sequence[Found]],
    make_room: Callable[[], None],
    *,
    room_made: bool = False,
) -> list[Found | Failure]:
    """What work makes of a batch; where it fails, of its halves: that is the same."""
    try:
        return [*work(batch)]
    except ModelError:
        raise
    except (RuntimeError, MemoryError) as error:
        scarce = out_of_memory(error)
        if len(batch.prompts) == 1 and (room_made or not scarce):
            return [Failure(message=f"{type(error).__name__}: {error}")]
    # Outside of the handler: its error keeps hold of all that was computed.
    if scarce:
        make_room()
    if len(batch.prompts) == 1:
        return _halved(batch, work, make_room, room_made=True)
    return [each for half in batch.halves() for each in _halved(half, work, make_room)]
