"""vLLM with one model: started when it is first asked, and stopped when another needs its room.

Written against vLLM 0.32.0: its source and documentation, and run on a processor by its CPU build.
"""

import itertools
import os
from collections.abc import Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import torch

from isoglot.core import ModelError
from isoglot.engines._base import Failure
from isoglot.engines.huggingface import adapter_version, read_adapter, without_weights

_ENVIRONMENT = {
    # Works in this process: what goes through the model together then depends on what is asked,
    # and not on how fast another process takes it up.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    # The hook would keep the weights of a model that was stopped.
    "VLLM_USE_BYTECODE_HOOK": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",  # isoglot sends nothing anywhere
}
"""What isoglot sets where the user sets nothing else."""
_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""The ranks that vLLM makes room for."""
_ADAPTERS_AT_ONCE = 8
_ADAPTERS_KEPT = 64
_MEMORY_SHARE = 0.9
_RUNNING: list["Vllm"] = []
"""The one that runs: vLLM takes all memory that it is given, and keeps parts of itself global."""


def vllm_version() -> str:
    """The version of vLLM that is installed."""
    return str(import_vllm().__version__)


def import_vllm() -> Any:
    """The module, which reads its environment when it is first imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import vllm

    return vllm


class _Held(NamedTuple):
    """Which adapters there is room for.

    Attributes:
        rank: The largest; 0: there is room for none.
        modules: The names of the modules that they have branches at, without the layer's.
    """

    rank: int
    modules: frozenset[str]


_NO_ADAPTERS = _Held(0, frozenset())


