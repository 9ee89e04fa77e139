"""Attention of many rows over beginnings that they share, which are kept once.

A row sees two kinds of keys: those of beginnings that it shares with other rows, `[heads, length,
size]`, and its own, `[rows, heads, room, size]`. Each kind's softmax is taken apart, and both are
put together by their normalisers (as in online softmax, Milakov and Gimelshein 2018), so that no
shared key is ever copied to a row. Keys that a sliding window hides from all queries of a step are
left out.

Registered with transformers as an attention function, it works for every model that takes its
attention from there. Such models make no mask for a function that they don't know: which keys a
query sees follows from positions alone, and is decided here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers import AttentionInterface

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
        values: `[rows, heads, groups, queries, size]`, float32.
        weight: The logarithm of the normaliser, `[rows, heads, groups, queries, 1]`.
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
    apart = cache.packing.apart(query)
    rows, heads, queries, size = apart.shape
    key_heads = key.shape[1]
    scale = size**-0.5 if scaling is None else scaling
    grouped = (apart * scale).reshape(rows, key_heads, heads // key_heads, queries, size)
    own = cache.view(window, query.device)
    pieces = [
        (piece, view)
        for number, piece in enumerate(cache.shared)
        if (view := cache.shared_view(number, window, query.device)) is not None
    ]
    widest = max(view.keys.stop - view.keys.start for view in (own, *(each for _, each in pieces)))
    chunk = max(1, _SCORES_BYTES // (4 * rows * heads * widest))
    results = []
    for start in range(0, queries, chunk):
        part = slice(start, start + chunk)
        q = grouped[:, :, :, part]
        whole = _own_part(q, key[:, :, own.keys], value[:, :, own.keys], _some(own, part), softcap)
        for piece, view in pieces:
            first, end = piece.rows
            keys, values = (each[:, view.keys] for each in piece.layers[module.layer_idx])
            more = _shared_part(q[first:end], keys, values, _some(view, part), softcap)
            _add(whole, first, end, more)
        results.append(whole.values)
    out = torch.cat(results, dim=3) if len(results) > 1 else results[0]
    out = out.to(query.dtype).reshape(rows, heads, queries, size)
    return cache.packing.together(out), None


def _some(view: View, queries: slice) -> torch.Tensor | None:
    return None if view.seen is None else view.seen[:, queries]


def _window(module: Any) -> int | None:
    """The window of a layer that does not hand it on."""
    kinds = getattr(module.config, "layer_types", None)
    sliding = kinds is not None and kinds[module.layer_idx] == "sliding_attention"
    return module.config.sliding_window if sliding else None


def _own_part(
    q: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    seen: torch.Tensor | None,
    softcap: float | None,
) -> _Part:
    rows, heads, groups, queries, size = q.shape
    flat = q.reshape(rows, heads, groups * queries, size)
    scores = (flat @ keys.transpose(2, 3)).view(rows, heads, groups, queries, -1)
    shares, weight = _softmax(scores, None if seen is None else seen[:, None, None], softcap)
    shares = shares.to(values.dtype).view(rows, heads, groups * queries, -1)
    return _Part((shares @ values).view(rows, heads, groups, queries, -1).float(), weight)


def _shared_part(
    q: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    seen: torch.Tensor | None,
    softcap: float | None,
) -> _Part:
    rows, heads, groups, queries, size = q.shape
    # One product a head for the queries of all rows.
    flat = q.transpose(0, 1).reshape(heads, -1, size)
    scores = (flat @ keys.transpose(1, 2)).view(heads, rows, groups, queries, -1)
    shares, weight = _softmax(scores, None if seen is None else seen[None, :, None], softcap)
    shares = shares.to(values.dtype).view(heads, rows * groups * queries, -1)
    sums = (shares @ values).view(heads, rows, groups, queries, -1)
    return _Part(sums.transpose(0, 1).float(), weight.transpose(0, 1))


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


def _add(whole: _Part, first: int, end: int, more: _Part) -> None:
    """Adds to some rows of one part what they see in another."""
    values, weight = (each[first:end] for each in whole)
    both = torch.logaddexp(weight, more.weight)
    values.mul_((weight - both).exp()).add_(more.values * (more.weight - both).exp())
    weight.copy_(both)


AttentionInterface.register(NAME, attend)
