"""What can't be asked fails for itself alone, with its reason."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import tiny_engine  # noqa: E402

from isoglot.core import Decoding  # noqa: E402
from isoglot.engines import Failure  # noqa: E402
from isoglot.engines._encode import PlainEncoder  # noqa: E402
from isoglot.engines._prepare import Preparer, in_parts  # noqa: E402

GOOD = "Q: in which month?\nA:"
DECODING = Decoding(max_new_tokens=5, stop=("this never comes 狮子",))
HALF_A_CHARACTER = "a lone surrogate, U+D83D, at character 4"


def test_prompts_that_cant_be_asked_leave_the_others_alone() -> None:
    engine = tiny_engine("llama")
    expected = engine.generate([GOOD], decoding=DECODING)[0]
    good, half, long, again = engine.generate(
        [GOOD, "Q: \ud83d?", "x" * 600, GOOD], decoding=DECODING, drafts=[["\ud83d"]] * 4
    )
    assert not isinstance(expected, Failure)
    assert isinstance(good, type(expected))
    assert isinstance(again, type(expected))
    assert good.text == again.text == expected.text
    assert good.tokens == 5, "a stop string that never comes stops nothing"
    assert half == Failure(message=f"the prompt has {HALF_A_CHARACTER}")
    assert isinstance(long, Failure)
    assert long.message.startswith("the prompt has 601 tokens")


@pytest.mark.parametrize("prompt", ["", "<s>", "</s><s>", "\u200b", "\n"])
def test_prompts_with_little_in_them_are_answered(prompt: str) -> None:
    (found,) = tiny_engine("llama").generate([prompt], decoding=DECODING)
    assert not isinstance(found, Failure)
    assert found.tokens > 0


def test_an_empty_prompt_without_a_first_token_is_refused() -> None:
    """Most tokenizers put one in front. Where none is, there is nothing to go on from."""
    engine = tiny_engine("gpt2")
    engine.tokenizer.backend_tokenizer.post_processor = None
    preparer = Preparer(PlainEncoder(engine.tokenizer), room=None)
    refused = Failure(
        message="the prompt is empty, and the model has no token that begins a sequence"
    )
    assert preparer.askable("", answer=1) == refused
    assert preparer.scorable("", ["a"]) == refused
    assert preparer.askable("a", answer=1) == engine.tokenizer("a").input_ids


@pytest.mark.parametrize(
    ("prompt", "choices", "message"),
    [
        (GOOD, [" a", ""], "choice 2 of 2 is empty"),
        (GOOD, [" a", "abc\ud83d"], f"choice 2 of 2 has {HALF_A_CHARACTER}"),
        ("abc\ud83d", [" a"], f"the prompt has {HALF_A_CHARACTER}"),
        (
            "x" * 500,
            [" a", "x" * 12],
            "prompt and choice have 513 tokens; the model's context is 512",
        ),
    ],
)
def test_choices_that_cant_be_scored(prompt: str, choices: list[str], message: str) -> None:
    good, bad = tiny_engine("llama").score([GOOD, prompt], [[" a"], choices])
    assert bad == Failure(message=message)
    assert good == tiny_engine("llama").score([GOOD], [[" a"]])[0]


def test_nothing_to_choose_from_is_no_failure() -> None:
    assert tiny_engine("llama").score([GOOD, GOOD], [[], [" a"]])[0] == []


def test_more_choices_than_fit_are_scored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = tiny_engine("llama")
    choices = [f" {'ab' * (number % 7)}{number}" for number in range(60)]
    (expected,) = engine.score([GOOD], [choices])
    limits = engine._budget.limits()
    few = limits._replace(tokens=40)
    monkeypatch.setattr(engine._budget, "limits", lambda: few)
    fed = []
    read = engine._reader.score
    monkeypatch.setattr(
        engine._reader, "score", lambda batch: (fed.append(batch.prompts), read(batch))[1]
    )
    (found,) = engine.score([GOOD], [choices])
    assert not isinstance(expected, Failure)
    assert not isinstance(found, Failure)
    assert [each.log_probability for each in found] == pytest.approx(
        [each.log_probability for each in expected], abs=1e-4
    )
    assert len(fed) > 5


def test_parts_hold_what_fits_and_one_at_least() -> None:
    assert in_parts([[1], [2, 3], [4], [5, 6, 7, 8], [9]], most=3) == [
        [[1], [2, 3]], [[4]], [[5, 6, 7, 8]], [[9]],
    ]  # fmt: skip
    assert in_parts([], most=3) == []
