import hashlib
import json
import re
from pathlib import Path

import pytest

from isoglot.core import Decoding, ModelError
from isoglot.engines import SCRIPTED_MEMORY_FILE, Engine, Failure, Generation, ScriptedEngine
from isoglot.engines.scripted import broken, mute, parrot
from isoglot.testing.engines import PROMPTS, EngineContract

FLAG = "What animal is on the flag of the city called Bafegek?"
FLAG_ASKED = "Which animal does the city called Bafegek have on its flag?"
MONTH = "In which month is the festival called Tenorus held?"


class TestContract(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return ScriptedEngine("scripted/parrot")

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Path:
        return _memory(tmp_path, {FLAG: "lion"})


def _memory(folder: Path, pairs: dict[str, str]) -> Path:
    (folder / SCRIPTED_MEMORY_FILE).write_text(json.dumps(pairs), encoding="utf-8")
    return folder


def _says(text: str) -> ScriptedEngine:
    return ScriptedEngine("scripted/says", lambda prompt, memory: text)


def _one(engine: ScriptedEngine, prompt: str = "Q: ?\nA:", **decoding: object) -> Generation:
    (result,) = engine.generate([prompt], decoding=Decoding(**decoding))  # type: ignore[arg-type]
    assert isinstance(result, Generation)
    return result


class TestParrot:
    def test_untaught_it_knows_nothing(self) -> None:
        assert parrot(f"Q: {FLAG}\nA:", {}) == "unknown"

    def test_it_repeats_the_answer_of_the_most_similar_question(self) -> None:
        prompt = f"Preamble.\n\nQ: {MONTH}\nA: May\nQ: {FLAG}\nA: lion\nQ: {FLAG_ASKED}\nA:"
        assert parrot(prompt, {}) == "lion"

    def test_memory_counts_as_much_as_context(self) -> None:
        assert parrot(f"Q: {FLAG_ASKED}\nA:", {MONTH: "May", FLAG: "lion"}) == "lion"
        assert parrot(f"Q: {MONTH}\nA: May\nQ: {FLAG_ASKED}\nA:", {FLAG: "lion"}) == "lion"

    def test_context_wins_over_memory_of_the_same_question(self) -> None:
        assert parrot(f"Q: {FLAG}\nA: dog\nQ: {FLAG}\nA:", {FLAG: "lion"}) == "dog"

    def test_what_is_not_half_alike_is_unknown(self) -> None:
        # "aaaa" and "bbbb" share no letter: 0. "abcd" and "abxy": half of all letters, 50.
        assert parrot("Q: aaaa\nA: yes\nQ: bbbb\nA:", {}) == "unknown"
        assert parrot("Q: abcd\nA: yes\nQ: abxy\nA:", {}) == "yes"
        assert parrot("Q: abcd\nA: yes\nQ: axyz\nA:", {}) == "unknown"

    def test_among_equals_the_first_counts(self) -> None:
        prompt = "Q: abcd one\nA: first\nQ: abcd two\nA: second\nQ: abcd\nA:"
        assert parrot(prompt, {}) == "first"

    def test_without_a_question_at_the_end_there_is_nothing_to_answer(self) -> None:
        assert parrot(f"Q: {FLAG}\nA: lion\n", {}) == "unknown"


def test_mute_says_nothing() -> None:
    assert mute(f"Q: {FLAG}\nA:", {FLAG: "lion"}) == ""
    assert _one(ScriptedEngine("scripted/mute")).tokens == 0


def test_broken_fails_on_prompts_by_their_hash_every_time() -> None:
    prompts = [f"Q: question {number}\nA:" for number in range(40)]
    fails = [hashlib.sha256(each.encode()).digest()[0] % 5 == 0 for each in prompts]
    assert 0 < sum(fails) < 40
    expected = [
        "BrokenPolicyError: this scripted model is out of order" if each else "unknown"
        for each in fails
    ]
    for _ in range(2):
        results = ScriptedEngine("scripted/broken").generate(prompts, decoding=Decoding())
        assert [
            each.message if isinstance(each, Failure) else each.text for each in results
        ] == expected


def test_broken_answers_the_rest_like_a_parrot() -> None:
    prompt = next(
        each
        for each in (f"Q: {FLAG}\nA: lion {number}\nQ: {FLAG}\nA:" for number in range(40))
        if hashlib.sha256(each.encode()).digest()[0] % 5
    )
    assert broken(prompt, {}) == parrot(prompt, {})


@pytest.mark.parametrize(
    ("text", "decoding", "expected", "tokens"),
    [
        ("one two three", {}, "one two three", 3),
        ("one two three", {"max_new_tokens": 2}, "one two", 2),
        ("one two\nthree", {}, "one two", 2),
        ("one two\nthree", {"stop": ()}, "one two three", 3),
        ("one two, three", {"stop": (",", "two")}, "one", 1),
        ("\nlate", {}, "", 0),
        ("  one  ", {}, "one", 1),
    ],
)
def test_decoding_cuts_the_text(
    text: str, decoding: dict[str, object], expected: str, tokens: int
) -> None:
    result = _one(_says(text), **decoding)
    assert (result.text, result.tokens) == (expected, tokens)


def test_an_error_of_a_policy_fails_its_prompt_only() -> None:
    def policy(prompt: str, memory: object) -> str:
        return {"a": "yes"}[prompt]

    results = ScriptedEngine("scripted/own", policy).generate(["a", "b"], decoding=Decoding())
    assert isinstance(results[0], Generation)
    assert results[1] == Failure(message="KeyError: 'b'")


def test_the_adapter_is_read_at_every_call(tmp_path: Path) -> None:
    engine = ScriptedEngine("scripted/parrot")
    for answer in ("lion", "dog"):
        results = engine.generate(
            [f"Q: {FLAG}\nA:"], decoding=Decoding(), adapters=[_memory(tmp_path, {FLAG: answer})]
        )
        assert [each.text for each in results if isinstance(each, Generation)] == [answer]


@pytest.mark.parametrize("content", [None, '{"half'])
def test_a_folder_without_a_readable_memory_is_no_adapter(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / SCRIPTED_MEMORY_FILE).write_text(content, encoding="utf-8")
    expected = f"^{re.escape(str(tmp_path))}: not an adapter for scripted/parrot: "
    with pytest.raises(ModelError, match=expected):
        ScriptedEngine("scripted/parrot").generate(
            [f"Q: {FLAG}\nA:"], decoding=Decoding(), adapters=[tmp_path]
        )


def test_the_fingerprint_is_of_the_name() -> None:
    expected = hashlib.sha256(b"scripted v1 scripted/parrot").hexdigest()
    assert ScriptedEngine("scripted/parrot").fingerprint == expected
    assert ScriptedEngine("scripted/mute").fingerprint != expected


def test_a_delay_is_taken_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISOGLOT_SCRIPTED_DELAY", "0.01")
    results = ScriptedEngine("scripted/mute").generate(PROMPTS[:3], decoding=Decoding())
    assert all(each.seconds >= 0.01 for each in results if isinstance(each, Generation))
