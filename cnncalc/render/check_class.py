"""What a class did with an assignment: for each item how many were right, and the commonest mistake."""

from __future__ import annotations

from typing import Any

from cnncalc.homework.classes import Statistics, Tally
from cnncalc.language import marked, n
from cnncalc.render.table import Column, Table


def statistics_table(statistics: Statistics) -> Table:
    """A row for each item."""
    return Table((_ID, *_COUNTS, _MISTAKE), list(statistics.items.values()))


def _count(verdict: str, title: str) -> Column:
    return Column(verdict, title, lambda row: str(row.verdicts[verdict]), lambda row: row.verdicts[verdict], right=True)


def _mistake(row: Tally) -> str:
    return f"{row.commonest[0]} ({row.commonest[1]})" if row.commonest else ""


_ID = Column("id", marked("question"), lambda row: row.id, lambda row: row.id, style="bold", folds=True)
_COUNTS = (
    _count("correct", marked("correct")),
    _count("partial", marked("partly")),
    _count("wrong", marked("wrong")),
    _count("unreadable", marked("unreadable")),
    _count("missing", marked("missing")),
)
_MISTAKE = Column(
    "misconception", marked("commonest mistake"), _mistake, lambda row: row.commonest and row.commonest[0], folds=True
)


def summary(statistics: Statistics) -> str:
    """``30 students, 7.25 of 10 points on average``."""
    return n(
        "{n} student, {mean:.2f} of {most} points on average",
        "{n} students, {mean:.2f} of {most} points on average",
        statistics.students,
        mean=float(statistics.mean),
        most=f"{float(statistics.max_points):g}",
    )


def statistics_dict(statistics: Statistics) -> dict[str, Any]:
    """The JSON document of a class."""
    return {
        "students": statistics.students,
        "mean": float(statistics.mean),
        "max_points": float(statistics.max_points),
        "items": [
            {"id": row.id, "verdicts": dict(row.verdicts), "misconceptions": dict(row.misconceptions.most_common())}
            for row in statistics.items.values()
        ],
    }
