"""`isoglot models`."""

import typer

from isoglot.cli._errors import friendly


@friendly
def models() -> None:
    """List the model strings, and what each still needs on this machine."""
    from isoglot.engines import ModelSpec, check_installed, shipped_models

    for name in shipped_models():
        missing = check_installed(ModelSpec(name=name), place="")
        typer.echo(f"{name}  {missing[0].remedy if missing else 'ready'}")
    missing = check_installed(ModelSpec(name="hf/ORG/NAME"), place="")
    state = missing[0].remedy if missing else "ready"
    typer.echo(f"hf/ORG/NAME[@REVISION]  any causal language model of a hub; {state}")
    typer.echo(f"hf/PATH  a folder as save_pretrained writes it; {state}")
    missing = check_installed(ModelSpec(name="vllm/ORG/NAME"), place="")
    state = missing[0].remedy if missing else "ready"
    typer.echo(f"vllm/ORG/NAME[@REVISION], vllm/PATH  the same in vLLM, not to be trained; {state}")
