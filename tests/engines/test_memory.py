"""What memory is left, and how one is told that it ran out."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from isoglot.engines.huggingface import _memory, free_memory, out_of_memory  # noqa: E402


def test_a_containers_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = torch.device("cpu")
    monkeypatch.setattr(_memory, "memory_left", lambda: 12345)
    assert free_memory(processor) == 12345
    monkeypatch.setattr(_memory, "memory_left", lambda: None)
    assert free_memory(processor) > 12345
    monkeypatch.setattr(_memory, "memory_left", lambda: 2**62)
    assert free_memory(processor) < 2**62


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_how_memory_that_ran_out_is_told(error: Exception, expected: bool) -> None:
    assert out_of_memory(error) is expected
