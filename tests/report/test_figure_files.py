import xml.etree.ElementTree as ET

import altair as alt
import pytest
import vl_convert

from isoglot.core import known_languages
from isoglot.report import figures, write_figures

NAMES = [
    "learning_curves",
    "times_shown",
    "facts_in_context",
    "transfer",
    "transfer_bars",
    "transfer_means",
    "transfer_directions",
    "priority",
    "preferences",
    "robustness",
    "robustness_adopted",
    "robustness_accuracy",
    "gaps",
]


@pytest.fixture(scope="module")
def drawn(estimates):
    return figures(estimates)


def test_names(drawn):
    assert list(drawn) == NAMES


def test_names_with_several_models(of):
    drawn = figures([of(model="hf/ORG/a model"), of(model="openai/b")])
    assert list(drawn) == ["hf-ORG-a-model_learning_curves", "openai-b_learning_curves"]


def test_names_with_many_languages(of):
    many = [of(languages={"taught": code}) for code in known_languages()]
    assert list(figures(many)) == [
        "learning_curves",
        "learning_curves_high",
        "learning_curves_medium",
        "learning_curves_low",
    ]


def test_the_heatmaps_of_both_paradigms_are_one_figure(drawn):
    pair = drawn["transfer"]
    assert isinstance(pair, alt.HConcatChart)
    parts = pair.to_dict()["hconcat"]
    assert [part["title"]["text"] for part in parts] == [
        "In context",
        "Fine-tuning, after epoch 12",
    ]


def test_one_paradigm_is_one_heatmap(estimates):
    drawn = figures(
        [
            each
            for each in estimates
            if each.paradigm == "in-context" and each.question in {"effectiveness", "transfer"}
        ]
    )
    # In context there are no epochs, and so no learning curves.
    without = ("learning_curves", "priority", "preferences", "robustness")
    assert list(drawn) == [name for name in NAMES if not name.startswith(without)]
    assert drawn["transfer"].to_dict()["title"]["text"] == "Transfer: In context"


def test_without_estimates_there_are_no_figures(tmp_path):
    assert figures([]) == {}
    assert write_figures(tmp_path, [], ["svg"]) == []
    assert list(tmp_path.iterdir()) == []


FIRST_BYTES = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


def test_files_of_every_format(estimates, tmp_path):
    conflicts = [each for each in estimates if each.question == "priority"]
    written = write_figures(tmp_path / "figures", conflicts, ["svg", "png", "pdf", "svg"])
    assert sorted(path.name for path in written) == sorted(
        f"{name}.{kind}" for name in ("priority", "preferences") for kind in FIRST_BYTES
    )
    for path in written:
        assert path.read_bytes().startswith(FIRST_BYTES[path.suffix[1:]])


def test_every_figure_can_be_converted_without_a_complaint(drawn, capfd):
    for chart in drawn.values():
        svg = vl_convert.vegalite_to_svg(chart.to_dict(), show_warnings=True)
        assert svg.startswith("<svg")
    assert capfd.readouterr() == ("", "")


def test_names_stand_beside_what_they_name_in_parts_of_a_figure_too(drawn):
    """A part of a figure has a width of its own: what is placed by it must not fall back to 0."""
    texts = {
        name: placed_texts(vl_convert.vegalite_to_svg(drawn[name].to_dict()))
        for name in ("priority", "robustness")
    }
    # Of the two sides of a bar, and of the lines' ends, the x of the text tells the place.
    for name, language in (("priority", "Welsh (cy)"), ("robustness", "Spanish (es)")):
        assert max(x for text, x in texts[name] if text == language) > 300


def placed_texts(svg):
    """The texts of a picture with their places in the group that they are in."""
    found = []
    for element in ET.fromstring(svg).iter():
        if element.text and (moved := element.get("transform", "")).startswith("translate("):
            x = moved.removeprefix("translate(").split(")")[0].split(",")[0]
            found.append((element.text, float(x)))
    return found


def test_an_svg_file_holds_the_numbers(estimates, tmp_path):
    accuracy = [e for e in estimates if e.question == "transfer" and e.measure == "accuracy"]
    write_figures(tmp_path, accuracy, ["svg"])
    texts = [element.text for element in ET.parse(tmp_path / "transfer.svg").iter() if element.text]
    # 13 for 12.5: halves go up.
    expected = sorted(str(int(100 * e.value + 0.5)) for e in accuracy)
    assert len(expected) == 50
    assert sorted(text for text in texts if text.isdecimal()) == expected


def test_an_unknown_format_is_refused_before_anything_is_written(estimates, tmp_path):
    with pytest.raises(ValueError, match="formats: 'gif' is not known; known: svg, png, pdf"):
        write_figures(tmp_path, estimates, ["svg", "gif"])
    assert list(tmp_path.iterdir()) == []
