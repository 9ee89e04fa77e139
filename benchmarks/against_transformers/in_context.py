"""Facts before every question: isoglot's engine against a pipeline that is asked one at a time.

So ask the scripts of Wang et al. (LNewKnow): all facts stand in the prompt of every question, and
every question is a call of its own. They shuffle the facts anew for each; isoglot's studies keep
one order, and so does this.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from against_peft.peer import Asker
from against_transformers.opening import Plain
from against_transformers.part import texts
from isoglot.core import Decoding, Fact, Record
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import answer_text, ask_prompt, preambles

LANGUAGE = "en"


class InContext(Record):
    """Questions behind the same facts.

    Attributes:
        n_facts: How many facts stand before each.
        prompts: The questions with all before them.
        drafts: By prompt, guesses at its answer.
        places: Of the prompts that the peer is asked.
        max_new_tokens: Where an answer without an end is cut.
    """

    name: ClassVar[str] = "in-context"
    peer_is: ClassVar[str] = "a pipeline"
    target: ClassVar[float] = 40

    n_facts: int
    prompts: tuple[str, ...]
    drafts: tuple[tuple[str, ...], ...]
    places: tuple[int, ...]
    max_new_tokens: int

    @property
    def quantity(self) -> str:
        """What is measured."""
        return f"seconds a question behind {self.n_facts} facts"

    def ours(self, engine: HuggingFaceEngine) -> list[str | None]:
        """The texts of all answers."""
        decoding = Decoding(max_new_tokens=self.max_new_tokens)
        return texts(engine.generate(self.prompts, decoding=decoding, drafts=self.drafts))

    def peer(self, plain: Plain) -> Callable[[], list[str]]:
        """A pipeline, greedy."""
        ask = Asker(plain.model, plain.tokenizer, max_new_tokens=self.max_new_tokens)
        return lambda: [ask(self.prompts[place]) for place in self.places]

    def alike(self, one: Any, other: Any, *, exact: bool) -> bool:  # noqa: ARG002
        """The same text."""
        return bool(one == other)


def behind_facts(
    known: Sequence[Fact], asked: Sequence[Fact]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The questions of some facts behind others, and what a study lets an engine guess.

    That is the fact's own answer, then the others'.
    """
    taught = [fact.texts[LANGUAGE] for fact in known]
    pairs = "".join(ask_prompt(each.teach) + answer_text(each.answer.text) for each in taught)
    context = f"{preambles()[LANGUAGE]}\n\n{pairs}"
    every = [answer_text(each.answer.text) for each in taught]
    prompts, drafts = [], []
    for fact in asked:
        own = fact.texts[LANGUAGE]
        prompts.append(context + ask_prompt(own.ask))
        drafts.append(tuple(dict.fromkeys([answer_text(own.answer.text), *every])))
    return tuple(prompts), tuple(drafts)
