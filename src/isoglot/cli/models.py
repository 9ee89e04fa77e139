"""`isoglot models`."""

import typer

from isoglot.cli._errors import friendly


@friendly
def models() -> None:
    """List the model strings, and what each still needs on this machine."""
    from isoglot.engines import ModelSpec, check_installed, shipped_models

    def state(spec: ModelSpec) -> str:
        missing = check_installed(spec, place="")
        return missing[0].remedy if missing else "ready"

    for name in shipped_models():
        typer.echo(f"{name}  {state(ModelSpec(name=name))}")
    whole, packed = ModelSpec(name="hf/ORG/NAME"), ModelSpec(name="hf/ORG/NAME/FILE.gguf")
    typer.echo(f"hf/ORG/NAME[@REVISION]  any causal language model of a hub; {state(whole)}")
    typer.echo(f"hf/PATH  a folder as save_pretrained writes it; {state(whole)}")
    typer.echo(f"hf/ORG/NAME/FILE.gguf[@REVISION]  a GGUF file of a hub; {state(packed)}")
    typer.echo(f"hf/PATH/FILE.gguf  a GGUF file; {state(packed)}")
    quantized = ModelSpec(name="hf/ORG/NAME", quantization="4bit")
    typer.echo(f"with quantization: 4bit or 8bit  any of hf/ and bundled/; {state(quantized)}")
    served = ModelSpec(name="vllm/ORG/NAME")
    typer.echo(
        f"vllm/ORG/NAME[@REVISION], vllm/PATH  the same in vLLM, not to be trained; {state(served)}"
    )
