"""A study that runs in a moment: 2 languages, 3 facts, both paradigms, a scripted model.

It plans 18 probes in context and 24 with fine-tuning; `tests/study/test_plan.py` derives them. The
six asked before teaching are the same in both, so that 36 answers serve all 42.
"""

from pathlib import Path
from typing import Any

import yaml

_TINY: dict[str, Any] = {
    "name": "tiny",
    "seed": 3,
    "models": ["scripted/parrot"],
    "languages": ["en", "cy"],
    "facts": {"world": {"size": 3}},
    "paradigms": {"in-context": {}, "fine-tuning": {"epochs": 3, "ask_after": [0, 1, 3]}},
}


def write_study(path: Path, /, **changes: Any) -> Path:
    """Writes the study; keywords replace top-level keys, `None` removes one."""
    kept = {key: value for key, value in {**_TINY, **changes}.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
