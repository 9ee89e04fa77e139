"""Asking in context: isoglot's engine against one `generate` call a question, in one process.

    python benchmarks/asking.py [--quick] [--threads N] [--repeats N] [--facts N]

Both answer the same questions behind the same facts with the bundled model, and whether the texts
are equal is said. Prints the median of several repeats of each, taken in turn, and their ratio; the
last line is JSON.
"""

import argparse
import json
import statistics
import time
from typing import Any

import torch

from isoglot.core import Condition, Decoding, Stage
from isoglot.corpora import make_world
from isoglot.engines import Generation, ModelSpec, open_engine, resolve_model
from isoglot.learning import Course, InContext, Lesson, ask_prompt

MODEL = "bundled/gemma-3-270m"
DECODING = Decoding(max_new_tokens=16)


def main() -> None:
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--facts", type=int, default=24)
    parser.add_argument("--quick", action="store_true", help="8 facts, once: within five minutes")
    options = parser.parse_args()
    if options.quick:
        options.facts, options.repeats = 8, 1
    torch.set_num_threads(options.threads)

    spec = ModelSpec(name=MODEL, dtype="float32")
    engine = open_engine(spec, resolve_model(spec))
    facts = make_world(["en"], size=options.facts, seed=7).facts
    course = Course(
        condition=Condition(model=MODEL, paradigm="in-context", taught="en", seed=7),
        lessons=tuple(
            Lesson(question=fact.texts["en"].teach, answer=fact.texts["en"].answer.text)
            for fact in facts
        ),
        stages=(Stage(times_shown=1),),
    )
    context = next(InContext().teach(course, tick=lambda _: None)).context
    prompts = [context + ask_prompt(fact.texts["en"].ask) for fact in facts]

    ours: list[float] = []
    theirs: list[float] = []
    same = True
    for _ in range(options.repeats):
        started = time.perf_counter()
        answers = engine.generate(prompts, decoding=DECODING)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        plain = [ask_alone(engine, prompt) for prompt in prompts]
        theirs.append(time.perf_counter() - started)
        texts = [each.text if isinstance(each, Generation) else None for each in answers]
        same = same and texts == plain
        engine._prefixes.clear()  # each repeat computes the context anew
    fast, slow = statistics.median(ours), statistics.median(theirs)
    print(
        f"{len(prompts)} questions behind {len(facts)} facts, {options.threads} threads, float32, "
        f"median of {options.repeats}: isoglot {fast:.2f} s, one generate a question {slow:.2f} s, "
        f"ratio {slow / fast:.1f}"
    )
    figure = {"ours": fast, "peer": slow, "ratio": slow / fast, "target": None}
    figures = {f"seconds for {len(prompts)} questions in context": figure}
    print(json.dumps({"benchmark": "asking", "figures": figures, "same_answers": same}))


def ask_alone(engine: Any, prompt: str) -> str:
    """One question by transformers alone, stopped where isoglot stops."""
    ids = torch.tensor([engine.encode(prompt)])
    output = engine.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=DECODING.max_new_tokens,
        do_sample=False,
        stop_strings=list(DECODING.stop),
        tokenizer=engine.tokenizer,
    )
    text = engine.tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True)
    return str(text).split(DECODING.stop[0], 1)[0].strip()


if __name__ == "__main__":
    main()
