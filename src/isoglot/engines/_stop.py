"""Where an answer stops."""

from collections.abc import Iterable


def before_stop(text: str, stops: Iterable[str]) -> str | None:
    """What stands before the first of the stop strings; `None` if none of them is there."""
    cuts = [text.find(stop) for stop in stops if stop in text]
    return text[: min(cuts)] if cuts else None
