"""`isoglot data …`: one file a command."""
