"""``cnncalc solve`` for an architecture's input, and for the filters that a budget pays for."""

from __future__ import annotations

import sys
from itertools import product
from math import prod
from typing import Any

import typer

from cnncalc.api import load_source
from cnncalc.cli.output import json_line, tell, write_table, write_text
from cnncalc.cli.solve_words import axis_values, faults, size_values
from cnncalc.diagnostics import ArchitectureError, Diagnostic
from cnncalc.language import t
from cnncalc.render.solve_networks import (
    filters_lines,
    filters_table,
    input_rows,
    inputs_dict,
    inputs_heading,
    inputs_lines,
    inputs_reason,
    inputs_table,
)
from cnncalc.solving.filters import UNITS, FilterCount, solve_filters
from cnncalc.solving.inputs import inputs_giving
from cnncalc.source import stem

BUDGET_KERNELS = (1, 3, 5, 7, 11)
MOST_KERNELS = 100


def solve_inputs(arch: str, output: str, layer: str, rows: int | None, format: str) -> None:
    """Write the inputs that give a layer's output. Raises typer.Exit(1) where there are none."""
    if not output:
        message = t("say which size is wanted: cnncalc solve vgg16 --output 7x7")
        raise typer.BadParameter(message, param_hint="--output")
    axes = size_values(output, "--output")
    if any(len(values) != 1 for values in axes):
        raise typer.BadParameter(t("of an architecture one size is looked for"), param_hint="--output")
    wanted = tuple(values[0] for values in axes)
    with faults(stem(arch), format):
        found = inputs_giving(load_source(arch), wanted, layer or None)
    sizes, ok = input_rows(found), found.sizes.ok
    if format == "json":
        print(json_line(inputs_dict(found)))
    elif format != "table":
        write_table(inputs_table(sizes[:rows]), format)
    elif ok:
        lines = inputs_lines(found)
        write_text([(inputs_heading(found) + "\n\n", "bold")], sys.stdout)
        if not found.constant:
            write_table(inputs_table(sizes[:rows]), format)
            print()
            if rows is not None and len(sizes) > rows:
                lines.insert(0, t("the {shown:,} most usual sizes are shown; --all shows the others", shown=rows))
        write_text([("\n".join(lines) + "\n", "")], sys.stdout)
    if not ok:
        if format != "json":
            tell([inputs_reason(found)], "")
        raise typer.Exit(1)


def solve_filters_for(
    type: str,
    input: str,
    kernel: str,
    given: dict[str, str],
    budget: dict[str, int],
    rows: int | None,
    format: str,
) -> None:
    """Write how many filters are within the budget. Raises typer.Exit(1) where none is."""
    if type not in UNITS:
        raise typer.BadParameter(t("a pool has no filters, and costs no parameters"), param_hint="LAYER")
    if not input:
        raise typer.BadParameter(t("is missing; the channels count: 3x224x224"), param_hint="INPUT")
    settings: list[dict[str, str]] = (
        [{}] if type == "dense" and not kernel else [{"kernel": k} for k in _kernels(kernel)]
    )
    counts = []
    with faults(type, format):
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


def _unaffordable(count: FilterCount, budget: dict[str, int]) -> Diagnostic:
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
    axes = axis_values(text, "-F")
    if not axes:
        return [str(kernel) for kernel in BUDGET_KERNELS]
    if prod(map(len, axes)) > MOST_KERNELS:
        message = t("a budget is worked out for at most {most} kernels", most=MOST_KERNELS)
        raise typer.BadParameter(message, param_hint="-F")
    return ["x".join(map(str, sizes)) for sizes in product(*axes)]
