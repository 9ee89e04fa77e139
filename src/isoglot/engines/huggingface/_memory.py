"""What memory is left, and whether it ran out."""

import psutil
import torch

from isoglot.engines.huggingface._cgroup import memory_left

# As the processor's allocator, Apple's, and cuBLAS say it.
_SIGNS = ("out of memory", "t allocate memory", "not enough memory", "alloc_failed")


def free_memory(device: torch.device) -> int:
    """What a device has left, in bytes; 0 where the device is not on this machine."""
    if device.type == "cuda":
        if not torch.cuda.is_available():
            return 0
        # What torch keeps for itself, but does not use, is free, too.
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + kept
    available = int(psutil.virtual_memory().available)
    left = memory_left()
    return available if left is None else min(available, left)


def out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out; torch has no one class for it."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in said for sign in _SIGNS)
