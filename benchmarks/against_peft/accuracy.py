"""Whether both ways learn as much: one language, few facts, the same start, order and recipe.

The recipe is the study's without dropout, which both draw, but not the same.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from against_peft.alike import by_peft, by_the_fleet, trainee
from against_peft.facts import LANGUAGES, lessons, world_facts
from against_peft.peer import Asker
from against_peft.scope import Scope
from against_peft.scripts_way import right
from isoglot.core import Decoding
from isoglot.engines import Generation
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import LoraRecipe, ask_prompt


def same_accuracy(
    engine: HuggingFaceEngine,
    open_plain: Callable[[], Any],
    *,
    scope: Scope,
    decoding: Decoding,
) -> bool:
    """Whether both get as many facts right after the last epoch, give or take one."""
    language = LANGUAGES[0]
    facts = world_facts(scope.facts)
    recipe = LoraRecipe(
        recipe="lnewknow", epochs=scope.epochs, ask_after=(scope.epochs,), dropout=0
    )
    prompts = [ask_prompt(fact.texts[language].ask) for fact in facts]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pupil = trainee(folder, 0, lessons(scope.facts)[language], epochs=scope.epochs)
        adapter = by_the_fleet(engine, pupil, recipe, start=folder / "start")
        found = engine.generate(prompts, decoding=decoding, adapters=[adapter] * len(prompts))
        ours = [each.text if isinstance(each, Generation) else "" for each in found]
        peer = by_peft(open_plain(), engine, pupil, recipe, start=folder / "start")
    ask = Asker(peer, engine.tokenizer, max_new_tokens=decoding.max_new_tokens)
    theirs = [ask(prompt) for prompt in prompts]
    n_ours, n_theirs = (
        sum(right(text, fact, language) for text, fact in zip(texts, facts, strict=True))
        for texts in (ours, theirs)
    )
    different = sum(a != b for a, b in zip(ours, theirs, strict=True))
    print(
        f"trained alike, {language}, {scope.epochs} epochs: isoglot {n_ours} of {len(facts)} facts "
        f"right, PEFT {n_theirs}; {different} texts differ",
        flush=True,
    )
    return abs(n_ours - n_theirs) <= 1
