import xml.etree.ElementTree as ET

import altair as alt
import pytest

from isoglot.core import known_languages
from isoglot.report import figures, write_figures

NAMES = ["learning_curves", "times_shown", "facts_in_context", "transfer", "gaps"]


def test_names(estimates):
    assert list(figures(estimates)) == NAMES


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


def test_the_heatmaps_of_both_paradigms_are_one_figure(estimates):
    pair = figures(estimates)["transfer"]
    assert isinstance(pair, alt.HConcatChart)
    parts = pair.to_dict()["hconcat"]
    assert [part["title"]["text"] for part in parts] == [
        "In context",
        "Fine-tuning, after epoch 12",
    ]


def test_one_paradigm_is_one_heatmap(estimates):
    drawn = figures([each for each in estimates if each.paradigm == "in-context"])
    # In context there are no epochs, and so no learning curves.
    assert list(drawn) == [name for name in NAMES if name != "learning_curves"]
    assert drawn["transfer"].to_dict()["title"]["text"] == "Transfer: In context"


def test_without_estimates_there_are_no_figures(tmp_path):
    assert figures([]) == {}
    assert write_figures(tmp_path, [], ["svg"]) == []
    assert list(tmp_path.iterdir()) == []


def test_files(estimates, tmp_path):
    written = write_figures(tmp_path / "figures", estimates, ["svg", "png", "pdf", "svg"])
    assert sorted(path.name for path in written) == sorted(
        f"{name}.{kind}" for name in NAMES for kind in FIRST_BYTES
    )
    for path in written:
        assert path.read_bytes().startswith(FIRST_BYTES[path.suffix[1:]])


FIRST_BYTES = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


def test_an_svg_file_holds_the_numbers(estimates, tmp_path):
    write_figures(tmp_path, estimates, ["svg"])
    texts = [element.text for element in ET.parse(tmp_path / "transfer.svg").iter() if element.text]
    accuracy = [e for e in estimates if e.question == "transfer" and e.measure == "accuracy"]
    # 13 for 12.5: halves go up.
    expected = sorted(str(int(100 * e.value + 0.5)) for e in accuracy)
    assert len(expected) == 50
    assert sorted(text for text in texts if text.isdecimal()) == expected


def test_an_unknown_format_is_refused_before_anything_is_written(estimates, tmp_path):
    with pytest.raises(ValueError, match="formats: 'gif' is not known; known: svg, png, pdf"):
        write_figures(tmp_path, estimates, ["svg", "gif"])
    assert list(tmp_path.iterdir()) == []
