"""Reading the data back from a drawn chart."""

from typing import Any

import altair as alt

Row = dict[str, Any]


def layers(chart: alt.LayerChart, mark: str) -> list[dict[str, Any]]:
    """The layers with a mark, each with its data in `rows`."""
    specification = chart.to_dict()
    return [
        layer | {"rows": _rows(specification, layer)}
        for layer in specification["layer"]
        if layer["mark"]["type"] == mark
    ]


def _rows(specification: dict[str, Any], layer: dict[str, Any]) -> list[Row]:
    data = layer.get("data") or specification["data"]
    rows: list[Row] = specification["datasets"][data["name"]]
    return rows
