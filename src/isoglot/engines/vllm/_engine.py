"""The engine for models in vLLM."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from transformers import AutoTokenizer

from isoglot.core import Decoding, InputError, ModelError, Problem
from isoglot.engines._base import ChoiceScore, Failure, Generation
from isoglot.engines._choices import score_choices
from isoglot.engines._encode import encoder_for
from isoglot.engines._prepare import Preparer
from isoglot.engines._remarks import vllm_remarks
from isoglot.engines._stop import before_stop
from isoglot.engines._template import ChatTemplate
from isoglot.engines.vllm._llm import Vllm, logprobs, token_probabilities, vllm_version

_SEEDS = 2**63
"""vLLM keeps a seed in 63 bits."""


def open_vllm(
    name: str,
    folder: Path,
    *,
    dtype: str,
    batch_size: int | None,
    fingerprint: str,
    template: ChatTemplate | None,
    loading: Sequence[str] = (),
) -> "VllmEngine":
    """An engine for the model in a folder, which is loaded when it is first asked.

    Args:
        name: The model string.
        folder: As `save_pretrained` writes it.
        dtype: A resolved precision.
        batch_size: The most prompts that go through the model together; `None`: vLLM's own limit.
        fingerprint: See `Engine.fingerprint`.
        template: Of a chat model, what it is asked through.
        loading: What is to be remarked of how it was loaded.

    Raises:
        ModelError: Transformers can't load the tokenizer.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelError(
            f"models: the tokenizer in {str(folder)!r} can't be loaded: {error}"
        ) from error
    return VllmEngine(
        name,
        Vllm(folder, name=name, dtype=dtype, batch_size=batch_size),
        tokenizer,
        fingerprint=fingerprint,
        template=template and template.with_tokens(tokenizer.special_tokens_map),
        remarks=(*loading, *vllm_remarks(dtype=dtype, version=vllm_version())),
    )


class _Choice(NamedTuple):
    """A prompt with one of its choices.

    Attributes:
        place: The prompt's.
        text: The choice.
        tokens: Of both.
        first: Where the choice's begin.
    """

    place: int
    text: str
    tokens: list[int]
    first: int


