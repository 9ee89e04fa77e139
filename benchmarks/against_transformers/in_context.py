"""Facts before every question: isoglot's engine against a pipeline that is asked one at a time.

So ask the scripts of Wang et al. (LNewKnow): all facts stand in the prompt of every question.
"""

import statistics
from collections.abc import Sequence

from against_peft.peer import Asker
from isoglot.core import Decoding, Fact
from isoglot.engines import Generation
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import answer_text, ask_prompt, preambles
from side_by_side.figures import Figure, Findings
from side_by_side.timing import seconds_of

TARGET = 40.0


def prompts_in_context(facts: Sequence[Fact], language: str, n_questions: int) -> list[str]:
    """Each of the first questions behind all facts."""
    pairs = "".join(
        ask_prompt(fact.texts[language].teach) + answer_text(fact.texts[language].answer.text)
        for fact in facts
    )
    context = f"{preambles()[language]}\n\n{pairs}"
    return [context + ask_prompt(fact.texts[language].ask) for fact in facts[:n_questions]]


def drafts_of(facts: Sequence[Fact], language: str, n_questions: int) -> list[list[str]]:
    """What a study lets an engine guess: the fact's own answer, then the others'."""
    every = [answer_text(fact.texts[language].answer.text) for fact in facts]
    return [list(dict.fromkeys([own, *every])) for own in every[:n_questions]]


def measure_in_context(
    engine: HuggingFaceEngine,
    ask: Asker,
    facts: Sequence[Fact],
    *,
    n_questions: int,
    n_asked_of_peer: int,
    repeats: int,
    max_new_tokens: int,
) -> Findings:
    """The median seconds a question of both; the texts must be the same.

    Args:
        engine: Ours.
        ask: The peer.
        facts: All of them stand before every question.
        n_questions: How many are asked of ours.
        n_asked_of_peer: How many of these are asked of the peer: one after the other they take
            the same time each.
        repeats: Of each, taken in turn.
        max_new_tokens: Where an answer without an end is cut.
    """
    prompts = prompts_in_context(facts, "en", n_questions)
    drafts = drafts_of(facts, "en", n_questions)
    decoding = Decoding(max_new_tokens=max_new_tokens)
    some = range(0, n_questions, max(1, n_questions // n_asked_of_peer))
    ours, theirs, same = [], [], True
    for _ in range(repeats):
        engine.forget()
        said: list[str | None] = []

        def answer(said: list[str | None] = said) -> None:
            found = engine.generate(prompts, decoding=decoding, drafts=drafts)
            said += [each.text if isinstance(each, Generation) else None for each in found]

        ours.append(seconds_of(answer) / n_questions)
        told: list[str] = []
        theirs.append(
            seconds_of(lambda told=told: told.extend(ask(prompts[n]) for n in some)) / len(some)
        )
        same = same and told == [said[n] for n in some]
    fast, slow = statistics.median(ours), statistics.median(theirs)
    print(
        f"{n_questions} questions behind {len(facts)} facts: isoglot {fast:.3f} s each, a pipeline "
        f"{slow:.2f} s each ({len(some)} asked), ratio {slow / fast:.1f}; same texts: {same}",
        flush=True,
    )
    name = f"seconds a question behind {len(facts)} facts"
    figure = Figure(name=name, ours=fast, peer=slow, ratio=slow / fast, target=TARGET)
    return Findings(figures=(figure,), same_answers=same)
