"""``cnncalc params``: where the parameters are."""

from __future__ import annotations

import sys

import typer

from cnncalc.api import analyze, load_source
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
    parse_budget,
    parse_inputs,
    parse_memory,
)
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, tell, whole, write_table, write_text
from cnncalc.render.params import params_dict, params_table, types_table
from cnncalc.render.shapes import heading, memory_text, params_text
from cnncalc.source import stem


def params_command(
    arch: ArchArgument,
    input: InputOption = None,
    without_heads: HeadsOption = False,
    depth: DepthOption = "",
    batch: BatchOption = "",
    dtype: DtypeOption = "",
    max_params: MaxParamsOption = "",
    max_macs: MaxMacsOption = "",
    max_memory: MaxMemoryOption = "",
    format: FormatOption = "table",
) -> None:
    """Show where the parameters are, each with its formula.

    cnncalc params vgg16
    """
    chosen(format, FORMATS, "--format")
    levels = whole(depth, "--depth") if depth else 0
    size, kind = parse_memory(batch, dtype)
    budget = parse_budget(max_params, max_macs, max_memory)
    with refusals(stem(arch), format):
        source = load_source(arch)
        analysis = analyze(source, parse_inputs(input), heads=not without_heads, batch=size, dtype=kind)
    analysis = analysis.within(budget)
    if format == "json":
        print(json_line(params_dict(analysis, levels)))
    else:
        if format == "table":
            write_text([(heading(analysis.graph) + "\n\n", "bold")], sys.stdout)
        write_table(params_table(analysis, levels), format)
        if format == "table":
            print()
            write_table(types_table(analysis), format)
            print("\n" + params_text(analysis.totals))
            if batch or dtype or max_memory:
                print(memory_text(analysis))
        tell(analysis.diagnostics, source.text)
    if not analysis.ok:
        raise typer.Exit(1)
