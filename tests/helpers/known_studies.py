"""A study of six facts of which the model knows some, and how much of it is asked."""

from typing import Any

# What the model knows; in both languages, the second and the fourth fact.
KNOWN = {"en": ["f0001", "f0002", "f0004"], "cy": ["f0002", "f0004", "f0005"]}
BOTH = frozenset({"f0002", "f0004"})
# Before: 2 languages · 6 facts. In context: 2 taught, own language at two stages and the other at
# the last one, 2 facts each. Fine-tuned the same, but own language at three stages (0, 1 and 2).
UNTAUGHT, IN_CONTEXT, FINE_TUNED = 12, 12, 16
# Without examples the first stage of each, 2 languages · 2 facts, are questions that were asked
# before: their answers are there already.
ANSWERED_BEFORE = 4
ASKED_IN_CONTEXT, ASKED_FINE_TUNED = IN_CONTEXT - ANSWERED_BEFORE, FINE_TUNED - ANSWERED_BEFORE
CHANGES: dict[str, Any] = {
    "facts": {"world": {"size": 6}, "known_only": True},
    "untaught": {"shots": 0},
    "models": [{"name": "scripted/parrot", "batch_size": 1}],
    "paradigms": {"in-context": {}, "fine-tuning": {"epochs": 2, "ask_after": [1, 2]}},
}
