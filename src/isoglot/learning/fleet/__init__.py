"""Fine-tuning: a LoRA adapter a condition. Importing `trainer` imports torch; nothing else does."""

from isoglot.learning.fleet.learner import FineTuning
from isoglot.learning.fleet.recipe import LoraRecipe

__all__ = ["FineTuning", "LoraRecipe"]
