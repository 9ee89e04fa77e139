import math

import pytest

from isoglot.report._findings import (
    FEW,
    HALF,
    MOST,
    NO_ANSWERS,
    NOT_SHOWN,
    Finding,
    findings,
    gap_words,
    language_results,
)


def accuracy(of, code, epoch, value, low, high, paradigm="fine-tuning"):
    numbers = {"value": value, "low": low, "high": high}
    return of(languages={"taught": code}, epoch=epoch, paradigm=paradigm, **numbers)


@pytest.fixture
def untaught(of):
    """Nothing right of 24 before teaching."""
    return accuracy(of, "cy", 0, 0.0, 0.0, 0.14)


@pytest.mark.parametrize(
    ("after", "reading"),
    [
        ((0.96, 0.8, 0.99), MOST),
        ((0.54, 0.35, 0.72), HALF),
        # The intervals overlap, but their difference is clear of zero: 0.25 > hypot(0.13, 0.14).
        ((0.25, 0.12, 0.45), FEW),
        ((0.04, 0.01, 0.2), NOT_SHOWN),
        ((0.0, 0.0, 0.14), NOT_SHOWN),
        ((math.nan, math.nan, math.nan), NO_ANSWERS),
    ],
)
def test_a_language_is_called_learned_only_if_the_interval_says_so(of, untaught, after, reading):
    (result,) = language_results([untaught, accuracy(of, "cy", 12, *after)])
    assert result.reading("fine-tuning") == reading


def test_what_the_untaught_model_knows_was_not_learned(of):
    before = accuracy(of, "cy", 0, 0.9, 0.75, 0.97)
    (result,) = language_results([before, accuracy(of, "cy", 12, 0.92, 0.74, 0.98)])
    assert result.reading("fine-tuning") == NOT_SHOWN


def test_what_was_forgotten_was_not_learned(of):
    before = accuracy(of, "cy", 0, 0.9, 0.75, 0.97)
    (result,) = language_results([before, accuracy(of, "cy", 12, 0.1, 0.03, 0.25)])
    assert result.reading("fine-tuning") == NOT_SHOWN


def test_in_context_is_compared_with_the_untaught_model(of, untaught):
    in_context = accuracy(of, "cy", None, 0.04, 0.01, 0.2, paradigm="in-context")
    (result,) = language_results([untaught, in_context])
    assert result.reading("in-context") == NOT_SHOWN
    assert result.reading("fine-tuning") == NO_ANSWERS
    # Without an untaught model there is only zero to compare with.
    (alone,) = language_results([in_context])
    assert alone.reading("in-context") == FEW


def test_languages_are_grouped_by_what_can_be_said_of_them(of, untaught):
    (found,) = findings(
        [
            untaught,
            accuracy(of, "cy", 12, 0.04, 0.01, 0.2),
            accuracy(of, "en", 12, 0.96, 0.8, 0.99),
            accuracy(of, "es", 12, 0.88, 0.69, 0.96),
        ]
    )
    assert (found.paradigm, found.epoch, found.lead) == ("fine-tuning", 12, None)
    assert found.others == [
        Finding("More than half learned", "English 96% [80, 99] and Spanish 88% [69, 96]"),
        Finding("Not shown to be learned", "Welsh 4% [1, 20] (untaught 0% [0, 14])"),
    ]


def test_in_context_alone_is_compared_with_its_own_empty_context(of):
    untaught = of(measure="untaught_accuracy", paradigm="in-context", epoch=None, times_shown=0)
    in_context = accuracy(of, "cy", None, 0.3, 0.15, 0.5, paradigm="in-context")
    # 25% [12, 45] untaught: 0.05 apart, less than the intervals allow for.
    (result,) = language_results([untaught, in_context])
    assert result.before == untaught
    assert result.reading("in-context") == NOT_SHOWN


def test_priority_and_robustness_are_told_in_a_sentence_each(of):
    plain = {"value": 0.75, "low": 0.625, "high": 0.875}
    (found,) = findings(
        [
            of(question="priority", measure="preference", languages={}, **plain),
            of(question="robustness", measure="accuracy_before", epoch=0),
            of(
                question="robustness",
                measure="tier_resistance",
                languages={"taught_tier": "low"},
                epoch=1,
                **plain,
            ),
            # Not of facts that were taught as they are.
            of(question="robustness", measure="accuracy", epoch=1),
        ]
    )
    assert found.others == [
        Finding(
            "When two languages contradict each other",
            "75% [63, 88] of the answers that took a side are with the first language of the pair: "
            "it is believed more often.",
        ),
        Finding(
            "When it is taught wrong answers",
            "Of what was answered right before, what stays right when wrong answers are taught for "
            "1 epoch is 75% [63, 88] in low-resource languages (of 24 facts).",
        ),
    ]


@pytest.fixture
def gap(of):
    """Makes an estimate of a gap."""

    def make(value, low, high, **changes):
        tiers = {"measure": "tier_gap", "languages": {"high": "en", "low": "cy"}}
        return of(**{"value": value, "low": low, "high": high, **tiers, **changes})

    return make


def test_the_lead_states_the_gap_with_its_interval(gap):
    (found,) = findings([gap(0.52, 0.3, 0.67)])
    assert found.lead == (
        "+52 points",
        "95% interval +30 to +67",
        "High-resource languages are ahead of low-resource ones when facts are asked in the "
        "language they were taught in.",
    )


def test_a_gap_that_may_be_zero_is_not_claimed(gap):
    (found,) = findings([gap(0.1, -0.05, 0.25)])
    assert found.lead.sentence == (
        "No difference between high- and low-resource languages can be told apart from zero when "
        "facts are asked in the language they were taught in."
    )


def test_the_gap_of_robustness_leads_where_nothing_else_was_asked(gap):
    (found,) = findings([gap(0.3, 0.1, 0.5, question="robustness", measure="resistance_gap")])
    assert found.lead.sentence == (
        "High-resource languages are ahead of low-resource ones in what stays right when wrong "
        "answers are taught."
    )


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0.1, 0.03, 0.17), "+10 points [+3, +17]: high-resource languages are ahead"),
        ((-0.1, -0.17, -0.03), "−10 points [−17, −3]: low-resource languages are ahead"),
        ((0.1, 0.0, 0.2), "+10 points [0, +20]: no difference can be told apart from zero"),
    ],
)
def test_the_words_of_a_gap(gap, numbers, words):
    assert gap_words(gap(*numbers)) == words


def test_transfer_is_told_by_its_ends(of):
    def cell(taught, asked, value, measure="accuracy"):
        numbers = {"value": value, "low": value, "high": value}
        pair = {"taught": taught, "asked": asked}
        return of(question="transfer", measure=measure, languages=pair, **numbers)

    (found,) = findings(
        [
            cell("en", "en", 1.0),  # its own language: no transfer
            cell("en", "cy", 0.25),
            cell("cy", "en", 0.5),
            cell("es", "cy", 0.25),
            cell("en", "cy", 0.125, "wrong_language"),
            cell("cy", "en", 0.0, "wrong_language"),
        ]
    )
    assert found.others == [
        Finding(
            "From one language to another",
            "from 25% [25, 25] (such as English → Welsh) to 50% [50, 50] (Welsh → English)",
        ),
        Finding("Right, but in another language", "up to 13% [13, 13] (English → Welsh)"),
    ]


def test_without_estimates_nothing_is_found():
    assert findings([]) == []
    assert language_results([]) == []
