"""``cnncalc diff``: what changed between two architectures, and what it costs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc.api import analyze, load_source
from cnncalc.cli.options import (
    ArchArgument,
    DepthOption,
    FormatOption,
    HeadsOption,
    InputOption,
    MaxMacsOption,
    MaxMemoryOption,
    MaxParamsOption,
    parse_budget,
    parse_inputs,
)
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, tell, whole, write_table, write_text
from cnncalc.diffing import align
from cnncalc.render.diff import diff_dict, diff_table, totals_lines
from cnncalc.render.shapes import heading
from cnncalc.source import stem


def diff_command(
    a: ArchArgument,
    b: Annotated[
        str, typer.Argument(metavar="ARCH", help="The second; without it the first is compared at two inputs.")
    ] = "",
    input: InputOption = None,
    depth: DepthOption = "",
    without_heads: HeadsOption = False,
    max_params: MaxParamsOption = "",
    max_macs: MaxMacsOption = "",
    max_memory: MaxMemoryOption = "",
    format: FormatOption = "table",
) -> None:
    """Compare two architectures layer by layer:  cnncalc diff vgg16 vgg19

    With one architecture and an --input, it is compared as its file says with that input; with two, the one input with
    the other. Budgets are of the second.
    """
    chosen(format, FORMATS, "--format")
    levels = whole(depth, "--depth") if depth else 0
    budget = parse_budget(max_params, max_macs, max_memory)
    if not b and not input:
        raise typer.BadParameter("name a second architecture, or give an --input to compare with", param_hint="ARCH")
    two = not b and input is not None and len(input) == 2 and not any("=" in text for text in input)
    first = parse_inputs(input if b else input[:1] if two and input else None)
    second = parse_inputs(input[1:] if two and input else input)
    with refusals(stem(a), format):
        left = load_source(a)
        before = analyze(left, first, heads=not without_heads)
    with refusals(stem(b or a), format):
        right = load_source(b) if b else left
        after = analyze(right, second, heads=not without_heads).within(budget)
    pairs = align(before, after, levels)
    if format == "json":
        print(json_line(diff_dict(before, after, pairs)))
    else:
        if format == "table":
            titles = [heading(x.graph, x.graph.architecture.year) for x in (before, after)]
            write_text([(f"− {titles[0]}\n+ {titles[1]}\n\n", "bold")], sys.stdout)
        table = diff_table(pairs)
        if table.rows or format != "table":
            write_table(table, format)
            print() if format == "table" else None
        if format == "table":
            write_text([("\n".join(totals_lines(before, after, pairs)) + "\n", "")], sys.stdout)
        tell(before.diagnostics, left.text)
        tell(after.diagnostics, right.text)
    if not (before.ok and after.ok):
        raise typer.Exit(1)
