import pytest

from isoglot.analysis import probe_table
from isoglot.report._probes import languages_of, probe_data, probe_filters


def unpacked(data):
    """The rows again."""
    columns = {
        name: [column["levels"][code] for code in column["codes"]]
        for name, column in data["columns"].items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.fixture
def row():
    def make(**changes):
        plain = {
            "model": "m",
            "paradigm": "fine-tuning",
            "taught": "cy",
            "gives": "answer",
            "against": None,
            "seed": 1,
            "asked": "cy",
            "epoch": 12,
            "times_shown": None,
            "facts_in_context": None,
            "fact": "f1",
            "relation": "flag",
            "question": "Pa anifail?",
            "reference": "llew",
            "rival_reference": "arth",
            "answer": "llew",
            "correct": True,
            "answer_language": "cy",
            "wrong_language": False,
            "rival": False,
            "judge": "match",
            "key": "k",
            "tokens": 2,
            "seconds": 0.5,
        }
        return plain | changes

    return make


def test_verdicts_are_words(row):
    rows = [
        row(),
        row(fact="f2", correct=False, wrong_language=True, answer_language="en", answer="lion"),
        row(fact="f3", correct=False, answer_language=None, answer="ci"),
    ]
    shown = unpacked(probe_data(probe_table(rows)))
    assert [
        (each["verdict"], each["verdict_words"], each["answer_language"]) for each in shown
    ] == [
        ("right", "right", "cy"),
        ("right, but in another language", "right, but in English", "en"),
        ("wrong", "wrong", "cy"),
    ]


def test_repeated_texts_are_kept_once(row):
    data = probe_data(probe_table([row(fact=f"f{number}") for number in range(100)]))
    assert data["rows"] == 100
    assert data["columns"]["question"]["levels"] == ["Pa anifail?"]


def test_the_last_epoch_and_the_own_language_come_first(row):
    rows = [
        row(epoch=2),
        row(epoch=12, asked="en"),
        row(epoch=12),
        row(epoch=12, taught="en", asked="cy"),
        row(epoch=12, taught="en", asked="en"),
        row(epoch=None, paradigm="in-context"),
    ]
    shown = unpacked(probe_data(probe_table(rows)))
    assert [(each["epoch"], each["taught"], each["asked"]) for each in shown] == [
        ("none", "cy", "cy"),
        ("12", "en", "en"),
        ("12", "en", "cy"),
        ("12", "cy", "cy"),
        ("12", "cy", "en"),
        ("2", "cy", "cy"),
    ]


def test_filters_offer_what_there_is_to_choose_from(row):
    rows = [row(epoch=epoch, taught=taught) for epoch in (12, 2) for taught in ("sw", "en")]
    data = probe_data(probe_table(rows))
    filters = {each.column: each for each in probe_filters(data)}
    # Everything was asked in Welsh and is right: nothing to choose there.
    assert set(filters) == {"taught", "epoch"}
    assert [words for _, words in filters["taught"].choices] == ["English (en)", "Swahili (sw)"]
    assert [words for _, words in filters["epoch"].choices] == ["2", "12"]
    levels = data["columns"]["epoch"]["levels"]
    assert [levels[code] for code, _ in filters["epoch"].choices] == ["2", "12"]


def test_languages_are_labelled(row):
    data = probe_data(probe_table([row(taught="en")]))
    assert languages_of(data) == {"en": "English (en)", "cy": "Welsh (cy)"}


def test_no_probes():
    data = probe_data(probe_table([]))
    assert data["rows"] == 0
    assert probe_filters(data) == []
