import numpy as np
import pytest

from isoglot.core import known_languages
from isoglot.report._palette import (
    SHARE_RAMP,
    TIER_COLOURS,
    TIER_INKS,
    ink_on_share,
    series_styles,
)


def linear(colour: str) -> np.ndarray:
    """sRGB to linear light, IEC 61966-2-1."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lightness(colour: str) -> float:
    """OKLab lightness (Ottosson 2020)."""
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    return float(np.cbrt(to_lms @ linear(colour)) @ [0.2104542553, 0.7936177850, -0.0040720468])


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    luminances = sorted(
        (float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other)), reverse=True
    )
    return (luminances[0] + 0.05) / (luminances[1] + 0.05)


def on_ramp(share: float) -> str:
    """The colour of a share, between the two nearest stops."""
    at = share * (len(SHARE_RAMP) - 1)
    first = min(int(at), len(SHARE_RAMP) - 2)
    stops = [
        np.array([int(SHARE_RAMP[first + step][i : i + 2], 16) for i in (1, 3, 5)])
        for step in (0, 1)
    ]
    mixed = stops[0] + (at - first) * (stops[1] - stops[0])
    return "#" + "".join(f"{round(channel):02x}" for channel in mixed)


def test_the_ramp_is_perceptually_uniform():
    steps = -np.diff([lightness(colour) for colour in SHARE_RAMP])
    # From 0.965 to 0.33 in eight steps: 0.0794 each, but for the rounding to 8 bits.
    assert steps == pytest.approx(np.full(8, 0.0794), abs=0.004)


def test_numbers_can_be_read_on_every_cell():
    shares = np.linspace(0, 1, 101)
    assert min(contrast(ink_on_share(share), on_ramp(share)) for share in shares) >= 4.5


@pytest.mark.parametrize("ink", TIER_INKS.values())
def test_labels_can_be_read_on_white(ink):
    assert contrast(ink, "#ffffff") >= 4.5


def test_lines_of_a_tier_differ_in_lightness():
    for colours in TIER_COLOURS.values():
        steps = np.diff([lightness(colour) for colour in colours])
        assert min(steps) > 0.08


def test_no_two_languages_look_alike():
    styles = series_styles(list(known_languages()))
    looks = {(style.colour, style.shape, style.dash) for style in styles.values()}
    assert len(looks) == len(styles) == 29
    # Within a tier the shape alone tells languages apart.
    assert len({styles[code].shape for code in ("ta", "mn", "cy", "sw", "tk", "gd", "zu")}) == 7


def test_few_languages_use_the_whole_range_of_their_tier():
    styles = series_styles(["en", "es", "zh", "cy", "sw"])
    assert [styles[code].colour for code in ("cy", "sw")] == ["#8b3111", "#e98a35"]
    assert [styles[code].colour for code in ("en", "es", "zh")] == ["#123b75", "#3f7bbb", "#579edf"]
