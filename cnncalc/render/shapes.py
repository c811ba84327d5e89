"""The table of layers: which columns there are, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from cnncalc.analysis import Analysis, Layer, Totals
from cnncalc.folding import Group, Row
from cnncalc.graph import Graph, Node
from cnncalc.language import marked, n, t
from cnncalc.layers.merging import Multiply, gate_inputs
from cnncalc.receptive_field import Field
from cnncalc.render.table import Column, Table
from cnncalc.text import count_text, listing, shape_text

WHOLE_SIGNS = 4
"""So many sources are written out; a layer that joins more shows how many it joins."""


def source_names(row: Row) -> list[str]:
    """What a row's inputs are called, as short as its own scope allows: ``1x1`` for the output of that branch."""
    node = row.node if isinstance(row, Layer) else row.members[0].node
    graph = row.graph if isinstance(row, Layer) else row.members[0].graph
    scope = node.around if isinstance(row, Layer) else row.scope.parent or row.scope
    return [graph.short_name(scope, value) for value in node.inputs]


def _from_text(row: Row) -> str:
    names = source_names(row)
    if len(names) > WHOLE_SIGNS:
        return f"← {', '.join(names[: WHOLE_SIGNS - 1])}, … ({len(names)})"
    return f"← {', '.join(names)}"


def _field_text(field: Field | None, part: int) -> str:
    if field is None:
        return ""
    numbers = ["?" if e is None else _number_text(e[part]) for e in field]
    return numbers[0] if len(set(numbers)) == 1 else "×".join(numbers)


def _number_text(number: int | Fraction | None) -> str:
    return "–" if number is None else str(number)


def _field_column(key: str, title: str, part: int) -> Column:
    def text(row: Row) -> str:
        return _field_text(row.receptive_field, part)

    return Column(key, title, text, text, right=True)


def _count_column(key: str, title: str) -> Column:
    return Column(key, title, lambda row: count_text(getattr(row, key)), lambda row: getattr(row, key), right=True)


def _weights_text(row: Row) -> str:
    if isinstance(row, Group):
        return ""
    if row.weights is None:
        return "?"
    return ", ".join(f"{name} {shape_text(shape)}" for name, shape in row.weights.items())


def _inputs_text(row: Row, joiner: str) -> str:
    return ", ".join(shape_text(shape, joiner) for shape in row.inputs)


INDEX = Column("index", "#", lambda row: str(row.index), lambda row: row.index, right=True)
NAME = Column("name", marked("name"), lambda row: row.path, lambda row: row.path, style="bold", folds=True)
TYPE = Column("type", marked("type"), lambda row: row.type, lambda row: row.type, style="magenta")
INPUT = Column(
    "input", marked("input"), lambda row: _inputs_text(row, "×"), lambda row: _inputs_text(row, "x"), right=True
)
OUTPUT = Column(
    "output", marked("output"), lambda row: shape_text(row.output), lambda row: shape_text(row.output, "x"), right=True
)
PARAMS = _count_column("params", marked("parameters"))

EXTRA: dict[str, Column] = {
    "input": INPUT,
    "macs": _count_column("macs", marked("MACs")),
    "rf": _field_column("rf", marked("receptive field"), 0),
    "stride": _field_column("stride", marked("effective stride"), 1),
    "start": _field_column("start", marked("field start"), 2),
    "activations": _count_column("activations", marked("activations")),
    "buffers": _count_column("buffers", marked("buffers")),
    "trainable": _count_column("trainable", marked("trainable")),
    "weights": Column("weights", marked("weights"), _weights_text, _weights_text, folds=True),
}
"""The columns that are shown when asked for."""


def columns(extra: Sequence[str], branching: Column | None) -> list[Column]:
    """The columns of a table: the usual ones, those asked for, and where branches part and meet."""
    chosen = [INDEX, NAME, TYPE]
    if "input" in extra:
        chosen.append(INPUT)
    chosen += [OUTPUT, PARAMS]
    chosen += [EXTRA[key] for key in extra if key != "input"]
    return [*chosen, branching] if branching else chosen


def branching_column(graph: Graph) -> Column | None:
    """The column ``from``, for a network that is no plain chain."""
    base = len(graph.names)
    if base == 1 and all(node.inputs == (position,) for position, node in enumerate(graph.nodes)):
        return None
    return Column("from", marked("from"), _branch_text, lambda row: " ".join(row.sources), folds=True)


def _branch_text(row: Row) -> str:
    first = row if isinstance(row, Layer) else row.members[0]
    base = len(first.graph.names)
    above = base + first.index - 2
    node: Node = first.node
    if node.inputs == (above,) or (first.index == 1 and base == 1):
        return ""
    return _from_text(row)


def footer(analysis_columns: Sequence[Column], sums: Any) -> list[str]:
    """The last row: the sums below their columns."""
    cells = []
    for column in analysis_columns:
        sum_ = getattr(sums, column.key, None) if column.right else None
        cells.append(f"{sum_:,}" if isinstance(sum_, int) else "")
    cells[1] = total_word(sums.complete)
    return cells


def total_word(complete: bool) -> str:
    """What stands before the sums."""
    return t("total") if complete else t("total of what is known")


