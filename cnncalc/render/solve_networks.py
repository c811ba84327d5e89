"""Filters that a budget pays for, and inputs that give an output: tables, and what is to say about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnncalc.analysis import Layer
from cnncalc.diagnostics import Diagnostic
from cnncalc.language import t
from cnncalc.progressions import Progression, SizeSet
from cnncalc.render.params import layer_formula
from cnncalc.render.sizes import answer, box_dict, boxes_text, equation_text, output_text
from cnncalc.render.solve import sizes_text
from cnncalc.render.table import Column, Table
from cnncalc.solving import FilterCount, InputSizes
from cnncalc.solving.filters import UNITS, unit_count
from cnncalc.text import axis_word, count_text, listing, shape_text
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


LISTED = 1000
"""Of an axis with more sizes, so many of the smallest are listed."""


class InputRow(NamedTuple):
    """A row: a size of the input, along one axis or along all."""

    axis: str
    size: int
    own: bool


def _axes(found: InputSizes) -> list[tuple[str, str, SizeSet]]:
    """The axes by name and letter, with their sizes; those that are alike are one."""
    names = [axis_word(name) for name in axis_names(len(found.own))]
    if len({sizes.parts for sizes in found.axes}) == 1 and len(set(found.own.values())) == 1:
        return [(listing(names), next(iter(found.own)), found.axes[0])]
    return list(zip(names, found.own, found.axes))


def input_rows(found: InputSizes) -> list[InputRow]:
    """A row for each size: the file's own, then those that can be halved most often, then the nearest to its own."""
    rows = []
    for name, symbol, sizes in _axes(found):
        own = found.own[symbol]
        listed = {*sizes.first(LISTED), *([own] if own in sizes else [])}
        ranked = sorted(listed, key=lambda size: (size != own, -(size & -size), abs(size - own), size))
        rows += [InputRow(name, size, size == own) for size in ranked]
    return rows


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


def inputs_heading(found: InputSizes) -> str:
    """``VGG-16, the output of pool5: 512×H/32×W/32``."""
    name, output = found.sizes.graph.architecture.name, output_text(found.sizes, found.layer)
    return t("{name}, the output of {layer}: {output}", name=name, layer=found.layer.path, output=output)


def example(found: InputSizes) -> dict[str, int] | None:
    """Sizes that give the output: the most usual of each axis where they go together, else the smallest."""
    first: dict[str, int] = {}
    for row in input_rows(found):
        first.setdefault(row.axis, row.size)
    usual = dict(zip(found.own, list(first.values()) * (len(found.own) if len(first) == 1 else 1)))
    return usual if usual and found.sizes.accepts(**usual) else found.sizes.smallest()


def inputs_lines(found: InputSizes) -> list[str]:
    """The sizes in words, an input written out, and what rounding down would allow besides."""
    sizes, found_example = found.sizes, example(found)
    if found_example is None:
        return []
    lines = [t("it is the same for every input that the network takes")] if found.constant else []
    lines.append(t("the input: {sizes}", sizes=boxes_text(sizes.boxes)))
    lines += [t("and only where {equation}", equation=equation_text(sizes, c)) for c in sizes.couplings]
    if not found.constant:
        shapes = listing(map(shape_text, sizes.input_of(found_example).values()))
        output = shape_text(((found.layer.output or (None,))[0], *found.output))
        lines.append(t("for example {input} gives {output}", input=shapes, output=output))
    if more := _more(found):
        lines.append(t("with `rounding: floor` these would give it, too: {sizes}", sizes=boxes_text(more)))
    return lines


FEW = 1000
"""Of so many sizes those are picked out that rounding adds."""


def _more(found: InputSizes) -> list[dict[str, SizeSet]]:
    """The sizes that would give the output besides, if every window rounded down."""
    boxes, rounded = found.sizes.boxes, [] if found.rounded is None else found.rounded.boxes
    if boxes_text(boxes) == boxes_text(rounded):
        return []
    if len(boxes) == len(rounded) == 1:
        return [{symbol: _without(sizes, boxes[0][symbol]) for symbol, sizes in rounded[0].items()}]
    return rounded


def _without(sizes: SizeSet, others: SizeSet) -> SizeSet:
    """The sizes that are not among the others; all where they are many, or none would be left."""
    if any(part.length is None or part.length > FEW for part in sizes.parts):
        return sizes
    left = [Progression(size, 1, 1) for size in sizes if size not in others]
    return SizeSet(left) if left else sizes


def inputs_reason(found: InputSizes) -> Diagnostic:
    """Why there is no such input, and what else there is."""
    sizes, layer, output = found.sizes, found.layer.path, shape_text(found.output)
    help = [
        t("{layer} takes only {equation}", layer=c.layer.path, equation=equation_text(sizes, c))
        for c in (*sizes.wanted, *sizes.couplings)
    ]
    if found.rounded is not None and found.rounded.boxes:
        rounded = boxes_text(found.rounded.boxes)
        help.append(t("with `rounding: floor` these would give it, and are refused without: {sizes}", sizes=rounded))
    help += [diagnostic.message for diagnostic in found.diagnostics]
    axes = zip(axis_names(len(found.output)), found.output, found.nearest)
    missed = next(((name, size, near) for name, size, near in axes if size not in near), None)
    if not all(found.nearest):
        reason = answer(sizes, {})[0]
    elif found.constant:
        given = shape_text([near[0] for near in found.nearest])
        reason = t("{layer} gives {given} whatever the input, and never {output}",
                   layer=layer, given=given, output=output)  # fmt: skip
    elif missed is not None:
        name, size, near = missed
        reason = t(
            "no input that the network takes makes the {axis} of {layer} {size}; the nearest it can be is {sizes}",
            axis=axis_word(name),
            layer=layer,
            size=size,
            sizes=listing(map(str, near), "or"),
        )
    else:
        reason = t("no input makes {layer} {output}: each axis can be so by itself, and not together",
                   layer=layer, output=output)  # fmt: skip
    return Diagnostic("no-solution", "error", reason, "\n".join(help))


def inputs_dict(found: InputSizes) -> dict[str, Any]:
    """The JSON document of ``cnncalc solve`` for an architecture."""
    sizes, rounded = found.sizes, found.rounded
    return {
        "name": sizes.graph.architecture.name,
        "layer": found.layer.path,
        "own": found.own,
        "output": list(found.output),
        "expressions": sizes.output_texts(found.layer),
        "ok": sizes.ok,
        "constant": found.constant,
        "accepts": [box_dict(box) for box in sizes.boxes],
        "equations": [equation_text(sizes, coupling) for coupling in sizes.couplings],
        "example": example(found),
        "rounded": None if rounded is None else [box_dict(box) for box in rounded.boxes],
        "nearest": [list(near) for near in found.nearest],
        "diagnostics": [d.to_dict() for d in found.diagnostics],
    }
