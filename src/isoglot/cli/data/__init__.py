"""`isoglot data …`: make, import, translate and check corpora. One file a command."""

import typer

from isoglot.cli.data import check, import_, knowledge, schema, translate, world

app = typer.Typer(
    name="data",
    help="Make, import, translate and check corpora.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.command("world")(world.world)
app.command("knowledge")(knowledge.knowledge)
app.command("import")(import_.import_)
app.command("translate")(translate.translate)
app.command("check")(check.check)
app.command("schema")(schema.schema)
