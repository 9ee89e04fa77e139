"""The memory that a container's limit leaves, from the kernel's files."""

from collections.abc import Mapping
from pathlib import Path

from isoglot.engines.huggingface._cgroup import memory_left

V2 = ("memory.max", "memory.current", "inactive_file")
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def left(
    folder: Path, said: str, limits: Mapping[str, tuple[object, int, int]], files: tuple[str, ...]
) -> int | None:
    """Of groups with a limit, what they use, and what of it is cache."""
    (folder / "groups").write_text(said)
    for group, (limit, used, cache) in limits.items():
        place = folder / "mount" / group
        place.mkdir(parents=True, exist_ok=True)
        (place / files[0]).write_text(f"{limit}\n")
        (place / files[1]).write_text(f"{used}\n")
        (place / "memory.stat").write_text(f"anon 7\n{files[2]} {cache}\nactive_file 999\n")
    return memory_left(groups=folder / "groups", mount=folder / "mount")


def test_cache_is_not_counted_as_used(tmp_path: Path) -> None:
    assert left(tmp_path, "0::/\n", {"": (1000, 300, 50)}, V2) == 750


def test_the_tightest_group_on_the_way_up_counts(tmp_path: Path) -> None:
    limits: dict[str, tuple[object, int, int]] = {
        "": ("max", 0, 0),
        "slice": (500, 100, 0),
        "slice/job": (1000, 100, 0),
        "slice/other": (10, 10, 0),  # not ours
    }
    assert left(tmp_path, "0::/slice/job\n", limits, V2) == 400


def test_a_container_that_sees_its_group_as_the_root(tmp_path: Path) -> None:
    assert left(tmp_path, "0::/docker/4f7a\n", {"": (1000, 300, 0)}, V2) == 700


def test_a_group_outside_of_what_is_mounted(tmp_path: Path) -> None:
    assert left(tmp_path, "0::/../../job\n", {"": (1000, 300, 0)}, V2) == 700


def test_the_older_version(tmp_path: Path) -> None:
    said = "9:cpu,cpuacct:/job\n4:memory:/outer/job\n0::/\n"
    limits: dict[str, tuple[object, int, int]] = {
        "memory": (9223372036854771712, 5000, 0),
        "memory/outer/job": (1000, 300, 20),
    }
    assert left(tmp_path, said, limits, V1) == 720


def test_what_is_overdrawn_is_nothing(tmp_path: Path) -> None:
    assert left(tmp_path, "0::/\n", {"": (1000, 1100, 0)}, V2) == 0


def test_no_limit(tmp_path: Path) -> None:
    assert left(tmp_path, "0::/job\n", {"job": ("max", 300, 0)}, V2) is None


def test_another_system(tmp_path: Path) -> None:
    assert memory_left(groups=tmp_path / "groups", mount=tmp_path) is None
