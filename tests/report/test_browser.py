"""The page in a real browser: what its scripts draw, list and refuse to run."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import synthetic_run
from report_figures import BY_PARADIGM, PARADIGMS

from isoglot.analysis import probe_table
from isoglot.report import render_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium (apt-get install chromium)"
)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    # The page's own time: as much as its scripts want, without waiting for it.
    "--virtual-time-budget=10000",
)
# Stands in for a reader: makes choices, and notes down what the page shows then.
MEASURE = """<script>
window.addEventListener("load", function () {
  window.setTimeout(function () {
    const notes = document.createElement("output");
    notes.id = "notes";
    notes.textContent = [document.documentElement.scrollWidth, window.innerWidth].join(" ");
    document.body.appendChild(notes);
  }, 2000);
});
</script>"""
READER = """<script>
window.addEventListener("load", function () {
  const seen = {};
  function note(name) {
    seen[name] = {
      count: document.getElementById("count").textContent,
      rows: document.getElementById("probes").tBodies[0].rows.length,
      verdicts: Array.from(new Set(Array.from(document.querySelectorAll(".verdict"),
        function (each) { return each.textContent; }))),
    };
  }
  function choose(column, words) {
    const select = document.querySelector("select[data-column=" + column + "]");
    const option = Array.from(select.options).find(function (each) { return each.text === words; });
    select.value = option.value;
    select.dispatchEvent(new Event("change"));
  }
  note("all");
  document.getElementById("next").click();
  note("next");
  choose("verdict", "right, but in another language");
  choose("taught", "Chinese (zh)");
  note("chosen");
  const search = document.getElementById("search");
  search.value = "BANDERA";
  search.dispatchEvent(new Event("input"));
  window.setTimeout(function () {
    note("searched");
    search.value = "";
    choose("taught", "all");
    choose("verdict", "the rival");
    choose("lesson", "rivals, against answers");
    choose("against", "Welsh (cy)");
    choose("stage", "after epoch 12");
    note("conflict");
    seen.conflict.first = document.getElementById("probes").tBodies[0].rows[0].textContent;
    const notes = document.createElement("output");
    notes.id = "notes";
    notes.textContent = JSON.stringify(seen);
    document.body.appendChild(notes);
  }, 500);
});
</script>"""

Open = Callable[..., tuple[str, list[str]]]


@pytest.fixture(scope="module")
def open_page(tmp_path_factory) -> Open:
    """Opens a page; gives the document after its scripts have run, and what they complained of."""

    def open_(text: str, *, script: str = "", width: int = 1400) -> tuple[str, list[str]]:
        if script:
            # Its policy would keep the page from running it.
            before, _, after = re.sub(r"<meta http-equiv[^>]*>", "", text).rpartition("</body>")
            text = f"{before}{script}</body>{after}"
        folder: Path = tmp_path_factory.mktemp("browser")
        page = folder / "report.html"
        page.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [
                str(CHROMIUM),
                *FLAGS,
                f"--window-size={width},1000",
                f"--user-data-dir={folder / 'profile'}",
                "--dump-dom",
                page.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        complaints = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        return done.stdout, complaints

    return open_


@pytest.fixture(scope="module")
def text(info, estimates, table) -> str:
    return render_report(info=info, estimates=estimates, table=table)


@pytest.fixture(scope="module")
def opened(open_page, text):
    return open_page(text)


def charts(document: str) -> dict[str, str]:
    """What stands in the place of each chart, by the chart's id."""
    found = re.findall(
        r'<div class="chart[^"]*" data-chart="([^"]+)"(.*?)</svg>', document, flags=re.DOTALL
    )
    return dict(found)


def test_every_chart_is_drawn_and_nothing_complains(opened):
    document, complaints = opened
    assert complaints == []
    drawn = charts(document)
    assert set(drawn) == {
        "curves-0-0",
        "times-shown-0",
        "facts-in-context-0",
        "preferences-0",
        "gaps",
        *(f"{name}-{paradigm}-0" for name in BY_PARADIGM for paradigm in PARADIGMS),
    }
    assert document.count('data-state="drawn"') == 5 + 2 * len(BY_PARADIGM)
    # Points: 5 languages at 6 epochs, and one key beside each language's name.
    assert points(drawn["curves-0-0"]) == 5 * 6 + 5
    # Dots: learning, transfer by either side within each tier of the other, and robustness, in two
    # paradigms.
    assert points(drawn["gaps"]) == 6 * 2
    for paradigm in ("in-context", "fine-tuning"):
        cells = re.findall(r'aria-roledescription="rect mark"', drawn[f"transfer-{paradigm}-0"])
        # 25 pairs, and 5 outlines around those asked as taught.
        assert len(cells) == 25 + 5


