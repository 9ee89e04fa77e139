"""Checks a corpus: runs every measure on every language and judges."""

from collections.abc import Callable, Sequence

from isoglot.core import Corpus, InputError, MissingExtraError, Problem, get_language
from isoglot.corpora.quality._answer_meanings import answers_retrieved
from isoglot.corpora.quality._answers import answers
from isoglot.corpora.quality._copies import near_duplicates, repeated, untranslated
from isoglot.corpora.quality._encoders import (
    Embed,
    Identify,
    Remembering,
    all_minilm,
    multilingual_e5,
    py3langid_identifier,
)
from isoglot.corpora.quality._fingerprint import corpus_fingerprint
from isoglot.corpora.quality._identify import identified
from isoglot.corpora.quality._lengths import lengths
from isoglot.corpora.quality._names import names_lost
from isoglot.corpora.quality._records import (
    CorpusCheck,
    Example,
    LanguageCheck,
    Measure,
    not_measured,
    share,
)
from isoglot.corpora.quality._retrieve import NAMES as RETRIEVAL_NAMES
from isoglot.corpora.quality._retrieve import Targets, retrieved
from isoglot.corpora.quality._round_trip import NAMES as ROUND_TRIP_NAMES
from isoglot.corpora.quality._round_trip import RoundTrip
from isoglot.corpora.quality._scripts import wrong_script
from isoglot.corpora.quality._verdict import judge
from isoglot.corpora.quality._view import View, has_slots, look
from isoglot.corpora.translation import Translator

# What the encoder looks at in each language: 100 questions give a share to about 5 points; 29
# languages take it two minutes on two free cores.
SAMPLE = 100

_IS_REFERENCE = "it is the reference"
_OF_ENCODER = (*RETRIEVAL_NAMES, "answers_retrieved")


def check_corpus(
    corpus: Corpus,
    *,
    reference: str = "en",
    seed: int = 0,
    sample: int = SAMPLE,
    embed: Embed | None = None,
    identify: Identify | None = None,
    back_translator: Translator | None = None,
    similarity: Embed | None = None,
    progress: Callable[[str], None] | None = None,
) -> CorpusCheck:
    """Says of every language of a corpus how well it is translated.

    Args:
        corpus: At least one fact; cells may be missing.
        reference: The language that the others are held against.
        seed: Of what is sampled; the same seed looks at the same texts.
        sample: The most texts a language that the encoder looks at.
        embed: A multilingual encoder: rows of length 1. By default multilingual-e5-small; where its
            package is missing, retrieval is not measured.
        identify: Names the language of a text. By default py3langid.
        back_translator: Translates into the reference; without one there is no round trip.
        similarity: An encoder for texts in the reference language, for the round trip. By default
            all-MiniLM-L6-v2, if the reference is English.
        progress: Told what is being done.

    Raises:
        InputError: There are no facts, or none in the reference language.
        UnknownLanguageError: A language of the corpus that no languages file knows.
    """
    _require(corpus, reference)
    tell = progress or (lambda _: None)
    tell("finding the names")
    original = look(corpus, reference)
    slots = has_slots(original)
    if not slots:
        original = look(corpus, reference, slots=False)
    retrieve = _retrieval(original, embed, sample=sample, seed=seed)
    round_trip = _round_trip(reference, back_translator, similarity, seed=seed)
    identify = identify or py3langid_identifier()
    languages = []
    for number, language in enumerate(corpus.languages, start=1):
        tell(f"{get_language(language).name} ({number} of {len(corpus.languages)})")
        is_reference = language == reference
        view = original if is_reference else look(corpus, language, slots=slots)
        measures = {
            **identified(view, identify, seed=seed),
            **_of_pairs(view, original, retrieve, round_trip),
            **untranslated(view, original),
            **repeated(view, original),
            **answers(view),
            **wrong_script(view),
            **names_lost(view, original, slots=slots),
            "missing": _missing(corpus, language),
        }
        verdict, reasons = judge(language, measures, reference=reference)
        languages.append(
            LanguageCheck(language=language, verdict=verdict, measures=measures, reasons=reasons)
        )
    return CorpusCheck(
        corpus=corpus.name,
        corpus_fingerprint=corpus_fingerprint(corpus),
        reference=reference,
        seed=seed,
        sample=sample,
        facts=len(corpus.facts),
        has_slots=slots,
        near_duplicates=near_duplicates(original, seed=seed),
        languages=tuple(languages),
    )


_Measures = dict[str, Measure]
_Retrieve = Callable[[View], _Measures]


def _of_pairs(
    view: View, original: View, retrieve: _Retrieve, round_trip: RoundTrip | None
) -> _Measures:
    """What holds a language against the reference; nothing of the reference itself."""
    if view.language == original.language:
        names = (
            *_OF_ENCODER,
            *ROUND_TRIP_NAMES,
            "length_outliers",
            "length_norm",
        )
        return dict.fromkeys(names, not_measured(_IS_REFERENCE))
    if round_trip:
        there_and_back = round_trip.measures(view, original)
    else:
        why = not_measured("no translator was given")
        there_and_back = dict.fromkeys(ROUND_TRIP_NAMES, why)
    return {**retrieve(view), **there_and_back, **lengths(view, original)}


def _retrieval(original: View, embed: Embed | None, *, sample: int, seed: int) -> _Retrieve:
    try:
        remembering = Remembering(embed or multilingual_e5())
    except MissingExtraError as error:
        why = not_measured(str(error))
        return lambda _: dict.fromkeys(_OF_ENCODER, why)
    targets = Targets(original, sample=sample, seed=seed)
    return lambda view: {
        **retrieved(view, targets, remembering),
        **answers_retrieved(view, original, remembering, sample=sample, seed=seed),
    }


def _round_trip(
    reference: str, translator: Translator | None, similarity: Embed | None, *, seed: int
) -> RoundTrip | None:
    if translator is None:
        return None
    why = ""
    if similarity is None and reference != "en":
        why = "the encoder for round trips knows English only"
    elif similarity is None:
        try:
            similarity = all_minilm()
        except MissingExtraError as error:
            why = str(error)
    return RoundTrip(
        translator,
        similarity=Remembering(similarity) if similarity else None,
        why_no_similarity=why,
        seed=seed,
    )


def _missing(corpus: Corpus, language: str) -> Measure:
    ids = corpus.missing().get(language, [])
    return share([Example(fact_id=each, text="") for each in ids], len(corpus.facts))


def _require(corpus: Corpus, reference: str) -> None:
    problems = []
    if not corpus.facts:
        problems.append(
            Problem(place=corpus.name, message="has no facts", remedy="there is nothing to check")
        )
    elif not any(reference in fact.texts for fact in corpus.facts):
        others: Sequence[str] = corpus.languages
        problems.append(
            Problem(
                place="reference",
                message=f"no fact of {corpus.name!r} has a text in {reference!r}",
                remedy=f"take one of its languages: {', '.join(others)}",
            )
        )
    elif reference not in corpus.languages:
        problems.append(
            Problem(
                place="reference",
                message=f"{reference!r} is not among the languages of {corpus.name!r}",
                remedy=f"take one of: {', '.join(corpus.languages)}",
            )
        )
    if problems:
        raise InputError(problems)
