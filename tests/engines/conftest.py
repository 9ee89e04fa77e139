"""Fixtures of engines' tests."""

from collections.abc import Iterator

import pytest


@pytest.fixture(params=["apart", "copied"], scope="module")
def small_pieces(request: pytest.FixtureRequest) -> Iterator[None]:
    """What tests share is small: here it is read apart all the same, there copied to the rows."""
    from isoglot.engines.huggingface import _row_cache

    with pytest.MonkeyPatch.context() as patch:
        if request.param == "apart":
            patch.setattr(_row_cache, "LEAST_APART", 0)
        yield
