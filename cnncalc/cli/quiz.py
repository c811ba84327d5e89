"""``cnncalc quiz``: exercises with numbers drawn for each student."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from typing import Annotated

import typer

from cnncalc.cli.output import chosen, tell, unwritten, whole, with_help
from cnncalc.cli.secret import SecretOption, given_secret
from cnncalc.diagnostics import ArchitectureError, Fault, Span
from cnncalc.homework.files import SECRET, find_assignment
from cnncalc.homework.quiz.asking import WINDOWS
from cnncalc.homework.quiz.roster import LONGEST, MOST_STUDENTS, read_roster
from cnncalc.homework.quiz.templates import DIFFICULTIES, TEMPLATES
from cnncalc.homework.quiz.variants import MOST_DRAWN, Quiz, Variant
from cnncalc.language import n, t
from cnncalc.source import Source, read_file
from cnncalc.text import listing, printable

SHEETS = ("yaml", "markdown", "latex")
BANKS = ("moodle", "gift")
FORMATS = (*SHEETS, *BANKS)


def quiz_command(
    assignment: Annotated[
        str, typer.Argument(metavar="FILE", help="An assignment whose questions name templates.")
    ] = "",
    student: Annotated[str, typer.Option("--student", metavar="NAME", help="Whose numbers are drawn.")] = "",
    students: Annotated[
        str, typer.Option("--students", metavar="FILE", help="A class: a name on each line, or a CSV file.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Where the sheets of a class go.")
    ] = "",
    secret_file: SecretOption = "",
    template: Annotated[
        str,
        typer.Option(
            "--template", metavar="NAME", help=t("Questions without a file: {names}.", names=", ".join(TEMPLATES))
        ),
    ] = "",
    difficulty: Annotated[str, typer.Option("--difficulty", metavar="N", help="From 1 to 5; 2 unless given.")] = "",
    questions: Annotated[str, typer.Option("--questions", metavar="N", help="How many; 5 unless given.")] = "",
    ask: Annotated[str, typer.Option("--ask", metavar="WHAT", help="What is asked for: output, params, …")] = "",
    windows: Annotated[
        str, typer.Option("--windows", metavar="WORD", help="any: a window may leave a remainder, and be rounded.")
    ] = "",
    seed: Annotated[
        str, typer.Option("--seed", metavar="WORD", help="The same word with --template gives the same questions.")
    ] = "",
    variants: Annotated[
        str, typer.Option("--variants", metavar="N", help="So many of each question, for moodle and gift.")
    ] = "",
    mistakes: Annotated[
        str,
        typer.Option("--mistakes", metavar="PART", help="What a common mistake is worth in moodle and gift: 25%."),
    ] = "",
    solutions: Annotated[bool, typer.Option("--solutions", help="Worked answers.")] = False,
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "",
) -> None:
    """Draw exercises, with other numbers for each student.

    cnncalc quiz --template one-layer --difficulty 2

    With an assignment and the teacher's secret, the same student always has the same numbers: cnncalc quiz hw.yaml
    --student ana --secret-file secret.txt, or --students class.txt --output sheets/. What is written for one is a plain
    assignment; cnncalc check --secret-file grades each student by their own.
    """
    many = bool(students or output)
    format = chosen(format or ("markdown" if many or solutions else "yaml"), FORMATS, "--format")
    _check(assignment, template, student, students, output, format, solutions)
    if mistakes and format not in BANKS:
        message = t("it goes with the formats {names}", names=listing(BANKS))
        raise typer.BadParameter(message, param_hint="--mistakes")
    options = {"--difficulty": difficulty, "--questions": questions, "--ask": ask, "--windows": windows, "--seed": seed}
    if template:
        source, seed = _practice(template, difficulty, questions, ask, windows, seed)
        folder = ""
    else:
        for option, value in options.items():
            if value:
                raise typer.BadParameter(t("it goes with --template"), param_hint=option)
    try:
        if not template:
            source, folder = find_assignment(assignment), os.path.dirname(assignment)
        quiz = Quiz(source, folder)
        tell(quiz.frame.findings, source.text)
        if quiz.frame.findings.errors:  # a sheet without the question would be no homework that anybody wanted
            raise typer.Exit(2)
        secret = given_secret(secret_file) or (seed.encode("utf-8", "surrogatepass") if template else b"")
        names = _names(student, students, variants, format, quiz, bool(template))
        if quiz.templated and not secret:
            message = t(
                "numbers are drawn with the teacher's secret: name its file, or set {variable}", variable=SECRET
            )
            raise typer.BadParameter(message, param_hint="--secret-file")
        if output:
            _write_class(quiz, secret, names, output, format, solutions)
        elif format in BANKS:
            _write_bank(quiz, secret, names, format, mistakes)
        else:
            print(_text(quiz, quiz.draw(secret, names[0]), format, solutions), end="")
    except ArchitectureError as error:
        tell(error.diagnostics, error.text)
        raise typer.Exit(2) from None
    if template:
        print(t("the same command with --seed {seed} gives the same questions", seed=printable(seed)), file=sys.stderr)


def _check(
    assignment: str, template: str, student: str, students: str, output: str, format: str, solutions: bool
) -> None:
    """What goes together and what does not. Raises typer.BadParameter."""
    if assignment and template:
        message = t("it goes without a file: a file's questions name their own templates")
        raise typer.BadParameter(message, param_hint="--template")
    if not assignment and not template:
        message = t("name an assignment, or a --template: {names}", names=listing(TEMPLATES, "or"))
        raise typer.BadParameter(message, param_hint="FILE")
    if student and students:
        raise typer.BadParameter(t("it is --student or --students"), param_hint="--students")
    if students and not output and format not in BANKS:
        message = t("a class has a folder: --output sheets, say")
        raise typer.BadParameter(message, param_hint="--output")
    if output and format in BANKS:
        message = t("{format} is one document, and goes to standard output: > quiz.txt", format=format)
        raise typer.BadParameter(message, param_hint="--output")
    if solutions and format not in ("markdown", "latex"):
        message = t("worked answers are written in markdown or latex, not in {format}", format=format)
        raise typer.BadParameter(message, param_hint="--solutions")


def _practice(template: str, difficulty: str, questions: str, ask: str, windows: str, seed: str) -> tuple[Source, str]:
    """An assignment of one template, and the seed. Raises typer.BadParameter."""
    from cnncalc.homework.quiz.plain import practice_text

    chosen(template, TEMPLATES, "--template")
    if difficulty:
        chosen(difficulty, map(str, DIFFICULTIES), "--difficulty")
    if ask:
        chosen(ask, TEMPLATES[template].suitable(), "--ask")
    if windows:
        chosen(windows, WINDOWS, "--windows")
    count = whole(questions, "--questions") if questions else 5
    if count > MOST_DRAWN:
        message = t("at most {most}", most=MOST_DRAWN)
        raise typer.BadParameter(message, param_hint="--questions")
    if not seed:
        import secrets

        seed = secrets.token_hex(4)
    return Source(template, practice_text(template, difficulty, count, ask, windows)), seed


def _names(student: str, students: str, variants: str, format: str, quiz: Quiz, practice: bool) -> list[str]:
    """Whose numbers are drawn. Raises typer.BadParameter, and ArchitectureError for a roster that can't be read."""
    if variants:
        if format not in BANKS or students or student:
            message = t("it goes with the formats {names}, and with no student", names=listing(BANKS))
            raise typer.BadParameter(message, param_hint="--variants")
        count = whole(variants, "--variants")
        if count > MOST_STUDENTS:
            raise typer.BadParameter(t("at most {most:,}", most=MOST_STUDENTS), param_hint="--variants")
        return [f"variant {number}" for number in range(1, count + 1)]
    if students:
        return _roster(students)
    if len(student) > LONGEST or any(0xD800 <= ord(c) < 0xE000 for c in student):
        message = t("a name has at most {most} characters, all of them Unicode", most=LONGEST)
        raise typer.BadParameter(message, param_hint="--student")
    name = " ".join(student.split())
    if quiz.templated and not name and not practice:
        message = t("whose numbers? Name a --student, or a class: --students class.txt --output sheets")
        raise typer.BadParameter(message, param_hint="--student")
    return [name]


