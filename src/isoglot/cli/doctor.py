"""`isoglot doctor`."""

import os
import shutil

import typer

from isoglot.cli._errors import friendly


@friendly
def doctor() -> None:
    """Say what is there, what is missing on this machine, and how to get it."""
    from isoglot._version import __version__
    from isoglot.engines import ModelSpec, check_installed, model_cache_folder

    typer.echo(f"isoglot {__version__}")
    typer.echo(f"processors: {os.cpu_count()}")
    cache = model_cache_folder()
    nearest = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free / 1e9
    typer.echo(f"model cache: {cache} ({free:.0f} GB free)")
    plain = ModelSpec(name="hf/ORG/NAME")
    for extra, spec in (
        ("local", plain),
        ("bundled", ModelSpec(name="bundled/gemma-3-270m")),
        ("quantized", plain.model_copy(update={"quantization": "4bit"})),
        ("vllm", ModelSpec(name="vllm/ORG/NAME")),
    ):
        missing = check_installed(spec, place="")
        typer.echo(f"extra {extra}: {missing[0].remedy if missing else 'there'}")
