"""A whole class: the answer files of folders, and what is done with the grade of each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cnncalc.diagnostics import ArchitectureError, Fault
from cnncalc.homework.class_files import ClassFiles
from cnncalc.homework.files import find_assignment, read_assignment
from cnncalc.homework.grade import Grade
from cnncalc.homework.grading import Grader
from cnncalc.homework.quiz.draws import normal_name
from cnncalc.homework.statistics import Statistics
from cnncalc.homework.submissions import read_submission
from cnncalc.language import t
from cnncalc.source import read_file, stem
from cnncalc.text import listing, printable

ENDINGS = (".yaml", ".yml")
MOST_NOTES = 3
"""Of what is strange about a file, so much is kept."""


@dataclass
class Found:
    """The answer files of a class, and what lies beside them that is not read: each path with the reason."""

    files: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def find_files(paths: Sequence[str], but: str = "") -> Found:
    """The answer files: those named, and in folders every ``*.yaml`` and ``*.yml``; each once, but for one.

    Links to files are followed and links to folders are not; what begins with a dot is nobody's answer.
    """
    found = Found()
    known = {os.path.realpath(but), _place(but)} if but else set()
    for path in paths:
        for file in _below(path, found) if os.path.isdir(path) else [path]:
            place = _place(file)
            if place not in known:
                known.add(place)
                found.files.append(file)
    return found


def _place(file: str) -> str:
    """Where a file lies. A link is a file of its own: what it leads to may have been handed in as well."""
    folder, name = os.path.split(file)
    return os.path.join(_real(folder), name)


@lru_cache(maxsize=256)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _below(path: str, found: Found) -> Iterator[str]:
    """The answer files of a folder, then those of the folders in it, however deep, in the order of their names."""
    left = [path]
    while left:
        folder = left.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
        except OSError as error:
            found.skipped.append((folder, os.strerror(error.errno or 0).lower()))
            continue
        for entry in inside:
            if _is_folder(entry):
                continue
            if entry.name.lower().endswith(ENDINGS):
                yield entry.path
            else:
                found.skipped.append((entry.path, t("only {endings} files are read", endings=listing(ENDINGS))))
        for entry in reversed(inside):
            if _is_folder(entry):
                if entry.is_symlink():
                    found.skipped.append((entry.path, t("a link to a folder is not followed")))
                else:
                    left.append(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def grade_file(grader: Grader, file: str) -> Grade:
    """Grade a file, whatever is in it. One that can't be read gets a grade all the same, whose ``unread`` says why."""
    try:
        source = read_file(file)
        return grader.grade(read_submission(source, grader.assignment.ids))
    except Fault as fault:
        reason = fault.message
    except ArchitectureError as error:
        reason = error.diagnostics[0].message
    except RecursionError:
        reason = t("it is nested too deep")
    except Exception as error:
        # One file never costs the others their grades, not even where cnncalc is at fault.
        reason = t("this is a fault of cnncalc, not of the file: {error}", error=printable(repr(error)[:200]))
    return grader.absent(stem(file), file, reason)


@dataclass(slots=True)
class Row:
    """What is kept of a student when the grade is written: their points, in hundredths, for each question."""

    file: str
    student: str
    cents: int
    max_cents: int
    questions: tuple[int, ...]
    unread: str
    notes: tuple[str, ...] = ()
    """What was strange about it, and cost no file its grade."""


@dataclass
class Part:
    """Some files of a class, graded. ``grades`` are only kept where they are wanted whole."""

    rows: list[Row]
    statistics: Statistics
    grades: list[Grade]


@dataclass(frozen=True)
class Job:
    """How a class is graded: what is done with each grade, by whichever process graded it."""

    assignment: str
    files: ClassFiles
    reveal: bool = False
    whole: bool = False
    """Whether the grades are wanted whole."""
    secret: bytes = field(default=b"", repr=False)
    """The teacher's, for an assignment whose questions are drawn for each student."""

    def run(self, files: Iterable[str], grader: Grader) -> Part:
        """Grade some files, and write the JSON of each. Raises OSError."""
        questions = dict.fromkeys((question.id for question in grader.assignment.questions), 0)
        part = Part([], Statistics(), [])
        for file in files:
            grade = grade_file(grader, file)
            self.files.keep(grade, self.reveal)
            part.statistics.add(grade)
            part.rows.append(_row(grade, dict(questions)))
            if self.whole:
                part.grades.append(grade)
        return part


def _row(grade: Grade, questions: dict[str, int]) -> Row:
    total = most = 0
    for item in grade.items:
        questions[item.question] += item.cents
        total += item.cents
        most += item.max_cents
    return Row(
        grade.file, grade.student, total, most, tuple(questions.values()), grade.unread, tuple(grade.notes[:MOST_NOTES])
    )


def load_grader(assignment: str, secret: bytes = b"") -> Grader:
    """The grader of an assignment's path or name; ``secret`` is for one with templates. Raises ArchitectureError."""
    source, folder = find_assignment(assignment), os.path.dirname(assignment)
    if secret:
        from cnncalc.homework.quiz.grading import VariantGrader
        from cnncalc.homework.quiz.variants import Quiz

        quiz = Quiz(source, folder)
        if quiz.templated:
            return VariantGrader(quiz, secret)
    return Grader(read_assignment(source, folder))


def namesakes(rows: Iterable[Row]) -> list[tuple[str, list[str]]]:
    """The students whom several files name, with those files; case, spaces and how accents are written do not count."""
    files: dict[str, list[Row]] = {}
    for row in rows:
        if not row.unread:
            files.setdefault(normal_name(row.student), []).append(row)
    return [(same[0].student, [row.file for row in same]) for same in files.values() if len(same) > 1]
