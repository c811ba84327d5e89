"""``cnncalc solve``: the formulas backwards."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from math import prod
from typing import Annotated, Any

import typer

from cnncalc.api import load_source
from cnncalc.cli.options import FormatOption, parse_budget
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, tell, whole, write_table, write_text
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Fault, Findings, Span
from cnncalc.language import n, t
from cnncalc.render.solve import (
    alternatives_table,
    formula_lines,
    settings_table,
    solutions_dict,
    tried_text,
)
from cnncalc.solving.windows import LABELS, POOLS, TRANSPOSED, Question, Solutions, Values, changed, solve
from cnncalc.source import stem
from cnncalc.text import quote
from cnncalc.tree import Scalar
from cnncalc.values import read_whole

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
MOST_VALUES = 10_000
"""So many numbers may be listed for an option; a range by itself may be of any length."""
BUDGET_KERNELS = (1, 3, 5, 7, 11)
MOST_KERNELS = 100


def solve_command(
    what: Annotated[
        str,
        typer.Argument(metavar="LAYER|ARCH", help="conv, pool, transposed_conv, dense, …; or an architecture."),
    ],
    input: Annotated[
        str, typer.Argument(metavar="INPUT", help="The size that comes in: 227, 227x113 or 3x227x227; a range, a list.")
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
    """Find the settings, inputs or filters that give what you want.

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
        _refuse({"INPUT": input, **sizes, **budgets, **costs, **strict}, reason)
        _solve_inputs(what, output, layer, rows, format)
        return
    _refuse({"--layer": layer}, t("belongs to an architecture, and {what} is one layer", what=what))
    type = KINDS[what]
    if any(budgets.values()):
        _refuse({"--output": output}, t("and a budget ask two things; the windows come first, then the filters"))
        budget = parse_budget(max_params, max_macs, "")
        given = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": output_padding}
        given.update({"groups": groups, "bias": "false" if no_bias else "", "rounding": strict["--rounding"]})
        _solve_filters(type, input, kernel, {k: v for k, v in given.items() if v}, budget, rows, format)
        return
    _refuse(costs, t("changes no shape; give a budget: --max-params 1M"))
    if type == "dense":
        raise typer.BadParameter(t("a dense layer has no window; give a budget: --max-params 1M"), param_hint="LAYER")
    questions = _questions(type, input, output, sizes, rounding)
    with _faults(what, format):
        solutions = solve(questions)
    _show(solutions, rows, format)


def _refuse(given: dict[str, str], reason: str) -> None:
    """Raise typer.BadParameter for the first of these options that was given."""
    for option, text in given.items():
        if text:
            raise typer.BadParameter(reason, param_hint=option)


@contextmanager
def _faults(name: str, format: str) -> Iterator[None]:
    """Tell what can't be asked, or read, and end with exit status 2."""
    with refusals(name, format):
        try:
            yield
        except Fault as fault:
            findings = Findings("")
            fault.span = None
            findings.add(fault)
            raise ArchitectureError(findings) from None


def _questions(type: str, input: str, output: str, sizes: dict[str, str], rounding: str) -> list[Question]:
    """A question for each spatial axis. Raises typer.BadParameter."""
    if type != TRANSPOSED:
        _refuse({"--output-padding": sizes["--output-padding"]}, t("belongs to a transposed convolution"))
    elif rounding != "strict":
        raise typer.BadParameter(t("a transposed convolution has nothing to round"), param_hint="--rounding")
    if type == "avg_pool":
        _refuse({"-D": sizes["-D"]}, t("an average pool has no dilation"))
    shapes = {"input": _shape(input, "INPUT"), "output": _shape(output, "--output")}
    if type in POOLS and _channels(input) != _channels(output) and None not in (_channels(input), _channels(output)):
        raise typer.BadParameter(t("a pool keeps the number of channels"), param_hint="--output")
    names = {"-F": "kernel", "-S": "stride", "-P": "padding", "-D": "dilation", "--output-padding": "output_padding"}
    given = {**shapes, **{names[option]: _axes(text, option) for option, text in sizes.items()}}
    options = {"input": "INPUT", "output": "--output", **{name: option for option, name in names.items()}}
    rank = max(len(axes) for axes in given.values())
    for name, axes in given.items():
        if len(axes) not in (0, 1, rank):
            message = t("there are {count} axes here, and {rank} elsewhere", count=len(axes), rank=rank)
            raise typer.BadParameter(message, param_hint=options[name])
    spread = {name: axes * rank if len(axes) == 1 else axes or [None] * rank for name, axes in given.items()}
    values: list[dict[str, Any]] = [{name: axes[axis] for name, axes in spread.items()} for axis in range(rank)]
    return [Question(type, rounding=rounding, **each) for each in values or [{}]]


