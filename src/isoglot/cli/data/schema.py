"""`isoglot data schema`."""

import typer

from isoglot.cli._errors import friendly


@friendly
def schema() -> None:
    """Print the JSON Schema of a line of isoglot's own corpus format."""
    import json

    from isoglot.corpora.formats import fact_schema

    typer.echo(json.dumps(fact_schema(), indent=2, ensure_ascii=False))
