"""``cnncalc params``: where the parameters are."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc.api import analyze, load_source
from cnncalc.cli.options import ArchArgument, HeadsOption, InputOption, parse_inputs
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, tell, write_table, write_text
from cnncalc.render.params import params_dict, params_table, types_table
from cnncalc.render.shapes import heading, summary
from cnncalc.source import stem


def params_command(
    arch: ArchArgument,
    input: InputOption = None,
    without_heads: HeadsOption = False,
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "table",
) -> None:
    """Show where the parameters are: the formula of each count with its numbers, and each layer's share."""
    chosen(format, FORMATS, "--format")
    with refusals(stem(arch), format):
        source = load_source(arch)
        analysis = analyze(source, parse_inputs(input), heads=not without_heads)
    if format == "json":
        print(json_line(params_dict(analysis)))
    else:
        if format == "table":
            write_text([(heading(analysis.graph, analysis.graph.architecture.year) + "\n\n", "bold")], sys.stdout)
        write_table(params_table(analysis), format)
        if format == "table":
            print()
            write_table(types_table(analysis), format)
            print("\n" + summary(analysis, memory=False)[0])
        tell(analysis.diagnostics, source.text)
    if not analysis.ok:
        raise typer.Exit(1)
