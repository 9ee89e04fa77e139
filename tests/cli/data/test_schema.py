"""`isoglot data schema`."""

import json

import jsonschema
import typer
from typer.testing import CliRunner

from isoglot.cli.data.schema import schema
from isoglot.corpora.formats import fact_schema

app = typer.Typer()
app.command()(schema)


def test_the_schema_is_printed_and_nothing_else() -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed == fact_schema()
    jsonschema.Draft202012Validator.check_schema(printed)
