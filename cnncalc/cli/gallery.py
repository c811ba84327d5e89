"""``cnncalc list``, ``show`` and ``copy``: the architectures that come with it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cnncalc import gallery
from cnncalc.api import analyze, load_source
from cnncalc.cli.options import ArchArgument, FormatOption
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, tell, write_table
from cnncalc.diagnostics import ArchitectureError
from cnncalc.language import marked, t
from cnncalc.render.messages import help_head
from cnncalc.render.table import Column, Table
from cnncalc.source import stem
from cnncalc.text import amount_text, count_text, printable, quote, shape_text

Row = dict[str, Any]


def _column(key: str, title: str, **options: Any) -> Column:
    return Column(key, title, lambda row: str(row[key] or ""), lambda row: row[key], **options)


def _input_text(row: Row, joiner: str) -> str:
    return shape_text(row["input"], joiner)


def _short(source: str) -> str:
    """``Szegedy et al., arXiv:1409.4842`` of a longer source: who, and where to look it up."""
    who = source.split(", ")[0]
    place = re.search(r"arXiv:[0-9.]+[0-9]", source)
    return f"{who}, {place[0]}" if place else source


COLUMNS = (
    _column("year", marked("year")),
    _column("name", marked("name"), style="bold"),
    Column("input", marked("input"), lambda row: _input_text(row, "×"), lambda row: _input_text(row, "x"), right=True),
    Column(
        "params", marked("parameters"), lambda row: count_text(row["params"]), lambda row: row["params"], right=True
    ),
    Column("macs", marked("MACs"), lambda row: amount_text(row["macs"]), lambda row: row["macs"], right=True),
    _column("depth", marked("depth"), right=True),
    Column(
        "source",
        marked("source"),
        lambda row: _short(row["source"]),
        lambda row: row["source"],
        folds=True,
        optional=True,
    ),
)
HIDDEN = (_column("title", ""), _column("family", ""))
"""What CSV has besides, by their keys."""
SORTS = ("year", "name", "family", "params", "macs", "depth")


def list_command(
    family: Annotated[
        list[str] | None,
        typer.Option("--family", metavar="NAME", help="Only this line of networks: vgg, inception, …; once for each."),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="KEY",
            help=t("{keys}; with a - before it, the largest first.", keys=", ".join(SORTS)),
        ),
    ] = "year",
    format: FormatOption = "table",
) -> None:
    """List the architectures that come with cnncalc.

    cnncalc list --family resnet --sort=-params

    Depth counts the convolutions and dense layers on the longest way through the network, as papers do.
    """
    chosen(format, FORMATS, "--format")
    key = chosen(sort.removeprefix("-"), SORTS, "--sort")
    rows, broken = _rows()
    if family:
        known = sorted({row["family"] for row in rows})
        wanted = {chosen(name, known, "--family") for name in family}
        rows = [row for row in rows if row["family"] in wanted]
    rows.sort(key=lambda row: _numbered(row["name"]))
    if key != "name":
        rows.sort(key=lambda row: row[key] or 0)
    if sort.startswith("-"):
        rows.reverse()
    if format == "json":
        print(json_line(rows))
    else:
        write_table(Table((*COLUMNS, *HIDDEN) if format == "csv" else COLUMNS, rows), format)
    for error in broken:
        tell(error.diagnostics, error.text)
    if broken:
        raise typer.Exit(1)


def _numbered(name: str) -> list[tuple[int, str]]:
    """What puts resnet18 before resnet101."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", name)]


def _rows() -> tuple[list[Row], list[ArchitectureError]]:
    """A row for every architecture that can be read, by name; and what is wrong with the others."""
    rows: list[Row] = []
    broken: list[ArchitectureError] = []
    for name in gallery.names():
        try:
            rows.append(_row(name))
        except ArchitectureError as error:
            broken.append(error)
    return rows, broken


def _row(name: str) -> Row:
    analysis = analyze(name)
    architecture = analysis.graph.architecture
    return {
        "name": name,
        "title": analysis.name,
        "year": architecture.year,
        "family": architecture.facts.get("family", ""),
        "source": architecture.facts.get("source", ""),
        "input": analysis.input,
        "params": analysis.totals.params,
        "macs": analysis.totals.macs,
        "depth": analysis.depth,
    }


def show_command(arch: ArchArgument) -> None:
    """Print an architecture's file.

    cnncalc show googlenet
    """
    with refusals(stem(arch), "table"):
        text = load_source(arch).text
    sys.stdout.write(text)


def copy_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A bundled name, such as vgg16.")],
    target: Annotated[
        str, typer.Argument(metavar="PATH", help="Where to, - for standard output; NAME.yaml here unless given.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
) -> None:
    """Copy an architecture that comes with it, to start from.

    cnncalc copy vgg16 mine.yaml
    """
    bundled = gallery.find(name)
    if bundled is None:
        with refusals(stem(name), "table"):
            message = t("no architecture that comes with cnncalc is called {name}", name=quote(name))
            raise gallery.unknown(name, message)
    # The schema stays where it is; a copy would point to nothing.
    text = bundled.read_text(encoding="utf-8").removesuffix(gallery.MODELINE)
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(target or bundled.name)
    if path.is_dir():
        path = path / bundled.name
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        message = t("{path} is there already", path=quote(str(path)))
        _fail(message, t("give another path, or say --force to write over it"))
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        _fail(t("cannot write {path}: {reason}", path=quote(str(path)), reason=reason), t("give another path"))
    written = printable(str(path))
    print(t("wrote {path}; next: {command}", path=written, command=f"cnncalc shapes {written}"))


def _fail(message: str, help: str) -> None:
    print(f"{t('error')}: {message}\n{help_head()}{help}", file=sys.stderr)
    raise typer.Exit(2)
