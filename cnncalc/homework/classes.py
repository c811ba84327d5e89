"""A whole class: folders of answer files, graded by several processes; and what its teacher wants to know of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from cnncalc.diagnostics import ArchitectureError, Fault
from cnncalc.homework.class_files import ClassFiles
from cnncalc.homework.files import find_assignment, read_assignment
from cnncalc.homework.grading import Grade, Grader
from cnncalc.homework.submissions import read_submission
from cnncalc.language import current, t, use
from cnncalc.source import read_file, stem

PARALLEL = 100
"""From so many files on, several processes share the work."""


def find_files(paths: Sequence[str], but: str = "") -> list[str]:
    """The answer files: those named, and in folders every ``*.yaml`` and ``*.yml``; each once, but for one."""
    found: dict[str, str] = {}
    for path in paths:
        for file in _below(path) if os.path.isdir(path) else [path]:
            found.setdefault(os.path.realpath(file), file)
    found.pop(os.path.realpath(but), None) if but else None
    return list(found.values())


def _below(path: str) -> Iterator[str]:
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                yield os.path.join(folder, name)


def grade_file(grader: Grader, file: str) -> Grade:
    """Grade a file. One that can't be read gets a grade all the same, of which its notes say why."""
    try:
        source = read_file(file)
        return grader.grade(read_submission(source, grader.assignment.ids))
    except Fault as fault:
        reason = fault.message
    except ArchitectureError as error:
        reason = error.diagnostics[0].message
    except RecursionError:
        reason = t("it is nested too deep")
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

    def run(self, files: Sequence[str], grader: Grader) -> Part:
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
    return Row(grade.file, grade.student, total, most, tuple(questions.values()), grade.unread)


_running: tuple[Job, Grader] | None = None


def _start(job: Job, language: str) -> None:
    global _running
    use(language)
    _running = job, load_grader(job.assignment)


def _run(files: Sequence[str]) -> Part:
    assert _running is not None
    job, grader = _running
    return job.run(files, grader)


def grade_files(files: Sequence[str], job: Job, grader: Grader) -> Iterator[Part]:
    """Grade files in their order, by several processes where there are many. Raises OSError."""
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(files) < PARALLEL or workers < 2 or job.assignment == "-":
        for file in files:
            yield job.run([file], grader)
        return
    from concurrent.futures import ProcessPoolExecutor

    size = max(1, min(200, len(files) // (4 * workers)))
    parts = [files[start : start + size] for start in range(0, len(files), size)]
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(job, current())) as pool:
        yield from pool.map(_run, parts)


def load_grader(assignment: str) -> Grader:
    """The grader of an assignment's path or name. Raises ArchitectureError."""
    return Grader(read_assignment(find_assignment(assignment), os.path.dirname(assignment)))


@dataclass
class Tally:
    """What a class did with one item."""

    id: str
    verdicts: Counter[str] = field(default_factory=Counter)
    misconceptions: Counter[str] = field(default_factory=Counter)

    @property
    def answers(self) -> int:
        return sum(self.verdicts.values())

    @property
    def commonest(self) -> tuple[str, int] | None:
        """The misconception that was found most often, and how often."""
        return min(self.misconceptions.items(), key=lambda pair: (-pair[1], pair[0]), default=None)


@dataclass
class Statistics:
    """What a class did with an assignment; grades are added one by one."""

    items: dict[str, Tally] = field(default_factory=dict)
    students: int = 0
    cents: int = 0
    max_cents: int = 0

    def add(self, grade: Grade) -> None:
        self.students += 1
        self.max_cents = 0
        for item in grade.items:
            self.cents += item.cents
            self.max_cents += item.max_cents
            tally = self.items.get(item.id)
            if tally is None:
                tally = self.items[item.id] = Tally(item.id)
            tally.verdicts[item.verdict] += 1
            for name in item.misconceptions:
                tally.misconceptions[name] += 1

    def join(self, other: Statistics) -> None:
        """Add those of other students."""
        self.students += other.students
        self.cents += other.cents
        self.max_cents = other.max_cents
        for id, tally in other.items.items():
            own = self.items.setdefault(id, Tally(id))
            own.verdicts.update(tally.verdicts)
            own.misconceptions.update(tally.misconceptions)

    @property
    def mean(self) -> Fraction:
        """The points of a student on average."""
        return Fraction(self.cents, 100 * self.students) if self.students else Fraction(0)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100)
