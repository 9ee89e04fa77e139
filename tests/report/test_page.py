import base64
import hashlib
import json
import math
import re

import pandas as pd
import pytest
import synthetic_run
from reading_html import Page
from report_figures import BY_PARADIGM, PARADIGMS

from isoglot.analysis import estimate, probe_table
from isoglot.questions import Effectiveness
from isoglot.report import (
    draw_gaps,
    draw_learning_curves,
    draw_priority,
    priority_sentence,
    render_report,
    robustness_sentence,
    write_report,
)

N_CHARTS = 5 + 2 * len(BY_PARADIGM)
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "a\u2028b\u2029c & d",
    "אריה",
    "أسد",
    "சிங்கம்",
    "สิงโต",
    "狮子",
    'quote " backslash \\ newline \n',
    "",
)


@pytest.fixture(scope="module")
def text(info, estimates, table):
    return render_report(info=info, estimates=estimates, table=table)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def probes(page):
    """The probes as a script would read them, column by column."""
    data = json.loads(page.data["probes-data"])
    return {
        name: [column["levels"][code] for code in column["codes"]]
        for name, column in data["columns"].items()
    }


def test_nothing_is_loaded_from_anywhere(page):
    assert {pointer for pointer in page.pointers if not pointer.startswith("#")} == {"data:,"}
    assert not re.search(r"url\(|@import", "".join(page.styles))
    assert "https:" not in "".join(page.data.values())
    assert {"iframe", "object", "embed", "base"}.isdisjoint(page.tags)


def test_the_policy_allows_the_scripts_of_the_page_and_nothing_else(page):
    directives = dict(each.strip().split(" ", 1) for each in page.policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["style-src"] == "'unsafe-inline'"
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in page.scripts
    ]
    assert len(hashes) == 3
    assert directives["script-src"].split() == hashes


def test_charts_in_the_page_are_the_charts_drawn(page, estimates):
    def drawn(chart):
        specification = chart.to_dict()
        del specification["$schema"]
        return json.loads(json.dumps(specification))

    charts = {name: json.loads(data) for name, data in page.data.items() if "layer" in data[:9999]}
    assert set(charts) == {
        "curves-0-0",
        "times-shown-0",
        "facts-in-context-0",
        "preferences-0",
        "gaps",
        *(f"{name}-{paradigm}-0" for name in BY_PARADIGM for paradigm in PARADIGMS),
    }
    assert charts["curves-0-0"] == drawn(draw_learning_curves(estimates, width="container"))
    assert charts["gaps"] == drawn(draw_gaps(estimates, width="container"))
    assert charts["priority-in-context-0"] == drawn(
        draw_priority(estimates, paradigm="in-context", width="container")
    )


def test_the_head_says_what_was_measured(page):
    for words in (
        "quickstart",
        "Languages 5 Facts 24 Answers judged 7,152 Failed probes 0 Time 4 min 12 s",
        "high-resource English (en), Chinese (zh), Spanish (es)",
        "low-resource Welsh (cy), Swahili (sw)",
    ):
        assert words in page.text


def test_every_chart_has_its_numbers_as_a_table(page, estimates):
    (welsh,) = (
        e
        for e in estimates
        if (e.question, e.measure, e.epoch) == ("effectiveness", "accuracy", 12)
        and e.languages == {"taught": "cy"}
    )
    assert f"{100 * welsh.value:.0f}% [" in page.text
    assert page.tags.count("figure") == N_CHARTS
    # And what was answered before a conflict was taught, the prompt, and the study.
    assert page.tags.count("details") == N_CHARTS + 2 + 2


def test_methods_say_how_to_do_it_again(page):
    for words in (
        "isoglot run quickstart",
        "seed 7",
        "isoglot 0.1.0",
        "name: quickstart",
        "Wilson",
    ):
        assert words in page.text


def test_methods_say_how_models_answered(info, estimates, table, page):
    assert "answered." not in page.text
    remarks = {"hf/<b>one</b>": ("It is slow.", "Is it < 3?"), "two": ("It is odd.",)}
    told = Page(
        render_report(
            info=info.model_copy(update={"remarks": remarks}), estimates=estimates, table=table
        )
    )
    assert "How hf/<b>one</b> answered. It is slow. Is it < 3? How two answered. It is odd." in (
        told.text
    )


def test_the_same_run_gives_the_same_page(text, info, estimates, table):
    assert render_report(info=info, estimates=estimates, table=table) == text


def test_write_report_writes_what_is_rendered(text, info, estimates, table, tmp_path):
    write_report(tmp_path / "report.html", info=info, estimates=estimates, table=table)
    assert (tmp_path / "report.html").read_bytes() == text.encode()


@pytest.fixture(scope="module")
def hostile(info):
    rows = list(synthetic_run.rows())[: len(HOSTILE)]
    table = probe_table(row | {"answer": answer} for row, answer in zip(rows, HOSTILE, strict=True))
    changes = {
        "study": "<b>bold</b>",
        "study_text": "</pre><script>alert(2)</script>",
        "prompts": {"<i>": "</script>"},
        "notes": ("<u>note</u>",),
        "command": "isoglot run '<s>'",
        "models": ("hf/<em>",),
    }
    return Page(
        render_report(
            info=info.model_copy(update=changes),
            estimates=estimate(table, [Effectiveness()]),
            table=table,
        )
    )


