"""Asking: isoglot's engine against the ways of research scripts, in one process.

    python benchmarks/asking.py [--quick] [--only PART ...] [--threads N] [--repeats N]
                                [--model MODEL] [--data FOLDER] [--plot FILE]
    python benchmarks/asking.py --random-llama [8b]

in-context: questions behind a hundred facts, against a pipeline that is asked one at a time.
labels: a labelled task behind six examples, against one forward pass an item.
choices: the same items as multiple choice, against lm-evaluation-harness, if it is installed.
adapters: two hundred probes of each of eight adapters, against `generate`, an adapter at a time.
growth: the time by facts in context and questions; no peer.
memory: the peak of each of the first four, both ways, each in a process of its own.

Whether both ways gave the same texts or scores is said; in bfloat16, where ties may fall to either
side, how many are. Medians of several repeats of each, taken in turn; the last line is JSON.

--random-llama: the same with random weights of Llama 3.1 8B's sizes in bfloat16. Needs a CUDA
device.
"""

import argparse
import gc
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import torch

from against_peft.facts import world_facts
from against_transformers.adapters import Adapters, teach_adapters
from against_transformers.choices import HOW_TO_INSTALL, Choices, can_be_measured
from against_transformers.growth import measure_growth
from against_transformers.growth_chart import draw
from against_transformers.in_context import InContext, behind_facts
from against_transformers.items import EXAMPLES_FILE, ITEMS_FILE, prompts_of_items
from against_transformers.label_words import LabelWords
from against_transformers.opening import Chosen, open_beside, open_ours
from against_transformers.part import Part, measure, measure_memory, spread
from isoglot.core import Record
from isoglot.engines import ModelSpec
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import ask_prompt
from side_by_side.figures import Findings, last_line
from side_by_side.options import parser_of, refuse

COMPARED = ("in-context", "labels", "choices", "adapters")
PARTS = (*COMPARED, "growth", "memory")
MAX_NEW_TOKENS = 16


class Size(Record):
    """How much is asked."""

    facts: int
    asked_of_pipeline: int
    items: int
    items_of_peer: int
    choices_of_peer: int
    adapters: int
    probes: int
    growth_facts: tuple[int, ...]
    growth_questions: tuple[int, ...]
    repeats: int


WHOLE = Size(
    facts=100,
    asked_of_pipeline=20,
    items=600,
    items_of_peer=20,
    choices_of_peer=60,
    adapters=8,
    probes=200,
    growth_facts=(25, 50, 100, 200),
    growth_questions=(100, 1000),
    repeats=5,
)
QUICK = Size(
    facts=12,
    asked_of_pipeline=2,
    items=12,
    items_of_peer=2,
    choices_of_peer=2,
    adapters=2,
    probes=8,
    growth_facts=(4, 8),
    growth_questions=(4, 8),
    repeats=1,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints a line a figure, and JSON at the end."""
    options = parse(arguments)
    size = QUICK if options.quick else WHOLE
    if options.repeats:
        size = size.model_copy(update={"repeats": options.repeats})
    chosen = Chosen(
        spec=ModelSpec(name=options.model, dtype=options.dtype),
        random_llama=options.random_llama,
        threads=options.threads,
    )
    wanted = set(options.only or PARTS)
    compared = [name for name in COMPARED if name in wanted or wanted == {"memory"}]
    missing = {}
    if "choices" in compared and not can_be_measured():
        missing["choices"] = HOW_TO_INSTALL
        compared.remove("choices")
        print(f"choices: left out; {HOW_TO_INSTALL}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        parts, found = time_all(chosen, compared, wanted, size, options, folder=Path(name))
        if "memory" in wanted:
            for part in parts:
                try:
                    found.append(measure_memory(part, chosen))
                except RuntimeError as error:
                    missing[f"memory of {part.name}"] = str(error)
                    print(f"memory of {part.name}: {error}", flush=True)
    print(last_line("asking", found, missing=missing))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; what can't be done is refused before anything is loaded."""
    parser = parser_of(__doc__.splitlines()[0], dtype="float32")
    parser.add_argument(
        "--only",
        choices=PARTS,
        nargs="+",
        metavar="PART",
        help="these parts; memory is of those that stand beside it, alone of all: "
        + ", ".join(PARTS),
    )
    parser.add_argument("--repeats", type=int, help="of every measurement")
    parser.add_argument(
        "--data", type=Path, help="the data folder of Multilingual Learner, for its SNLI items"
    )
    parser.add_argument("--plot", type=Path, help="where growth is drawn: a .svg, .png or .pdf")
    options = parser.parse_args(arguments)
    refuse(parser, options)
    if options.repeats is not None and options.repeats < 1:
        parser.error(f"--repeats: {options.repeats} is no number of repeats; give 1 or more")
    for file in (ITEMS_FILE, EXAMPLES_FILE) if options.data else ():
        if not (options.data / file).is_file():
            parser.error(f"--data: {options.data} has no {file}; leave it out for made items")
    if options.plot and options.only and "growth" not in options.only:
        parser.error("--plot: draws growth, which is not measured; add growth to --only")
    return options


def time_all(
    chosen: Chosen,
    compared: Sequence[str],
    wanted: Collection[str],
    size: Size,
    options: argparse.Namespace,
    *,
    folder: Path,
) -> tuple[list[Part], list[Findings]]:
    """The compared parts, and what was found of all that are timed.

    When it returns, no model is left in memory.
    """
    engine = open_ours(chosen)
    print(
        f"{engine.name}, {engine.model.dtype}, {engine.model.device}, {chosen.threads} threads",
        flush=True,
    )
    parts = [part_named(name, engine, size, options.data, folder=folder) for name in compared]
    found = [
        measure(part, engine, open_beside(chosen, engine), repeats=size.repeats)
        for part in parts
        if part.name in wanted
    ]
    if "growth" in wanted:
        cells, findings = measure_growth(
            engine,
            world_facts(max(*size.growth_facts, *size.growth_questions)),
            facts=size.growth_facts,
            questions=size.growth_questions,
            repeats=size.repeats,
            max_new_tokens=MAX_NEW_TOKENS,
        )
        found.append(findings)
        if options.plot:
            draw(cells, options.plot)
    del engine
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return parts, found


def part_named(
    name: str, engine: HuggingFaceEngine, size: Size, data: Path | None, *, folder: Path
) -> Part:
    """A part with what it asks; adapters are taught by the engine, into a folder."""
    if name == "in-context":
        facts = world_facts(size.facts)
        prompts, drafts = behind_facts(facts, facts)
        return InContext(
            n_facts=size.facts,
            prompts=prompts,
            drafts=drafts,
            places=spread(len(prompts), size.asked_of_pipeline),
            max_new_tokens=MAX_NEW_TOKENS,
        )
    if name in ("labels", "choices"):
        prompts = prompts_of_items(data, size.items)
        if name == "labels":
            return LabelWords(prompts=prompts, places=spread(len(prompts), size.items_of_peer))
        return Choices(prompts=prompts, places=spread(len(prompts), size.choices_of_peer))
    facts = world_facts(size.probes)
    _, drafts = behind_facts(facts, facts)
    return Adapters(
        folders=teach_adapters(engine, folder, size.adapters),
        prompts=tuple(ask_prompt(fact.texts["en"].ask) for fact in facts),
        drafts=drafts,
        max_new_tokens=MAX_NEW_TOKENS,
    )


if __name__ == "__main__":
    main()
