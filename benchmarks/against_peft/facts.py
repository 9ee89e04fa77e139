"""The facts that both are taught: those of a world, parallel in four languages."""

from isoglot.core import Fact
from isoglot.corpora import make_world
from isoglot.learning import Lesson

LANGUAGES = ("en", "es", "zh", "sw")
SEED = 7


def world_facts(size: int) -> tuple[Fact, ...]:
    """The first facts of the world; all of its relations take turns."""
    return make_world(LANGUAGES, size=size, seed=SEED).facts


def lessons(size: int) -> dict[str, list[Lesson]]:
    """The same facts as lessons, by language."""
    facts = world_facts(size)
    return {
        language: [
            Lesson(question=fact.texts[language].teach, answer=fact.texts[language].answer.text)
            for fact in facts
        ]
        for language in LANGUAGES
    }
