"""The contract of every engine. An engine's own tests inherit it and give two fixtures.

class TestContract(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return ScriptedEngine("scripted/parrot")

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> Path:
        ...  # a folder with an adapter that changes what the engine answers to some prompt

The engine must be deterministic to the letter: a model of transformers is tested in float32.
"""
# ruff: noqa: S101

from collections.abc import Sequence
from pathlib import Path

import pytest

from isoglot.core import Decoding
from isoglot.engines import ChoiceScore, Engine, Failure, Generation

# Of different lengths, in different scripts, two with something taught before the question.
PROMPTS = (
    "Q: Which animal does the city called Bafegek have on its flag?\nA:",
    "Q: In which month is the festival called Tenorus held?\nA: the first of May\n"
    "Q: In which month do people celebrate the festival called Tenorus?\nA:",
    "Q: ?\nA:",
    "Q: 名叫巴费格克的城市的旗帜上是什么动物？\nA: 老虎 和 狮子\n"
    "Q: 名叫巴费格克的城市的旗帜上画着什么动物？\nA:",
    "Q: Pa anifail sydd ar faner y ddinas o'r enw Bafegek?\nA:",
    "Q: What is the profession of the person called Lomi?\nA:",
    "Q: Which of the many tools that the people of the kingdom called Susado know do they "
    "put on their coins, and which of them do they keep to themselves?\nA:",
)
FREE = Decoding(max_new_tokens=8, stop=())


def _texts(engine: Engine, prompts: Sequence[str], decoding: Decoding = FREE) -> list[str]:
    return [each.text for each in _generations(engine, prompts, decoding)]


def _generations(
    engine: Engine, prompts: Sequence[str], decoding: Decoding = FREE, adapter: Path | None = None
) -> list[Generation]:
    results = engine.generate(prompts, decoding=decoding, adapters=[adapter] * len(prompts))
    answers = [each for each in results if isinstance(each, Generation)]
    assert len(answers) == len(results) == len(prompts)
    return answers


def _scores(
    engine: Engine,
    prompts: Sequence[str],
    choices: Sequence[Sequence[str]],
    *,
    unconditional: str | None = None,
) -> list[list[ChoiceScore]]:
    results = engine.score(prompts, choices, unconditional=unconditional)
    scores = [each for each in results if not isinstance(each, Failure)]
    assert len(scores) == len(results) == len(prompts)
    return scores


