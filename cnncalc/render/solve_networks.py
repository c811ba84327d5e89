"""Filters that a budget pays for, and inputs that give an output: tables, and what is to say about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnncalc.analysis import Layer
from cnncalc.language import t
from cnncalc.render.params import layer_formula
from cnncalc.render.solve import sizes_text
from cnncalc.render.table import Column, Table
from cnncalc.solving import FilterCount, InputSizes
from cnncalc.solving.filters import UNITS, unit_count
from cnncalc.text import count_text, listing, shape_text
from cnncalc.values import axis_names


def _last(count: FilterCount) -> Layer:
    return (count.found or count.more).layers[-1]


def filters_table(counts: Sequence[FilterCount], budget: dict[str, int]) -> Table:
    """A row for each kernel: the most units within the budget, and what one more would cost."""
    type = counts[0].type
    names = {"filters": t("filters"), "units": t("units"), "multiplier": t("multiplier")}

    def kernel(row: FilterCount) -> Sequence[int]:
        return _last(row).settings["kernel"]  # type: ignore[no-any-return]

    def cost(row: FilterCount, key: str) -> int | None:
        return 0 if row.found is None else getattr(row.found.layers[-1], key)

    def costs(key: str, title: str) -> Column:
        return Column(key, title, lambda row: count_text(cost(row, key)), lambda row: cost(row, key), right=True)

    def more(key: str, title: str) -> Column:
        def of(row: FilterCount) -> int | None:
            return getattr(row.more.layers[-1], key)  # type: ignore[no-any-return]

        return Column(f"more_{key}", title, lambda row: count_text(of(row)), of, right=True)

    columns = []
    if type != "dense":
        columns.append(
            Column("kernel", "F", lambda row: sizes_text(kernel(row)), lambda row: sizes_text(kernel(row), "x"), True)
        )
    columns += [
        Column(UNITS[type], names[UNITS[type]], lambda row: count_text(row.units), lambda row: row.units, True, "bold"),
        Column("output", t("output"), lambda row: _output(row, "×"), lambda row: _output(row, "x")),
        costs("params", t("parameters")),
        costs("macs", "MACs"),
    ]
    if "max_params" in budget:
        columns.append(more("params", t("next parameters")))
    if "max_macs" in budget:
        columns.append(more("macs", t("next MACs")))
    return Table(columns, list(counts))


def _output(row: FilterCount, joiner: str) -> str:
    return "" if row.found is None else shape_text(row.found.layers[-1].output, joiner)


def filters_lines(count: FilterCount, budget: dict[str, int]) -> list[str]:
    """The count's formula, and what the next larger layer costs."""
    if count.found is None:
        return []
    layer, next = count.found.layers[-1], count.more.layers[-1]
    units = unit_count(count.type, next)
    lines = []
    if "max_params" in budget:
        lines.append(t("{formula} = {params:,} parameters, of at most {most:,}", formula=layer_formula(layer),
                       params=layer.params, most=budget["max_params"]))  # fmt: skip
        lines.append(t("with {units:,} it would be {params:,}", units=units, params=next.params))
    if "max_macs" in budget:
        lines.append(t("{macs:,} MACs, of at most {most:,}", macs=layer.macs, most=budget["max_macs"]))
        lines.append(t("with {units:,} it would be {macs:,} MACs", units=units, macs=next.macs))
    return lines


@dataclass(frozen=True)
class InputRow:
    """A row: a size of the input, along one axis or along all."""

    axis: str
    size: int
    own: bool


def _axis_groups(found: InputSizes) -> list[tuple[str, int]]:
    """The axes by name and number; those that are alike are one."""
    names = axis_names(len(found.axes))
    if len(set(found.axes)) == 1 and len(set(found.shape[1:])) == 1:
        return [(listing(names, t("and")), 0)]
    return [(name, axis) for axis, name in enumerate(names)]


def input_rows(found: InputSizes) -> list[InputRow]:
    """A row for each size; axes with the same sizes share them."""
    return [
        InputRow(name, size, size == found.shape[1 + axis])
        for name, axis in _axis_groups(found)
        for size in found.axes[axis]
    ]


def inputs_table(rows: Sequence[InputRow]) -> Table:
    """The sizes of the input."""

    def note(row: InputRow) -> str:
        return t("the file's own") if row.own else ""

    return Table(
        (
            Column("axis", t("axis"), lambda row: row.axis, lambda row: row.axis),
            Column("size", t("size"), lambda row: str(row.size), lambda row: row.size, right=True, style="bold"),
            Column("note", t("note"), note, note),
        ),
        rows,
    )


def inputs_lines(found: InputSizes) -> list[str]:
    """An input written out, and what rounding down would allow besides."""
    if not found.ok or found.constant:
        return []
    shape = (found.shape[0], *(sizes[0] for sizes in found.axes))
    output = (found.found[0] if found.found else None, *found.output)
    lines = [t("for example {input} gives {output}", input=shape_text(shape), output=shape_text(output))]
    for name, axis in _axis_groups(found):
        span = found.rounded[axis]
        if span and len(found.axes[axis]) < span[1] - span[0] + 1:
            lines.append(
                t(
                    "{axis}: {least} to {most} would do if every window rounded down; the network takes what is shown",
                    axis=name,
                    least=span[0],
                    most=span[1],
                )
            )
    return lines


def inputs_reason(found: InputSizes) -> str:
    """Why there is no such input."""
    output = shape_text(found.output)
    if found.constant:
        given = shape_text(found.found[1:] if found.found else None)
        return t("{layer} gives {given} whatever the input, and never {output}",
                 layer=found.layer, given=given, output=output)  # fmt: skip
    for name, span, near in zip(axis_names(len(found.axes)), found.rounded, found.nearest):
        if span is None:
            values = {"axis": name, "layer": found.layer, "sizes": listing(map(str, near), t("or")) or "?"}
            return t(
                "no input makes the {axis} at {layer} what is asked for; the nearest it can be is {sizes}", **values
            )
    spans = [span for span in found.rounded if span]
    return t(
        "inputs of {least} to {most} would give {output} if every window rounded down; the network refuses them",
        least=shape_text([span[0] for span in spans]),
        most=shape_text([span[1] for span in spans]),
        output=output,
    )