def test_no_text_becomes_markup(hostile):
    assert {"b", "i", "u", "s", "em", "img"}.isdisjoint(hostile.tags)
    assert len(hostile.scripts) == 3
    for words in ("<b>bold</b>", "<u>note</u>", "</pre><script>alert(2)</script>", "hf/<em>"):
        assert words in hostile.text


def test_answers_arrive_as_they_are(hostile):
    assert sorted(probes(hostile)["answer"]) == sorted(HOSTILE)


def test_data_can_not_leave_its_script(hostile):
    for data in hostile.data.values():
        assert not re.search("[<>&\u2028\u2029]", data)


def test_failures_are_said(info, estimates, table):
    one = Page(
        render_report(
            info=info.model_copy(update={"failures": 1}), estimates=estimates, table=table
        )
    )
    assert "1 probe failed. A failure is not an answer: it is left out of every number" in one.text


def test_no_failures_no_note(page):
    assert "failed." not in page.text.split("Findings")[0]


def test_an_empty_run_says_so_instead_of_drawing(info):
    empty = Page(render_report(info=info, estimates=[], table=probe_table([])))
    for words in (
        "There are no estimates: no probe has been answered and judged yet.",
        "There is no learning curve",
        "There is no heatmap: nothing was asked after teaching in context.",
        "There is no heatmap: nothing was asked after teaching by fine-tuning.",
        "There is no gap to show",
        "There are no answers yet.",
    ):
        assert words in empty.text
    assert set(empty.data) == {"probes-data", "language-labels"}


def test_several_models_are_shown_one_by_one(info, estimates, table):
    both = [*estimates, *(each.model_copy(update={"model": "openai/b"}) for each in estimates)]
    models = (synthetic_run.MODEL, "openai/b")
    shown = Page(
        render_report(info=info.model_copy(update={"models": models}), estimates=both, table=table)
    )
    assert "How well do bundled/gemma-3-270m and openai/b learn" in shown.text
    # All charts of each but that of the gaps, which compares them.
    assert len(shown.data) == 2 * (N_CHARTS - 1) + 1 + 2


def test_every_question_has_its_section_and_its_place_in_the_navigation(page, text):
    for section in ("learning", "transfer", "priority", "robustness", "gap"):
        assert f'<section id="{section}">' in text
        assert f"#{section}" in page.pointers


def test_a_question_that_was_not_asked_has_no_section(info, estimates, table):
    only = [each for each in estimates if each.question == "priority"]
    shown = Page(render_report(info=info, estimates=only, table=table))
    sections = {pointer for pointer in shown.pointers if pointer.startswith("#")}
    assert "#priority" in sections
    assert sections.isdisjoint({"#learning", "#transfer", "#robustness"})
    assert "Resistance." not in shown.text


def test_cards_and_sections_say_the_same_sentence(page, estimates):
    for paradigm in ("in-context", "fine-tuning"):
        assert page.text.count(robustness_sentence(estimates, paradigm=paradigm)) == 2
        assert priority_sentence(estimates, paradigm=paradigm) in page.text


def test_methods_say_how_sides_and_resistance_are_counted(page):
    for words in ("one that agrees with both counts as half for each", "Resistance.", "Seeds."):
        assert words in page.text


def test_where_no_answer_took_a_side_the_page_says_so(info, of):
    plain = {"question": "priority", "n_facts": 24}
    nothing = {"value": math.nan, "low": math.nan, "high": math.nan}
    pair = {"taught": "en", "against": "cy"}
    found = [
        of(measure="pair_preference", languages=pair, **plain, **nothing),
        of(measure="preference", languages={}, **plain, **nothing),
        of(measure="mean_undecided", languages={}, value=1.0, low=0.86, high=1.0, **plain),
    ]
    shown = Page(render_report(info=info, estimates=found, table=probe_table([])))
    says = "No answer took a side: 100% of all answers agree with neither"
    # In the finding, and in place of the chart.
    assert shown.text.count(says) == 2
    assert set(shown.data) == {"probes-data", "language-labels"}


def test_very_many_answers_are_listed_in_part_and_the_page_says_so(info, estimates, table):
    many = pd.concat([table.assign(seed=seed) for seed in range(3)], ignore_index=True)
    shown = Page(render_report(info=info, estimates=estimates, table=many))
    assert "Answers judged 21,456" in shown.text
    assert "This list has 20,000 of the 21,456 answers" in shown.text
    assert "Every answer is in tables/probes.csv" in shown.text
    assert json.loads(shown.data["probes-data"])["rows"] == 20_000


def test_a_page_of_all_answers_says_nothing_of_a_part(page):
    assert "This list has" not in page.text
    assert json.loads(page.data["probes-data"])["rows"] == 7152
