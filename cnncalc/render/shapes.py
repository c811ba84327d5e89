"""The table of layers: which columns there are, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from cnncalc.analysis import Analysis, Layer, Totals
from cnncalc.folding import Group, Row
from cnncalc.graph import Graph, Node
from cnncalc.language import t
from cnncalc.layers.merging import Multiply, gate_inputs
from cnncalc.receptive_field import Field
from cnncalc.render.table import Column, Table
from cnncalc.text import count_text, listing, plural, shape_text

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
NAME = Column("name", "name", lambda row: row.path, lambda row: row.path, style="bold", folds=True)
TYPE = Column("type", "type", lambda row: row.type, lambda row: row.type, style="magenta")
INPUT = Column("input", "input", lambda row: _inputs_text(row, "×"), lambda row: _inputs_text(row, "x"), right=True)
OUTPUT = Column(
    "output", "output", lambda row: shape_text(row.output), lambda row: shape_text(row.output, "x"), right=True
)
PARAMS = _count_column("params", "parameters")

EXTRA: dict[str, Column] = {
    "input": INPUT,
    "macs": _count_column("macs", "MACs"),
    "rf": _field_column("rf", "receptive field", 0),
    "stride": _field_column("stride", "effective stride", 1),
    "start": _field_column("start", "field start", 2),
    "activations": _count_column("activations", "activations"),
    "buffers": _count_column("buffers", "buffers"),
    "trainable": _count_column("trainable", "trainable"),
    "weights": Column("weights", "weights", _weights_text, _weights_text, folds=True),
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
    return Column("from", "from", _branch_text, lambda row: " ".join(row.sources), folds=True)


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
    cells[1] = "total" if sums.complete else "total of what is known"
    return cells


def heading(graph: Graph) -> str:
    """``VGG-16 (2014), input 3×224×224``."""
    inputs = [
        shape_text(shape) if len(graph.inputs) == 1 else f"{name} {shape_text(shape)}"
        for name, shape in graph.inputs.items()
    ]
    year = graph.architecture.year
    dated = f" ({year})" if year else ""
    return f"{graph.architecture.name}{dated}, input {', '.join(inputs)}"


def least_text(totals: Totals, key: str) -> str:
    """``1,792``; ``at least 1,792`` where not all layers are known."""
    return ("" if totals.complete else "at least ") + count_text(getattr(totals, key))


def params_text(totals: Totals) -> str:
    """The sum of the parameters in words."""
    frozen = "" if totals.trainable == totals.params else f" ({totals.trainable:,} trainable)"
    buffers = f", {totals.buffers:,} buffers" if totals.buffers else ""
    return f"{least_text(totals, 'params')} parameters{frozen}{buffers}"


def memory_text(analysis: Analysis) -> str:
    """The memory in words."""
    return (
        f"{bytes_text(analysis.weight_bytes)} of weights, {bytes_text(analysis.activation_bytes)} of activations "
        f"({analysis.dtype}, batch of {analysis.batch:,})"
    )


def summary(analysis: Analysis, memory: bool, formulas: Sequence[str] = ()) -> list[str]:
    """The sums in words, below the table; ``formulas`` say the parameters in the sum's place."""
    totals = analysis.totals
    lines = list(formulas) or [params_text(totals)]
    if totals.complete and not (totals.params or totals.macs or totals.buffers):
        lines = [t("no parameters, no MACs")]
    elif totals.complete or totals.macs:
        lines.append(f"{least_text(totals, 'macs')} MACs ({2 * totals.macs:,} FLOPs, two for each MAC)")
    if len(analysis.outputs) > 1:
        lines.append("outputs " + ", ".join(f"{n} {shape_text(s)}" for n, s in analysis.outputs.items()))
    if memory:
        lines.append(memory_text(analysis))
    if not totals.complete:
        lines.append("a layer with ? is not in the sums")
    return lines


def bytes_text(count: int) -> str:
    """``527.8 MiB (553,430,176 bytes)``."""
    size, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{count:,} bytes" if unit == "bytes" else f"{size:,.1f} {unit} ({count:,} bytes)"


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
        names = listing([row.path for row in skipping[:2]] + ["others"] * (len(skipping) > 2))
        found.append(f"the windows of {names} are smaller than their stride, and skip rows and columns")
    if gates and fields:
        found.append("the gate of a multiply by a 1×1 map is not counted in receptive fields")
    return found


def _skips(row: Layer) -> bool:
    """Whether pixels are unread because they lie between two windows."""
    windows = row.facts.windows or ()
    return any(w is not None and w.stride is not None and w.stride > w.size for w in windows)


def _unread_text(row: Layer) -> str:
    nouns = {1: ("sample",), 2: ("row", "column"), 3: ("slice", "row", "column")}
    unread = row.facts.unread or ()
    parts = [plural(n, noun) for n, noun in zip(unread, nouns.get(len(unread), ())) if n]
    return f"{row.path}: no window reads {listing(parts)} of its input"


def layer_table(graph: Graph, rows: Iterable[Row], extra: Sequence[str]) -> Table:
    """The table of all rows."""
    branching = branching_column(graph)
    if branching and isinstance(rows, list) and not any(map(branching.text, rows)):
        branching = None  # the blocks that branch are folded
    return Table(columns(extra, branching), rows)
