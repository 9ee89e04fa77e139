"""The command line. Knows terminals and exit codes; all else it asks of the layers above."""
