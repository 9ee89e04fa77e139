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
    for extra, name in (
        ("local", "hf/ORG/NAME"),
        ("bundled", "bundled/gemma-3-270m"),
        ("vllm", "vllm/ORG/NAME"),
    ):
        missing = check_installed(ModelSpec(name=name), place="")
        typer.echo(f"extra {extra}: {missing[0].remedy if missing else 'there'}")
