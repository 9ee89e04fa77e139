"""`isoglot languages`."""

from isoglot.cli._errors import friendly


@friendly
def languages() -> None:
    """List the known languages, their tiers, and which of them worlds can be made in."""
    from rich.console import Console
    from rich.table import Table

    from isoglot.core import known_languages
    from isoglot.corpora import world_languages

    able = world_languages()
    table = Table()
    for title in ("code", "name", "own name", "script", "tier", "worlds"):
        table.add_column(title)
    for language in known_languages().values():
        table.add_row(
            language.code,
            language.name,
            language.own_name,
            language.script,
            language.tier,
            "yes" if language.code in able else "",
        )
    Console().print(table)
