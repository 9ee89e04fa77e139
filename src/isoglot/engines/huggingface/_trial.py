"""Whether a model can read from shared keys: its kind may say no; otherwise a trial decides."""

import json
from contextlib import nullcontext
from typing import Any

import torch

from isoglot.engines.huggingface._attention import shared_attention
from isoglot.engines.huggingface._beginnings import Beginnings, Wanted, as_shared
from isoglot.engines.huggingface._head import read_at
from isoglot.engines.huggingface._packing import packed
from isoglot.engines.huggingface._placement import input_device
from isoglot.engines.huggingface._row_cache import RowCache

_KINDS = {"full_attention", "sliding_attention"}
_SCALED_BY_LENGTH = ("longrope", "dynamic")
_TOKENS = 48
_TOLERANCE = {torch.float64: 1e-8, torch.float32: 1e-3, torch.float16: 5e-2, torch.bfloat16: 1e-1}
"""Of the largest logit."""


def scaled_by_length(model: Any) -> bool:
    """Whether positions mean something else where any prompt of a batch is long.

    Such models (Phi-3's longrope, dynamic scaling) choose their rotations by the highest position
    that goes through them, so a prompt is read right in company of its like alone.
    """
    said = json.dumps(model.config.to_dict(), default=str)
    return any(f'"{kind}"' in said for kind in _SCALED_BY_LENGTH)


def why_not_shared(model: Any) -> str | None:
    """Why prompts of a model have to be read whole, each for itself; `None`: they need not be.

    A recurrent state (Mamba and its kind) can't be shared in pieces, and some models have an
    attention of their own. What else might be overlooked shows in a trial: the logits of a few
    tokens read in pieces must be those of all at once.
    """
    kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or [])
    if strange := sorted(kinds - _KINDS):
        return f"it has layers of the kind {', '.join(strange)}"
    if not getattr(model, "_supports_attention_backend", False):
        return "its attention is its own"
    if scaled_by_length(model):
        return "its positions are scaled by the longest prompt of a batch"
    if any(name.endswith("sinks") for name, _ in model.named_parameters()):
        return "its attention has sinks"
    try:
        difference = _difference(model)
    except Exception as error:  # whatever a model's own code does with what it is given
        return f"a trial failed with {type(error).__name__}: {error}"
    if not difference <= _TOLERANCE.get(model.dtype, 1e-1):
        return f"in a trial its logits were off by {difference:.1e}"
    return None


@torch.inference_mode()
def _difference(model: Any) -> float:
    """How far logits of tokens read in pieces are from those of all at once, relatively."""
    device = input_device(model)
    vocabulary = int(model.get_input_embeddings().num_embeddings)
    tokens = [(7 * place + 3) % vocabulary for place in range(_TOKENS)]
    # Compared on the processor: over several devices a model gives its logits back where its
    # input was, `read_at` where its head is.
    whole = model(torch.tensor([tokens], device=device)).logits[0, -4:].float().cpu()
    beginnings = Beginnings(model, most_bytes=0)
    (first,) = beginnings.read([Wanted(None, tuple(tokens[:20]), None)], nullcontext)
    (second,) = beginnings.read([Wanted(None, tuple(tokens[:40]), first)], nullcontext)
    both = [first, second]
    # Here what is shared stays apart; where the second was read, the first was copied.
    ends = [each.end for each in both]
    cache = RowCache(as_shared(both), ends, room=4, device=device, least_apart=0)
    read = []
    with shared_attention(model, cache):
        for start, end in ((0, 4), (4, 8), (8, 28)):
            # The first row reads on from 20; the second from 40, as far as there is something.
            fed = [tokens[20 + start : 20 + end], tokens[40 + start : 40 + end] or tokens[:1]]
            # As answers are read.
            read.append(
                read_at(
                    model,
                    range(sum(map(len, fed))),
                    lambda logits, _: list(logits),
                    input_ids=packed(fed, device=device),
                    position_ids=cache.place([len(each) for each in fed]),
                    past_key_values=cache,
                    use_cache=True,
                )
            )
    # The last four of the first row, and the same four of the second.
    pieces = [torch.stack(each) for each in (read[2][16:20], read[1][4:8])]
    off = max(float((each.float().cpu() - whole).abs().max()) for each in pieces)
    return off / float(whole.abs().max())