def heading(graph: Graph, shapes: Mapping[str, str] | None = None) -> str:
    """``VGG-16 (2014), input 3×224×224``; ``shapes`` has the inputs' shapes by name where they are no numbers."""
    shapes = shapes or {name: shape_text(shape) for name, shape in graph.inputs.items()}
    inputs = [shape if len(shapes) == 1 else f"{name} {shape}" for name, shape in shapes.items()]
    year = graph.architecture.year
    name = graph.architecture.name + (f" ({year})" if year else "")
    return t("{name}, input {shape}", name=name, shape=", ".join(inputs))


def least_text(totals: Totals, key: str) -> str:
    """``1,792``; ``at least 1,792`` where not all layers are known."""
    count = count_text(getattr(totals, key))
    return count if totals.complete else t("at least {count}", count=count)


def params_text(totals: Totals) -> str:
    """The sum of the parameters in words."""
    count = least_text(totals, "params")
    if totals.trainable == totals.params:
        parts = [t("{count} parameters", count=count)]
    else:
        parts = [t("{count} parameters ({trainable:,} trainable)", count=count, trainable=totals.trainable)]
    if totals.buffers:
        parts.append(t("{count:,} buffers", count=totals.buffers))
    return ", ".join(parts)


def memory_text(analysis: Analysis) -> str:
    """The memory in words."""
    return t(
        "{weights} of weights, {activations} of activations ({dtype}, batch of {batch:,})",
        weights=bytes_text(analysis.weight_bytes),
        activations=bytes_text(analysis.activation_bytes),
        dtype=analysis.dtype,
        batch=analysis.batch,
    )


def summary(analysis: Analysis, memory: bool, formulas: Sequence[str] = ()) -> list[str]:
    """The sums in words, below the table; ``formulas`` say the parameters in the sum's place."""
    totals = analysis.totals
    lines = list(formulas) or [params_text(totals)]
    if totals.complete and not (totals.params or totals.macs or totals.buffers):
        lines = [t("no parameters, no MACs")]
    elif totals.complete or totals.macs:
        macs, flops = least_text(totals, "macs"), 2 * totals.macs
        lines.append(t("{count} MACs ({flops:,} FLOPs, two for each MAC)", count=macs, flops=flops))
    if len(analysis.outputs) > 1:
        shapes = ", ".join(f"{name} {shape_text(shape)}" for name, shape in analysis.outputs.items())
        lines.append(t("outputs {shapes}", shapes=shapes))
    if memory:
        lines.append(memory_text(analysis))
    if not totals.complete:
        lines.append(t("a layer with ? is not in the sums"))
    return lines


def bytes_text(count: int) -> str:
    """``527.8 MiB (553,430,176 bytes)``."""
    size, unit = float(count), ""
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    if not unit:
        return t("{count:,} bytes", count=count)
    return t("{size:,.1f} {unit} ({count:,} bytes)", size=size, unit=unit, count=count)


def notes(rows: Iterable[Row], fields: bool = False) -> list[str]:
    """What a table says below itself about single layers: pixels that no window reads; if fields are shown, gates."""
    skipping: list[Layer] = []
    found: list[str] = []
    gates = 0
    for row in rows:
        if isinstance(row, Group):
            continue
        if row.facts.unread and any(row.facts.unread):
            if _skips(row):
                skipping.append(row)
            else:
                found.append(_unread_text(row))
        gates += row.node.spec.type is Multiply and bool(gate_inputs(row.facts))
    if len(skipping) == 1:
        found += map(_unread_text, skipping)
    elif skipping:
        names = listing([row.path for row in skipping[:2]] + [t("others")] * (len(skipping) > 2))
        found.append(t("the windows of {names} are smaller than their stride, and skip rows and columns", names=names))
    if gates and fields:
        found.append(t("the gate of a multiply by a 1×1 map is not counted in receptive fields"))
    return found


def _skips(row: Layer) -> bool:
    """Whether pixels are unread because they lie between two windows."""
    windows = row.facts.windows or ()
    return any(w is not None and w.stride is not None and w.stride > w.size for w in windows)


def _unread_text(row: Layer) -> str:
    unread = row.facts.unread or ()
    nouns = {1: ("sample",), 2: ("row", "column"), 3: ("slice", "row", "column")}.get(len(unread), ())
    parts = listing(_so_many(noun, count) for noun, count in zip(nouns, unread) if count)
    return t("{layer}: no window reads {parts} of its input", layer=row.path, parts=parts)


def _so_many(noun: str, count: int) -> str:
    """``2 rows``."""
    if noun == "sample":
        return n("{n} sample", "{n} samples", count)
    if noun == "slice":
        return n("{n} slice", "{n} slices", count)
    return n("{n} row", "{n} rows", count) if noun == "row" else n("{n} column", "{n} columns", count)


def layer_table(graph: Graph, rows: Iterable[Row], extra: Sequence[str]) -> Table:
    """The table of all rows."""
    branching = branching_column(graph)
    if branching and isinstance(rows, list) and not any(map(branching.text, rows)):
        branching = None  # the blocks that branch are folded
    return Table(columns(extra, branching), rows)
