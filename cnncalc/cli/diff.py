"""``cnncalc diff``: what changed between two architectures, and what it costs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc.api import Inputs, analyze, load_source
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
from cnncalc.diffing import align
from cnncalc.language import t
from cnncalc.render.diff import diff_dict, diff_table, totals_lines
from cnncalc.render.shapes import heading
from cnncalc.source import stem
from cnncalc.text import printable


def diff_command(
    a: ArchArgument,
    b: Annotated[
        str, typer.Argument(metavar="ARCH", help="The second; without it the first is compared at two inputs.")
    ] = "",
    input: InputOption = None,
    depth: DepthOption = "",
    without_heads: HeadsOption = False,
    batch: BatchOption = "",
    dtype: DtypeOption = "",
    max_params: MaxParamsOption = "",
    max_macs: MaxMacsOption = "",
    max_memory: MaxMemoryOption = "",
    format: FormatOption = "table",
) -> None:
    """Compare two architectures layer by layer.

    cnncalc diff vgg16 vgg19

    With one architecture and an --input, it is compared as its file says with that input; with two, the one input with
    the other. Budgets are of the second.
    """
    chosen(format, FORMATS, "--format")
    levels = whole(depth, "--depth") if depth else 0
    size, kind = parse_memory(batch, dtype)
    budget = parse_budget(max_params, max_macs, max_memory)
    if not b and not input:
        message = t("name a second architecture, or give an --input to compare with")
        raise typer.BadParameter(message, param_hint="ARCH")
    first, second = _two_inputs(input, alone=not b)
    with refusals(stem(a), format):
        left = load_source(a)
        before = analyze(left, first, heads=not without_heads, batch=size, dtype=kind)
    with refusals(stem(b or a), format):
        right = load_source(b) if b not in ("", a) else left
        after = analyze(right, second, heads=not without_heads, batch=size, dtype=kind).within(budget)
    pairs = align(before, after, levels)
    differing = [pair for pair in pairs if pair.change != "same"]
    if format == "json":
        print(json_line(diff_dict(before, after, pairs)))
    elif format == "table":
        # Two files may hold networks of one name: then each is told as it was typed.
        typed = (
            (f" ({printable(a)})", f" ({printable(b)})") if b not in ("", a) and before.name == after.name else ("", "")
        )
        one, two = heading(before.graph) + typed[0], heading(after.graph) + typed[1]
        write_text([(f"− {one}\n+ {two}\n\n", "bold")], sys.stdout)
        if differing:
            write_table(diff_table(differing), format)
            print()
        lines = totals_lines(before, after, pairs, memory=bool(batch or dtype or max_memory))
        write_text([("\n".join(lines) + "\n", "")], sys.stdout)
    else:
        write_table(diff_table(differing), format)
    if format != "json":
        tell(before.diagnostics, left.text)
        # What is wrong with both, where they are one file at two inputs, is told once.
        told = set(before.diagnostics)
        tell((d for d in after.diagnostics if d not in told), right.text)
    if not (before.ok and after.ok):
        raise typer.Exit(1)


def _two_inputs(given: list[str] | None, *, alone: bool) -> tuple[Inputs, Inputs]:
    """The inputs of the first network and of the second: one for both, but where one network is compared alone."""
    if not alone:
        return parse_inputs(given), parse_inputs(given)
    if given and len(given) == 2 and not any("=" in text for text in given):
        return given[0], given[1]
    return None, parse_inputs(given)
