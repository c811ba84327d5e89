"""What differs between two networks, as a table, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.analysis import Analysis
from cnncalc.diffing import Pair
from cnncalc.folding import Row
from cnncalc.render.shapes import EXTRA
from cnncalc.render.table import Column, Table
from cnncalc.text import plural, shape_text

SIGNS = {"same": "", "changed": "~", "added": "+", "removed": "−"}


def _both(text: Callable[[Row], str]) -> Callable[[Pair], str]:
    """The text of either side, or of both with an arrow where they differ."""

    def cell(pair: Pair) -> str:
        texts = dict.fromkeys(text(row) for row in (pair.a, pair.b) if row is not None)
        return " → ".join(texts)

    return cell


def signed(number: int | None) -> str:
    """``+1,024``, nothing for 0."""
    if number is None:
        return "?"
    return f"{number:+,}".replace("-", "−") if number else ""


def _delta(key: str, title: str) -> Column:
    return Column(key, title, lambda pair: signed(pair.delta(key)), lambda pair: pair.delta(key), right=True)


def _column(key: str, text: Callable[[Row], str], **options: Any) -> Column:
    return Column(key, key.replace("_", " "), _both(text), _both(text), **options)


COLUMNS = (
    Column("change", "", lambda pair: SIGNS[pair.change], lambda pair: pair.change, style="bold"),
    _column("name", lambda row: row.path, style="bold", folds=True),
    _column("type", lambda row: row.type, style="cyan"),
    _column("output", lambda row: shape_text(row.output), right=True),
    _delta("params", "parameters"),
    _delta("macs", "MACs"),
    _column("receptive_field", EXTRA["rf"].text, right=True),
)


def diff_table(pairs: Sequence[Pair]) -> Table:
    """A row for each layer that differs; parameters and MACs by how much they grow."""
    rows = [pair for pair in pairs if pair.change != "same"]

    def footer() -> list[str]:
        sums = [signed(sum(pair.delta(key) or 0 for pair in pairs)) for key in ("params", "macs")]
        return ["", "total", "", "", *sums, ""]

    return Table(COLUMNS, rows, footer)


def totals_lines(a: Analysis, b: Analysis, pairs: Sequence[Pair]) -> list[str]:
    """What the differences come to, in words."""
    counts = {word: sum(pair.change == word for pair in pairs) for word in SIGNS}
    lines = [
        f"{plural(counts['same'], 'row')} alike, {counts['changed']:,} changed, "
        f"{counts['added']:,} added, {counts['removed']:,} removed"
    ]
    for key, title in (("params", "parameters"), ("macs", "MACs"), ("activations", "activations")):
        before, after = getattr(a.totals, key), getattr(b.totals, key)
        share = f" ({100 * (after - before) / before:+.1f}%)".replace("-", "−") if before and after != before else ""
        change = f"{signed(after - before)}{share}" if after != before else "no change"
        lines.append(
            f"{title}: {before:,} → {after:,}, {change}" if after != before else f"{title}: {before:,}, {change}"
        )
    return lines


def diff_dict(a: Analysis, b: Analysis, pairs: Sequence[Pair]) -> dict[str, Any]:
    """The JSON document of ``cnncalc diff``: every layer, also those that are alike."""
    return {
        "a": a.head_dict(),
        "b": b.head_dict(),
        "ok": a.ok and b.ok,
        "totals": {key: [value, b.totals.to_dict()[key]] for key, value in a.totals.to_dict().items()},
        "layers": [pair.to_dict() for pair in pairs],
        "diagnostics": [d.to_dict() for d in (*a.diagnostics, *b.diagnostics)],
    }
