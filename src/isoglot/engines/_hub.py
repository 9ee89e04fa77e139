"""Where a Hugging Face model's files are: a local folder, or the hub's. Needs no torch."""

from pathlib import Path

from isoglot.core import ModelError


def find_folder(name: str, *, family: str = "hf") -> Path:
    """The local folder of `PATH` or `ORG/NAME[@REVISION]`; what is missing is fetched from the hub.

    Only safetensors weights are taken: a pickle can run code when it is opened.

    Args:
        name: What the model string names.
        family: What stands before it there, for messages.

    Raises:
        ModelError: There is no such folder and the hub can't be reached or does not know the name,
            or the model has no safetensors weights.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _fetch(name, family)
    if not any(folder.glob("*.safetensors")):
        pickled = sorted(path.name for path in folder.glob("*.bin"))
        reason = f"only pickled weights ({pickled[0]})" if pickled else "no weights"
        raise ModelError(
            f"models: '{family}/{name}' has {reason}; isoglot loads safetensors only: "
            "convert it with save_pretrained"
        )
    return folder


def known_folder(name: str) -> Path | None:
    """The local folder of `PATH` or `ORG/NAME[@REVISION]` if it is here; nothing is fetched."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    repository, _, revision = name.partition("@")
    try:
        found = try_to_load_from_cache(repository, "config.json", revision=revision or None)
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


def _fetch(name: str, family: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository, _, revision = name.partition("@")
    try:
        return Path(
            snapshot_download(
                repository,
                revision=revision or None,
                allow_patterns=["*.safetensors", "*.json", "*.model", "*.txt", "*.jinja"],
            )
        )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"models: '{family}/{name}' is no folder here and could not be fetched ({first_line}); "
            "check the name, the network, or give the path of a local folder"
        ) from error
