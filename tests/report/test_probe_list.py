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


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({"against": "en"}, "the rival", "the rival"),
        ({"against": "en", "gives": "rival"}, "the rival", "the rival"),
        ({"gives": "rival"}, "the rival", "the wrong answer taught"),
        # It was taught nowhere, and is still what was said.
        ({}, "the rival", "the rival"),
        ({"against": "en", "correct": True}, "right", "right, and the rival"),
        (
            {"against": "en", "wrong_language": True, "answer_language": "en"},
            "right, but in another language",
            "right, but in English, and the rival",
        ),
    ],
)
def test_the_rival_is_a_verdict_of_its_own(row, changes, verdict, words):
    plain = {"correct": False, "answer_language": None, "answer": "arth", "rival": True}
    (shown,) = unpacked(probe_data(probe_table([row(**{**plain, **changes})])))
    assert (shown["verdict"], shown["verdict_words"]) == (verdict, words)


@pytest.mark.parametrize(
    ("changes", "lesson", "rival"),
    [
        ({}, "facts", ""),
        ({"rival": True, "correct": False}, "facts", "arth"),
        ({"against": "en"}, "answers, against rivals", "arth"),
        ({"against": "en", "gives": "rival"}, "rivals, against answers", "arth"),
        ({"gives": "rival"}, "wrong answers", "arth"),
    ],
)
def test_what_was_taught_is_told_with_the_rival_where_it_matters(row, changes, lesson, rival):
    (shown,) = unpacked(probe_data(probe_table([row(**changes)])))
    assert (shown["lesson"], shown["rival"]) == (lesson, rival)
    assert shown["against"] == changes.get("against", "")


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ((0, None, None), "before teaching"),
        ((4, None, None), "after epoch 4"),
        ((None, 0, None), "before teaching"),
        ((None, 1, None), "shown once"),
        ((None, 3, None), "shown 3 times"),
        ((None, 3, 12), "12 facts, shown 3 times"),
        ((None, 1, 1), "1 fact, shown once"),
        ((None, None, None), ""),
    ],
)
def test_stages_are_words(row, stage, words):
    numbers = dict(zip(("epoch", "times_shown", "facts_in_context"), stage, strict=True))
    (shown,) = unpacked(probe_data(probe_table([row(**numbers)])))
    assert shown["stage"] == words


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
        row(epoch=None, times_shown=3, facts_in_context=5, paradigm="in-context"),
        row(epoch=None, times_shown=3, paradigm="in-context"),
        row(epoch=12, against="en"),
    ]
    shown = unpacked(probe_data(probe_table(rows)))
    assert [(each["stage"], each["taught"], each["against"], each["asked"]) for each in shown] == [
        ("shown 3 times", "cy", "", "cy"),
        ("5 facts, shown 3 times", "cy", "", "cy"),
        ("after epoch 12", "en", "", "en"),
        ("after epoch 12", "en", "", "cy"),
        ("after epoch 12", "cy", "", "cy"),
        ("after epoch 12", "cy", "", "en"),
        ("after epoch 2", "cy", "", "cy"),
        ("after epoch 12", "cy", "en", "cy"),
    ]


def test_filters_offer_what_there_is_to_choose_from(row):
    rows = [row(epoch=epoch, taught=taught) for epoch in (12, 2) for taught in ("sw", "en")]
    data = probe_data(probe_table(rows))
    filters = {each.column: each for each in probe_filters(data)}
    # Everything was asked in Welsh and is right: nothing to choose there.
    assert set(filters) == {"taught", "stage"}
    assert [words for _, words in filters["taught"].choices] == ["English (en)", "Swahili (sw)"]
    assert [words for _, words in filters["stage"].choices] == ["after epoch 2", "after epoch 12"]
    levels = data["columns"]["stage"]["levels"]
    assert [levels[code] for code, _ in filters["stage"].choices] == [
        "after epoch 2",
        "after epoch 12",
    ]


def test_choices_are_in_the_order_of_what_they_mean(row):
    stages = [(12, None), (2, None), (0, None), (None, 10), (None, 2)]
    rows = [row(epoch=epoch, times_shown=times) for epoch, times in stages]
    rows += [row(epoch=None, times_shown=2, facts_in_context=number) for number in (12, 4)]
    rows += [row(gives="rival", rival=True, correct=False), row(against="en", correct=False)]
    filters = {each.column: each for each in probe_filters(probe_data(probe_table(rows)))}
    assert [words for _, words in filters["stage"].choices] == [
        "before teaching",
        "after epoch 2",
        "after epoch 12",
        "shown 2 times",
        "shown 10 times",
        "4 facts, shown 2 times",
        "12 facts, shown 2 times",
    ]
    assert [words for _, words in filters["lesson"].choices] == [
        "facts",
        "answers, against rivals",
        "wrong answers",
    ]
    assert [words for _, words in filters["against"].choices] == ["no other", "English (en)"]
    assert [words for _, words in filters["verdict"].choices] == ["right", "the rival", "wrong"]


def test_languages_are_labelled(row):
    data = probe_data(probe_table([row(taught="en"), row(taught="en", against="sw")]))
    assert languages_of(data) == {
        "en": "English (en)",
        "sw": "Swahili (sw)",
        "cy": "Welsh (cy)",
    }


def test_no_probes():
    data = probe_data(probe_table([]))
    assert data["rows"] == 0
    assert probe_filters(data) == []
