"""``cnncalc solve``: the formulas backwards."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cnncalc.cli.options import FormatOption, parse_budget
from cnncalc.cli.output import FORMATS, chosen, json_line, tell, whole, write_table, write_text
from cnncalc.cli.solve_questions import read_question
from cnncalc.cli.solve_words import faults, refuse
from cnncalc.diagnostics import Diagnostic, Fault
from cnncalc.language import n, t
from cnncalc.render.solve import (
    alternatives_table,
    formula_lines,
    settings_table,
    solutions_dict,
    tried_text,
)
from cnncalc.solving.windows import LABELS, TRANSPOSED, Solutions, changed, solve
from cnncalc.text import quote

KINDS = {
    "conv": "conv",
    "pool": "max_pool",
    "dense": "dense",
    "depthwise": "depthwise_conv",
    "separable": "separable_conv",
    "transposed": "transposed_conv",
    **{word: word for word in ("depthwise_conv", "separable_conv", "transposed_conv", "max_pool", "avg_pool")},
}
"""The layers that are solved for; any other word names an architecture."""

SHOWN = 20
"""Rows of a table that are shown unless asked otherwise."""


def solve_command(
    what: Annotated[
        str,
        typer.Argument(metavar="LAYER|ARCH", help="conv, pool, transposed_conv, dense, …; or an architecture."),
    ],
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT", help="The size that comes in: 227, 3x227x227, of a sound 1x16000; a range, a list."
        ),
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="SIZE", help="The size that leaves: 55, 7x7; a range, a list.")
    ] = "",
    kernel: Annotated[
        str, typer.Option("-F", "--kernel", metavar="SIZE", help="The window: 3, 1x7, a range 1-7 or a list 3,5.")
    ] = "",
    stride: Annotated[
        str, typer.Option("-S", "--stride", metavar="SIZE", help="How far it moves: a number, a range or a list.")
    ] = "",
    padding: Annotated[
        str, typer.Option("-P", "--padding", metavar="SIZE", help="Zeros on each side: a number, a range or a list.")
    ] = "",
    dilation: Annotated[
        str, typer.Option("-D", "--dilation", metavar="SIZE", help="Distance between its pixels; 1 unless given.")
    ] = "",
    output_padding: Annotated[
        str, typer.Option("--output-padding", metavar="SIZE", help="Of a transposed convolution.")
    ] = "",
    rounding: Annotated[
        str,
        typer.Option("--rounding", metavar="WORD", help="Windows that leave rows over: strict, floor, ceil or any."),
    ] = "strict",
    layer: Annotated[
        str, typer.Option("--layer", metavar="NAME", help="Of an architecture, the layer whose output is meant.")
    ] = "",
    max_params: Annotated[
        str, typer.Option("--max-params", metavar="N", help="How many filters for at most so many parameters: 1M.")
    ] = "",
    max_macs: Annotated[
        str, typer.Option("--max-macs", metavar="N", help="How many filters for at most so many MACs: 1.5G.")
    ] = "",
    groups: Annotated[str, typer.Option("-G", "--groups", metavar="N", help="With a budget: groups of channels.")] = "",
    no_bias: Annotated[bool, typer.Option("--no-bias", help="With a budget: without biases.")] = False,
    limit: Annotated[
        str, typer.Option("--limit", "-n", metavar="N", help="Rows that are shown: 20 of a table, else all.")
    ] = "",
    all_rows: Annotated[bool, typer.Option("--all", help="Show every row.")] = False,
    format: FormatOption = "table",
) -> None:
    """Find settings, inputs or filters that give what you want.

    \b
    From 227 to 55?          cnncalc solve conv 227 --output 55
    Which padding keeps 28?  cnncalc solve conv 28 --output 28 -F 5
    Which inputs give 55?    cnncalc solve conv --output 55 -F 11 -S 4
    A pool from 55 to 27?    cnncalc solve pool 55 --output 27
    Twice the size?          cnncalc solve transposed_conv 7 --output 14
    VGG-16 ends in 7×7?      cnncalc solve vgg16 --output 7x7
    How many filters?        cnncalc solve conv 64x56x56 -F 3 --max-params 1M

    What is not given is searched for: F from 1 to 11, S from 1 to 4 and up to F, P smaller than the window (of a pool
    at most half of it). The most usual come first.
    """
    chosen(format, FORMATS, "--format")
    chosen(rounding, LABELS, "--rounding")
    rows = None if all_rows else whole(limit, "--limit") if limit else SHOWN if format == "table" else None
    sizes = {"-F": kernel, "-S": stride, "-P": padding, "-D": dilation, "--output-padding": output_padding}
    budgets = {"--max-params": max_params, "--max-macs": max_macs}
    costs = {"-G": groups, "--no-bias": "--no-bias" if no_bias else ""}
    strict = {"--rounding": rounding if rounding != "strict" else ""}
    if what not in KINDS:
        layers = ", ".join(("conv", "pool", "dense", "transposed_conv"))
        reason = t("is for one layer ({layers}, …), and {what} is none", layers=layers, what=quote(what))
        refuse({"INPUT": input, **sizes, **budgets, **costs, **strict}, reason)
        from cnncalc.cli.solve_networks import solve_inputs

        solve_inputs(what, output, layer, rows, format)
        return
    refuse({"--layer": layer}, t("belongs to an architecture, and {what} is one layer", what=what))
    type = KINDS[what]
    if any(budgets.values()):
        from cnncalc.cli.solve_networks import solve_filters_for

        refuse({"--output": output}, t("and a budget ask two things; the windows come first, then the filters"))
        budget = parse_budget(max_params, max_macs, "")
        given = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}
        given.update({"groups": groups, "bias": "false" if no_bias else "", "rounding": strict["--rounding"]})
        solve_filters_for(type, input, kernel, {k: v for k, v in given.items() if v}, budget, rows, format)
        return
    refuse(costs, t("changes no shape; give a budget: --max-params 1M"))
    if type == "dense":
        raise typer.BadParameter(t("a dense layer has no window; give a budget: --max-params 1M"), param_hint="LAYER")
    asked = read_question(type, input, output, sizes, rounding)
    with faults(what, format):
        solutions = solve(asked.questions)
    _show(solutions, asked.remarks, rows, format)


def _show(solutions: Solutions, remarks: Sequence[str], rows: int | None, format: str) -> None:
    """Write the settings that fit; or why none does, and the nearest, and end with exit status 1."""
    from cnncalc.solving.reasons import alternatives, reason

    questions, settings = solutions.questions, solutions.settings
    why = "" if settings else reason(questions)
    near = [] if settings else alternatives(questions)
    every = format == "csv"
    if format == "json":
        print(json_line(solutions_dict(solutions, remarks, rows, why, near)))
    elif settings:
        write_table(settings_table(settings[:rows], questions[0].type, every=every), format)
    elif format != "table":
        write_table(alternatives_table(near, questions, every=every), format)
    if settings and format == "table":
        write_text([("\n".join(["", *_summary(solutions, remarks, rows)]) + "\n", "")], sys.stdout)
    if settings:
        return
    if format != "json":
        tell([Diagnostic("no-solution", "error", why, "" if near else tried_text(questions))], "")
    if format == "table" and near:
        sys.stderr.flush()  # the reason stands first
        write_text([(t("the nearest that fit:") + "\n\n", "")], sys.stdout)
        write_table(alternatives_table(near, questions), format)
        write_text([("\n" + "\n".join([*remarks, tried_text(questions)]) + "\n", "dim")], sys.stdout)
    raise typer.Exit(1)


def _summary(solutions: Solutions, remarks: Sequence[str], rows: int | None) -> list[str]:
    """The best one's formula, how many there are, and how far was searched."""
    questions, settings = solutions.questions, solutions.settings
    lines = [*formula_lines(settings[0]), *remarks]
    asked = {(q.kernel, q.stride, q.padding, q.dilation) for q in questions}
    if not solutions.square and len(asked) == 1:
        lines.append(t("no setting has one F, S and P for all axes; these differ from axis to axis"))
    count = n("{n} setting fits", "{n} settings fit", len(settings))
    if rows is not None and len(settings) > rows:
        count = t("{count}, the {shown:,} most usual are shown; --all shows the others", count=count, shown=rows)
    lines.append(count)
    if questions[0].rounding == "strict" and questions[0].type != TRANSPOSED:
        try:
            more = len(solve([changed(question, rounding="floor") for question in questions]).settings) - len(settings)
        except Fault:
            more = 0
        if more > 0:
            lines.append(n("{n} more fits with --rounding floor, and leaves rows over",
                           "{n} more fit with --rounding floor, and leave rows over", more))  # fmt: skip
    return [*lines, tried_text(questions)]
