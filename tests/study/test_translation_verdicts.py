"""What stands beside a language's results about its texts."""

import pytest

from isoglot.corpora import knowledge_languages, world_languages
from isoglot.study import FactsSpec
from isoglot.study._translation import known_translation


@pytest.mark.parametrize(
    ("facts", "languages"),
    [({"world": {"size": 6}}, world_languages()), ({"knowledge": {}}, knowledge_languages())],
    ids=["world", "knowledge"],
)
def test_every_language_of_generated_facts_was_checked(facts, languages) -> None:
    found = known_translation(FactsSpec.model_validate(facts))
    assert set(found) == set(languages)
    assert {each.verdict for each in found.values()} == {"good"}


def test_facts_that_were_not_checked_have_no_verdict(tmp_path) -> None:
    facts = FactsSpec.model_validate({"file": str(tmp_path / "facts.jsonl")})
    assert known_translation(facts) == {}
