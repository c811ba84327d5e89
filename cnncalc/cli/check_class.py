"""``cnncalc check``: the homework of a class, graded."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from io import StringIO
from typing import TextIO

import typer

from cnncalc.cli.check import line
from cnncalc.cli.output import opened, styled, tell, unwritten, write_table
from cnncalc.diagnostics import ArchitectureError
from cnncalc.homework.class_files import ClassFiles, write_whole
from cnncalc.homework.classes import Found, Job, Part, Row, find_files, load_grader
from cnncalc.homework.grading import Grade, Grader
from cnncalc.homework.statistics import Statistics
from cnncalc.homework.workers import grade_files
from cnncalc.language import n, t
from cnncalc.render.check import grade_dict, safe
from cnncalc.render.check_class import statistics_dict, statistics_table, strange, summary, write_grades
from cnncalc.render.messages import MOST, more_text
from cnncalc.source import exists
from cnncalc.text import quote


def check_class(
    paths: list[str],
    assignment: str,
    folder: str,
    format: str,
    output_file: str,
    reveal: bool,
    report: str,
    secret: bytes = b"",
) -> Fraction:
    """Grade all files, write what belongs to each and to all, and show how it went; returns the mean part."""
    try:
        grader = load_grader(assignment, secret)
    except ArchitectureError as error:
        tell(error.diagnostics, error.text)
        raise typer.Exit(2) from None
    tell(grader.assignment.diagnostics, grader.assignment.text)
    for path in paths:
        if not exists(path):
            reason = os.strerror(errno.ENOENT).lower()
            print(t("cannot read {name}: {reason}", name=quote(path), reason=reason), file=sys.stderr)
            raise typer.Exit(2)
    found = find_files(paths, but=assignment)
    if not found.files:
        print(t("there is no file of answers in {where}", where=quote(paths[0])), file=sys.stderr)
        _tell_strange([], found)
        raise typer.Exit(2)
    if report:
        with _written(report, "--report"):
            # Better told now than when all is graded.
            os.listdir(os.path.dirname(report) or ".")
            if os.path.isdir(report):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), report)
    with opened(output_file, sys.stdout) as out, _ended_by_signal():
        job = Job(assignment, _folder(folder, found.files), reveal, format == "junit", secret)
        whole = _graded_class(found, job, grader)
        if report:
            _report(report, grader, whole, found)
        _show_class(whole, grader, format, reveal, out)
        if format == "text":
            out.write(t("grades: {path}", path=safe(os.path.join(folder, "grades.csv"))) + "\n")
            if report:
                out.write(t("report: {path}", path=safe(report)) + "\n")
    _tell_strange(whole.rows, found)
    statistics = whole.statistics
    return statistics.mean / statistics.max_points if statistics.max_points else Fraction(1)


def _folder(folder: str, files: list[str]) -> ClassFiles:
    with _written(folder, "--output"):
        return ClassFiles(folder, files, _document)


def _graded_class(found: Found, job: Job, grader: Grader) -> Part:
    """Grade all files; writes the grade of each and the files about all."""
    whole = Part([], Statistics(), [])
    with _written(job.files.folder, "--output"):
        with closing(grade_files(found.files, job, grader)) as parts:
            for part in _watched(parts, len(found.files)):
                whole.statistics.join(part.statistics)
                whole.rows += part.rows
                whole.grades += part.grades
        table = StringIO(newline="")
        write_grades(whole.rows, _questions(grader), table)
        # By this mark, spreadsheets see that names are written in UTF-8.
        job.files.finish("grades.csv", "\ufeff" + table.getvalue())
        job.files.finish("statistics.json", line(statistics_dict(whole.statistics)))
    return whole


def _questions(grader: Grader) -> list[str]:
    return [question.id for question in grader.assignment.questions]


def _report(path: str, grader: Grader, whole: Part, found: Found) -> None:
    from cnncalc.render.check_report import report_page

    with _written(path, "--report"):
        page = report_page(grader.assignment, whole.statistics, whole.rows, found.skipped)
        write_whole(path, page.encode("utf-8", "backslashreplace"))


def _show_class(whole: Part, grader: Grader, format: str, reveal: bool, out: TextIO) -> None:
    from cnncalc.render.table import write_plain

    if format == "json":
        out.write(line(statistics_dict(whole.statistics)))
    elif format == "csv":
        write_grades(whole.rows, _questions(grader), out)
    elif format == "junit":
        from cnncalc.render.check_ci import junit

        out.write(junit(whole.grades, reveal))
    else:
        table = statistics_table(whole.statistics)
        write_table(table, "table") if out is sys.stdout else write_plain(table, out)
        out.write(f"\n{summary(whole.statistics)}\n")


@contextmanager
def _written(path: str, option: str) -> Iterator[None]:
    """Tell what can't be written, as bad usage of the option that names the place."""
    try:
        yield
    except OSError as error:
        raise typer.BadParameter(unwritten(error.filename or path, error), param_hint=option) from None


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Be ended by SIGTERM as by an error: what was begun is put away, and a terminal gets its cursor back."""
    import signal

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread, which alone takes signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _document(grade: Grade, reveal: bool) -> str:
    return line(grade_dict(grade, reveal))


def _tell_strange(rows: list[Row], found: Found) -> None:
    lines = list(strange(rows, found.skipped))
    for told in lines[:MOST]:
        print(told, file=sys.stderr)
    if len(lines) > MOST:
        print(more_text(len(lines) - MOST), file=sys.stderr)


def _watched(parts: Iterator[Part], count: int) -> Iterator[Part]:
    """The parts, with a bar on a terminal that shows how many files are done."""
    if not styled(sys.stderr):
        yield from parts
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(n("grading {n} file", "grading {n} files", count), total=count)
        for part in parts:
            yield part
            progress.advance(task, len(part.rows))
