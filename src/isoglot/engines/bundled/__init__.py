"""The models that come as Python packages, so that a study runs where no model hub is reachable."""

from isoglot.engines.bundled._convert import BUNDLED_MODELS, bundled_folder, converted_folder

__all__ = ["BUNDLED_MODELS", "bundled_folder", "converted_folder"]
