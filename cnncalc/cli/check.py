"""``cnncalc check``: homework, graded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, TextIO

import typer

from cnncalc.cli.output import chosen, json_line, styled, tell, write_table, write_text
from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.homework.classes import Job, Part, Row, Statistics, find_files, grade_files, load_grader
from cnncalc.homework.conventions import read_part
from cnncalc.homework.grading import Grade, Grader
from cnncalc.homework.own import own_assignment
from cnncalc.homework.submissions import read_submission
from cnncalc.language import n, t
from cnncalc.render.check import grade_dict, grade_pieces, harmless, safe, write_grades, write_items
from cnncalc.render.messages import MOST, more_text
from cnncalc.source import read_file
from cnncalc.text import quote

FORMATS = ("text", "json", "csv", "junit", "gradescope", "github-classroom")
CLASS_FORMATS = ("text", "json", "csv", "junit")


def check_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="ANSWERS", help="A file of answers, or - for standard input; or folders.")
    ],
    assignment: Annotated[
        str,
        typer.Option("--assignment", "-a", metavar="FILE", help="The questions: a YAML file, or `lecture`."),
    ] = "",
    fail_under: Annotated[
        str,
        typer.Option(
            "--fail-under", metavar="PART", help="Exit status 1 below this: 80%. One file needs 100%, a class 0."
        ),
    ] = "",
    reveal: Annotated[bool, typer.Option("--reveal", help="Show what is right, too.")] = False,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where the grades of a class go; `grades` unless given."),
    ] = "",
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "text",
    output_file: Annotated[
        str, typer.Option("--output-file", metavar="FILE", help="Write what would be shown into a file.")
    ] = "",
) -> None:
    """Grade what students say about networks.

    cnncalc check answers.yaml --assignment lecture

    Without an assignment, the file of answers names its own architecture. A folder is a class: a grades.csv, a JSON for
    each student, and how each question went. Exit status 1 below --fail-under, 2 for what can't be graded.
    """
    chosen(format, FORMATS, "--format")
    least = _least(fail_under)
    many = len(paths) > 1 or os.path.isdir(paths[0])
    if output and not many:
        raise typer.BadParameter(t("it goes with a folder of answers"), param_hint="--output")
    if many:
        if format not in CLASS_FORMATS:
            message = t("{format} is for one file of answers", format=format)
            raise typer.BadParameter(message, param_hint="--format")
        if not assignment:
            raise typer.BadParameter(t("a class needs one"), param_hint="--assignment")
        if "-" in paths:
            raise typer.BadParameter(t("standard input is one file of answers"), param_hint="ANSWERS")
        mean = _class(paths, assignment, output or "grades", format, output_file, reveal)
        status = int(mean < (least or Fraction(0)))
    else:
        share = _one(paths[0], assignment, format, output_file, reveal)
        status = int(share < (Fraction(1) if least is None else least))
    if status:
        raise typer.Exit(status)


def _least(text: str) -> Fraction | None:
    from cnncalc.diagnostics import Span
    from cnncalc.tree import Scalar

    if not text:
        return None
    try:
        return read_part(Scalar(text, Span(1, 1, 1, 2)), "--fail-under")
    except Fault as fault:
        message = t("{message}; 80% and 0.8 are alike", message=fault.message)
        raise typer.BadParameter(message, param_hint="--fail-under") from None


# One file


def _one(path: str, assignment: str, format: str, output_file: str, reveal: bool) -> Fraction:
    """Grade a file and show it; returns its part of the points."""
    with _output(output_file) as out:
        try:
            grade = _graded(path, assignment)
        except ArchitectureError as error:
            _refuse(path, error, format, out)
            raise typer.Exit(2) from None
        _show(grade, format, reveal, out)
    if not grade.gradable:
        print(t("there is nothing that can be graded"), file=sys.stderr)
        raise typer.Exit(2)
    return grade.points / grade.max_points if grade.max_points else Fraction(1)


def _graded(path: str, assignment: str) -> Grade:
    grader = None
    if assignment:
        if path == assignment == "-":
            raise typer.BadParameter(t("standard input can't be both"), param_hint="--assignment")
        grader = load_grader(assignment)
        tell(grader.assignment.diagnostics, grader.assignment.text)
    try:
        source = read_file(path)
    except Fault as fault:
        findings = Findings(path)
        findings.add(fault)
        raise ArchitectureError(findings) from None
    if grader is None:
        submission = read_submission(source)
        grader = Grader(own_assignment(submission, os.path.dirname(path)))
    else:
        submission = read_submission(source, grader.assignment.ids)
    return grader.grade(submission)


def _show(grade: Grade, format: str, reveal: bool, out: TextIO) -> None:
    from cnncalc.render import check_ci

    if format == "text":
        write_text(grade_pieces(grade, reveal), out)
    elif format == "json":
        out.write(_line(grade_dict(grade, reveal)))
    elif format == "csv":
        write_items(grade, out)
    elif format == "junit":
        out.write(check_ci.junit([grade], reveal))
    elif format == "gradescope":
        out.write(_line(check_ci.gradescope(grade, reveal)))
    else:
        out.write(check_ci.github_classroom(grade, reveal))


def _line(document: object) -> str:
    """A JSON document on a line."""
    return f"{harmless(json_line(document))}\n"


def _tell(error: ArchitectureError) -> None:
    """What is wrong with a file, of which a student wrote every word, the name too."""
    found = [
        replace(
            diagnostic,
            message=safe(diagnostic.message),
            help="\n".join(map(safe, diagnostic.help.splitlines())),
            file=safe(diagnostic.file),
        )
        for diagnostic in error.diagnostics
    ]
    tell(found, "" if "##" in error.text else error.text)


def _refuse(path: str, error: ArchitectureError, format: str, out: TextIO) -> None:
    """Tell what can't be read, in the format where that has a way to."""
    if format == "json":
        found = [diagnostic.to_dict() for diagnostic in error.diagnostics]
        document = {"student": None, "points": 0, "max_points": 0, "items": [], "file": path, "diagnostics": found}
        out.write(_line(document))
    else:
        if format == "gradescope":
            from cnncalc.render.check_ci import gradescope_failed

            out.write(_line(gradescope_failed(error.diagnostics[0].message)))
        _tell(error)