class Vllm:
    """A model in vLLM, with room for adapters from the first prompt on that wants one.

    Args:
        folder: The model, as `save_pretrained` writes it.
        name: The model string, for messages.
        dtype: A resolved precision.
        batch_size: The most prompts that go through the model together; `None`: vLLM's own limit.
    """

    def __init__(self, folder: Path, *, name: str, dtype: str, batch_size: int | None) -> None:
        self._folder = folder
        self._name = name
        self._dtype = dtype
        self._batch_size = batch_size
        self._llm: Any = None
        self._held = _NO_ADAPTERS
        self._loaded: dict[Hashable, Any] = {}
        self._numbers = itertools.count(1)

    @property
    def room(self) -> int:
        """How many tokens a prompt and its answer may have: the context, or what fits in memory."""
        return int(self._llm.llm_engine.model_config.max_model_len)

    def ready(self, adapters: Sequence[Path | None]) -> list[Any]:
        """Starts vLLM if need be, and loads adapters: what `ask` takes for each of them.

        Raises:
            ModelError: The model or an adapter can't be loaded, or an adapter changes nothing.
        """
        paths = [path for path in dict.fromkeys(adapters) if path is not None]
        wanted = {path: adapter_version(path, model_name=self._name) for path in paths}
        needed = self._held
        for path, version in wanted.items():
            if version not in self._loaded:
                needed = self._with_room_for(path, needed)
        if self._llm is None or needed != self._held:
            self._start(needed)
        for path, version in wanted.items():
            if version not in self._loaded:
                self._loaded[version] = self._load(path)
        return [None if each is None else self._loaded[wanted[each]] for each in adapters]

    def ask(
        self, prompts: Sequence[list[int]], sampling: Sequence[Any], adapters: Sequence[Any]
    ) -> list[Any | Failure]:
        """What vLLM says of each prompt: its `RequestOutput`.

        Args:
            prompts: Token ids, as many as there is room for. vLLM refuses a whole batch for one
                prompt that is too long.
            sampling: vLLM's `SamplingParams`, one a prompt.
            adapters: From `ready`, one a prompt.
        """
        from vllm import TokensPrompt

        if not prompts:
            return []
        asked = [TokensPrompt(prompt_token_ids=each) for each in prompts]
        try:
            return list(
                self._llm.generate(asked, list(sampling), use_tqdm=False, lora_request=adapters)
            )
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
        except BaseException:
            self.stop()
            raise
        # What it did not finish would come out with the next batch's answers.
        self.stop()
        return [Failure(message=message) for _ in prompts]

    def stop(self) -> None:
        """Gives back what it holds. Asked again, it starts again."""
        if self._llm is None:
            return
        from vllm.distributed import cleanup_dist_env_and_memory

        llm, self._llm = self._llm, None
        self._loaded.clear()
        _RUNNING.remove(self)
        llm.llm_engine.engine_core.shutdown()
        del llm  # or its memory would not be free yet
        cleanup_dist_env_and_memory()

    def _start(self, held: _Held) -> None:
        while _RUNNING:
            _RUNNING[-1].stop()
        vllm = import_vllm()
        room_for_adapters = {
            "enable_lora": True,
            "max_lora_rank": held.rank,
            # Those of the adapters alone: a branch at the vocabulary's projection, which vLLM would
            # have too, takes room, and breaks what it says of a prompt's probabilities.
            "lora_target_modules": sorted(held.modules),
            "max_loras": min(self._batch_size or _ADAPTERS_AT_ONCE, _ADAPTERS_AT_ONCE),
            "max_cpu_loras": _ADAPTERS_KEPT,
        }
        try:
            self._llm = vllm.LLM(
                model=str(self._folder),
                dtype=self._dtype,
                seed=0,
                max_model_len=-1,  # the model's context, or what of it fits in memory
                enable_prefix_caching=True,
                use_tqdm_on_load=False,
                **({"max_num_seqs": self._batch_size} if self._batch_size else {}),
                **_memory(),
                **(room_for_adapters if held.rank else {}),
            )
        except Exception as error:  # whatever one of its many parts raises
            first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ModelError(
                f"models: {self._name!r} can't be loaded by vLLM: {first_line}"
            ) from error
        self._held = held
        _RUNNING.append(self)

    def _with_room_for(self, adapter: Path, held: _Held) -> _Held:
        """Room for one adapter more."""
        # vLLM takes an adapter of a smaller model, too, and fills a corner of its own with it.
        shape, _ = read_adapter(adapter, self._skeleton, self._name)
        rank = next((each for each in _RANKS if shape.rank <= each), None)
        if rank is None:
            raise ModelError(
                f"{adapter}: its rank is {shape.rank}, and vLLM takes {_RANKS[-1]} at most; "
                "ask an hf/ model with it"
            )
        head = self._skeleton.get_output_embeddings()
        for module in shape.modules:
            # Behind a branch there vLLM tells the probabilities of a prompt's tokens without it,
            # and no error (vllm-project/vllm issue 51594).
            if self._skeleton.get_submodule(module) is head:
                raise ModelError(
                    f"{adapter}: it changes {module!r}, and vLLM would score without that; "
                    "ask an hf/ model with it"
                )
        modules = {module.rpartition(".")[2] for module in shape.modules}
        return _Held(max(held.rank, rank), held.modules | modules)

    @cached_property
    def _skeleton(self) -> Any:
        return without_weights(self._folder, dtype=self._dtype)

    def _load(self, adapter: Path) -> Any:
        """An adapter for `ask`. It gets a number and a name that no other had.

        By the number vLLM knows which adapters it holds, by the name which beginnings of prompts
        it has computed behind which adapter.
        """
        from vllm.lora.request import LoRARequest

        number = next(self._numbers)
        request = LoRARequest(f"adapter-{number}", number, str(adapter))
        try:
            # Loaded while a prompt is answered, a broken one would end that prompt's whole batch.
            self._llm.llm_engine.add_lora(request)
        except Exception as error:
            raise ModelError(f"{adapter}: not an adapter for {self._name}: {error}") from error
        if self._probed(request) == self._probed(None):
            raise ModelError(
                f"{adapter}: the adapter is on and changes no logit of {self._name}; "
                "it was made for another model, or was never trained"
            )
        return request

    def _probed(self, request: Any) -> list[float]:
        """Log-probabilities of a few tokens, each by itself: the same company for every adapter."""
        tokens = list(range(8))
        (output,) = self.ask([tokens], [token_probabilities()], [request])
        if isinstance(output, Failure):
            raise ModelError(f"models: {self._name!r} can't be asked: {output.message}")
        return logprobs(output, tokens, first=1)


def token_probabilities() -> Any:
    """The `SamplingParams` of vLLM for how probable the tokens of a prompt are.

    One token has to be said, too. 0 is how many others' probabilities are told beside each
    token's own. vLLM reads such prompts whole, as what it keeps of their beginnings holds no
    logits.
    """
    from vllm import SamplingParams

    return SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0, detokenize=False)


def logprobs(output: Any, tokens: Sequence[int], *, first: int) -> list[float]:
    """The natural logarithms of the probabilities of a prompt's tokens, from the first one on."""
    told = output.prompt_logprobs
    return [float(told[place][tokens[place]].logprob) for place in range(first, len(tokens))]


def _memory() -> dict[str, float]:
    """A share of the GPU memory that is free now: other models may hold the rest."""
    if not torch.cuda.is_available():
        return {}
    free, total = torch.cuda.mem_get_info()
    return {"gpu_memory_utilization": _MEMORY_SHARE * free / total}
