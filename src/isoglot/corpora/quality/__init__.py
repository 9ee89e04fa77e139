"""Is a corpus well translated? Measures per language, a verdict, and the reasons for it.

Knows facts and, when it is asked, tools that read many languages; knows no model under study.
"""

from isoglot.corpora.quality._check import SAMPLE, check_corpus
from isoglot.corpora.quality._encoders import Embed, Identify
from isoglot.corpora.quality._fingerprint import check_path, corpus_fingerprint
from isoglot.corpora.quality._records import (
    CorpusCheck,
    Example,
    LanguageCheck,
    Measure,
    Reason,
    Verdict,
)

__all__ = [
    "SAMPLE",
    "CorpusCheck",
    "Embed",
    "Example",
    "Identify",
    "LanguageCheck",
    "Measure",
    "Reason",
    "Verdict",
    "check_corpus",
    "check_path",
    "corpus_fingerprint",
]
