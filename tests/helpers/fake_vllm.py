"""What isoglot uses of vLLM 0.32, computed by transformers: for machines without vLLM.

It keeps vLLM's habits that an engine can trip over. A batch with one bad prompt is refused whole;
what was begun before an error comes out of the next call; beginnings are remembered by an adapter's
name, and adapters by their number; whoever runs holds all memory.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from isoglot.engines.vllm import _llm

VERSION = "0.32.0"
_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class VLLMValidationError(Exception):
    """As vLLM's: of no builtin's family."""


@dataclass(kw_only=True)
class SamplingParams:
    """Those fields that isoglot gives, checked as vLLM does."""

    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop: list[str] = field(default_factory=list)
    stop_token_ids: list[int] = field(default_factory=list)
    max_tokens: int = 16
    prompt_logprobs: int | None = None
    detokenize: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 2:
            raise VLLMValidationError(f"temperature must be in [0, 2], got {self.temperature}.")
        if self.max_tokens < 1:
            raise VLLMValidationError(f"max_tokens must be at least 1, got {self.max_tokens}.")
        if self.stop and not self.detokenize:
            raise VLLMValidationError("stop strings are only supported when detokenize is True.")


class TokensPrompt(dict[str, Any]):
    """A dictionary with `prompt_token_ids`."""


@dataclass
class LoRARequest:
    """An adapter's name, number and folder."""

    lora_name: str
    lora_int_id: int
    lora_path: str

    def __post_init__(self) -> None:
        if self.lora_int_id < 1:
            raise ValueError(f"id must be > 0, got {self.lora_int_id}")


@dataclass
class _Request:
    tokens: list[int]
    params: SamplingParams
    adapter: LoRARequest | None


