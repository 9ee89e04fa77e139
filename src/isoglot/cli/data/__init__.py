"""`isoglot data …`: make, import, translate and check corpora. One file a command."""

import typer

from isoglot.cli.data import import_, knowledge, schema, world

app = typer.Typer(
    name="data",
    help="Make, import, translate and check corpora.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.command("world")(world.world)
app.command("knowledge")(knowledge.knowledge)
app.command("import")(import_.import_)
app.command("schema")(schema.schema)
