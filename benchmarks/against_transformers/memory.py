"""The most memory that a piece of work takes, in a process of its own.

In one process the second to be measured would begin where the first one ended. What a process
imports and the model that it loads are counted, too: on both sides.
"""

import multiprocessing
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isoglot.core import Record

_STATUS = Path("/proc/self/status")


class Peak(Record):
    """The most memory that a process had.

    Attributes:
        process: Bytes of resident memory.
        device: Bytes of tensors on the CUDA device; `None` without one, or without torch.
    """

    process: int
    device: int | None


def peak_of(work: Callable[..., Any], *arguments: Any) -> Peak:
    """The peak of a fresh process that does the work.

    Args:
        work: A function of a module: the process imports it.
        arguments: Its arguments, that can be pickled.

    Raises:
        RuntimeError: The work failed; what failed is on stderr.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        found: Peak = ours.recv()
    except EOFError as error:
        raise RuntimeError(f"{work.__name__} ended without a figure") from error
    finally:
        process.join()
    return found


def _measure(pipe: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    work(*arguments)
    pipe.send(Peak(process=_resident_peak(), device=_device_peak()))


def _device_peak() -> int | None:
    # Imported here it would count as the work's.
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return int(torch.cuda.max_memory_allocated())


def _resident_peak() -> int:
    # Linux passes the peak that getrusage tells on from the process that started this one.
    if _STATUS.exists():
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
        (kibibytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(kibibytes) * 1024
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told if sys.platform == "darwin" else told * 1024
