"""What is right below a slip: a table's rows once more, each out of the student's own rows above it."""

from __future__ import annotations

from cnncalc.homework.assignment import Cell
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.truth import Ungradable, Value, facts_truth
from cnncalc.inference import facts_of
from cnncalc.layers import Facts
from cnncalc.layers.merging import seen_inputs
from cnncalc.receptive_field import Extent, Field, grow, initial, union
from cnncalc.values import LIMIT, Shape


class Carried:
    """A network run with the student's outputs and receptive fields in place of its own, where they gave some."""

    def __init__(self, answers: dict[Cell, Value]) -> None:
        """``answers`` are those that were read, in the engine's order of axes."""
        self._facts: dict[int, Facts] = {}
        self._fields: dict[int, Field] = {}
        cells = [cell for cell in answers if cell.layer is not None]
        if cells:
            self._run(cells[0], _by_layer(answers))

    def truth(self, cell: Cell, conventions: Conventions) -> list[Value]:
        """What follows for a cell: one answer, or none where the rows above it can't be run."""
        if cell.layer is None or cell.layer.index not in self._facts:
            return []
        index = cell.layer.index
        try:
            return [facts_truth(self._facts[index], self._fields[index], cell.ask, conventions)]
        except Ungradable:
            return []

    def _run(self, cell: Cell, given: dict[int, dict[str, Value]]) -> None:
        assert cell.analysis is not None
        graph = cell.analysis.graph
        shapes: list[Shape | None] = list(graph.inputs.values())
        fields: list[Field] = [initial(len(shape) - 1) for shape in graph.inputs.values()]
        for layer in cell.analysis.layers:
            node = layer.node
            values = node.inputs if node.like is None else (*node.inputs, node.like)
            inputs = tuple(shapes[value] for value in values)
            same = inputs == layer.facts.inputs
            facts = layer.facts if same else facts_of(node.spec, inputs)
            seen = [fields[value] for value in seen_inputs(node.spec.type, facts, node.inputs)]
            field = union(seen) if len(seen) > 1 else seen[0] if seen else ()
            field = field if facts.windows is None else grow(field, facts.windows)
            self._facts[layer.index], self._fields[layer.index] = facts, field
            own = given.get(layer.index, {})
            output = own.get("output")
            possible = isinstance(output, tuple) and all(0 < axis <= LIMIT for axis in output)
            shapes.append(output if possible else facts.output)  # type: ignore[arg-type]
            fields.append(_own_field(field, own))


def _by_layer(answers: dict[Cell, Value]) -> dict[int, dict[str, Value]]:
    given: dict[int, dict[str, Value]] = {}
    for cell, value in answers.items():
        if cell.layer is not None:
            given.setdefault(cell.layer.index, {})[cell.ask] = value
    return given


def _own_field(field: Field, own: dict[str, Value]) -> Field:
    """The field with the student's size and stride."""
    sizes, strides = (_each(own.get(ask), len(field)) for ask in ("receptive_field", "effective_stride"))
    if not (sizes or strides) or None in field:
        return field
    return tuple(
        Extent(sizes[i] if sizes else extent.size, strides[i] if strides else extent.stride, extent.start)
        for i, extent in enumerate(field)
        if extent is not None
    )


def _each(value: Value, axes: int) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,) * axes
    return value if isinstance(value, tuple) and len(value) == axes else ()
