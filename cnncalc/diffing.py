"""Two networks aligned layer by layer: what was added, removed or changed, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from cnncalc.analysis import Analysis, field_dict
from cnncalc.folding import Row, fold
from cnncalc.layers import BY_WORD

EXACT = 10**7
"""Stretches whose lengths multiply to more are compared without what is frequent: time grows with the product."""


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
    return {
        "path": row.path,
        "type": row.type,
        "output": None if row.output is None else list(row.output),
        "params": row.params,
        "macs": row.macs,
        "receptive_field": field_dict(row.receptive_field),
    }


def align(a: Analysis, b: Analysis, depth: int = 0) -> list[Pair]:
    """The layers of both in order: those of one name and type side by side, then those of one type between them.

    ``depth`` folds blocks first.
    """
    left: Sequence[Row] = fold(a.layers, depth) if depth else a.layers
    right: Sequence[Row] = fold(b.layers, depth) if depth else b.layers
    return list(_pairs(left, right, [_name_and_type, _type]))


Key = Callable[[Row], Hashable]


def _pairs(left: Sequence[Row], right: Sequence[Row], keys: Sequence[Key]) -> Iterator[Pair]:
    """Rows whose first key agrees side by side, in order; what lies between them by the other keys."""
    if not (left and right and keys):
        yield from (Pair(row, None) for row in left)
        yield from (Pair(None, row) for row in right)
        return
    key, *others = keys
    at = to = 0
    for i, j, size in _runs([key(row) for row in left], [key(row) for row in right]):
        yield from _pairs(left[at:i], right[to:j], others)
        at, to = i + size, j + size
        yield from map(Pair, left[i:at], right[j:to])


def _runs(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """Where both go on alike, and for how long; the last run is empty, at their ends."""
    # The ends first: in a chain of conv, relu, conv, relu, … the longest run would be one that is shifted.
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    end, stop = len(before) - tail, len(after) - tail
    rough = (end - head) * (stop - head) > EXACT
    matcher = SequenceMatcher(None, before[head:end], after[head:stop], autojunk=rough)
    yield 0, 0, head
    yield from ((head + i, head + j, size) for i, j, size in matcher.get_matching_blocks())
    yield end, stop, tail
    yield len(before), len(after), 0


def _alike(before: Sequence[Hashable], after: Sequence[Hashable]) -> int:
    """How many agree from the start on."""
    pairs = enumerate(zip(before, after))
    return next((n for n, (x, y) in pairs if x != y), min(len(before), len(after)))


def _name_and_type(row: Row) -> Hashable:
    """The path and type; without the number of a layer called by its type, which shifts when another comes before."""
    head, _, last = row.path.rpartition("/")
    stem = last.rstrip("0123456789")
    return (head, stem if stem in BY_WORD else last, row.type)


def _type(row: Row) -> Hashable:
    return row.type
