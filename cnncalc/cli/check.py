"""``cnncalc check``: homework, graded."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, TextIO

import typer

from cnncalc.cli.output import chosen, json_line, opened, tell, write_text
from cnncalc.cli.secret import SecretOption, given_secret
from cnncalc.diagnostics import ArchitectureError, Fault
from cnncalc.homework.classes import load_grader
from cnncalc.homework.conventions import read_part
from cnncalc.homework.grading import Grade, Grader
from cnncalc.homework.own import own_assignment
from cnncalc.homework.submissions import read_submission
from cnncalc.language import t
from cnncalc.render.check import grade_dict, grade_pieces, harmless, safe, write_items
from cnncalc.source import read_file

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
    secret_file: SecretOption = "",
    reveal: Annotated[bool, typer.Option("--reveal", help="Show what is right, too.")] = False,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where the grades of a class go; `grades` unless given."),
    ] = "",
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "text",
    report: Annotated[
        str, typer.Option("--report", metavar="FILE", help="Write how a class did as a page with plots: report.html.")
    ] = "",
    output_file: Annotated[
        str, typer.Option("--output-file", metavar="FILE", help="Write what would be shown into a file.")
    ] = "",
) -> None:
    """Grade what students say about networks.

    cnncalc check answers.yaml --assignment lecture

    Without an assignment, the file of answers names its own architecture. A folder is a class: a grades.csv, a JSON for
    each student, and how each question went. Exit status 1 below --fail-under, 2 for what can't be graded.

    A student can run it as well: draw other numbers for each with cnncalc quiz, and grade again in one place what
    counts.
    """
    chosen(format, FORMATS, "--format")
    least = _least(fail_under)
    if secret_file and not assignment:
        raise typer.BadParameter(t("it goes with an --assignment"), param_hint="--secret-file")
    secret = given_secret(secret_file) if assignment else b""
    many = len(paths) > 1 or os.path.isdir(paths[0])
    for option, value in {"--output": output, "--report": report}.items():
        if value and not many:
            raise typer.BadParameter(t("it goes with a folder of answers"), param_hint=option)
    if many:
        if format not in CLASS_FORMATS:
            message = t("{format} is for one file of answers", format=format)
            raise typer.BadParameter(message, param_hint="--format")
        if not assignment:
            raise typer.BadParameter(t("a class needs one"), param_hint="--assignment")
        if "-" in paths:
            raise typer.BadParameter(t("standard input is one file of answers"), param_hint="ANSWERS")
        from cnncalc.cli.check_class import check_class

        mean = check_class(paths, assignment, output or "grades", format, output_file, reveal, report, secret)
        status = int(mean < (least or Fraction(0)))
    else:
        share = _one(paths[0], assignment, format, output_file, reveal, secret)
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


def _one(path: str, assignment: str, format: str, output_file: str, reveal: bool, secret: bytes) -> Fraction:
    """Grade a file and show it; returns its part of the points."""
    with opened(output_file, sys.stdout) as out:
        try:
            grade = _graded(path, assignment, secret)
        except ArchitectureError as error:
            _refuse(path, error, format, out)
            raise typer.Exit(2) from None
        _show(grade, format, reveal, out)
    if not grade.gradable:
        print(t("there is nothing that can be graded"), file=sys.stderr)
        raise typer.Exit(2)
    return grade.points / grade.max_points if grade.max_points else Fraction(1)


def _graded(path: str, assignment: str, secret: bytes) -> Grade:
    grader = None
    if assignment:
        if path == assignment == "-":
            raise typer.BadParameter(t("standard input can't be both"), param_hint="--assignment")
        grader = load_grader(assignment, secret)
        tell(grader.assignment.diagnostics, grader.assignment.text)
    try:
        source = read_file(path)
    except Fault as fault:
        raise ArchitectureError.of(path, fault) from None
    if grader is None:
        submission = read_submission(source)
        grader = Grader(own_assignment(submission, os.path.dirname(path)))
    else:
        submission = read_submission(source, grader.assignment.ids)
    return grader.grade(submission)


def _show(grade: Grade, format: str, reveal: bool, out: TextIO) -> None:
    if format == "text":
        write_text(grade_pieces(grade, reveal), out)
        return
    from cnncalc.render import check_ci

    if format == "json":
        out.write(line(grade_dict(grade, reveal)))
    elif format == "csv":
        write_items(grade, out)
    elif format == "junit":
        out.write(check_ci.junit([grade], reveal))
    elif format == "gradescope":
        out.write(line(check_ci.gradescope(grade, reveal)))
    else:
        out.write(check_ci.github_classroom(grade, reveal))


def line(document: object) -> str:
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
        out.write(line(document))
    else:
        if format == "gradescope":
            from cnncalc.render.check_ci import gradescope_failed

            out.write(line(gradescope_failed(error.diagnostics[0].message)))
        elif format == "junit":
            from cnncalc.render.check_ci import junit_failed

            out.write(junit_failed(error.diagnostics[0].message, path))
        elif format == "github-classroom":
            from cnncalc.render.check_ci import github_classroom_failed

            out.write(github_classroom_failed(error.diagnostics[0].message, path))
        _tell(error)
