"""What a class did with an assignment: the grades, and for each item how many were right and the commonest mistake."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, TextIO

from cnncalc.homework.classes import Row, namesakes
from cnncalc.homework.statistics import Statistics, Tally, ordered
from cnncalc.language import marked, n, t
from cnncalc.render.check import cell, points_text, safe
from cnncalc.render.table import Column, Table
from cnncalc.text import QUOTED

MOST_GIVEN = 10
"""Of the answers to an item that are not right, so many different ones are told, the commonest."""
MOST_NAMED = 5
"""Files of one student that are named."""


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
        "{n} student, {mean} of {most} points on average",
        "{n} students, {mean} of {most} points on average",
        statistics.students,
        mean=mean_text(statistics.mean),
        most=points_text(statistics.max_cents),
    )


def mean_text(points: Fraction) -> str:
    """Points on average, to a hundredth: ``7.25``, ``4.84`` for 4.835."""
    return points_text(int(points * 100 + Fraction(1, 2)))


def statistics_dict(statistics: Statistics) -> dict[str, Any]:
    """The JSON document of a class."""
    return {
        "students": statistics.students,
        "mean": float(statistics.mean),
        "max_points": float(statistics.max_points),
        "items": [
            {
                "id": row.id,
                "points": float(row.points),
                "max_points": float(row.max_points),
                "verdicts": dict(ordered(row.verdicts)),
                "misconceptions": dict(ordered(row.misconceptions)),
                "given": dict(ordered(row.given)[:MOST_GIVEN]),
            }
            for row in statistics.items.values()
        ],
    }


GRADE_COLUMNS = ("file", "student", "points", "max_points", "remark")


def write_grades(rows: Iterable[Row], questions: list[str], out: TextIO) -> None:
    """A row for each student: what they got in all, what is strange about the file, and the points of each question."""
    rows = list(rows)
    known = remarks_of(rows)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*GRADE_COLUMNS, *map(cell, questions)])
    for row in rows:
        total = map(points_text, (row.cents, row.max_cents))
        remark = cell(known.get(row.file, ""))
        writer.writerow([cell(row.file), cell(row.student), *total, remark, *map(points_text, row.questions)])


def remarks_of(rows: Iterable[Row]) -> dict[str, str]:
    """What a teacher has to know of a file beside its points, by file; most files have none."""
    rows = list(rows)
    known = {row.file: "; ".join(row.notes) for row in rows if row.notes}
    known |= {row.file: t("can't be read: {reason}", reason=row.unread) for row in rows if row.unread}
    for _, files in namesakes(rows):
        for file in files:
            other = next(name for name in files if name != file)
            same = t("{file} names the same student", file=other)
            known[file] = f"{same}; {known[file]}" if file in known else same
    return known


def strange(rows: Iterable[Row], skipped: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What a teacher has to know of the files, a line each: fit for any output."""
    rows = list(rows)
    for row in rows:
        if row.unread:
            yield t("{file} can't be read: {reason}", file=safe(row.file), reason=safe(row.unread))
        for note in row.notes:
            yield f"{safe(row.file)}: {safe(note)}"
    for student, files in namesakes(rows):
        named = safe(", ".join(files[:MOST_NAMED])) + (" …" if len(files) > MOST_NAMED else "")
        yield n(
            "{n} file names the student {student}: {files}",
            "{n} files name the student {student}: {files}",
            len(files),
            student=safe(student, QUOTED),
            files=named,
        )
    for path, reason in skipped:
        yield t("{path} was not looked at: {reason}", path=safe(path), reason=safe(reason))
