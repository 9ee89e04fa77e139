"""The research questions. Each is a value that plans probes and declares its estimates."""

from isoglot.questions._base import Column, Measure, Question
from isoglot.questions.effectiveness import Effectiveness
from isoglot.questions.knowledge import Knowledge
from isoglot.questions.transfer import Transfer

QUESTIONS: dict[str, Question] = {
    question.name: question for question in (Knowledge(), Effectiveness(), Transfer())
}

__all__ = ["QUESTIONS", "Column", "Effectiveness", "Knowledge", "Measure", "Question", "Transfer"]
