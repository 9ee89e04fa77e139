"""Training many adapters: the fleet against PEFT, one adapter after the other.

    python benchmarks/fleet.py [--quick] [--only steps|study] [--threads N] [--model MODEL]
    python benchmarks/fleet.py --random-llama

steps: adapter-steps a second (a step is one lesson of one adapter: batch 1) of fleets of 1, 8 and
32, against PEFT's LoRA with transformers' own loss. Both go through the same lessons; before that
both train one adapter from the same start, and what it answers must be the same.

study: the wall time of LNewKnow's effectiveness study, four languages, one hundred facts, twelve
epochs. Ours is run complete; of the way of its scripts (a training run for every number of epochs,
one row a step, one question a call) a slice is timed and the rest counted. Adapters that both ways
train alike must get the same number of facts right, give or take one.

--random-llama: steps with random weights of Llama 3.1 8B's sizes in bfloat16, fleets of 1, 8 and
64, with the peak of memory. Needs a CUDA device.

The last line is JSON.
"""

import argparse
from collections.abc import Sequence

import torch

from against_peft.accuracy import same_accuracy
from against_peft.peer import plain_model
from against_peft.random_llama import SIZES, TARGETS, random_engine, same_loss
from against_peft.scope import WHOLE, Scope
from against_peft.scripts_way import Slice
from against_peft.steps import TARGETS as STEP_TARGETS
from against_peft.steps import measure_steps, same_texts
from against_peft.study import DECODING, measure_study
from isoglot.engines import ModelSpec, open_engine, resolve_model
from isoglot.engines.huggingface import HuggingFaceEngine
from side_by_side.figures import Findings, last_line
from side_by_side.options import parser_of, refuse

QUICK_REPEATS, REPEATS = 1, 5
QUICK_LESSONS, LESSONS = 2, 8
QUICK_SCOPE = Scope(facts=6, epochs=2)
QUICK_SLICE, SLICE = Slice(steps=3, questions=2), Slice(steps=8, questions=6)
QUICK_ALIKE, ALIKE = Scope(facts=4, epochs=6), Scope(facts=24, epochs=8)
"""In which both ways are trained alike, in one language."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints a line a figure, and JSON at the end."""
    options = parse(arguments)
    torch.set_num_threads(options.threads)
    parts = [measure_random_llama(options)] if options.random_llama else measure_model(options)
    print(last_line("fleet", parts))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; what can't be done is refused before anything is loaded."""
    parser = parser_of(__doc__.splitlines()[0], dtype="auto")
    parser.add_argument("--only", choices=("steps", "study"), help="one part of the two")
    options = parser.parse_args(arguments)
    if options.random_llama and options.only == "study":
        parser.error(
            "--random-llama: random weights answer nothing, so there is no study of them; "
            "leave --only study out"
        )
    refuse(parser, options)
    return options


def measure_model(options: argparse.Namespace) -> list[Findings]:
    """Both parts, or the one that is asked for, with a real model."""
    spec = ModelSpec(name=options.model, dtype=options.dtype)
    engine = open_engine(spec, resolve_model(spec))
    if not isinstance(engine, HuggingFaceEngine):
        raise SystemExit(f"--model: {options.model} can't be trained here")
    print(
        f"{options.model}, {engine.model.dtype}, {engine.model.device}, {options.threads} threads",
        flush=True,
    )
    parts = []
    if options.only != "study":
        parts.append(
            measure_steps(
                engine,
                lambda: plain_model(spec, engine.model),
                targets=STEP_TARGETS,
                n_facts=QUICK_LESSONS if options.quick else LESSONS,
                repeats=QUICK_REPEATS if options.quick else REPEATS,
                agree=same_texts,
            )
        )
    if options.only != "steps":
        parts += measure_both_studies(engine, spec, quick=options.quick)
    return parts


def measure_both_studies(
    engine: HuggingFaceEngine, spec: ModelSpec, *, quick: bool
) -> list[Findings]:
    """The study, and what both ways learn when they are trained alike."""
    same = same_accuracy(
        engine,
        lambda: plain_model(spec, engine.model),
        scope=QUICK_ALIKE if quick else ALIKE,
        decoding=DECODING,
    )
    study = measure_study(
        engine,
        spec,
        lambda: plain_model(spec, engine.model),
        scope=QUICK_SCOPE if quick else WHOLE,
        part=QUICK_SLICE if quick else SLICE,
    )
    return [Findings(figures=(), same_answers=same), study]


def measure_random_llama(options: argparse.Namespace) -> Findings:
    """Steps of the large model; the peer trains the same weights after the fleet is done."""
    engine = random_engine(SIZES[options.random_llama], device="cuda", dtype=torch.bfloat16)
    return measure_steps(
        engine,
        lambda: engine.model,
        targets=TARGETS,
        n_facts=QUICK_LESSONS if options.quick else LESSONS,
        repeats=QUICK_REPEATS if options.quick else REPEATS,
        agree=same_loss,
    )


if __name__ == "__main__":
    main()
