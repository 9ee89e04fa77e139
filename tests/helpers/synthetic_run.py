"""The rows of a run that never happened, shaped like those of the study `quickstart`.

Five languages, 24 facts, both paradigms. Whether an answer is right is drawn from probabilities
that are written down here, so the figures of it look like those of a small model.
"""

from collections.abc import Iterator

import numpy as np

LANGUAGES = ("en", "es", "zh", "sw", "cy")
EPOCHS = (0, 1, 2, 4, 8, 12)
MODEL = "bundled/gemma-3-270m"

# What fine-tuning reaches in its own language, and how fast.
_PEAK = {"en": 0.99, "es": 0.97, "zh": 0.9, "sw": 0.62, "cy": 0.3}
_IN_CONTEXT = {"en": 0.55, "es": 0.45, "zh": 0.4, "sw": 0.2, "cy": 0.12}

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


def rows(seed: int = 7) -> Iterator[dict[str, object]]:
    """About 1,900 rows, each as the store gives them."""
    rng = np.random.default_rng(seed)
    # A fact that is hard in one language is hard in another too.
    ease = rng.normal(0, 0.15, size=24)
    for taught in LANGUAGES:
        for asked in LANGUAGES:
            chance = _IN_CONTEXT[asked] * (1 if taught == asked else 0.55)
            yield from _asked(rng, ease, "in-context", taught, asked, None, chance)
            for epoch in EPOCHS if taught == asked else EPOCHS[-1:]:
                learned = _PEAK[taught] / (1 + np.exp(-1.3 * (epoch - 4)))
                reach = 1 if taught == asked else 0.5 * _PEAK[asked]
                chance = 0.0 if epoch == 0 else learned * reach
                yield from _asked(rng, ease, "fine-tuning", taught, asked, epoch, chance)


def _asked(rng, ease, paradigm, taught, asked, epoch, chance):
    for number in range(24):
        relation = list(_QUESTIONS)[number // 8]
        choice = number % 4
        reference = _ANSWERS[relation][asked][choice]
        right = chance > 0 and rng.random() < np.clip(chance + ease[number], 0, 1)
        elsewhere = not right and taught != asked and rng.random() < chance
        if right:
            answer, language = reference, asked
        elif elsewhere:
            answer, language = _ANSWERS[relation][taught][choice], taught
        else:
            wrong = (choice + 1 + int(rng.integers(3))) % 4
            answer, language = _ANSWERS[relation][asked][wrong], None
        name = (_NAMES_ZH if asked == "zh" else _NAMES)[number % 8]
        yield {
            "model": MODEL,
            "paradigm": paradigm,
            "taught": taught,
            "gives": "answer",
            "against": None,
            "seed": 7,
            "asked": asked,
            "epoch": epoch,
            "times_shown": 1 if epoch is None else None,
            "facts_in_context": None,
            "fact": f"f{number:02d}",
            "relation": relation,
            "question": _QUESTIONS[relation][asked].format(name),
            "reference": reference,
            "rival_reference": None,
            "answer": answer,
            "correct": bool(right),
            "answer_language": language,
            "wrong_language": bool(elsewhere),
            "rival": False,
            "judge": "match",
            "key": f"{taught}-{asked}-{epoch}-{number}",
            "tokens": 3,
            "seconds": float(rng.random()),
        }