_BY = re.compile(r"\s*[xX×]\s*")


def _channels(text: str) -> str | None:
    """The channels of a shape of three axes or more."""
    parts = _BY.split(text.strip())
    return parts[0] if len(parts) > 2 else None


def _shape(text: str, option: str) -> list[Values | None]:
    """The spatial axes of a size: one, height and width, or channels before two or three of them."""
    axes = _axes(text, option)
    if len(axes) > 4:
        message = t("there are {count} axes; channels and up to three spatial axes are most", count=len(axes))
        raise typer.BadParameter(message, param_hint=option)
    return axes[1:] if len(axes) > 2 else axes


def _axes(text: str, option: str) -> list[Values | None]:
    """The numbers to try along each axis: ``3``, ``1x7``, ``1-7``, ``3,5``; none where nothing was given."""
    if not text.strip():
        return []
    return [_values(part, option) for part in _BY.split(text.strip())]


def _values(text: str, option: str) -> Values:
    if option == "-P" and text.lower() in ("same", "valid"):
        help = t("write 0") if text.lower() == "valid" else t("leave -P out, and the padding that does it is found")
        raise typer.BadParameter(
            t("{word} is a rule, and a number is looked for; {help}", word=quote(text), help=help), param_hint=option
        )
    parts = [_part(part.strip(), option) for part in text.split(",")]
    if len(parts) == 1:
        return parts[0] if len(parts[0]) > 1 else (parts[0][0],)
    if sum(map(len, parts)) > MOST_VALUES:
        message = t("a list has at most {most:,} numbers; a range by itself may be longer", most=MOST_VALUES)
        raise typer.BadParameter(message, param_hint=option)
    return tuple(dict.fromkeys(value for part in parts for value in part))


def _part(text: str, option: str) -> range:
    least = 0 if option in ("-P", "--output-padding") else 1
    ends = [text] if text.startswith("-") else re.split(r"\s*-\s*", text, maxsplit=1)
    try:
        numbers = [read_whole(Scalar(end, Span(1, 1, 1, 2)), t("the size"), least) for end in ends]
    except Fault as fault:
        help = fault.help or t("a number, a range 1-7, or a list 3,5")
        message = t("{message}. {help}", message=fault.message, help=help)
        raise typer.BadParameter(message, param_hint=option) from None
    if numbers[-1] < numbers[0]:
        message = t("the range {range} ends before it begins", range=quote(text))
        raise typer.BadParameter(message, param_hint=option)
    return range(numbers[0], numbers[-1] + 1)


def _show(solutions: Solutions, rows: int | None, format: str) -> None:
    """Write the settings that fit; or why none does, and the nearest, and end with exit status 1."""
    from cnncalc.solving.reasons import alternatives, reason

    questions, settings = solutions.questions, solutions.settings
    why = "" if settings else reason(questions)
    near = [] if settings else alternatives(questions)
    type = questions[0].type
    if format == "json":
        print(json_line(solutions_dict(solutions, rows, why, near)))
    elif settings or format != "table":
        write_table(settings_table(settings[:rows], type, every=format == "csv"), format)
    if settings and format == "table":
        write_text([("\n".join(["", *_summary(solutions, rows)]) + "\n", "")], sys.stdout)
    if settings:
        return
    if format != "json":
        tell([Diagnostic("no-solution", "error", why, "" if near else tried_text(questions))], "")
    if format == "table" and near:
        sys.stderr.flush()  # the reason stands first
        write_text([(t("the nearest that fit:") + "\n\n", "")], sys.stdout)
        write_table(alternatives_table(near, type), format)
        write_text([(f"\n{tried_text(questions)}\n", "dim")], sys.stdout)
    raise typer.Exit(1)


def _summary(solutions: Solutions, rows: int | None) -> list[str]:
    """The best one's formula, how many there are, and how far was searched."""
    questions, settings = solutions.questions, solutions.settings
    lines = formula_lines(settings[0])
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


