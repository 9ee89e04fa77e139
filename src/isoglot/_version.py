"""The version, read from the installed distribution so that it is written in one place only."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("isoglot")
except PackageNotFoundError:  # pragma: no cover - a source tree that was never installed
    __version__ = "0+unknown"
