"""Two networks aligned layer by layer: what was added, removed or changed, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnncalc.alignment import Keys, Matches, most_alike, once
from cnncalc.analysis import Analysis, field_dict
from cnncalc.folding import Group, Row, fold, row_dict
from cnncalc.graph import Scope


@dataclass(eq=False, repr=False)
class Pair:
    """A layer of the first network and its partner in the second; None where it has none."""

    a: Row | None
    b: Row | None

    @property
    def change(self) -> str:
        """``same``, ``changed``, ``added`` or ``removed``."""
        if self.a is None:
            return "added"
        if self.b is None:
            return "removed"
        return "same" if _facts(self.a) == _facts(self.b) else "changed"

    def delta(self, key: str) -> int | None:
        """By how much a count grows from the first to the second; None where one is not known."""
        before, after = (0 if row is None else getattr(row, key) for row in (self.a, self.b))
        return None if before is None or after is None else after - before

    def to_dict(self) -> dict[str, Any]:
        """The pair as it stands in JSON."""
        return {"change": self.change, "a": _row_dict(self.a), "b": _row_dict(self.b)}


def _facts(row: Row) -> tuple[Any, ...]:
    return row.type, row.output, row.params, row.macs, row.receptive_field


def _row_dict(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {**row_dict(row), "receptive_field": field_dict(row.receptive_field)}


def align(a: Analysis, b: Analysis, depth: int = 0) -> list[Pair]:
    """The layers of both in order, each beside its partner.

    First those whose names are found once in both, then what lies between them by what it is, and by its type alone.
    Numbers that cnncalc gave say little: they shift when another layer comes before. ``depth`` folds blocks first.
    """
    left: Sequence[Row] = fold(a.layers, depth) if depth else a.layers
    right: Sequence[Row] = fold(b.layers, depth) if depth else b.layers
    place = _Places()
    stages: list[Stage] = [
        (place.identity, once),
        (lambda row: (place.identity(row), row.output, row.params, row.macs), most_alike),
        (place.identity, most_alike),
        (lambda row: (row.path, row.type), once),  # where there was too much to compare
        (lambda row: row.type, most_alike),
    ]
    return list(_pairs(left, right, stages))


Stage = tuple[Callable[[Row], Hashable], Callable[[Keys, Keys], Matches]]
"""What rows are compared by, and which of those that agree are taken."""


def _pairs(left: Sequence[Row], right: Sequence[Row], stages: Sequence[Stage]) -> Iterator[Pair]:
    """Rows that the first stage matches side by side, in order; what lies between them by the other stages."""
    if not (left and right and stages):
        yield from (Pair(row, None) for row in left)
        yield from (Pair(None, row) for row in right)
        return
    (key, match), *others = stages
    at = to = 0
    for i, j in match([key(row) for row in left], [key(row) for row in right]):
        yield from _pairs(left[at:i], right[to:j], others)
        yield Pair(left[i], right[j])
        at, to = i + 1, j + 1
    yield from _pairs(left[at:], right[to:], others)


class _Places:
    """What rows are called, without the numbers of what the author gave no name; a round of a repeat keeps its own."""

    def __init__(self) -> None:
        self._scopes: dict[Scope, str] = {}

    def identity(self, row: Row) -> Hashable:
        if isinstance(row, Group):
            return self._scope(row.scope), "", row.type
        name, word = row.node.name, row.node.spec.type.word
        return self._scope(row.node.scope), _bare(name, word) if row.node.item.common.name is None else name, word

    def _scope(self, scope: Scope) -> str:
        if scope not in self._scopes:
            name = scope.path[len(scope.parent.path) : -1] if scope.parent else ""
            around = self._scope(scope.parent) if scope.parent else ""
            self._scopes[scope] = f"{around}{_bare(name, scope.kind)}/"
        return self._scopes[scope]


def _bare(name: str, word: str) -> str:
    return word if name.startswith(word) and name[len(word) :].isdecimal() else name
