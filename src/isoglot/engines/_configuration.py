"""The configuration files of a model's folder."""

import json
from pathlib import Path
from typing import Any


def configuration(path: Path) -> dict[str, Any]:
    """What a configuration file says; nothing where there is none that can be read.

    What is wrong with it transformers will say when it loads the model.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
