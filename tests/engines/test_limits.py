"""How large batches may be, from what memory is free."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import tiny_engine, tiny_model  # noqa: E402

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines import Failure  # noqa: E402
from isoglot.engines.huggingface import _limits  # noqa: E402
from isoglot.engines.huggingface._limits import Budget, token_bytes  # noqa: E402

# Of the tiny Llama: three layers with 2 key heads of 8; hidden states of 32, 64 in the middle, in
# float32; attention's 4 heads of 8 in float32, twice.
TOKEN = (2 * 3 * 2 * 8 + 8 * 32 + 3 * 64) * 4 + 8 * 4 * 8


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is free, by how many tokens would fit into the share that a batch may take."""
    tokens = [1000]
    monkeypatch.setattr(_limits, "free_memory", lambda _: 4 * TOKEN * tokens[0] + 5)
    return tokens


def test_what_a_token_takes() -> None:
    assert token_bytes(tiny_model("llama")) == TOKEN


def test_tokens_are_a_power_of_two_within_bounds(free: list[int]) -> None:
    budget = Budget(tiny_model("llama"), rows=None)
    for fitting, expected in [(0, 256), (511, 256), (512, 512), (1000, 512), (10**6, 4096)]:
        free[0] = fitting
        assert budget.limits().tokens == expected
    free[0] = 800
    assert budget.shared_bytes() == 800 * TOKEN + 1


def test_rows_are_those_that_were_asked_for() -> None:
    assert Budget(tiny_model("llama"), rows=7).limits().rows == 7
    assert Budget(tiny_model("llama"), rows=None).limits().rows == 128


def test_where_memory_ran_out_batches_are_halved_from_then_on(free: list[int]) -> None:
    budget = Budget(tiny_model("llama"), rows=8)
    before = budget.limits()
    budget.shrink()
    assert budget.limits() == before._replace(rows=4, tokens=256)
    for _ in range(9):
        budget.shrink()
    assert budget.limits().rows == 1


def test_a_batch_that_does_not_fit_is_answered_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a processor's allocator says it, for more than three prompts."""
    prompts = [f"Q: number {number}?\nA:" for number in range(8)]
    decoding = Decoding(max_new_tokens=4)
    expected = [each.text for each in tiny_engine("llama").generate(prompts, decoding=decoding)]
    engine = tiny_engine("llama")
    answer = engine._reader.answer
    sizes = []

    def scarce(batch, decoding):
        sizes.append(len(batch.prompts))
        if len(batch.prompts) > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return answer(batch, decoding)

    monkeypatch.setattr(engine._reader, "answer", scarce)
    found = engine.generate(prompts, decoding=decoding)
    assert [each.text for each in found] == expected
    assert sizes == [8, 4, 2, 2, 4, 2, 2]
    assert engine._budget.limits().rows == 24 // 8


def test_what_fails_for_another_reason_does_not_shrink_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = tiny_engine("llama")
    answer = engine._reader.answer

    def picky(batch, decoding):
        if any(len(each.tokens) == 4 for each in batch.prompts):
            raise RuntimeError("no three letters")
        return answer(batch, decoding)

    monkeypatch.setattr(engine._reader, "answer", picky)
    one, bad, other = engine.generate(["ab", "abc", "abcd"], decoding=Decoding(max_new_tokens=4))
    assert bad == Failure(message="RuntimeError: no three letters")
    assert not isinstance(one, Failure)
    assert not isinstance(other, Failure)
    assert engine._budget.limits().rows == 24


def test_a_prompt_that_did_not_fit_beside_what_was_kept_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = tiny_engine("llama")
    answer = engine._reader.answer
    tried = []

    def scarce_at_first(batch, decoding):
        tried.append(len(batch.prompts))
        if len(tried) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return answer(batch, decoding)

    monkeypatch.setattr(engine._reader, "answer", scarce_at_first)
    (found,) = engine.generate(["Q: a?\nA:"], decoding=Decoding(max_new_tokens=4))
    assert not isinstance(found, Failure)
    assert tried == [1, 1]


def test_where_memory_ran_out_the_next_batch_of_the_call_is_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = tiny_engine("llama", batch_size=8)
    answer = engine._reader.answer
    sizes = []

    def scarce(batch, decoding):
        sizes.append(len(batch.prompts))
        if len(batch.prompts) > 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return answer(batch, decoding)

    monkeypatch.setattr(engine._reader, "answer", scarce)
    prompts = [f"Q: number {number}?\nA:" for number in range(24)]
    engine.generate(prompts, decoding=Decoding(max_new_tokens=2))
    assert sizes == [8, 4, 4, 4, 4, 4, 4]
