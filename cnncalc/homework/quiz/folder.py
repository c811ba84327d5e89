"""The sheets of a class, in a folder."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from io import StringIO

from cnncalc.homework.class_files import write_whole
from cnncalc.homework.quiz.plain import answer_file
from cnncalc.homework.quiz.roster import file_names
from cnncalc.homework.quiz.variants import Quiz, Variant


def write_folder(
    folder: str, quiz: Quiz, secret: bytes, students: Sequence[str], pages: Callable[[Variant], dict[str, str]]
) -> list[str]:
    """Write for each student what ``pages`` gives, by path with the student's ``{name}``, and an answer file.

    ``variants.csv`` says which numbers are whose. Returns the files of answers that were there already, which are left
    as they are. Raises OSError, and ArchitectureError where a template finds no question.
    """
    from cnncalc.render.check import cell

    kept: list[str] = []
    table = StringIO(newline="")
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["student", "file", "variant"])
    for student, name in file_names(students).items():
        variant = quiz.draw(secret, student)
        for path, text in pages(variant).items():
            _write(os.path.join(folder, *path.replace("{name}", name).split("/")), text)
        answers = os.path.join(folder, "answers", f"{name}.yaml")
        if os.path.exists(answers):  # it may be filled in
            kept.append(answers)
        else:
            _write(answers, answer_file(variant.assignment))
        rows.writerow([cell(student), name, variant.assignment.variant])
    # By this mark, spreadsheets see that names are written in UTF-8.
    _write(os.path.join(folder, "variants.csv"), "\ufeff" + table.getvalue())
    return kept


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_whole(path, text.encode("utf-8", "backslashreplace"))
