"""What other tools would report: a table of their figures, and one of the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnncalc.analysis import Analysis
from cnncalc.language import marked, t
from cnncalc.reconcile import Report
from cnncalc.render.table import Column, Table
from cnncalc.text import count_text, signed_text


@dataclass(eq=False, repr=False)
class Figures:
    """A row: what one tool reports."""

    tool: str
    params: int
    operations: int | None
    unit: str


@dataclass(eq=False, repr=False)
class Reason:
    """A row: one difference from cnncalc. The tool is named in its first row alone."""

    tool: str
    shown: str
    amount: int
    layers: str
    why: str


def _word(key: str, title: str, **options: Any) -> Column:
    return Column(key, title, lambda row: getattr(row, key), lambda row: getattr(row, key), **options)


def _operations_text(row: Figures) -> str:
    return count_text(row.operations) if row.unit else "–"


def _unit_text(row: Figures) -> str:
    return t(row.unit) or t("it counts none")


def figures_table(analysis: Analysis, reports: Sequence[Report]) -> Table:
    """What cnncalc and each tool report."""
    totals = analysis.totals
    rows = [Figures("cnncalc", totals.params, totals.macs if totals.complete else None, marked("MACs"))]
    rows += [Figures(r.tool.name, r.params, r.operations, r.tool.unit) for r in reports]
    columns = (
        _word("tool", marked("tool"), style="bold"),
        Column("params", marked("parameters"), lambda row: count_text(row.params), lambda row: row.params, right=True),
        Column("operations", marked("operations"), _operations_text, lambda row: row.operations, right=True),
        Column("unit", marked("which it calls"), _unit_text, lambda row: row.unit, folds=True),
    )
    return Table(columns, rows)


def reasons_table(analysis: Analysis, reports: Sequence[Report]) -> Table:
    """A row for each difference: how much, in which layers, and why."""
    rows: list[Reason] = []
    for report in reports:
        name, macs = report.tool.name, analysis.totals.macs
        terms = [
            (term.amount, term.layers_text, t("parameters: {reason}", reason=term.why)) for term in report.params_terms
        ]
        if report.tool.per_mac == 2 and macs:
            terms.append((macs, "", t("a MAC is two operations")))
        terms += [(term.amount, term.layers_text, term.why) for term in report.operations_terms]
        rows += [Reason(name, "" if number else name, *term) for number, term in enumerate(terms)]
    columns = (
        Column("tool", marked("tool"), lambda row: row.shown, lambda row: row.tool, style="bold"),
        Column("amount", marked("differs by"), lambda row: signed_text(row.amount), lambda row: row.amount, right=True),
        Column("why", marked("because"), lambda row: row.why, lambda row: row.why, folds=True),
        _word("layers", marked("of the layers"), folds=True),
    )
    return Table(columns, rows)


def reconcile_dict(analysis: Analysis, reports: Sequence[Report]) -> dict[str, Any]:
    """The JSON document of ``cnncalc reconcile``."""
    return {
        "name": analysis.name,
        "ok": analysis.ok,
        "totals": analysis.head_dict()["totals"],
        "tools": [report.to_dict() for report in reports],
        "diagnostics": [d.to_dict() for d in analysis.diagnostics],
    }
