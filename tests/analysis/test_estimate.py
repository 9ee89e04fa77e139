import math

import pytest

from isoglot.analysis import estimate, probe_table, relation_guess
from isoglot.questions import Effectiveness, Measure, Transfer
from isoglot.stats import clustered_difference, clustered_proportion


class Asking:
    """A question with measures of the test's own."""

    name = "asking"
    teaches = "facts"
    of_untaught = False

    def __init__(self, *measures: Measure) -> None:
        self.measures = measures

    def probes(self, condition, *, stages, languages, fact_ids):
        return iter(())


def outcomes(row, *, rights: str, **fields: object) -> list[dict[str, object]]:
    """One row a letter, for facts f1, f2, …: Right, Elsewhere (wrong language), Wrong."""
    return [
        row(fact=f"f{number}", correct=letter == "R", wrong_language=letter == "E", **fields)
        for number, letter in enumerate(rights, start=1)
    ]


def only(estimates, **wanted):
    found = [e for e in estimates if all(getattr(e, key) == value for key, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_accuracy_by_language_and_epoch(row):
    table = probe_table(
        [
            *outcomes(row, rights="WWWW", epoch=0),
            *outcomes(row, rights="RRRW", epoch=12),
            *outcomes(row, rights="RWWW", epoch=12, taught="en", asked="en"),
            # Asked in a language it was not taught in: not a matter of effectiveness.
            *outcomes(row, rights="RRRR", epoch=12, taught="en", asked="cy"),
        ]
    )
    found = estimate(table, [Effectiveness()])
    welsh = only(found, measure="accuracy", languages={"taught": "cy"}, epoch=12)
    assert welsh.value == 3 / 4
    assert welsh.n_facts == 4
    assert only(found, measure="accuracy", languages={"taught": "cy"}, epoch=0).value == 0
    assert only(found, measure="accuracy", languages={"taught": "en"}, epoch=12).value == 1 / 4


def test_the_facts_are_the_clusters_of_the_interval(row):
    table = probe_table(
        [
            *outcomes(row, rights="RRWW", taught="en", asked="en"),
            *outcomes(row, rights="RWWW", taught="es", asked="es"),
        ]
    )
    tier = only(estimate(table, [Effectiveness()]), measure="tier_accuracy")
    # 8 answers about 4 facts, 3 of them right.
    expected = clustered_proportion(
        [1, 1, 0, 0, 1, 0, 0, 0], ["f1", "f2", "f3", "f4", "f1", "f2", "f3", "f4"]
    )
    assert tier.languages == {"taught_tier": "high"}
    assert tier.value == 3 / 8
    assert (tier.low, tier.high) == pytest.approx((expected.low, expected.high))
    assert tier.n_facts == 4


def test_gap_is_high_minus_low(row):
    table = probe_table(
        [
            *outcomes(row, rights="RRRW", taught="en", asked="en"),
            *outcomes(row, rights="RRWW", taught="es", asked="es"),
            *outcomes(row, rights="RWWW", taught="cy", asked="cy"),
            # The middle tier takes no part.
            *outcomes(row, rights="RRRR", taught="th", asked="th"),
        ]
    )
    gap = only(estimate(table, [Effectiveness()]), measure="tier_gap")
    # (3 + 2) of 8 in the high tier, 1 of 4 in the low one.
    assert gap.value == pytest.approx(5 / 8 - 1 / 4)
    assert gap.languages == {"high": "en,es", "low": "cy"}
    assert gap.epoch == 12
    facts = ["f1", "f2", "f3", "f4"]
    expected = clustered_difference([1, 1, 1, 0, 1, 1, 0, 0], facts + facts, [1, 0, 0, 0], facts)
    assert (gap.low, gap.high) == pytest.approx((expected.low, expected.high))


def test_no_gap_where_a_tier_is_absent(row):
    table = probe_table(
        [
            *outcomes(row, rights="RW", epoch=1, taught="en", asked="en"),
            *outcomes(row, rights="RW", epoch=2, taught="en", asked="en"),
            *outcomes(row, rights="WW", epoch=2),
        ]
    )
    gaps = [e for e in estimate(table, [Effectiveness()]) if e.measure == "tier_gap"]
    assert [(gap.epoch, gap.value) for gap in gaps] == [(2, 0.5)]


def test_transfer_counts_the_last_epoch_of_the_paradigm(row):
    table = probe_table(
        [
            *outcomes(row, rights="RRRR", epoch=8, asked="en"),
            *outcomes(row, rights="RWWW", epoch=12, asked="en"),
            # Another language, which has no answers after the last epoch: an earlier one's do not
            # stand among the others' last.
            *outcomes(row, rights="RRWW", epoch=3, taught="sw", asked="en"),
        ]
    )
    found = estimate(table, [Transfer()])
    welsh = only(found, measure="accuracy", languages={"taught": "cy", "asked": "en"})
    assert (welsh.value, welsh.epoch) == (1 / 4, 12)
    assert not [each for each in found if each.languages.get("taught") == "sw"]


def test_right_in_another_language_is_measured_apart(row):
    table = probe_table(outcomes(row, rights="REEW", asked="en"))
    found = estimate(table, [Transfer()])
    assert only(found, measure="accuracy").value == 1 / 4
    assert only(found, measure="wrong_language").value == 2 / 4
    assert only(found, measure="right_in_any_language").value == 3 / 4


def test_transfer_gaps_need_two_languages_of_other_tiers_to_compare(row):
    table = probe_table(
        [
            *outcomes(row, rights="RRRR", taught="en", asked="en"),
            *outcomes(row, rights="RRRW", taught="en", asked="cy"),
            *outcomes(row, rights="RWWW", taught="cy", asked="en"),
            *outcomes(row, rights="RRRR", taught="cy", asked="cy"),
        ]
    )
    found = estimate(table, [Transfer()])
    # Asked in Welsh there is only what was taught in English, and the other way round: nothing to
    # compare it with.
    assert not [each for each in found if each.measure.startswith("tier_gap")]


def test_a_gap_of_the_asked_side_does_not_show_on_the_taught_side(row):
    """Taught language without effect, asked language with one: 3/4 if high, 1/4 if low.

    Over all asked languages at once the taught side would seem to differ: high comes to
    (3/4 + 1/4 + 1/4) / 3, low to (3/4 + 3/4 + 1/4) / 3, as none is asked of itself.
    """
    rights = {"en": "RRRW", "es": "RRRW", "cy": "RWWW", "sw": "RWWW"}
    table = probe_table(
        [
            each
            for taught in rights
            for asked in rights
            for each in outcomes(row, rights=rights[asked], taught=taught, asked=asked)
        ]
    )
    found = estimate(table, [Transfer()])
    taught = [each for each in found if each.measure == "tier_gap_taught"]
    asked = [each for each in found if each.measure == "tier_gap_asked"]
    assert [each.languages["asked_tier"] for each in taught] == ["high", "low"]
    assert [each.value for each in taught] == [0, 0]
    assert [each.value for each in asked] == [1 / 2, 1 / 2]


def test_knowing_the_relation_alone(row):
    """Two relations: one with two facts of different answers, one with two of the same."""
    facts = [("f1", "a", "lion"), ("f2", "a", "cat"), ("f3", "b", "May"), ("f4", "b", "May")]
    rows = [
        row(fact=fact, relation=relation, reference=reference, asked=asked)
        for fact, relation, reference in facts
        for asked in ("en", "cy")
    ]
    (guess,) = relation_guess(probe_table(rows)).values()
    assert guess == (1 / 2 + 1 / 2 + 1 + 1) / 4
    assert relation_guess(probe_table([])) == {}


def test_a_model_is_held_against_the_facts_that_it_was_taught(row):
    few = [row(model="a", fact=f"f{n}", reference=f"{n}") for n in range(2)]
    many = [row(model="b", fact=f"f{n}", reference=f"{n}") for n in range(20)]
    assert relation_guess(probe_table(few + many)) == pytest.approx({"a": 1 / 2, "b": 1 / 20})


def test_in_context_has_no_epoch(row):
    table = probe_table(outcomes(row, rights="RW", epoch=None, paradigm="in-context"))
    found = estimate(table, [Effectiveness(), Transfer()])
    assert {e.epoch for e in found} == {None}
    assert {e.value for e in found if e.measure == "accuracy"} == {1 / 2}


def test_models_and_paradigms_are_apart(row):
    table = probe_table(
        [
            *outcomes(row, rights="RR", model="a"),
            *outcomes(row, rights="RW", model="b"),
            *outcomes(row, rights="WW", model="b", paradigm="in-context", epoch=None),
        ]
    )
    found = [e for e in estimate(table, [Effectiveness()]) if e.measure == "accuracy"]
    assert [(e.model, e.paradigm, e.value) for e in found] == [
        ("a", "fine-tuning", 1),
        ("b", "in-context", 0),
        ("b", "fine-tuning", 1 / 2),
    ]


def test_epoch_is_left_open_where_several_are_pooled(row):
    table = probe_table(
        [*outcomes(row, rights="RR", epoch=1), *outcomes(row, rights="WW", epoch=2)]
    )
    (pooled,) = estimate(table, [Asking(Measure(name="overall"))])
    assert (pooled.epoch, pooled.value, pooled.n_facts) == (None, 1 / 2, 2)
    assert pooled.languages == {}


def test_order_is_that_of_the_languages_and_epochs(row):
    table = probe_table(
        [
            row(taught=language, asked=language, epoch=epoch)
            for language in ("cy", "th", "sw", "en")
            for epoch in (12, 2)
        ]
    )
    by = ("taught_tier", "taught", "epoch")
    found = estimate(table, [Asking(Measure(name="accuracy", by=by))])
    assert [(e.languages["taught_tier"], e.languages["taught"], e.epoch) for e in found] == [
        ("high", "en", 2),
        ("high", "en", 12),
        ("medium", "th", 2),
        ("medium", "th", 12),
        ("low", "cy", 2),
        ("low", "cy", 12),
        ("low", "sw", 2),
        ("low", "sw", 12),
    ]


def test_nothing_asked_nothing_estimated():
    assert estimate(probe_table([]), [Effectiveness(), Transfer()]) == []


def test_numbers_are_plain(row):
    (found, *_) = estimate(probe_table([row()]), [Effectiveness()])
    assert type(found.value) is float
    assert type(found.epoch) is int
    assert not math.isnan(found.value)


def test_verdicts_of_two_judges_are_not_pooled(row):
    table = probe_table([row(judge="match"), row(judge="embedding")])
    with pytest.raises(ValueError, match="holds verdicts of embedding, match"):
        estimate(table, [Effectiveness()])