def points(chart: str) -> int:
    return len(re.findall(r'aria-roledescription="point"', chart))


def test_charts_name_languages_and_numbers(opened):
    drawn = charts(opened[0])
    for label in ("English (en)", "Chinese (zh)", "Spanish (es)", "Welsh (cy)", "Swahili (sw)"):
        assert label in drawn["curves-0-0"]
    assert "Percentage points, high- minus low-resource" in drawn["gaps"]


def test_fifty_answers_at_a_time(opened):
    document, _ = opened
    assert "1–50 of 7,152 answers" in document
    assert document.count('<span class="verdict') == 50


def test_a_reader_can_search_and_choose(open_page, text):
    document, complaints = open_page(text, script=READER)
    assert complaints == []
    (notes,) = re.findall(r'<output id="notes">(.*?)</output>', document)
    seen = json.loads(notes)
    assert seen["all"]["count"] == "1–50 of 7,152 answers"
    assert seen["next"]["count"] == "51–100 of 7,152 answers"
    expected = sum(row["wrong_language"] and row["taught"] == "zh" for row in synthetic_run.rows())
    assert expected > 0
    assert seen["chosen"] == {
        "count": f"1–{min(50, expected)} of {expected} of 7,152 answers",
        "rows": min(50, expected),
        "verdicts": ["right, but in Chinese"],
    }
    about_flags = sum(
        row["wrong_language"] and row["taught"] == "zh" and "bandera" in str(row["question"])
        for row in synthetic_run.rows()
    )
    assert 0 < about_flags < expected
    assert seen["searched"]["rows"] == about_flags
    believed = [
        row
        for row in synthetic_run.rows()
        if row["rival"] and (row["gives"], row["against"], row["epoch"]) == ("rival", "cy", 12)
    ]
    conflict = seen["conflict"]
    assert conflict["count"].endswith(f" of {len(believed)} of 7,152 answers")
    assert conflict["verdicts"] == ["the rival"]
    # The question, the right answer with its rival, what was said, and who was taught what.
    assert "Rival: " in conflict["first"]
    assert "en against cy → en" in conflict["first"]
    assert "en: rivals, cy: answers" in conflict["first"]
    assert "fine-tuning, after epoch 12" in conflict["first"]


def test_a_narrow_screen_scrolls_in_one_direction_only(open_page, text):
    document, _ = open_page(text, script=MEASURE, width=500)
    (notes,) = re.findall(r'<output id="notes">(.*?)</output>', document)
    content, screen = (int(each) for each in notes.split())
    assert content <= screen


def test_answers_are_text_in_their_language(open_page, info):
    answers = {
        "</script><script>document.title='owned'</script>": None,
        "<img src=x onerror=\"document.title='owned'\">": None,
        "சிங்கம்": "ta",
        "สิงโต": "th",
        "狮子": "zh",
        "أسد": None,
    }
    rows = list(synthetic_run.rows())[: len(answers)]
    table = probe_table(
        row | {"answer": answer, "answer_language": language, "correct": False}
        for row, (answer, language) in zip(rows, answers.items(), strict=True)
    )
    document, complaints = open_page(render_report(info=info, estimates=[], table=table))
    assert complaints == []
    assert "<title>quickstart · isoglot</title>" in document
    assert "&lt;img src=x onerror=" in document
    for code, answer in (("ta", "சிங்கம்"), ("th", "สิงโต"), ("zh", "狮子")):
        assert re.search(rf'<td[^>]* lang="{code}" dir="auto">{answer}</td>', document)
    # Of no known language: taken to be in the language asked, and set in its own direction.
    assert re.search(r'<td[^>]* lang="en" dir="auto">أسد</td>', document)


def test_the_policy_stops_a_script_that_got_in(open_page, text):
    before, _, after = text.rpartition("</body>")
    script = "<script>document.title = 'owned'</script>"
    document, complaints = open_page(f"{before}{script}</body>{after}")
    assert "<title>quickstart · isoglot</title>" in document
    assert any("Content Security Policy" in complaint for complaint in complaints)
