"""From estimates to figures and one self-contained page. Computes no number.

Knows estimates, the probe table and how to draw; fetches nothing, neither here nor in the page.
"""

from isoglot.report._curves import (
    draw_facts_in_context,
    draw_learning_curves,
    draw_times_shown,
)
from isoglot.report._figures import Drawing, figures, write_figures
from isoglot.report._gaps import draw_gaps
from isoglot.report._info import ReportInfo
from isoglot.report._page import render_report, write_report
from isoglot.report._transfer import draw_transfer
from isoglot.report._words import percent_with_interval, points_with_interval

__all__ = [
    "Drawing",
    "ReportInfo",
    "draw_facts_in_context",
    "draw_gaps",
    "draw_learning_curves",
    "draw_times_shown",
    "draw_transfer",
    "figures",
    "percent_with_interval",
    "points_with_interval",
    "render_report",
    "write_figures",
    "write_report",
]
