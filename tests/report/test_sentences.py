import math

import pytest

from isoglot.report import priority_sentence, robustness_sentence


@pytest.fixture
def conflict(of):
    """The mean preference of one or more pairs, and the share that took no side."""

    def make(value, low, high, *, undecided=0.125, pairs=(("en", "cy"), ("en", "sw"))):
        plain = {"question": "priority", "value": value, "low": low, "high": high}
        neither = plain | {"value": undecided, "low": undecided, "high": undecided}
        return [
            *(
                of(
                    measure="pair_preference",
                    languages={"taught": first, "against": other},
                    **plain,
                )
                for first, other in pairs
            ),
            of(measure="preference", languages={}, **plain),
            of(measure="mean_undecided", languages={}, **neither),
        ]

    return make


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ((0.66, 0.63, 0.69), "it is believed more often"),
        ((0.4, 0.35, 0.45), "the language with fewer resources is believed more often"),
        # Even on the bound is even.
        ((0.6, 0.5, 0.69), "that can't be told apart from even"),
        ((0.4, 0.3, 0.5), "that can't be told apart from even"),
    ],
)
def test_a_side_is_believed_only_if_the_interval_says_so(conflict, numbers, verdict):
    says = priority_sentence(conflict(*numbers), paradigm="fine-tuning")
    share = f"{100 * numbers[0]:.0f}% [{100 * numbers[1]:.0f}, {100 * numbers[2]:.0f}]"
    assert says == (
        f"{share} of the answers that took a side are with the language with more resources: "
        f"{verdict}; 13% of all answers agree with neither."
    )


@pytest.mark.parametrize(
    ("pairs", "first"),
    [
        ([("en", "cy")], "English"),
        # Thai is medium-resource, Welsh and Swahili are low-resource.
        ([("en", "cy"), ("th", "sw")], "the language with more resources"),
        ([("en", "cy"), ("cy", "sw")], "the first language of the pair"),
        ([("en", "cy"), ("sw", "en")], "the first language of the pair"),
    ],
)
def test_the_first_language_has_the_name_that_fits_all_pairs(conflict, pairs, first):
    says = priority_sentence(conflict(0.7, 0.6, 0.8, pairs=pairs), paradigm="fine-tuning")
    assert f"are with {first}: it is believed more often" in says


def test_where_nobody_took_a_side_there_is_no_preference(conflict):
    says = priority_sentence(
        conflict(math.nan, math.nan, math.nan, undecided=1.0), paradigm="fine-tuning"
    )
    assert says == (
        "No answer took a side: 100% of all answers agree with neither, so there is no preference "
        "to tell."
    )
    missing = conflict(math.nan, math.nan, math.nan, undecided=math.nan)
    assert priority_sentence(missing, paradigm="fine-tuning") == (
        "Where two languages contradict each other: no answers."
    )


@pytest.fixture
def resistance(of):
    """What the tiers keep, what lies between them, and what was known before."""

    def make(tiers, gap=None, *, before=0.5, epoch=3, n_facts=10):
        plain = {"question": "robustness", "epoch": epoch, "n_facts": n_facts}
        if epoch is None:
            plain["paradigm"] = "in-context"
        found = [of(measure="accuracy_before", value=before, **plain)]
        for tier, value in tiers.items():
            numbers = {"value": value, "low": value, "high": value}
            found.append(
                of(measure="tier_resistance", languages={"taught_tier": tier}, **numbers, **plain)
            )
        if gap is not None:
            value, low, high = gap
            sides = {"high": "en", "low": "cy"}
            numbers = {"value": value, "low": low, "high": high}
            found.append(of(measure="resistance_gap", languages=sides, **numbers, **plain))
        return found

    return make


KEPT = "Of what was answered right before, what stays right when wrong answers are taught"


@pytest.mark.parametrize(
    ("gap", "verdict"),
    [
        ((0.4, 0.1, 0.7), "high-resource languages resist more (+40 points [+10, +70])"),
        ((-0.4, -0.7, -0.1), "low-resource languages resist more (−40 points [−70, −10])"),
        (
            (0.4, 0.0, 0.8),
            "high- and low-resource languages can't be told apart (+40 points [0, +80])",
        ),
    ],
)
def test_tiers_are_told_apart_only_if_the_interval_says_so(resistance, gap, verdict):
    found = resistance({"low": 0.3, "high": 0.7}, gap)
    assert robustness_sentence(found, paradigm="fine-tuning") == (
        f"{KEPT} for 3 epochs is 70% [70, 70] in high-resource languages (of 10 facts) and "
        f"30% [30, 30] in low-resource languages (of 10 facts): {verdict}."
    )


@pytest.mark.parametrize(("n_facts", "facts"), [(9, "9 facts"), (1, "1 fact")])
def test_tiers_of_few_known_facts_are_not_compared(resistance, n_facts, facts):
    found = resistance({"low": 0.3, "high": 0.7}, (0.4, 0.1, 0.7), n_facts=n_facts)
    assert robustness_sentence(found, paradigm="fine-tuning") == (
        f"{KEPT} for 3 epochs is 70% [70, 70] in high-resource languages (of {facts}) and "
        f"30% [30, 30] in low-resource languages (of {facts}): too few to compare high- and "
        "low-resource languages."
    )


def test_one_tier_is_compared_with_none(resistance):
    found = resistance({"low": 0.3, "high": math.nan}, epoch=None)
    assert robustness_sentence(found, paradigm="in-context") == (
        f"{KEPT} is 30% [30, 30] in low-resource languages (of 10 facts)."
    )


def test_the_last_epoch_counts(resistance):
    found = [*resistance({"low": 0.9}, epoch=1), *resistance({"low": 0.3}, epoch=2)]
    assert robustness_sentence(found, paradigm="fine-tuning") == (
        f"{KEPT} for 2 epochs is 30% [30, 30] in low-resource languages (of 10 facts)."
    )


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (
            0.0,
            "None of what was taught wrongly had been answered right before, so there is nothing "
            "to resist with.",
        ),
        (0.5, "Of what was known before: no answers after wrong answers were taught."),
        (math.nan, "Of what was known before: no answers."),
    ],
)
def test_what_was_not_known_can_not_resist(resistance, before, says):
    found = resistance({"low": math.nan}, before=before)
    assert robustness_sentence(found, paradigm="fine-tuning") == says


@pytest.mark.parametrize("sentence", [priority_sentence, robustness_sentence])
def test_what_was_not_asked_is_not_told(sentence, of):
    # Accuracy of other questions is none of theirs.
    assert sentence([of()], paradigm="fine-tuning") is None
    with pytest.raises(ValueError, match=r"of 2 models \(a, b\); draw one model at a time"):
        sentence([of(model="a"), of(model="b")], paradigm="fine-tuning")
