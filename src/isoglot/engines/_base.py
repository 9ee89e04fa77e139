"""What an engine is: prompts in, text out. It knows no languages and no facts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from pydantic import Field

from isoglot.core import Decoding, Record

DType = Literal["auto", "bfloat16", "float16", "float32"]


class ModelSpec(Record):
    """Which model, and how it is loaded.

    Attributes:
        name: A model string: `bundled/NAME`, `hf/ORG/NAME[@REVISION]`, `hf/PATH`, `scripted/NAME`;
            with `vllm/` instead of `hf/`, the same model in vLLM.
        dtype: The precision of the weights. `auto`: bfloat16 where the processor computes in it,
            float32 otherwise.
        device: `auto` (the first GPU if there is one), `cpu`, `cuda`, `cuda:1`, `mps`.
        batch_size: How many prompts go through the model together.
        chat: Whether it is asked through its chat template, and not with `Q:` and `A:`. `None`: if
            it has one. Some base models have one, too.
        system: A chat model's system prompt. Without one the template may write one of its own.
    """

    name: str
    dtype: DType = "auto"
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    batch_size: int = Field(default=24, ge=1)
    chat: bool | None = None
    system: str | None = None


class Generation(Record):
    """A text that a model generated, without the stop string.

    Attributes:
        tokens: How many tokens were generated.
        seconds: Wall-clock time, its share of the batch.
    """

    text: str
    tokens: int
    seconds: float


class ChoiceScore(Record):
    """How probable a continuation of a prompt is.

    Attributes:
        log_probability: Natural logarithm, the sum over its tokens.
        tokens: How many it has.
        n_bytes: How many bytes of UTF-8.
        unconditional: Its log-probability behind another prompt, which tells how probable it is
            whatever is asked; `None` if that was not given.
    """

    log_probability: float
    tokens: int
    n_bytes: int
    unconditional: float | None = None

    @property
    def per_token(self) -> float:
        """The mean log-probability of a token."""
        return self.log_probability / self.tokens

    @property
    def per_byte(self) -> float:
        """The log-probability of a byte: does not favour what a tokenizer cuts into few tokens."""
        return self.log_probability / self.n_bytes

    @property
    def lift(self) -> float:
        """By how much the prompt raises it (pointwise mutual information: Holtzman et al. 2021).

        Raises:
            ValueError: It was not scored behind another prompt.
        """
        if self.unconditional is None:
            raise ValueError("the score behind another prompt is missing: give `unconditional`")
        return self.log_probability - self.unconditional


class Failure(Record):
    """A prompt that got no answer, and why. A failure is never an answer."""

    message: str


class Engine(Protocol):
    """A model that can be asked."""

    @property
    def name(self) -> str:
        """The model string."""
        ...

    @property
    def fingerprint(self) -> str:
        """The hash of weights, tokenizer, chat template, system prompt and dtype.

        Where vLLM computes, also of its version.
        """
        ...

    def generate(
        self,
        prompts: Sequence[str],
        *,
        decoding: Decoding,
        adapters: Sequence[Path | None] | None = None,
        drafts: Sequence[Sequence[str]] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> list[Generation | Failure]:
        """One text a prompt, in the order of the prompts.

        The batch changes nothing: in float32 a prompt gets the same text alone as among others.

        Args:
            prompts: Full prompt texts; a chat model's are what stands in the user's turn. What
                they share at the beginning is computed once.
            decoding: How text is drawn.
            adapters: One a prompt: the folder of the adapter that is on for it, or `None` for the
                bare model. Prompts of many adapters are answered together.
            drafts: By prompt, guesses at what follows it (with what ends the answer), the likeliest
                first. They make it faster where they are right, and change nothing.
            seeds: One a prompt, for what is drawn at random: what is drawn for a prompt depends on
                it and on nothing else. By default 0.

        Raises:
            ModelError: An adapter can't be loaded, or does not change the model.
        """
        ...

    def score(
        self,
        prompts: Sequence[str],
        choices: Sequence[Sequence[str]],
        *,
        adapters: Sequence[Path | None] | None = None,
        unconditional: str | None = None,
    ) -> list[list[ChoiceScore] | Failure]:
        """How probable given continuations are: one list a prompt, in the order of its choices.

        Args:
            prompts: As in `generate`.
            choices: One list a prompt: texts that may follow it, with what stands between, such as
                a space. None of them empty.
            adapters: As in `generate`.
            unconditional: A prompt that asks nothing, such as `A:`. If given, every choice is
                scored behind it, too.

        Raises:
            ModelError: An adapter can't be loaded, or does not change the model.
        """
        ...