@contextmanager
def _output(path: str) -> Iterator[TextIO]:
    if not path:
        yield sys.stdout
        return
    try:
        file = open(path, "w", encoding="utf-8", errors="backslashreplace", newline="")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise typer.BadParameter(_unwritten(path, error), param_hint="--output-file") from None
    with file:
        yield file


def _unwritten(path: str, error: OSError | ValueError) -> str:
    reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error)
    return t("cannot write {path}: {reason}", path=quote(path), reason=reason)


# A class


def _class(paths: list[str], assignment: str, folder: str, format: str, output_file: str, reveal: bool) -> Fraction:
    """Grade all files, write what belongs to each and to all, and show how it went; returns the mean part."""
    from cnncalc.homework.class_files import ClassFiles
    from cnncalc.render.check_class import statistics_dict, statistics_table, summary
    from cnncalc.render.table import write_plain

    try:
        grader = load_grader(assignment)
    except ArchitectureError as error:
        tell(error.diagnostics, error.text)
        raise typer.Exit(2) from None
    tell(grader.assignment.diagnostics, grader.assignment.text)
    files = find_files(paths, but=assignment)
    if not files:
        print(t("there is no file of answers in {where}", where=quote(paths[0])), file=sys.stderr)
        raise typer.Exit(2)
    statistics, rows, grades = Statistics(), [], []
    questions = [question.id for question in grader.assignment.questions]
    with _output(output_file) as out:
        try:
            written = ClassFiles(folder, files, _document)
            job = Job(assignment, written, reveal, whole=format == "junit")
            for part in _watched(grade_files(files, job, grader), len(files)):
                statistics.join(part.statistics)
                rows += part.rows
                grades += part.grades
            written.finish("grades.csv", lambda stream: write_grades(rows, questions, stream))
            written.finish("statistics.json", lambda stream: stream.write(_line(statistics_dict(statistics))))
        except OSError as error:
            raise typer.BadParameter(_unwritten(error.filename or folder, error), param_hint="--output") from None
        if format == "json":
            out.write(_line(statistics_dict(statistics)))
        elif format == "csv":
            write_grades(rows, questions, out)
        elif format == "junit":
            from cnncalc.render.check_ci import junit

            out.write(junit(grades, reveal))
        else:
            table = statistics_table(statistics)
            write_table(table, "table") if out is sys.stdout else write_plain(table, out)
            out.write(f"\n{summary(statistics)}\n")
            out.write(t("grades: {path}", path=safe(os.path.join(folder, "grades.csv"))) + "\n")
    _tell_unread(rows)
    return statistics.mean / statistics.max_points if statistics.max_points else Fraction(1)


def _document(grade: Grade, reveal: bool) -> str:
    return _line(grade_dict(grade, reveal))


def _tell_unread(rows: list[Row]) -> None:
    unread = [row for row in rows if row.unread]
    for row in unread[:MOST]:
        print(t("{file} can't be read: {reason}", file=safe(row.file), reason=safe(row.unread)), file=sys.stderr)
    if len(unread) > MOST:
        print(more_text(len(unread) - MOST), file=sys.stderr)


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
