"""Translates a corpus: every text once, nothing twice, no fact by half."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from isoglot.core import (
    Corpus,
    Fact,
    FactText,
    InputError,
    Problem,
    UnknownLanguageError,
    Wording,
    get_language,
)
from isoglot.corpora.translation._base import TranslationFailure, Translator
from isoglot.corpora.translation._journal import Journal, open_journal
from isoglot.corpora.translation._report import (
    FailedText,
    LanguageReport,
    TranslatedCorpus,
    TranslationProgress,
)
from isoglot.corpora.translation._retry import Patience, Result, is_transient, translate_patiently

_BATCHES_IN_VAIN = 2
"""After so many batches in a row that all waiting did not help, the translator is down."""


def translate_corpus(
    corpus: Corpus,
    *,
    source: str,
    targets: Sequence[str],
    translator: Translator,
    journal: Path,
    on_progress: Callable[[TranslationProgress], None] | None = None,
    patience: Patience | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> TranslatedCorpus:
    """Gives every fact that lacks a target language its text in it, translated from the source.

    The two questions, the answer and the rival are translated. Aliases are not: an alias says "this
    is just as right", which a machine can't promise of a translation. A fact of which any text
    failed gets no text in that language at all.

    Args:
        corpus: Left as it is; what it has is kept.
        source: The language to translate from.
        targets: The languages to translate into.
        translator: Who translates.
        journal: The file that keeps every translated text; texts of this translator that are in it
            are taken from there, failures are tried again.
        on_progress: Called after every batch, and once before the first.
        patience: How often transient failures are tried.
        sleep: Waits so many seconds.

    Raises:
        InputError: A language that is unknown, the source's or not in the corpus, or a pair that
            the translator can't do: all of them at once; or a journal that is none.
        RunFolderError: The journal can't be written.
        MissingExtraError: The translator's package is not installed.
        ModelError: The translator can't be loaded.
    """
    targets = _checked_targets(corpus, source, targets, translator)
    # Before the journal: a model that can't be had leaves no empty files.
    versions = {target: translator.version(source, target) for target in targets}
    with open_journal(journal) as book:
        work = _Work(corpus, source, versions, translator, book, patience or Patience(), sleep)
        results = work.run(on_progress or _unwatched)
    facts = tuple(_translated_fact(fact, source, results) for fact in corpus.facts)
    added = [
        target
        for target in targets
        if target not in corpus.languages and any(target in fact.texts for fact in facts)
    ]
    return TranslatedCorpus(
        corpus=corpus.model_copy(update={"languages": (*corpus.languages, *added), "facts": facts}),
        reports=tuple(
            _report(facts, source, target, results[target], work.reused[target])
            for target in targets
        ),
    )


def _checked_targets(
    corpus: Corpus, source: str, targets: Sequence[str], translator: Translator
) -> list[str]:
    """The codes of the targets, each once."""
    problems: list[Problem] = []
    codes: list[str] = []
    if source not in corpus.languages:
        problems.append(
            Problem(
                place="--from",
                message=f"the corpus {corpus.name!r} has no language {source!r}",
                remedy=f"it has: {', '.join(corpus.languages)}",
            )
        )
    for target in dict.fromkeys(targets):
        try:
            codes.append(get_language(target, place="--to").code)
        except UnknownLanguageError as error:
            problems.extend(error.problems)
    for code in codes:
        if code == source:
            problems.append(
                Problem(
                    place="--to",
                    message=f"{code!r} is the language to translate from",
                    remedy="leave it out, or give another --from",
                )
            )
        else:
            problems.extend(translator.check(source, code))
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(codes))


def _unwatched(progress: TranslationProgress) -> None:
    """Nobody asked."""


class _Work:
    """The texts of one call."""

    def __init__(
        self,
        corpus: Corpus,
        source: str,
        versions: Mapping[str, str],
        translator: Translator,
        journal: Journal,
        patience: Patience,
        sleep: Callable[[float], None],
    ) -> None:
        self._source = source
        self._translator = translator
        self._journal = journal
        self._patience = patience
        self._sleep = sleep
        self._versions = versions
        self._texts = {target: _texts_to_translate(corpus, source, target) for target in versions}
        self.reused: dict[str, int] = {}
        self._done = 0
        self._failed = 0
        self._in_vain = 0
        self._last_reason = ""

    def run(
        self, on_progress: Callable[[TranslationProgress], None]
    ) -> dict[str, dict[str, Result]]:
        """By target language: every text with its translation or failure."""
        results: dict[str, dict[str, Result]] = {}
        for target, texts in self._texts.items():
            found = {text: self._journal.find(self._key(target, text)) for text in texts}
            results[target] = {text: there for text, there in found.items() if there is not None}
            self.reused[target] = len(results[target])
            self._done += len(results[target])
        for target, texts in self._texts.items():
            waiting = [text for text in texts if text not in results[target]]
            self._tell(target, on_progress)
            size = max(1, self._translator.batch_size)
            for start in range(0, len(waiting), size):
                batch = self._batch(target, waiting[start : start + size])
                results[target].update(batch)
                self._done += len(batch)
                self._failed += sum(isinstance(each, TranslationFailure) for each in batch.values())
                self._tell(target, on_progress)
        return results

    def _batch(self, target: str, texts: Sequence[str]) -> dict[str, Result]:
        if self._in_vain >= _BATCHES_IN_VAIN:
            failure = TranslationFailure(reason=f"not tried: {self._last_reason}")
            return dict.fromkeys(texts, failure)
        said = translate_patiently(
            self._translator,
            texts,
            source=self._source,
            target=target,
            patience=self._patience,
            sleep=self._sleep,
        )
        self._journal.record(
            [(self._key(target, text), each) for text, each in zip(texts, said, strict=True)]
        )
        if all(is_transient(each) for each in said):
            self._in_vain += 1
            self._last_reason = next(
                each.reason for each in said if isinstance(each, TranslationFailure)
            )
        else:
            self._in_vain = 0
        return dict(zip(texts, said, strict=True))

    def _key(self, target: str, text: str) -> tuple[str, str, str, str, str]:
        return (self._translator.name, self._versions[target], self._source, target, text)

    def _tell(self, target: str, on_progress: Callable[[TranslationProgress], None]) -> None:
        total = sum(len(texts) for texts in self._texts.values())
        on_progress(
            TranslationProgress(language=target, total=total, done=self._done, failed=self._failed)
        )


def _texts_of(text: FactText) -> list[str]:
    """What is translated of a fact: everything but the aliases."""
    texts = [text.teach, text.ask, text.answer.text]
    return [*texts, text.rival.text] if text.rival else texts


def _texts_to_translate(corpus: Corpus, source: str, target: str) -> list[str]:
    """Different texts, in the order of the facts."""
    return list(
        dict.fromkeys(
            text
            for fact in corpus.facts
            if source in fact.texts and target not in fact.texts
            for text in _texts_of(fact.texts[source])
        )
    )


def _translated_fact(fact: Fact, source: str, results: Mapping[str, Mapping[str, Result]]) -> Fact:
    if source not in fact.texts:
        return fact
    original = fact.texts[source]
    added: dict[str, FactText] = {}
    for target, by_text in results.items():
        said = {text: by_text.get(text) for text in _texts_of(original)}
        texts = {text: each for text, each in said.items() if isinstance(each, str)}
        if target in fact.texts or len(texts) < len(said):
            continue
        added[target] = FactText(
            teach=texts[original.teach],
            ask=texts[original.ask],
            answer=Wording(text=texts[original.answer.text]),
            rival=Wording(text=texts[original.rival.text]) if original.rival else None,
        )
    return fact.model_copy(update={"texts": {**fact.texts, **added}}) if added else fact


def _report(
    facts: Sequence[Fact],
    source: str,
    target: str,
    results: Mapping[str, Result],
    reused: int,
) -> LanguageReport:
    lacking = [fact for fact in facts if target not in fact.texts]
    return LanguageReport(
        language=target,
        facts=len(facts),
        complete=len(facts) - len(lacking),
        reused=reused,
        failures=tuple(
            FailedText(
                text=text,
                reason=result.reason,
                facts=tuple(
                    fact.id
                    for fact in lacking
                    if source in fact.texts and text in _texts_of(fact.texts[source])
                ),
            )
            for text, result in results.items()
            if isinstance(result, TranslationFailure)
        ),
        without_source=tuple(fact.id for fact in lacking if source not in fact.texts),
    )