def _solve_inputs(arch: str, output: str, layer: str, rows: int | None, format: str) -> None:
    from cnncalc.render.solve_networks import input_rows, inputs_lines, inputs_reason, inputs_table
    from cnncalc.solving.inputs import inputs_giving

    if not output:
        message = t("say which size is wanted: cnncalc solve vgg16 --output 7x7")
        raise typer.BadParameter(message, param_hint="--output")
    axes = _shape(output, "--output")
    if any(values is None or len(values) != 1 for values in axes):
        raise typer.BadParameter(t("of an architecture one size is looked for"), param_hint="--output")
    wanted = tuple(values[0] for values in axes if values)
    with _faults(stem(arch), format):
        found = inputs_giving(load_source(arch), wanted, layer or None)
    sizes = input_rows(found)
    if format == "json":
        print(json_line(found.to_dict()))
    elif format != "table":
        write_table(inputs_table(sizes[:rows]), format)
    else:
        lines = inputs_lines(found)
        if found.ok:
            heading = t("{name}, the output of {layer}", name=found.name, layer=found.layer)
            write_text([(heading + "\n\n", "bold")], sys.stdout)
        if found.constant and found.ok:
            lines = [t("it is the same for every input that the network takes")]
        elif found.ok:
            write_table(inputs_table(sizes[:rows]), format)
            print()
            if rows is not None and len(sizes) > rows:
                lines.insert(0, t("{count:,} sizes, {shown:,} of them shown; --all shows the others",
                                  count=len(sizes), shown=rows))  # fmt: skip
        if found.ok:
            write_text([("\n".join(lines) + "\n", "")], sys.stdout)
    if not found.ok:
        if format != "json":
            help = "\n".join(d.message for d in found.diagnostics)
            tell([Diagnostic("no-solution", "error", inputs_reason(found), help)], "")
        raise typer.Exit(1)


def _solve_filters(
    type: str,
    input: str,
    kernel: str,
    given: dict[str, str],
    budget: dict[str, int],
    rows: int | None,
    format: str,
) -> None:
    from cnncalc.render.solve_networks import filters_lines, filters_table
    from cnncalc.solving.filters import UNITS, solve_filters

    if type not in UNITS:
        raise typer.BadParameter(t("a pool has no filters, and costs no parameters"), param_hint="LAYER")
    if not input:
        raise typer.BadParameter(t("is missing; the channels count: 3x224x224"), param_hint="INPUT")
    settings: list[dict[str, str]] = (
        [{}] if type == "dense" and not kernel else [{"kernel": k} for k in _kernels(kernel)]
    )
    counts = []
    with _faults(type, format):
        for setting in settings:
            try:
                parameters: dict[str, Any] = {**budget, **given, **setting}
                counts.append(solve_filters(type, input, **parameters))
            except ArchitectureError as error:
                error.text = error.text or f"cnncalc {type}"
                raise
    if not kernel:  # kernels that nobody asked for may be too large
        counts = [count for count in counts if count.units and not _wrong(count.diagnostics)] or counts[:1]
    ok = all(count.units and not _wrong(count.diagnostics) for count in counts)
    if format == "json":
        document = {"type": type, "ok": ok, "budget": budget, "solutions": [count.to_dict() for count in counts]}
        diagnostics = [d.to_dict() for d in dict.fromkeys(d for count in counts for d in count.diagnostics)]
        print(json_line({**document, "diagnostics": diagnostics}))
    else:
        write_table(filters_table(counts[:rows], budget), format)
        if format == "table":
            lines = filters_lines(counts[0], budget)
            write_text([("\n".join(["", *lines]) + "\n" if lines else "", "")], sys.stdout)
            if rows is not None and len(counts) > rows:
                print(t("{count:,} kernels, {shown:,} of them shown; --all shows the others",
                        count=len(counts), shown=rows))  # fmt: skip
        for count in counts:
            tell(count.diagnostics, (count.found or count.more).graph.architecture.source.text)
            if count.units == 0:
                tell([_unaffordable(count, budget)], "")
    if not ok:
        raise typer.Exit(1)


def _wrong(diagnostics: tuple[Diagnostic, ...]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def _unaffordable(count: Any, budget: dict[str, int]) -> Diagnostic:
    layer = count.more.layers[-1]
    message = t(
        "even the smallest layer is over the budget: it has {params:,} parameters and {macs} MACs",
        params=layer.params,
        macs="?" if layer.macs is None else f"{layer.macs:,}",
    )
    wanted = " ".join(f"--{name.replace('_', '-')} {most:,}" for name, most in budget.items())
    return Diagnostic("no-solution", "error", message, t("asked for: {wanted}", wanted=wanted))


def _kernels(text: str) -> list[str]:
    """The kernels to count filters for: the usual ones unless given."""
    axes = _axes(text, "-F")
    if not axes:
        return [str(kernel) for kernel in BUDGET_KERNELS]
    given = [values for values in axes if values is not None]
    if prod(map(len, given)) > MOST_KERNELS:
        message = t("a budget is worked out for at most {most} kernels", most=MOST_KERNELS)
        raise typer.BadParameter(message, param_hint="-F")
    return ["x".join(map(str, sizes)) for sizes in product(*given)]
