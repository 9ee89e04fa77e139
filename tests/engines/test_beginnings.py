"""What is kept of beginnings: found again, also in part, and dropped when there is too much."""

from contextlib import nullcontext
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import tiny_engine  # noqa: E402

from isoglot.engines.huggingface import _beginnings  # noqa: E402
from isoglot.engines.huggingface._beginnings import Beginning, Beginnings, Wanted  # noqa: E402

FACTS = tuple(range(5, 25))


class Counted(Beginnings):
    """Counts how often something is computed."""

    n_computed = 0

    def _compute(self, wanted: Any, on: Any) -> list[Beginning]:
        self.n_computed += len(wanted)
        return super()._compute(wanted, on)


def kept(*, most_bytes: int = 10**9) -> Counted:
    return Counted(tiny_engine("llama").model, most_bytes=most_bytes)


def ask(beginnings: Beginnings, *tokens: int, owner: str | None = None) -> Beginning:
    (found,) = beginnings.read([Wanted(owner, tokens, None)], nullcontext)
    return found


def test_what_is_kept_is_not_computed_again_and_neither_is_its_beginning() -> None:
    beginnings = kept()
    ask(beginnings, 1, 2)
    whole = ask(beginnings, *FACTS)
    ask(beginnings, *FACTS[:3], 99)
    assert beginnings.n_computed == 3
    assert ask(beginnings, *FACTS) is whole
    part = ask(beginnings, *FACTS[:7])
    assert beginnings.n_computed == 3
    assert (part.start, part.end) == (0, 7)
    keys, values = part.layers[0]
    assert torch.equal(keys, whole.layers[0][0][:, :7])
    assert torch.equal(values, whole.layers[0][1][:, :7])


@pytest.mark.parametrize("tokens", [(*FACTS, 99), (*FACTS[:4], 99), (4,), (99,)])
def test_what_only_begins_like_it_is_computed(tokens: tuple[int, ...]) -> None:
    beginnings = kept()
    ask(beginnings, *FACTS)
    assert ask(beginnings, *tokens).end == len(tokens)
    assert beginnings.n_computed == 2


def test_what_another_adapter_read_is_computed() -> None:
    beginnings = kept()
    ask(beginnings, *FACTS, owner="one")
    ask(beginnings, *FACTS, owner="other")
    assert beginnings.n_computed == 2
    assert beginnings.known("one") == beginnings.known("other") == [FACTS]
    assert beginnings.known(None) == []


def test_the_oldest_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_beginnings, "_MOST_KEPT", 2)
    beginnings = kept()
    for first in (1, 2, 3):
        ask(beginnings, first, 4)
    ask(beginnings, 1, 4)  # asked again, so that it is no longer the oldest
    beginnings.make_room()
    assert beginnings.known(None) == [(1, 4), (3, 4)]
    ask(beginnings, 2, 4)
    assert beginnings.n_computed == 4


def test_nothing_is_left_where_there_is_no_room() -> None:
    beginnings = kept(most_bytes=0)
    ask(beginnings, *FACTS, owner="one")
    assert beginnings.known("one") == [FACTS]  # until room is made
    beginnings.make_room()
    assert beginnings.known("one") == []
    ask(beginnings, *FACTS, owner="one")
    assert beginnings.n_computed == 2


def test_a_beginning_holds_its_own_tokens_and_nothing_else() -> None:
    """Beside another one, alone, and alone behind what was copied to it."""
    beginnings = kept()
    wanted = [Wanted(None, FACTS, None), Wanted(None, (1, 2), None)]
    both = beginnings.read(wanted, nullcontext)
    alone = ask(beginnings, *FACTS[:9], 98)
    (behind,) = beginnings.read([Wanted(None, (*FACTS, 99, 98), both[0])], nullcontext)
    a_token = both[0].held[1] / len(FACTS)
    assert [each.held[1] / a_token for each in (*both, alone, behind)] == [len(FACTS), 2, 10, 2]
