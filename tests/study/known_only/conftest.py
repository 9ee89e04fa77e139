"""The study of six facts that these tests run and plan, and its facts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from known_studies import CHANGES

from isoglot.core import Corpus
from isoglot.study import Study, read_study, study_corpus


@pytest.fixture
def study(tiny_study: Callable[..., Path]) -> Study:
    return read_study(tiny_study(**CHANGES))


@pytest.fixture
def corpus(study: Study) -> Corpus:
    return study_corpus(study)
