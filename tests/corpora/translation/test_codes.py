import pytest

from isoglot.core import known_languages
from isoglot.corpora.translation._codes import codes, names_of


def test_every_language_of_isoglot_has_its_codes() -> None:
    for code in known_languages():
        assert codes(code).iso, code
        assert codes(code).flores, code


@pytest.mark.parametrize(
    ("language", "first", "flores"),
    [
        # FLORES-200's own list; its script is not always the one that isoglot names.
        ("sw", "swh", "swh_Latn"),
        ("no", "nob", "nob_Latn"),
        ("zh", "zho", "zho_Hans"),
        ("ko", "kor", "kor_Hang"),
        ("mn", "khk", "khk_Cyrl"),
        ("ms", "zsm", "zsm_Latn"),
    ],
)
def test_macrolanguages_are_narrowed(language: str, first: str, flores: str) -> None:
    assert names_of(language)[0] == first
    assert names_of(language)[-1] == language
    assert codes(language).flores == flores


def test_a_language_of_the_users_own_has_none_but_its_own() -> None:
    assert names_of("qya") == ("qya",)
    assert codes("qya").flores is None


def test_flores_codes_are_those_of_nllb() -> None:
    nllb = pytest.importorskip(
        "transformers.models.nllb.tokenization_nllb", reason="the extra `local` is not installed"
    )
    from isoglot.corpora.translation._codes import _all_codes

    ours = {each.flores for each in _all_codes().values() if each.flores}
    assert ours <= set(nllb.FAIRSEQ_LANGUAGE_CODES)