class LLM:
    """A model of transformers that answers one prompt after the other.

    Attributes:
        running: Those that were started and not stopped.
        started: With which settings, one after the other.
    """

    running: list["LLM"] = []  # noqa: RUF012 - as global as a GPU's memory
    started: list[dict[str, Any]] = []  # noqa: RUF012

    def __init__(
        self,
        model: str,
        *,
        dtype: str = "auto",
        seed: int = 0,
        max_num_seqs: int = 256,
        max_model_len: int | None = None,
        enable_prefix_caching: bool = True,
        use_tqdm_on_load: bool = True,
        gpu_memory_utilization: float = 0.92,
        enable_lora: bool = False,
        max_lora_rank: int = 16,
        max_loras: int = 1,
        max_cpu_loras: int | None = None,
        lora_target_modules: list[str] | None = None,
    ) -> None:
        if LLM.running:
            raise ValueError("Free memory on device cuda:0 on startup is less than desired")
        if max_lora_rank not in _RANKS:
            raise ValueError(f"max_lora_rank must be one of {_RANKS}, got {max_lora_rank}")
        LLM.started.append({key: value for key, value in locals().items() if key != "self"})
        folder = Path(model)
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=_DTYPES[dtype])
        self._model.eval()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        own = self._model.config.get_text_config().max_position_embeddings
        context = own if max_model_len in {None, -1} else max_model_len
        self._lora = (enable_lora, max_lora_rank, lora_target_modules)
        self._peft: Any = None
        self._adapters: set[int] = set()
        self._remembered: dict[Any, torch.Tensor] = {}
        self._waiting: list[_Request] = []
        self.llm_engine = SimpleNamespace(
            model_config=SimpleNamespace(max_model_len=context),
            engine_core=SimpleNamespace(shutdown=lambda: LLM.running.remove(self)),
            add_lora=self._add_lora,
        )
        LLM.running.append(self)

    def generate(
        self,
        prompts: Sequence[TokensPrompt],
        sampling_params: Sequence[SamplingParams],
        *,
        use_tqdm: bool = True,
        lora_request: Sequence[LoRARequest | None] | None = None,
    ) -> list[Any]:
        """What each prompt gets, in order."""
        requests = [
            _Request(prompt["prompt_token_ids"], params, adapter)
            for prompt, params, adapter in zip(
                prompts, sampling_params, lora_request or [None] * len(prompts), strict=True
            )
        ]
        for each in requests:
            self._check(each)
        self._waiting += requests
        found = []
        while self._waiting:
            found.append(self._answer(self._waiting[0]))
            self._waiting.pop(0)
        return found

    def _check(self, request: _Request) -> None:
        context = self.llm_engine.model_config.max_model_len
        if not request.tokens:
            raise VLLMValidationError("The decoder prompt cannot be empty")
        if len(request.tokens) >= context:
            raise VLLMValidationError(
                f"The decoder prompt (length {len(request.tokens)}) is longer than the maximum "
                f"model length of {context}."
            )
        if request.adapter is not None and not self._lora[0]:
            raise VLLMValidationError(
                f"Got lora_request {request.adapter} but LoRA is not enabled!"
            )

    def _add_lora(self, request: LoRARequest) -> bool:
        if request.lora_int_id in self._adapters:
            return False
        _, most, modules = self._lora
        path = Path(request.lora_path)
        config = json.loads((path / "adapter_config.json").read_text(encoding="utf-8"))
        if config["r"] > most:
            raise ValueError(f"LoRA rank {config['r']} is greater than max_lora_rank {most}.")
        if unexpected := set(config["target_modules"]) - set(modules or config["target_modules"]):
            raise ValueError(f"expected target modules in {modules} but received {unexpected}")
        name = f"adapter{request.lora_int_id}"
        if self._peft is None:
            self._peft = get_peft_model(self._model, LoraConfig(**_settings(config)), name)
        else:
            self._peft.add_adapter(name, LoraConfig(**_settings(config)))
        weights = load_file(path / "adapter_model.safetensors")
        for module, parameter in self._peft.named_parameters():
            if f".{name}." in module:
                own = weights.get(module.replace(f".{name}.", "."))
                parameter.data.zero_()
                # Whatever is too small fills a corner.
                corner = tuple(map(slice, own.shape))
                parameter.data[corner] = own.to(parameter.dtype)
        self._adapters.add(request.lora_int_id)
        return True

    def _answer(self, request: _Request) -> Any:
        if request.adapter is not None:
            self._add_lora(request.adapter)
        params = request.params
        told = None
        if params.prompt_logprobs is not None:
            rows = self._forward(request, request.tokens)[:-1].float().log_softmax(-1)
            told = [None] + [
                {token: SimpleNamespace(logprob=float(row[token]))}
                for row, token in zip(rows, request.tokens[1:], strict=True)
            ]
        said = [*self._said(request)]
        tokens = [token for token, _ in said]
        reason: int | str | None = said[-1][1]
        return SimpleNamespace(
            prompt_logprobs=told,
            outputs=[
                SimpleNamespace(
                    token_ids=tokens,
                    finish_reason="length" if reason == "length" else "stop",
                    stop_reason=None if reason in {"length", "end"} else reason,
                )
            ],
        )

    def _said(self, request: _Request) -> Iterator[tuple[int, int | str | None]]:
        """The tokens of an answer, each with why it is the last, if it is."""
        params = request.params
        noise = torch.Generator()
        if params.seed is not None:
            noise.manual_seed(int(torch.tensor(params.seed, dtype=torch.int64)))
        ends = self._model.generation_config.eos_token_id
        ends = {self._tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}
        said: list[int] = []
        while True:
            logits = self._next(request, [*request.tokens, *said])
            if params.temperature == 0:
                token = int(logits.argmax())
            else:
                shares = (logits / params.temperature).softmax(-1)
                ordered, order = shares.sort(descending=True)
                ordered[ordered.cumsum(-1) - ordered >= params.top_p] = 0
                token = int(order[torch.multinomial(ordered, 1, generator=noise)])
            said.append(token)
            text = self._tokenizer.decode(said, skip_special_tokens=True)
            found = [stop for stop in params.stop if stop in text]
            room = self.llm_engine.model_config.max_model_len
            if token in ends:
                yield token, "end"
            elif token in params.stop_token_ids:
                yield token, token
            elif params.detokenize and found:
                yield token, found[0]
            elif len(said) == params.max_tokens or len(request.tokens) + len(said) == room:
                yield token, "length"
            else:
                yield token, None
                continue
            return

    def _next(self, request: _Request, tokens: list[int]) -> torch.Tensor:
        adapter = request.adapter
        behind = None if adapter is None else (adapter.lora_name, adapter.lora_path)
        key = (behind, *tokens)
        if key not in self._remembered:
            self._remembered[key] = self._forward(request, tokens)[-1].float()
        return self._remembered[key]

    @torch.inference_mode()
    def _forward(self, request: _Request, tokens: list[int]) -> torch.Tensor:
        """The logits `[tokens, vocabulary]`."""
        ids = torch.tensor([tokens])
        if self._peft is None:
            return self._model(ids).logits[0]
        if request.adapter is not None:
            self._peft.set_adapter(f"adapter{request.adapter.lora_int_id}")
        with self._peft.disable_adapter() if request.adapter is None else nullcontext():
            return self._peft(ids).logits[0]


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    return {key: config[key] for key in ("r", "lora_alpha", "target_modules", "use_rslora")}


def use_fake_vllm(monkeypatch: pytest.MonkeyPatch) -> type[LLM]:
    """Until the patch ends, `import vllm` brings this one, of which none was started yet."""
    for name, module in _modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    for name in _llm._ENVIRONMENT:
        monkeypatch.setenv(name, "the user's")  # so that it is as before in the end
    monkeypatch.setattr(_llm, "_RUNNING", [])
    LLM.running.clear()
    LLM.started.clear()
    return LLM


def _modules() -> dict[str, ModuleType]:
    """The modules under the names by which isoglot imports them."""
    contents: dict[str, dict[str, Any]] = {
        "vllm": {
            "__version__": VERSION,
            "__path__": [],
            "LLM": LLM,
            "SamplingParams": SamplingParams,
            "TokensPrompt": TokensPrompt,
        },
        "vllm.lora": {"__path__": []},
        "vllm.lora.request": {"LoRARequest": LoRARequest},
        "vllm.distributed": {"cleanup_dist_env_and_memory": lambda: None},
    }
    modules = {}
    for name, values in contents.items():
        modules[name] = ModuleType(name)
        modules[name].__spec__ = ModuleSpec(name, None)
        vars(modules[name]).update(values)
    return modules