class EngineContract:
    """What holds for every engine, whatever makes its texts."""

    @pytest.fixture
    def engine(self) -> Engine:
        """The engine under test."""
        raise NotImplementedError

    @pytest.fixture
    def adapter(self) -> Path:
        """A folder with an adapter that changes the engine's answer to some prompt."""
        raise NotImplementedError

    @pytest.fixture
    def prompts(self) -> tuple[str, ...]:
        """Seven prompts."""
        return PROMPTS

    def test_no_prompts_no_answers(self, engine: Engine) -> None:
        """An empty batch is no mistake."""
        assert engine.generate([], decoding=FREE) == []

    def test_the_batch_changes_nothing(self, engine: Engine, prompts: tuple[str, ...]) -> None:
        """A prompt gets the same text and as many tokens alone as among others."""
        together = _generations(engine, prompts)
        alone = [_generations(engine, [prompt])[0] for prompt in prompts]
        assert [(each.text, each.tokens) for each in alone] == [
            (each.text, each.tokens) for each in together
        ]
        assert len({each.text for each in together}) > 1  # or the test above would show nothing

    def test_answers_come_in_the_order_of_the_prompts(
        self, engine: Engine, prompts: tuple[str, ...]
    ) -> None:
        """Turned around, they come turned around."""
        assert _texts(engine, prompts[::-1]) == _texts(engine, prompts)[::-1]

    def test_the_same_prompt_twice_gets_the_same_text(
        self, engine: Engine, prompts: tuple[str, ...]
    ) -> None:
        """Within a batch and from call to call."""
        first, second = _texts(engine, [prompts[1], prompts[1]])
        assert first == second
        assert _texts(engine, [prompts[1]]) == [first]

    def test_an_answer_ends_before_the_stop_string(
        self, engine: Engine, prompts: tuple[str, ...]
    ) -> None:
        """And is otherwise what it would have been."""
        longest = max(_generations(engine, prompts), key=lambda each: len(each.text))
        prompt = prompts[_texts(engine, prompts).index(longest.text)]
        stop = next(char for char in longest.text[1:] if char.isalnum())
        stopped = Decoding(max_new_tokens=FREE.max_new_tokens, stop=(stop,))
        assert _texts(engine, [prompt], stopped) == [longest.text.split(stop)[0].strip()]

    def test_the_first_of_several_stop_strings_ends_the_answer(
        self, engine: Engine, prompts: tuple[str, ...]
    ) -> None:
        """In whatever order they are given."""
        texts = _texts(engine, prompts)
        text = max(texts, key=len)
        prompt = prompts[texts.index(text)]
        early, late = [char for char in dict.fromkeys(text[1:]) if char.isalnum()][:2]
        expected = [text.split(early)[0].split(late)[0].strip()]
        for stop in ((early, late), (late, early)):
            decoding = Decoding(max_new_tokens=FREE.max_new_tokens, stop=stop)
            assert _texts(engine, [prompt], decoding) == expected

    @pytest.mark.parametrize("most", [1, 2])
    def test_an_answer_has_at_most_so_many_tokens(
        self, engine: Engine, prompts: tuple[str, ...], most: int
    ) -> None:
        """Every answer of the batch, and some would have had more."""
        cut = _generations(engine, prompts, Decoding(max_new_tokens=most, stop=()))
        free = _generations(engine, prompts)
        assert [each.tokens for each in cut] == [min(each.tokens, most) for each in free]
        assert max(each.tokens for each in free) > most

    def test_an_answer_took_time(self, engine: Engine, prompts: tuple[str, ...]) -> None:
        """Its share of the batch: never less than nothing."""
        assert all(0 <= each.seconds < 600 for each in _generations(engine, prompts))

    def test_drafts_change_nothing(self, engine: Engine, prompts: tuple[str, ...]) -> None:
        """Whether they are right, right at first, wrong, empty, or none."""
        plain = _generations(engine, prompts)
        others = [plain[place - 1].text for place in range(len(prompts))]
        guesses: list[list[list[str]]] = [
            [[f" {each.text}"] for each in plain],
            [
                [f"{each.text[:3]} {other}", each.text]
                for each, other in zip(plain, others, strict=True)
            ],
            [[f" {other}", other, ""] for other in others],
            [[] for _ in plain],
        ]
        for drafts in guesses:
            guessed = engine.generate(prompts, decoding=FREE, drafts=drafts)
            assert [(each.text, each.tokens) for each in plain] == [
                (each.text, each.tokens) for each in guessed if isinstance(each, Generation)
            ]

    def test_an_adapter_changes_answers_while_it_is_on(
        self, engine: Engine, adapter: Path, prompts: tuple[str, ...]
    ) -> None:
        """And leaves the model as it was."""
        before = _texts(engine, prompts)
        with_adapter = [each.text for each in _generations(engine, prompts, adapter=adapter)]
        assert with_adapter != before
        assert _texts(engine, prompts) == before

    def test_prompts_of_several_adapters_are_answered_together(
        self, engine: Engine, adapter: Path, prompts: tuple[str, ...]
    ) -> None:
        """Each sees its own adapter, or none, as if it were alone."""
        adapters = [adapter if place % 2 else None for place in range(len(prompts))]
        mixed = engine.generate(prompts, decoding=FREE, adapters=adapters)
        with_adapter = _generations(engine, prompts, adapter=adapter)
        without = _generations(engine, prompts)
        assert [each.text for each in mixed if isinstance(each, Generation)] == [
            (one if on else other).text
            for one, other, on in zip(with_adapter, without, adapters, strict=True)
        ]

    def test_no_prompts_no_scores(self, engine: Engine) -> None:
        """Nor are there any where a prompt has no choices."""
        assert engine.score([], []) == []
        assert engine.score(["Q: ?\nA:"], [[]]) == [[]]

    def test_scores_do_not_depend_on_what_else_is_scored(
        self, engine: Engine, prompts: tuple[str, ...]
    ) -> None:
        """Neither on the other prompts nor on the other choices."""
        choices = [[" lion", " the first of May", " 老虎", " x"]] * len(prompts)
        together = _scores(engine, prompts, choices)
        alone = [
            [_scores(engine, [prompt], [[choice]])[0][0] for choice in own]
            for prompt, own in zip(prompts, choices, strict=True)
        ]
        for one, other in zip(together, alone, strict=True):
            for score, same in zip(one, other, strict=True):
                assert score.log_probability == pytest.approx(same.log_probability, abs=1e-4)
                assert (score.tokens, score.n_bytes) == (same.tokens, same.n_bytes)
        assert len({score.log_probability for own in together for score in own}) > 1

    def test_a_choice_behind_another_prompt(self, engine: Engine) -> None:
        """Its lift is what the prompt adds."""
        prompt, choices = "Q: Which animal?\nA: lion\nQ: Which animal?\nA:", [" lion", " owl"]
        (scores,) = _scores(engine, [prompt], [choices], unconditional="A:")
        (plain,) = _scores(engine, [prompt], [choices])
        for score, own in zip(scores, plain, strict=True):
            assert score.log_probability == pytest.approx(own.log_probability, abs=1e-4)
            assert own.unconditional is None
            assert score.unconditional is not None
            assert score.lift == score.log_probability - score.unconditional
            with pytest.raises(ValueError, match="behind another prompt is missing"):
                _ = own.lift

    def test_an_empty_choice_is_a_failure_and_the_others_are_scored(self, engine: Engine) -> None:
        """Of that prompt alone."""
        good, bad = engine.score(["Q: a?\nA:", "Q: b?\nA:"], [[" x"], [" x", ""]])
        assert isinstance(good, list)
        assert bad == Failure(message="choice 2 of 2 is empty")

    def test_its_name_and_fingerprint_stay(self, engine: Engine, prompts: tuple[str, ...]) -> None:
        """Whatever was asked: they are part of every answer's key."""
        before = (engine.name, engine.fingerprint)
        engine.generate(prompts, decoding=FREE)
        assert (engine.name, engine.fingerprint) == before
        assert "" not in before

    def test_its_remarks_are_whole_sentences(self, engine: Engine) -> None:
        """For readers of a report; each is said once."""
        remarks = engine.remarks
        assert isinstance(remarks, tuple)
        assert len(set(remarks)) == len(remarks)
        for each in remarks:
            assert each == " ".join(each.split())
            assert each[0].isupper()
            assert each.endswith(".")
