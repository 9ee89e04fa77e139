"""The effectiveness study by the way of its authors' scripts, a slice of it.

A step is a row of 128 tokens, full, the answer nine times; a question is one call of a pipeline.
What the scripts do beyond that is given to them for nothing: loading the model for every run,
validating after every epoch, drawing 256 tokens for an answer.
"""

import statistics
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from peft import PeftModel

from against_peft.facts import LANGUAGES, lessons
from against_peft.peer import Asker, cut_rows, optimizer_of, take_step
from against_peft.scope import PeerCost
from isoglot.core import Fact, Record
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.judges import Match
from isoglot.learning import LoraRecipe, ask_prompt
from isoglot.learning.fleet.rows import Row, encode_lesson
from side_by_side.timing import seconds_of

RECIPE = LoraRecipe(recipe="lnewknow")


class Slice(Record):
    """What is timed.

    Attributes:
        steps: Of training; one more goes before them, untimed.
        questions: In every language; one more in all goes before them, untimed.
    """

    steps: int
    questions: int


class Told(Record):
    """What the peer answered.

    Attributes:
        language: In which it was taught and asked.
        fact_id: The fact that it was asked.
    """

    language: str
    fact_id: str
    text: str


def full_rows(engine: HuggingFaceEngine, n_facts: int) -> dict[str, list[Row]]:
    """The rows of an epoch, by language."""
    return {
        language: list(
            cut_rows(
                [encode_lesson(engine, each, repeats=RECIPE.repeats) for each in taught],
                size=RECIPE.packing or 0,
            )
        )
        for language, taught in lessons(n_facts).items()
    }


def count_rows(engine: HuggingFaceEngine, n_facts: int) -> dict[str, int]:
    """How many rows an epoch has, by language."""
    return {language: len(rows) for language, rows in full_rows(engine, n_facts).items()}


def measure_slice(
    plain: Any,
    engine: HuggingFaceEngine,
    *,
    adapters: Mapping[str, Path],
    facts: Sequence[Fact],
    rows: Sequence[Row],
    max_new_tokens: int,
) -> tuple[PeerCost, list[Told]]:
    """What a step and a question cost, and what was answered.

    Args:
        plain: The peer's model; it keeps PEFT's modules.
        engine: For its tokenizer.
        adapters: By language, trained to the end: they end their answers soonest.
        facts: That are asked, in every language.
        rows: To step on, the first of them before the clock runs.
        max_new_tokens: Of an answer, as ours.
    """
    (first, *others) = adapters.items()
    model = PeftModel.from_pretrained(plain, first[1], adapter_name=first[0], is_trainable=True)
    for language, folder in others:
        model.load_adapter(folder, adapter_name=language)
    ask = Asker(model, engine.tokenizer, max_new_tokens=max_new_tokens)
    ask(ask_prompt(facts[0].texts[first[0]].ask))
    told: list[Told] = []
    seconds = seconds_of(lambda: told.extend(_ask_all(model, ask, list(adapters), facts)))
    # Asked first: steps change the adapter.
    model.set_adapter(first[0])
    optimizer = optimizer_of(model, RECIPE)
    model.train()
    take_step(model, rows[0], optimizer)
    step = statistics.median(
        seconds_of(partial(take_step, model, row, optimizer)) for row in rows[1:]
    )
    return PeerCost(step=step, question=seconds / len(told)), told


def _ask_all(model: Any, ask: Asker, languages: Sequence[str], facts: Sequence[Fact]) -> list[Told]:
    told = []
    for language in languages:
        model.set_adapter(language)
        told += [
            Told(
                language=language,
                fact_id=fact.id,
                text=ask(ask_prompt(fact.texts[language].ask)),
            )
            for fact in facts
        ]
    return told


def spread_rows(rows: Mapping[str, Sequence[Row]], n: int) -> list[Row]:
    """So many rows, languages in turn; some come again where there are too few."""
    return [
        rows[language][(number // len(LANGUAGES)) % len(rows[language])]
        for number, language in zip(range(n), list(LANGUAGES) * n, strict=False)
    ]


def right(text: str, fact: Fact, language: str) -> bool:
    """Whether an answer is right in the language that was asked."""
    return Match().judge(text, fact=fact, asked=language).correct
