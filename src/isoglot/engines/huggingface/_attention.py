"""Attention of many rows over beginnings that they share, which are kept once.

A row sees two kinds of keys: those of beginnings that it shares with other rows, `[heads, length,
size]`, and its own, `[rows, heads, room, size]`. Each kind's softmax is taken apart, and both are
put together by their normalisers (as in online softmax, Milakov and Gimelshein 2018), so that no
shared key has to be copied to a row; a few are, where that is cheaper. Keys that a sliding window
hides from all queries of a step are left out.

Registered with transformers as an attention function, it works for every model that takes its
attention from there. Such models make no mask for a function that they don't know: which keys a
query sees follows from positions alone, and is decided here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers import AttentionInterface

from isoglot.engines.huggingface._packing import Packing
from isoglot.engines.huggingface._row_cache import RowCache, View

NAME = "isoglot_shared"
_SCORES_BYTES = 128 * 2**20
"""So much memory may one layer's scores take; queries go through in chunks that fit."""
_NEVER = -1e30
"""The score of a key that is not seen. Finite: padding sees nothing, and must not become nan."""


_current: list[RowCache] = []


@contextmanager
def shared_attention(model: Any, cache: RowCache) -> Iterator[None]:
    """While it lasts, the model's attention is over what the cache holds."""
    configs = {
        id(module.config): module.config for module in model.modules() if hasattr(module, "config")
    }.values()
    before = [(config, config._attn_implementation_internal) for config in configs]
    _current.append(cache)
    try:
        for config in configs:
            config._attn_implementation_internal = NAME
        yield
    finally:
        for config, name in before:
            config._attn_implementation_internal = name
        _current.pop()


class _Part(NamedTuple):
    """Attention over some of the keys.

    Attributes:
        values: `[heads, groups, tokens, size]`, float32.
        weight: The logarithm of the normaliser, `[heads, groups, tokens, 1]`.
    """

    values: torch.Tensor
    weight: torch.Tensor


def attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,  # noqa: ARG001 - the protocol's
    *,
    scaling: float | None = None,
    softcap: float | None = None,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """An attention function of transformers: see its `AttentionInterface`.

    Args:
        module: The layer's attention.
        query: Packed, `[1, heads, tokens, size]`.
        key: Own keys `[rows, key heads, filled, size]`.
        value: Own values.
        attention_mask: None is made.
        scaling: Of the scores; by default one over the root of the size.
        softcap: Scores are squeezed into ±softcap by a hyperbolic tangent.
        sliding_window: How far back a query sees, itself included.

    Returns:
        `[1, tokens, heads, size]`, and no weights.
    """
    cache = _current[-1]
    window = sliding_window if sliding_window is not None else _window(module)
    heads, tokens, size = query.shape[1:]
    key_heads = key.shape[1]
    scale = size**-0.5 if scaling is None else scaling
    scaled = query * scale
    own = cache.view(window, query.device)
    whole = _own_part(scaled, key, value, own, softcap, cache.packing)
    grouped = scaled.view(key_heads, heads // key_heads, tokens, size)
    for number, piece in enumerate(cache.shared):
        view = cache.shared_view(number, window, query.device)
        if view is None:
            continue
        keys, values = (each[:, view.keys] for each in piece.layers[module.layer_idx])
        asking = cache.packing.tokens_of(piece.rows)
        for some in _chunks(asking, scores_of_one=heads * keys.shape[1]):
            among = slice(some.start - asking.start, some.stop - asking.start)
            seen = None if view.seen is None else view.seen[among]
            _add(whole, some, _shared_part(grouped[:, :, some], keys, values, seen, softcap))
    out = whole.values.to(query.dtype).reshape(heads, tokens, size)
    return out.transpose(0, 1)[None], None


def _chunks(places: slice, *, scores_of_one: int) -> Iterator[slice]:
    """Some of the places at a time, so that their scores fit."""
    size = max(1, _SCORES_BYTES // (4 * scores_of_one))
    for start in range(places.start, places.stop, size):
        yield slice(start, min(start + size, places.stop))


def _window(module: Any) -> int | None:
    """The window of a layer that does not hand it on."""
    kinds = getattr(module.config, "layer_types", None)
    sliding = kinds is not None and kinds[module.layer_idx] == "sliding_attention"
    return module.config.sliding_window if sliding else None


def _own_part(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    view: View,
    softcap: float | None,
    packing: Packing,
) -> _Part:
    """Of every row over its own keys; here alone rows stand apart."""
    apart = packing.apart(query)
    rows, heads, queries, size = apart.shape
    keys, values = (each[:, :, view.keys] for each in (key, value))
    key_heads, there = keys.shape[1:3]
    grouped = apart.reshape(rows, key_heads, -1, queries, size)
    sums, weights = [], []
    for some in _chunks(slice(0, queries), scores_of_one=rows * heads * there):
        q = grouped[:, :, :, some]
        flat = q.reshape(rows, key_heads, -1, size)
        scores = (flat @ keys.transpose(2, 3)).view(*q.shape[:4], there)
        seen = None if view.seen is None else view.seen[:, None, None, some]
        shares, weight = _softmax(scores, seen, softcap)
        shares = shares.to(values.dtype).view(rows, key_heads, -1, there)
        sums.append((shares @ values).view(*q.shape[:4], -1).float())
        weights.append(weight)
    whole = []
    for parts in (sums, weights):
        each = (torch.cat(parts, dim=3) if len(parts) > 1 else parts[0]).flatten(1, 2)
        together = packing.together(each)
        whole.append(together.view(key_heads, -1, *together.shape[2:]))
    return _Part(*whole)


def _shared_part(
    q: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    seen: torch.Tensor | None,
    softcap: float | None,
) -> _Part:
    """Of tokens `[heads, groups, tokens, size]` over the same keys: one product a head."""
    heads, _, _, size = q.shape
    flat = q.reshape(heads, -1, size)
    scores = (flat @ keys.transpose(1, 2)).view(*q.shape[:3], -1)
    shares, weight = _softmax(scores, seen, softcap)
    shares = shares.to(values.dtype).view(heads, flat.shape[1], -1)
    return _Part((shares @ values).view(*q.shape[:3], -1).float(), weight)


def _softmax(
    scores: torch.Tensor, seen: torch.Tensor | None, softcap: float | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Every key's share of a query's attention, and the logarithm of the normaliser.

    The largest share is one over the normaliser of what is scaled by the largest score, so that
    one pass of torch's softmax gives both. (A plain `exp` takes fifteen times as long on a
    processor where it underflows, as it does for all that is not seen.)
    """
    scores = scores.float()
    if softcap is not None:
        scores = softcap * torch.tanh(scores / softcap)
    if seen is not None:
        scores = scores.masked_fill_(~seen, _NEVER)
    top = scores.amax(-1, keepdim=True)
    shares = scores.softmax(-1)
    return shares, top - shares.amax(-1, keepdim=True).log()


def _add(whole: _Part, some: slice, more: _Part) -> None:
    """Adds to what some tokens see in one part what they see in another."""
    values, weight = (each[:, :, some] for each in whole)
    both = torch.logaddexp(weight, more.weight)
    values.mul_((weight - both).exp()).add_(more.values * (more.weight - both).exp())
    weight.copy_(both)


AttentionInterface.register(NAME, attend)