class VllmEngine:
    """A model in vLLM behind the `Engine` protocol.

    Prompts go to it as the token ids that a `HuggingFaceEngine` would read, and what it says is
    turned into text as there.

    Args:
        name: The model string.
        vllm: The model.
        tokenizer: Its tokenizer, of transformers.
        fingerprint: See `Engine.fingerprint`.
        template: Of a chat model, what it is asked through.
        remarks: See `Engine.remarks`.
    """

    def __init__(
        self,
        name: str,
        vllm: Vllm,
        tokenizer: Any,
        *,
        fingerprint: str,
        template: ChatTemplate | None = None,
        remarks: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.remarks = remarks
        self._vllm = vllm
        self._tokenizer = tokenizer
        self._encoder = encoder_for(tokenizer, template)

    def generate(
        self,
        prompts: Sequence[str],
        *,
        decoding: Decoding,
        adapters: Sequence[Path | None] | None = None,
        drafts: Sequence[Sequence[str]] | None = None,  # noqa: ARG002 - vLLM takes none
        seeds: Sequence[int] | None = None,
    ) -> list[Generation | Failure]:
        """See `Engine.generate`."""
        if not prompts:
            return []
        loaded = self._vllm.ready(adapters or [None] * len(prompts))
        seeds = seeds or [0] * len(prompts)
        room = self._vllm.room
        preparer = Preparer(self._encoder, room=room, limit=f"vLLM's context is {room}")
        tokens = [preparer.askable(prompt, answer=decoding.max_new_tokens) for prompt in prompts]
        asked = {place: each for place, each in enumerate(tokens) if not isinstance(each, Failure)}
        sampling = [self._sampling(decoding, seeds[place]) for place in asked]
        started = time.perf_counter()
        outputs = self._vllm.ask(list(asked.values()), sampling, [loaded[place] for place in asked])
        seconds = (time.perf_counter() - started) / max(1, len(asked))
        said = {
            place: self._generation(output, decoding, seconds)
            for place, output in zip(asked, outputs, strict=True)
        }
        return [
            each if isinstance(each, Failure) else said[place] for place, each in enumerate(tokens)
        ]

    def score(
        self,
        prompts: Sequence[str],
        choices: Sequence[Sequence[str]],
        *,
        adapters: Sequence[Path | None] | None = None,
        unconditional: str | None = None,
    ) -> list[list[ChoiceScore] | Failure]:
        """See `Engine.score`."""
        return score_choices(
            self._scores, prompts, choices, adapters=adapters, unconditional=unconditional
        )

    def _scores(
        self,
        prompts: Sequence[str],
        choices: Sequence[Sequence[str]],
        adapters: Sequence[Path | None],
    ) -> list[list[ChoiceScore] | Failure]:
        if not any(choices):
            return [[] for _ in prompts]
        loaded = self._vllm.ready(adapters)
        # vLLM has to say a token behind each choice.
        room = self._vllm.room
        preparer = Preparer(
            self._encoder,
            room=room - 1,
            limit=f"vLLM's context is {room}, and has to hold one more",
        )
        failures: dict[int, Failure] = {}
        asked: list[_Choice] = []
        for place, (prompt, own) in enumerate(zip(prompts, choices, strict=True)):
            if not own:
                continue
            found = preparer.scorable(prompt, own)
            if isinstance(found, Failure):
                failures[place] = found
            else:
                tokens, continued = found
                asked += [
                    _Choice(place, choice, [*tokens, *rest], len(tokens))
                    for choice, rest in zip(own, continued, strict=True)
                ]
        outputs = self._vllm.ask(
            [each.tokens for each in asked],
            [token_probabilities() for _ in asked],
            [loaded[each.place] for each in asked],
        )
        scores: dict[int, list[ChoiceScore]] = {}
        for each, output in zip(asked, outputs, strict=True):
            if isinstance(output, Failure):
                failures[each.place] = output
            else:
                scores.setdefault(each.place, []).append(_score(each, output))
        return [failures.get(place) or scores.get(place, []) for place in range(len(prompts))]

    def _sampling(self, decoding: Decoding, seed: int) -> Any:
        from vllm import SamplingParams

        try:
            return SamplingParams(
                temperature=decoding.temperature,
                top_p=decoding.top_p,
                max_tokens=decoding.max_new_tokens,
                stop=list(decoding.stop),
                # Beside the tokenizer's own and those of the model's generation config.
                stop_token_ids=list(self._encoder.ends),
                seed=seed % _SEEDS,
            )
        except Exception as error:  # vLLM's errors have a root of their own
            raise InputError(
                [
                    Problem(
                        place="decoding",
                        message=f"vLLM refuses it: {error}",
                        remedy="change it, or ask an hf/ model",
                    )
                ]
            ) from error

    def _generation(self, output: Any, decoding: Decoding, seconds: float) -> Generation | Failure:
        if isinstance(output, Failure):
            return output
        (said,) = output.outputs
        if said.finish_reason not in {"stop", "length"}:
            return Failure(message=f"vLLM ended the answer: {said.finish_reason}")
        tokens = list(said.token_ids)
        # Where a token ended the answer it is among them, and is no part of the answer.
        if said.finish_reason == "stop" and not isinstance(said.stop_reason, str):
            tokens.pop()
        text = str(self._tokenizer.decode(tokens, skip_special_tokens=True))
        cut = before_stop(text, decoding.stop)
        return Generation(
            text=(text if cut is None else cut).strip(), tokens=len(tokens), seconds=seconds
        )


def _score(choice: _Choice, output: Any) -> ChoiceScore:
    found = logprobs(output, choice.tokens, first=choice.first)
    return ChoiceScore(
        log_probability=sum(found), tokens=len(found), n_bytes=len(choice.text.encode())
    )
