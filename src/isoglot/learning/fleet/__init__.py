"""Fine-tuning: a LoRA adapter a condition. Importing `isoglot.learning.fleet.trainer` imports torch."""

from isoglot.learning.fleet.learner import FineTuning
from isoglot.learning.fleet.recipe import LoraRecipe

__all__ = ["FineTuning", "LoraRecipe"]
