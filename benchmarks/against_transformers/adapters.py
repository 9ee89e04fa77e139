"""Answers after fine-tuning: probes of many adapters in one batch, against one adapter at a time.

The peer is PEFT's: an adapter is switched on, and `generate` is given all its probes in one batch.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from peft import PeftModel
from transformers import StoppingCriteriaList

from against_peft.alike import by_the_fleet, trainee
from against_peft.facts import lessons
from against_peft.peer import EndOfLine
from against_transformers.opening import Plain
from against_transformers.part import texts
from isoglot.core import Decoding, Record
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import LoraRecipe

RECIPE = LoraRecipe(epochs=1, ask_after=(1,), dropout=0, batch_size=1)
LESSONS = 8


class Adapters(Record):
    """The same probes of every adapter.

    Attributes:
        folders: Of the adapters.
        prompts: The probes.
        drafts: By probe, guesses at its answer.
        max_new_tokens: Where an answer without an end is cut.
    """

    name: ClassVar[str] = "adapters"
    peer_is: ClassVar[str] = "generate, an adapter at a time"
    target: ClassVar[float] = 4

    folders: tuple[Path, ...]
    prompts: tuple[str, ...]
    drafts: tuple[tuple[str, ...], ...]
    max_new_tokens: int

    @property
    def quantity(self) -> str:
        """What is measured."""
        n_probes, n_adapters = len(self.prompts), len(self.folders)
        return f"seconds an answer, {n_probes} probes of each of {n_adapters} adapters"

    @property
    def places(self) -> tuple[int, ...]:
        """All answers."""
        return tuple(range(len(self.prompts) * len(self.folders)))

    def ours(self, engine: HuggingFaceEngine) -> list[str | None]:
        """The texts of all answers, adapter by adapter."""
        n_probes = len(self.prompts)
        found = engine.generate(
            self.prompts * len(self.folders),
            decoding=Decoding(max_new_tokens=self.max_new_tokens),
            adapters=[folder for folder in self.folders for _ in range(n_probes)],
            drafts=self.drafts * len(self.folders),
        )
        return texts(found)

    def peer(self, plain: Plain) -> Callable[[], list[str]]:
        """The same by PEFT and `generate`."""
        model = PeftModel.from_pretrained(plain.model, self.folders[0], adapter_name="0")
        for number, folder in enumerate(self.folders[1:], start=1):
            model.load_adapter(folder, adapter_name=str(number))
        model.eval()

        def ask_all() -> list[str]:
            said = []
            for number in range(len(self.folders)):
                model.set_adapter(str(number))
                said += _answers(Plain(model, plain.tokenizer), self.prompts, self.max_new_tokens)
            return said

        return ask_all

    def alike(self, one: Any, other: Any, *, exact: bool) -> bool:  # noqa: ARG002
        """The same text."""
        return bool(one == other)


@torch.inference_mode()
def _answers(plain: Plain, prompts: Sequence[str], max_new_tokens: int) -> list[str]:
    """What a model says to all prompts in one batch, up to the end of the line."""
    inputs = plain.tokenizer(
        list(prompts), return_tensors="pt", padding=True, padding_side="left"
    ).to(plain.model.device)
    output = plain.model.generate(
        **inputs,
        max_new_tokens=max_new_tokens,
        do_sample=False,
        stopping_criteria=StoppingCriteriaList([EndOfLine(plain.tokenizer)]),
    )
    said = output[:, inputs["input_ids"].shape[1] :]
    decoded = plain.tokenizer.batch_decode(said, skip_special_tokens=True)
    return [text.split("\n", 1)[0].strip() for text in decoded]


def teach_adapters(engine: HuggingFaceEngine, folder: Path, n: int) -> tuple[Path, ...]:
    """Adapters that were each taught a few facts, the languages in turn."""
    taught = list(lessons(LESSONS).values())
    return tuple(
        by_the_fleet(
            engine,
            trainee(folder / str(number), number, taught[number % len(taught)], epochs=1),
            RECIPE,
            start=folder / f"start{number}",
        )
        for number in range(n)
    )
