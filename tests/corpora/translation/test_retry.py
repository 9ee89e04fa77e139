from collections.abc import Sequence

import pytest
from fakes import Fake

from isoglot.core import ModelError
from isoglot.corpora.translation import Patience, TranslationFailure
from isoglot.corpora.translation._retry import translate_patiently

BUSY = TranslationFailure(reason="busy", transient=True)
WRONG = TranslationFailure(reason="wrong")


class Nap:
    """Stands in for `time.sleep`."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def nap() -> Nap:
    return Nap()


def _translate(translator: Fake, texts: Sequence[str], nap: Nap, attempts: int = 5) -> list:
    return translate_patiently(
        translator,
        texts,
        source="en",
        target="sw",
        patience=Patience(attempts=attempts, longest_wait=6.0),
        sleep=nap,
    )


def test_what_goes_well_is_asked_once(nap: Nap) -> None:
    fake = Fake()
    assert _translate(fake, ["a", "b"], nap) == ["sw: a", "sw: b"]
    assert (fake.calls, nap.seconds) == ([["a", "b"]], [])


def test_only_what_failed_for_the_moment_is_asked_again(nap: Nap) -> None:
    fake = Fake(lambda text, call: {"a": WRONG, "b": BUSY if call < 3 else None}.get(text))
    assert _translate(fake, ["a", "b", "c"], nap) == [WRONG, "sw: b", "sw: c"]
    assert fake.calls == [["a", "b", "c"], ["b"], ["b"]]


def test_waits_double_up_to_the_longest_with_up_to_a_second_more(nap: Nap) -> None:
    assert _translate(Fake(lambda text, call: BUSY), ["a"], nap) == [BUSY]
    # 1, 2, 4, then the longest, 6.
    assert len(nap.seconds) == 4
    for waited, least in zip(nap.seconds, (1, 2, 4, 6), strict=True):
        assert least <= waited <= least + 1


@pytest.mark.parametrize("error", [ConnectionError("gone"), TimeoutError("late")])
def test_a_lost_connection_is_tried_again_as_a_batch(error: Exception, nap: Nap) -> None:
    fake = Fake(lambda text, call: error if call == 1 else None)
    assert _translate(fake, ["a", "b"], nap) == ["sw: a", "sw: b"]
    assert fake.calls == [["a", "b"], ["a", "b"]]
    assert len(nap.seconds) == 1


def test_a_batch_that_breaks_is_taken_apart(nap: Nap) -> None:
    fake = Fake(lambda text, call: ValueError("bad text\nmore") if text == "b" else None)
    assert _translate(fake, ["a", "b", "c"], nap) == [
        "sw: a",
        TranslationFailure(reason="ValueError: bad text"),
        "sw: c",
    ]
    assert fake.calls == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert nap.seconds == []


def test_a_translator_that_loses_texts_is_asked_one_by_one(nap: Nap) -> None:
    class Loses(Fake):
        def translate(self, texts: Sequence[str], **languages: str) -> list:
            return super().translate([each for each in texts if each != "b"], **languages)

    assert _translate(Loses(), ["a", "b"], nap) == [
        "sw: a",
        TranslationFailure(reason="fake gave 0 texts for 1"),
    ]


@pytest.mark.parametrize("error", [ModelError("no weights"), KeyboardInterrupt()])
def test_what_is_no_texts_fault_passes_through(error: BaseException, nap: Nap) -> None:
    def trouble(text: str, call: int) -> None:
        raise error

    with pytest.raises(type(error)):
        _translate(Fake(trouble), ["a"], nap)
