"""``cnncalc shapes``: the table of layers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Annotated, Any

import typer

from cnncalc.analysis import Analysis
from cnncalc.api import build, load_source
from cnncalc.cli.options import (
    ArchArgument,
    BatchOption,
    DepthOption,
    DtypeOption,
    FormatOption,
    HeadsOption,
    InputOption,
    MaxMacsOption,
    MaxMemoryOption,
    MaxParamsOption,
    has_letters,
    parse_budget,
    parse_inputs,
    parse_memory,
)
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, styled, tell, whole, write_table, write_text
from cnncalc.folding import fold, row_dict
from cnncalc.graph import resting_collector
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.render.messages import more_text
from cnncalc.render.shapes import EXTRA, footer, heading, layer_table, notes, summary
from cnncalc.source import Source, stem

NOTES = 10
"""Notes about single layers that are shown."""


def shapes_command(
    arch: ArchArgument,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            "-c",
            metavar="NAMES",
            help=t("More columns, with commas between: {names}; or {all}.", names=", ".join(EXTRA), all="all"),
        ),
    ] = None,
    depth: DepthOption = "",
    input: InputOption = None,
    without_heads: HeadsOption = False,
    batch: BatchOption = "",
    dtype: DtypeOption = "",
    max_params: MaxParamsOption = "",
    max_macs: MaxMacsOption = "",
    max_memory: MaxMemoryOption = "",
    format: FormatOption = "table",
) -> None:
    """Show the shape and parameters of every layer.

    cnncalc shapes vgg16 -c macs,rf
    """
    chosen(format, FORMATS, "--format")
    extra = [chosen(c.strip(), [*EXTRA, "all"], "--columns") for c in ",".join(columns or ()).split(",") if c.strip()]
    extra = list(EXTRA) if "all" in extra else list(dict.fromkeys(extra))
    levels = whole(depth, "--depth") if depth else 0
    size, kind = parse_memory(batch, dtype)
    budget = parse_budget(max_params, max_macs, max_memory)
    given = parse_inputs(input)
    if given is not None and has_letters(given):
        from cnncalc.cli.sizes import show_letters

        if extra or levels or budget:
            raise typer.BadParameter(
                t("with letters there are no more columns, blocks or budgets"), param_hint="--input"
            )
        show_letters(arch, given, not without_heads, format)
        return
    with refusals(stem(arch), format), resting_collector():
        source = load_source(arch)
        graph, findings = build(source, given, not without_heads)
        run = Run(graph, findings)
        finish = cache(lambda: run.analysis(size, kind).within(budget))
        show(run, finish, source, extra, format, levels, memory=bool(batch or dtype or max_memory))


def show(
    run: Run,
    analysis: Callable[[], Analysis],
    source: Source,
    extra: list[str],
    format: str,
    levels: int,
    *,
    memory: bool,
) -> None:
    """Run, write what was found, and raise typer.Exit(1) if that is wrong.

    ``analysis`` is asked for when the last layer has come.
    """
    if format == "json":
        for _ in run:
            pass
        write_json(analysis(), levels)
    else:
        # Without folding, rows are written while later layers are still being worked out.
        rows: Iterable[Any] = fold(list(run), levels) if levels else run
        table = layer_table(run.graph, rows, extra)
        table.footer = lambda: footer(table.columns, analysis().totals)
        if format == "table":
            write_text([(heading(run.graph) + "\n", "bold")], sys.stdout)
            if styled(sys.stdout):
                print()
        write_table(table, format)
        if format == "table":
            write_summary(analysis(), memory, fields=bool({"rf", "stride", "start"} & set(extra)))
        tell(analysis().diagnostics, source.text)
    if not analysis().ok:
        raise typer.Exit(1)


def write_summary(analysis: Analysis, memory: bool, formulas: Sequence[str] = (), *, fields: bool = False) -> None:
    """The sums in words, and notes about single layers; ``formulas`` say the parameters in the sum's place.

    ``fields`` tells that receptive fields are shown, which have notes of their own.
    """
    lines = ["", *summary(analysis, memory, formulas)]
    about = notes(analysis.layers, fields)
    told = about[:NOTES]
    if len(about) > NOTES:
        told.append(more_text(len(about) - NOTES))
    lines += [t("note: {line}", line=line) for line in told]
    write_text([("\n".join(lines) + "\n", "")], sys.stdout)


def write_json(analysis: Analysis, levels: int = 0) -> None:
    """The JSON document, a layer a line, written as it goes; ``groups`` has the rows folded to so many levels."""
    out = sys.stdout
    out.write(json_line(analysis.head_dict())[:-1])
    if levels:
        out.write(',\n"groups": ' + json_line([row_dict(row) for row in fold(analysis.layers, levels)]))
    out.write(', "layers": [')
    for number, layer in enumerate(analysis.layers):
        out.write(("," if number else "") + "\n" + json_line(layer.to_dict()))
    out.write('],\n"diagnostics": ' + json_line([d.to_dict() for d in analysis.diagnostics]) + "}\n")