def _roster(path: str) -> list[str]:
    text = ""
    try:
        source = read_file(path)
        text = source.text
        return read_roster(source)
    except Fault as fault:
        raise ArchitectureError.of(path, fault, text) from None


# What is written


def _text(quiz: Quiz, variant: Variant, format: str, solutions: bool) -> str:
    """A student's assignment: plain YAML, or a sheet."""
    if format == "yaml":
        from cnncalc.homework.quiz.plain import plain_text

        return plain_text(quiz, variant)
    from cnncalc.render.quiz_sheet import sheet

    text = sheet(variant.assignment, variant.assignment.student, solutions, format)
    return text if text.endswith("\n") else f"{text}\n"


def _write_bank(quiz: Quiz, secret: bytes, names: list[str], format: str, mistakes: str) -> None:
    from cnncalc.render.quiz_moodle import MISTAKES

    part = _part(mistakes) if mistakes else MISTAKES
    assignments = [quiz.draw(secret, name).assignment for name in names]
    try:
        if format == "moodle":
            from cnncalc.render.quiz_moodle import moodle

            print(moodle(assignments, part), end="")
        else:
            from cnncalc.render.quiz_gift import gift

            print(gift(assignments, part), end="")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--mistakes") from None


def _part(text: str) -> Fraction:
    from cnncalc.homework.conventions import read_part
    from cnncalc.tree import Scalar

    try:
        return read_part(Scalar(text, Span(1, 1, 1, 2)), "--mistakes")
    except Fault as fault:
        raise typer.BadParameter(with_help(fault.message, fault.help), param_hint="--mistakes") from None


def _write_class(quiz: Quiz, secret: bytes, names: list[str], folder: str, format: str, solutions: bool) -> None:
    """A sheet and an answer file for each student, and a list of the variants."""
    from cnncalc.homework.quiz.folder import write_folder

    def pages(variant: Variant) -> dict[str, str]:
        ending = {"yaml": "yaml", "markdown": "md", "latex": "tex"}[format]
        found = {f"sheets/{{name}}.{ending}": _text(quiz, variant, format, False)}
        if solutions:
            found[f"solutions/{{name}}.{ending}"] = _text(quiz, variant, format, True)
        return found

    try:
        kept = write_folder(folder, quiz, secret, names, pages)
    except OSError as error:
        raise typer.BadParameter(unwritten(error.filename or folder, error), param_hint="--output") from None
    print(n("{n} student", "{n} students", len(names)))
    if kept:
        message = n(
            "{path} was there already, and is left as it is",
            "{n} files of answers were there already, and are left as they are, {path} among them",
            len(kept),
            path=printable(kept[0]),
        )
        print(message, file=sys.stderr)
    print(t("variants: {path}", path=printable(os.path.join(folder, "variants.csv"))))
