"""The most memory that a piece of work takes, in a process of its own.

In one process the second to be measured would begin where the first one ended.
"""

import multiprocessing
import resource
from collections.abc import Callable
from typing import Any


def peak_bytes(work: Callable[..., Any], *arguments: Any) -> int:
    """The peak of the resident memory of a fresh process that does the work.

    Args:
        work: A function of a module: the process imports it.
        arguments: Its arguments, that can be pickled.

    Raises:
        RuntimeError: The work failed.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        found = int(ours.recv())
    except EOFError as error:
        raise RuntimeError(f"{work.__name__} ended without a figure") from error
    finally:
        process.join()
    return found


def _measure(pipe: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    work(*arguments)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
