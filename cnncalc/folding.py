"""Layers folded into the blocks that they stand in, down to a depth of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from cnncalc.analysis import Layer, Totals
from cnncalc.graph import Scope
from cnncalc.receptive_field import Field
from cnncalc.values import Shape


@dataclass(slots=True, eq=False, repr=False)
class Group:
    """Layers shown as one row: a block, a repeat or a branch. It reads like a Layer."""

    index: int
    path: str
    scope: Scope
    members: list[Layer]
    totals: Totals = field(default_factory=Totals)

    def __post_init__(self) -> None:
        for layer in self.members:
            self.totals.add_layer(layer)

    @property
    def type(self) -> str:
        return self.scope.kind

    @property
    def last(self) -> Layer:
        """The layer whose output is the group's; a head inside may come after it."""
        first = self.members[0]
        name = self.path.rpartition("/")[2]
        value = self.scope.parent.names.get(name) if self.scope.parent else None
        position = -1 if value is None else value - len(first.graph.names) - (first.index - 1)
        return self.members[position] if 0 <= position < len(self.members) else self.members[-1]

    @property
    def sources(self) -> list[str]:
        return self.members[0].sources

    @property
    def inputs(self) -> tuple[Shape | None, ...]:
        return self.members[0].inputs

    @property
    def output(self) -> Shape | None:
        return self.last.output

    @property
    def receptive_field(self) -> Field | None:
        return self.last.receptive_field

    @property
    def params(self) -> int:
        return self.totals.params

    @property
    def trainable(self) -> int:
        return self.totals.trainable

    @property
    def buffers(self) -> int:
        return self.totals.buffers

    @property
    def macs(self) -> int:
        return self.totals.macs

    @property
    def activations(self) -> int:
        return self.totals.activations


Row = Layer | Group


def fold(layers: Sequence[Layer], depth: int) -> list[Row]:
    """One row for every layer at most ``depth`` names deep, and one for each scope at that depth."""
    rows: list[Row] = []
    for path, members in groupby(layers, key=lambda layer: _cut(layer.path, depth)):
        part = list(members)
        scope = _scope_at(part[0].node.scope, path)
        if scope is None:
            rows += part
        else:
            rows.append(Group(part[0].index, path, scope, part))
    return rows


def row_dict(row: Row) -> dict[str, Any]:
    """A row as it stands in the JSON of folded layers."""
    output = None if row.output is None else list(row.output)
    return {"path": row.path, "type": row.type, "output": output, "params": row.params, "macs": row.macs}


def _cut(path: str, depth: int) -> str:
    return "/".join(path.split("/")[:depth])


def _scope_at(scope: Scope, path: str) -> Scope | None:
    """The scope of that path, where the layer stands inside of it."""
    return next((s for s in scope.chain() if s.path == f"{path}/"), None)
