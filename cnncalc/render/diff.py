"""What differs between two networks, as a table, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cnncalc.analysis import Analysis, Totals
from cnncalc.diffing import Pair
from cnncalc.folding import Row
from cnncalc.language import n, t
from cnncalc.render.shapes import EXTRA, NAME, OUTPUT, PARAMS, TYPE, bytes_text, least_text, total_word
from cnncalc.render.table import Column, Table
from cnncalc.text import signed_text

SIGNS = {"same": "", "changed": "~", "added": "+", "removed": "−"}
SIGN_STYLES = {"~": "yellow", "+": "green", "−": "red"}


def _both(text: Callable[[Row], str]) -> Callable[[Pair], str]:
    """The text of either side, or of both with an arrow where they differ."""

    def cell(pair: Pair) -> str:
        return " → ".join(dict.fromkeys(text(row) for row in (pair.a, pair.b) if row is not None))

    return cell


def _column(of: Column) -> Column:
    """A column of the table of layers, for both sides."""
    return replace(of, text=_both(of.text), raw=_both(of.raw))


def _delta(of: Column) -> Column:
    """A count, by how much it grows; nothing where it does not."""

    def text(pair: Pair) -> str:
        return signed_text(delta) if (delta := pair.delta(of.key)) != 0 else ""

    return replace(of, text=text, raw=lambda pair: pair.delta(of.key))


COLUMNS = (
    Column("change", "", lambda pair: SIGNS[pair.change], lambda pair: pair.change, style="bold", styles=SIGN_STYLES),
    _column(NAME),
    _column(TYPE),
    _column(OUTPUT),
    _delta(PARAMS),
    _delta(EXTRA["macs"]),
    _column(EXTRA["rf"]),
)


def diff_table(pairs: Sequence[Pair]) -> Table:
    """A row for each pair; parameters and MACs by how much they grow."""

    def footer() -> list[str]:
        deltas = [[pair.delta(key) for pair in pairs] for key in ("params", "macs")]
        sums = [sum(filter(None, column)) for column in deltas]
        name = total_word(not any(None in column for column in deltas))
        return ["", name, "", "", *(signed_text(number) if number else "" for number in sums), ""]

    return Table(COLUMNS, pairs, footer)


def totals_lines(a: Analysis, b: Analysis, pairs: Sequence[Pair], *, memory: bool = False) -> list[str]:
    """What the differences come to, in words."""
    counts = Counter(pair.change for pair in pairs)
    lines = [
        n(
            "{n} row alike, {changed:,} changed, {added:,} added, {removed:,} removed",
            "{n} rows alike, {changed:,} changed, {added:,} added, {removed:,} removed",
            counts["same"],
            changed=counts["changed"],
            added=counts["added"],
            removed=counts["removed"],
        )
    ]
    for key, title in (("params", t("parameters")), ("macs", t("MACs")), ("activations", t("activations"))):
        known = dict.fromkeys(least_text(x.totals, key) for x in (a, b))
        lines.append(f"{title}: {' → '.join(known)}{_growth(a.totals, b.totals, key)}")
    if memory:
        sizes = dict.fromkeys(bytes_text(x.memory_bytes) for x in (a, b))
        lines.append(
            t(
                "memory: {sizes} ({dtype}, batch of {batch:,})",
                sizes=" → ".join(sizes),
                dtype=b.dtype,
                batch=b.batch,
            )
        )
    if not (a.totals.complete and b.totals.complete):
        lines.append(t("a layer with ? is not in the sums"))
    return lines


def _growth(a: Totals, b: Totals, key: str) -> str:
    """``, −36,864 (−36.0%)``; nothing where a layer is not known."""
    before, after = getattr(a, key), getattr(b, key)
    if not (a.complete and b.complete):
        return ""
    if before == after:
        return f", {t('no change')}"
    share = f" ({100 * (after - before) / before:+.1f}%)".replace("-", "−") if before else ""
    return f", {signed_text(after - before)}{share}"


def diff_dict(a: Analysis, b: Analysis, pairs: Sequence[Pair]) -> dict[str, Any]:
    """The JSON document of ``cnncalc diff``: every layer, also those that are alike."""
    return {
        "a": a.head_dict(),
        "b": b.head_dict(),
        "ok": a.ok and b.ok,
        "totals": {key: [value, b.totals.to_dict()[key]] for key, value in a.totals.to_dict().items()},
        "layers": [pair.to_dict() for pair in pairs],
        "diagnostics": [d.to_dict() for d in dict.fromkeys((*a.diagnostics, *b.diagnostics))],
    }
