"""What a judge is: an answer and a fact in, a verdict out."""

from typing import Protocol

from isoglot.core import Fact, Verdict


class Judge(Protocol):
    """Says whether an answer is right, and in which language.

    A judge is a pure function of its arguments. It never sees a prompt or a model; a failed probe
    has no answer and never reaches it.
    """

    @property
    def name(self) -> str:
        """Its name in the study file, the tables and the report."""
        ...

    def judge(self, answer: str, *, fact: Fact, asked: str) -> Verdict:
        """The verdict on an answer to the question about a fact, put in the language `asked`.

        Raises:
            ValueError: If the fact has no text in the language `asked`.
        """
        ...
