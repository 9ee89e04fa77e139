"""The rows of a run that never happened, shaped like those of a study of all four questions.

Five languages, 24 facts, both paradigms. Whether an answer is right is drawn from probabilities
that are written down here, so the figures of it look like those of a small model.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

LANGUAGES = ("en", "es", "zh", "sw", "cy")
EPOCHS = (0, 1, 2, 4, 8, 12)
MODEL = "bundled/gemma-3-270m"

# What fine-tuning reaches in its own language, and how fast.
_PEAK = {"en": 0.99, "es": 0.97, "zh": 0.9, "sw": 0.62, "cy": 0.3}
_IN_CONTEXT = {"en": 0.55, "es": 0.45, "zh": 0.4, "sw": 0.2, "cy": 0.12}

# How much of what a context can teach it teaches, by how often facts are shown in it, and by how
# many facts are; the fewer, the easier.
TIMES_SHOWN = {0: 0.0, 1: 1.0, 2: 1.3, 3: 1.4}
USUAL = 1
FACTS_IN_CONTEXT = {4: 1.7, 12: 1.25}

# The pairs that contradict each other, as `tiered_pairs` makes them. Who is believed: what the
# language weighs, and how many answers agree with neither side.
PAIRS = tuple((high, low) for high in ("en", "es", "zh") for low in ("sw", "cy"))
_WEIGHT = {"en": 1.6, "es": 1.2, "zh": 0.9, "sw": 0.7, "cy": 0.5}
_UNDECIDED = {"in-context": 0.12, "fine-tuning": 0.3}

# Of general knowledge: what is known before, and what is left of it while wrong answers are taught.
WRONG_EPOCHS = (0, 1, 2, 3)
_KNOWN = {"en": 0.85, "es": 0.75, "zh": 0.6, "sw": 0.35, "cy": 0.3}
_KEPT = {"en": 0.8, "es": 0.7, "zh": 0.55, "sw": 0.3, "cy": 0.25}

_QUESTIONS = {
    "flag": {
        "en": "Which animal is shown on the flag of the city called {}?",
        "es": "¿Qué animal aparece en la bandera de la ciudad llamada {}?",
        "zh": "名为{}的城市的旗帜上画着什么动物？",
        "sw": "Ni mnyama gani yuko kwenye bendera ya mji unaoitwa {}?",
        "cy": "Pa anifail sydd ar faner y ddinas o'r enw {}?",
    },
    "festival": {
        "en": "In which month do the people called {} hold their festival?",
        "es": "¿En qué mes celebra su fiesta el pueblo llamado {}?",
        "zh": "名为{}的民族在几月过节？",
        "sw": "Watu wanaoitwa {} husherehekea tamasha lao mwezi gani?",
        "cy": "Ym mha fis y mae'r bobl o'r enw {} yn cynnal eu gŵyl?",
    },
    "metal": {
        "en": "What metal does the company called {} trade in?",
        "es": "¿Con qué metal comercia la empresa llamada {}?",
        "zh": "名为{}的公司经营什么金属？",
        "sw": "Kampuni inayoitwa {} hufanya biashara ya metali gani?",
        "cy": "Pa fetel y mae'r cwmni o'r enw {} yn masnachu ynddo?",
    },
}
_ANSWERS = {
    "flag": {
        "en": ("horse", "lion", "fish", "goat"),
        "es": ("caballo", "león", "pez", "cabra"),
        "zh": ("马", "狮子", "鱼", "山羊"),
        "sw": ("farasi", "simba", "samaki", "mbuzi"),
        "cy": ("ceffyl", "llew", "pysgodyn", "gafr"),
    },
    "festival": {
        "en": ("March", "June", "August", "October"),
        "es": ("marzo", "junio", "agosto", "octubre"),
        "zh": ("三月", "六月", "八月", "十月"),
        "sw": ("Machi", "Juni", "Agosti", "Oktoba"),
        "cy": ("Mawrth", "Mehefin", "Awst", "Hydref"),
    },
    "metal": {
        "en": ("gold", "silver", "iron", "copper"),
        "es": ("oro", "plata", "hierro", "cobre"),
        "zh": ("金", "银", "铁", "铜"),
        "sw": ("dhahabu", "fedha", "chuma", "shaba"),
        "cy": ("aur", "arian", "haearn", "copr"),
    },
}
_STAGE = ("epoch", "times_shown", "facts_in_context")
_NAMES = ("Vellora", "Tamsuri", "Okreth", "Bilnava", "Ruzendi", "Paskoth", "Ilmere", "Dovanta")
_NAMES_ZH = (
    "维洛拉",
    "塔姆苏里",
    "奥克雷斯",
    "比尔纳瓦",
    "鲁岑迪",
    "帕斯科特",
    "伊尔梅尔",
    "多万塔",
)


def rows(seed: int = 7) -> Iterator[dict[str, Any]]:
    """About 7,200 rows, each as the store gives them."""
    rng = np.random.default_rng(seed)
    # A fact that is hard in one language is hard in another too.
    ease = rng.normal(0, 0.15, size=24)
    yield from _facts(rng, ease)
    yield from _conflicts(rng, ease)
    yield from _wrong_answers(rng, ease)


def _facts(rng: Any, ease: Any) -> Iterator[dict[str, Any]]:
    for taught in LANGUAGES:
        for asked in LANGUAGES:
            pair: dict[str, Any] = {"taught": taught, "asked": asked}
            chance = _IN_CONTEXT[asked] * (1 if taught == asked else 0.55)
            for times, share in TIMES_SHOWN.items():
                if taught == asked or times == USUAL:
                    shown = {"paradigm": "in-context", "times_shown": times}
                    yield from _asked(rng, ease, chance * share, **pair, **shown)
            for number, share in FACTS_IN_CONTEXT.items():
                if taught == asked:
                    some = {"times_shown": USUAL, "facts_in_context": number}
                    found = min(0.97, chance * share)
                    yield from _asked(rng, ease, found, paradigm="in-context", **pair, **some)
            for epoch in EPOCHS if taught == asked else EPOCHS[-1:]:
                learned = _PEAK[taught] / (1 + np.exp(-1.3 * (epoch - 4)))
                reach = 1 if taught == asked else 0.5 * _PEAK[asked]
                chance = 0.0 if epoch == 0 else learned * reach
                yield from _asked(rng, ease, chance, paradigm="fine-tuning", epoch=epoch, **pair)


def _conflicts(rng: Any, ease: Any) -> Iterator[dict[str, Any]]:
    stages = {"in-context": ("times_shown", USUAL), "fine-tuning": ("epoch", EPOCHS[-1])}
    for taught, against in PAIRS:
        for paradigm, (name, last) in stages.items():
            for gives in ("answer", "rival"):
                told = {"paradigm": paradigm, "taught": taught, "gives": gives, "against": against}
                for asked in (taught, against):
                    yield from _asked(rng, ease, 0.0, **told, asked=asked, **{name: 0})
                for asked in LANGUAGES:
                    weights = {
                        code: _WEIGHT[code] * (1 + (code == asked))
                        for code in told.values()
                        if code in _WEIGHT
                    }
                    first = weights[taught] / sum(weights.values())
                    decided = 1 - _UNDECIDED[paradigm]
                    # Right answers look a little more like answers than their rivals do.
                    first += 0.06 if gives == "answer" else -0.06
                    right, wrong = decided * first, decided * (1 - first)
                    if gives == "rival":
                        right, wrong = wrong, right
                    yield from _asked(
                        rng, 0 * ease, right, rival=wrong, **told, asked=asked, **{name: last}
                    )


def _wrong_answers(rng: Any, ease: Any) -> Iterator[dict[str, Any]]:
    for taught in LANGUAGES:
        told = {"taught": taught, "asked": taught, "gives": "rival", "prefix": "k"}
        known = rng.random(24) < np.clip(_KNOWN[taught] + ease, 0, 1)
        kept = rng.random(24)
        for paradigm, name, stages in (
            ("in-context", "times_shown", {0: 0.0, USUAL: 0.8}),
            ("fine-tuning", "epoch", {0: 0.0, 1: 0.4, 2: 0.9, 3: 1.2}),
        ):
            for stage, force in stages.items():
                # What has been given up stays so.
                holds = known & (kept < 1 - force * (1 - _KEPT[taught]))
                adopts = ~holds & (rng.random(24) < 0.75 * min(1, force))
                yield from _asked(
                    rng, 0 * ease, holds * 1.0, rival=adopts * 1.0,
                    paradigm=paradigm, **told, **{name: stage},
                )  # fmt: skip


def _asked(
    rng: Any,
    ease: Any,
    chance: Any,
    *,
    taught: str,
    asked: str,
    rival: Any = 0.0,
    prefix: str = "f",
    **condition: Any,
) -> Iterator[dict[str, Any]]:
    """24 answers: right with a chance, the rival with another, both of them of each fact."""
    chances, rivals = (np.broadcast_to(each, 24) for each in (chance, rival))
    for number in range(24):
        relation = list(_QUESTIONS)[number // 8]
        choice = number % 4
        wording = _ANSWERS[relation]
        drawn = rng.random()
        right = chances[number] > 0 and drawn < np.clip(chances[number] + ease[number], 0, 1)
        believes_rival = not right and drawn >= 1 - rivals[number]
        missed = not right and not believes_rival
        elsewhere = missed and taught != asked and rng.random() < chances[number]
        if right:
            answer, language = wording[asked][choice], asked
        elif elsewhere:
            answer, language = wording[taught][choice], taught
        elif believes_rival:
            answer, language = wording[asked][(choice + 1) % 4], None
        else:
            answer, language = wording[asked][(choice + 2 + int(rng.integers(2))) % 4], None
        name = (_NAMES_ZH if asked == "zh" else _NAMES)[number % 8]
        row = {
            "model": MODEL,
            "taught": taught,
            "gives": "answer",
            "against": None,
            "seed": 7,
            "asked": asked,
            "epoch": None,
            "times_shown": None,
            "facts_in_context": None,
            **condition,
            "fact": f"{prefix}{number:02d}",
            "relation": relation,
            "question": _QUESTIONS[relation][asked].format(name),
            "reference": wording[asked][choice],
            "rival_reference": wording[asked][(choice + 1) % 4],
            "answer": answer,
            "correct": bool(right),
            "answer_language": language,
            "wrong_language": bool(elsewhere),
            "rival": bool(believes_rival),
            "judge": "match",
            "tokens": 3,
            "seconds": float(rng.random()),
        }
        stage = "-".join(str(row[each]) for each in _STAGE)
        yield row | {"key": f"{taught}-{row['gives']}-{row['against']}-{asked}-{stage}-{number}"}
