from collections.abc import Callable

import pytest

Row = dict[str, object]


@pytest.fixture
def row() -> Callable[..., Row]:
    """A maker of probe rows: Welsh taught and asked by fine-tuning, unless told otherwise."""

    def make(**changes: object) -> Row:
        plain: Row = {
            "model": "m",
            "paradigm": "fine-tuning",
            "taught": "cy",
            "gives": "answer",
            "against": None,
            "seed": 1,
            "asked": "cy",
            "epoch": 12,
            "times_shown": None,
            "facts_in_context": None,
            "fact": "f1",
            "relation": "flag",
            "question": "Pa anifail?",
            "reference": "llew",
            "rival_reference": "arth",
            "answer": "llew",
            "correct": True,
            "answer_language": "cy",
            "wrong_language": False,
            "rival": False,
            "judge": "match",
            "key": "k",
            "tokens": 2,
            "seconds": 0.5,
        }
        assert set(changes) <= set(plain)
        return plain | changes

    return make
