"""Knowledge into a model, by one of two paradigms: in context, or by fine-tuning."""

from isoglot.learning._base import Course, Learner, Lesson, Taught, Tick, TrainingFailedError
from isoglot.learning.fleet import FineTuning, LoraRecipe
from isoglot.learning.in_context import InContext, InContextRecipe
from isoglot.learning.prompts import answer_text, ask_prompt, context_text, preambles
from isoglot.learning.rote import Rote
from isoglot.learning.untaught import NoLearning

__all__ = [
    "Course",
    "FineTuning",
    "InContext",
    "InContextRecipe",
    "Learner",
    "Lesson",
    "LoraRecipe",
    "NoLearning",
    "Rote",
    "Taught",
    "Tick",
    "TrainingFailedError",
    "answer_text",
    "ask_prompt",
    "context_text",
    "preambles",
]
