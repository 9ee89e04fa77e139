"""What Linux's control groups leave of the memory: the limit of a container or of a batch job.

The machine's own figures know nothing of it, and whoever passes it is killed without a word.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_GROUPS = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")


class _Files(NamedTuple):
    """A version's files; `cache` is the line of `memory.stat` on what would be dropped first."""

    limit: str
    used: str
    cache: str


_V1 = _Files("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_V2 = _Files("memory.max", "memory.current", "inactive_file")


def memory_left(*, groups: Path = _GROUPS, mount: Path = _MOUNT) -> int | None:
    """What this process's control groups leave it, in bytes; `None` where they set no limit.

    A limit holds for all groups inside, so the tightest one on the way to the root counts. Cached
    pages that nobody uses are free: the kernel drops them before it refuses memory.

    Args:
        groups: Which groups the process is in, as Linux tells it.
        mount: Where the groups are.
    """
    try:
        lines = groups.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    left = [
        room
        for folder, files in _folders(lines, mount)
        if (room := _room(folder, files)) is not None
    ]
    return max(0, min(left)) if left else None


def _folders(lines: list[str], mount: Path) -> Iterator[tuple[Path, _Files]]:
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if not controllers:
            root, files = mount, _V2
        elif "memory" in controllers.split(","):
            root, files = mount / "memory", _V1
        else:
            continue
        parts = [part for part in group.split("/") if part]
        if ".." in parts:  # a group outside of what is mounted
            parts = []
        # A container often sees its own group as the root, whatever the group is called outside.
        for depth in range(len(parts), -1, -1):
            yield root.joinpath(*parts[:depth]), files


def _room(folder: Path, files: _Files) -> int | None:
    try:
        limit = int((folder / files.limit).read_text(encoding="utf-8"))
        used = int((folder / files.used).read_text(encoding="utf-8"))
        stat = (folder / "memory.stat").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # no such group, or "max"
        return None
    cache = sum(int(line.split()[1]) for line in stat if line.split()[0] == files.cache)
    return limit - used + cache
