"""Two networks aligned layer by layer: what was added, removed or changed, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from cnncalc.analysis import Analysis
from cnncalc.folding import Row, fold
from cnncalc.layers import BY_WORD


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
    field = row.receptive_field
    return {
        "path": row.path,
        "type": row.type,
        "output": None if row.output is None else list(row.output),
        "params": row.params,
        "macs": row.macs,
        "receptive_field": None if field is None else [None if e is None else float(e.size) for e in field],
    }


def align(a: Analysis, b: Analysis, depth: int = 0) -> list[Pair]:
    """The layers of both in order: those of one name and type side by side, then those of one type between them.

    ``depth`` folds blocks first.
    """
    left: Sequence[Row] = fold(a.layers, depth) if depth else a.layers
    right: Sequence[Row] = fold(b.layers, depth) if depth else b.layers
    pairs: list[Pair] = []
    before, after = ([f"{_name(row)} {row.type}" for row in rows] for rows in (left, right))
    for tag, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            pairs += [Pair(x, y) for x, y in zip(left[i:j], right[k:m])]
        else:
            pairs += _between(left[i:j], right[k:m])
    return pairs


def _name(row: Row) -> str:
    """The path; of an unnamed layer without its number, which shifts when another is added before it."""
    head, _, last = row.path.rpartition("/")
    stem = last.rstrip("0123456789")
    return f"{head}/{stem}" if stem in BY_WORD else row.path


def _between(left: Sequence[Row], right: Sequence[Row]) -> list[Pair]:
    """Layers between two that agree: those of one type side by side, in order."""
    pairs: list[Pair] = []
    before, after = ([row.type for row in rows] for rows in (left, right))
    for tag, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            pairs += [Pair(x, y) for x, y in zip(left[i:j], right[k:m])]
        else:
            pairs += [Pair(x, None) for x in left[i:j]] + [Pair(None, y) for y in right[k:m]]
    return pairs
