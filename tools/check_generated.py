"""Checks the corpora that isoglot generates and writes the verdicts that the package ships.

    python tools/check_generated.py

Run it after every change of wordings or words. It needs the extra `embed`. The verdicts stand in
`corpora/data/quality/`, by language, and the report of a run shows them.
"""

import json
from pathlib import Path

from isoglot.core import Corpus
from isoglot.corpora import knowledge_languages, make_knowledge, make_world, world_languages
from isoglot.corpora.quality import check_corpus

OUT = Path(__file__).parent.parent / "src/isoglot/corpora/data/quality"
# Every wording of every relation comes up many times in so many facts.
WORLD_SIZE = 1_000


def write_check(name: str, corpus: Corpus) -> None:
    """Checks a corpus, writes its verdicts and prints them."""
    check = check_corpus(corpus)
    content = {
        each.language: {
            "verdict": each.verdict,
            "reasons": [
                reason.sentence for reason in each.reasons if reason.weight == each.verdict
            ],
        }
        for each in check.languages
    }
    OUT.mkdir(exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    for each in check.languages:
        shares = (
            f"{metric.replace('_', ' ')} {each.measures[metric].value:.0%}"
            for metric in ("identified", "retrieved_first")
            if each.measures[metric].measured
        )
        print(f"{name} {each.language}: {each.verdict}; {', '.join(shares)}")
        for reason in each.reasons:
            print(f"    {reason.weight}: {reason.sentence}")


def main() -> None:
    """Checks worlds and general knowledge."""
    write_check("world", make_world(world_languages(), size=WORLD_SIZE, seed=1))
    write_check("knowledge", make_knowledge(knowledge_languages()))


if __name__ == "__main__":
    main()
