"""``cnncalc list``: the architectures that come with it."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc import gallery
from cnncalc.analysis import Analysis
from cnncalc.api import analyze
from cnncalc.cli.output import FORMATS, chosen, json_line, write_table
from cnncalc.render.table import Column, Table
from cnncalc.text import shape_text


def _text(key: str) -> Column:
    return Column(key, key, lambda row: str(row[key] or ""), lambda row: row[key])


def _count(key: str, title: str) -> Column:
    return Column(key, title, lambda row: f"{row[key]:,}", lambda row: row[key], right=True)


COLUMNS = (
    _text("year"),
    Column("name", "name", lambda row: row["name"], lambda row: row["name"], style="bold"),
    Column("title", "network", lambda row: row["title"], lambda row: row["title"], folds=True),
    Column(
        "input", "input", lambda row: shape_text(row["input"]), lambda row: shape_text(row["input"], "x"), right=True
    ),
    _count("params", "parameters"),
    _count("macs", "MACs"),
)


def list_command(
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "table",
) -> None:
    """List the architectures that come with cnncalc, in order of time."""
    chosen(format, FORMATS, "--format")
    rows = sorted(
        (_row(name, analyze(name)) for name in gallery.names()), key=lambda row: (row["year"] or 0, row["name"])
    )
    if format == "json":
        print(json_line(rows))
    else:
        write_table(Table(COLUMNS, rows), format)


def _row(name: str, analysis: Analysis) -> dict[str, object]:
    architecture = analysis.graph.architecture
    return {
        "name": name,
        "title": analysis.name,
        "year": architecture.year,
        "source": architecture.facts.get("source"),
        "input": analysis.input,
        "params": analysis.totals.params,
        "macs": analysis.totals.macs,
    }
