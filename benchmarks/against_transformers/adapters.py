"""Answers after fine-tuning: probes of many adapters in one batch, against one adapter at a time.

The peer is PEFT's: its adapter is switched on, and `generate` is given the largest batch that fits.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from isoglot.core import Decoding
from isoglot.engines import Generation
from isoglot.engines.huggingface import HuggingFaceEngine
from side_by_side.figures import Figure, Findings
from side_by_side.timing import seconds_of

TARGET = 4.0


class BatchedPeer:
    """PEFT's adapters, one after the other, each asked by `generate` in batches.

    Args:
        model: As transformers loads it.
        tokenizer: Its tokenizer.
        adapters: Folders.
        max_new_tokens: Where an answer without an end is cut.
    """

    def __init__(
        self, model: Any, tokenizer: Any, adapters: Sequence[Path], *, max_new_tokens: int
    ) -> None:
        self._model = PeftModel.from_pretrained(model, adapters[0], adapter_name="0")
        for number, folder in enumerate(adapters[1:], start=1):
            self._model.load_adapter(folder, adapter_name=str(number))
        self._model.eval()
        self._tokenizer = tokenizer
        self._max_new_tokens = max_new_tokens

    @torch.inference_mode()
    def ask(self, number: int, prompts: Sequence[str]) -> list[str]:
        """What an adapter says to all prompts, up to the end of the line."""
        self._model.set_adapter(str(number))
        inputs = self._tokenizer(
            list(prompts), return_tensors="pt", padding=True, padding_side="left"
        ).to(self._model.device)
        output = self._model.generate(
            **inputs,
            max_new_tokens=self._max_new_tokens,
            do_sample=False,
            stop_strings=["\n"],
            tokenizer=self._tokenizer,
        )
        said = output[:, inputs["input_ids"].shape[1] :]
        texts = self._tokenizer.batch_decode(said, skip_special_tokens=True)
        return [text.split("\n", 1)[0].strip() for text in texts]


def measure_adapters(
    engine: HuggingFaceEngine,
    peer: BatchedPeer,
    adapters: Sequence[Path],
    prompts: Sequence[str],
    drafts: Sequence[Sequence[str]],
    *,
    repeats: int,
    max_new_tokens: int,
) -> Findings:
    """The median seconds for all prompts of all adapters; the texts must be the same."""
    decoding = Decoding(max_new_tokens=max_new_tokens)
    ours, theirs, same = [], [], True
    for _ in range(repeats):
        said: list[list[str | None]] = []
        told: list[list[str]] = []

        def answer(said: list[list[str | None]] = said) -> None:
            found = engine.generate(
                [prompt for _ in adapters for prompt in prompts],
                decoding=decoding,
                adapters=[adapter for adapter in adapters for _ in prompts],
                drafts=[draft for _ in adapters for draft in drafts],
            )
            texts = [each.text if isinstance(each, Generation) else None for each in found]
            size = len(prompts)
            said += [texts[start : start + size] for start in range(0, len(texts), size)]

        def ask(told: list[list[str]] = told) -> None:
            told += [peer.ask(number, prompts) for number in range(len(adapters))]

        ours.append(seconds_of(answer))
        theirs.append(seconds_of(ask))
        same = same and said == told
    fast, slow = statistics.median(ours), statistics.median(theirs)
    print(
        f"{len(prompts)} probes of each of {len(adapters)} adapters: isoglot {fast:.1f} s, "
        f"generate an adapter {slow:.1f} s, ratio {slow / fast:.1f}; same texts: {same}",
        flush=True,
    )
    name = f"seconds for {len(prompts)} probes of {len(adapters)} adapters"
    figure = Figure(name=name, ours=fast, peer=slow, ratio=slow / fast, target=TARGET)
    return Findings(figures=(figure,), same_answers=same)
