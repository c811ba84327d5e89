"""The students of a class, and the names of their files."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from cnncalc.diagnostics import Fault, Span
from cnncalc.homework.quiz.draws import normal_name
from cnncalc.language import t
from cnncalc.source import Source
from cnncalc.text import listing, quote

MOST_STUDENTS = 10_000
LONGEST = 200
"""Characters of a student's name."""
LONGEST_FILE = 60
"""Characters of a file's name, without its ending."""

COLUMNS = ("student", "name", "username", "estudiante", "nombre", "alumno", "alumna", "usuario")
"""What the column of a CSV file is called that holds the names, the first that there is."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that are devices on Windows."""


def read_roster(source: Source) -> list[str]:
    """The students: a name on each line, or a column of a ``.csv`` file. Lines that begin with ``#`` say nothing.

    Raises Fault where there is none, or two are one name to the draw (see `normal_name`).
    """
    found = _columns(source.text) if source.name.lower().endswith(".csv") else _lines(source.text)
    students: dict[str, str] = {}
    for line, name in found:
        place = Span(line, 1, line, 2)
        if len(name) > LONGEST:
            raise Fault("invalid-value", t("a name has more than {most} characters", most=LONGEST), span=place)
        if normal_name(name) in students:
            message = t("two students are called {name}", name=quote(name))
            help = t("add what tells them apart; capitals, spaces and how an accent is typed do not")
            raise Fault("duplicate-name", message, help, span=place)
        students[normal_name(name)] = name
        if len(students) > MOST_STUDENTS:
            raise Fault("limit-exceeded", t("more than {most:,} students", most=MOST_STUDENTS), span=place)
    if not students:
        raise Fault("syntax", t("there is no student in the file"), t("write a name on each line"))
    return list(students.values())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        name = " ".join(line.split())
        if name and not name.startswith("#"):
            yield number, name


def _columns(text: str) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    head = next((line for line in lines if line.strip()), "")
    separator = max(",;\t", key=head.count)
    rows = csv.reader(lines, delimiter=separator)
    column: int | None = None
    try:
        for row in rows:
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells):
                continue
            if column is None:
                column = _name_column(cells, rows.line_num)
                if column is not None:
                    continue
                column = 0
            name = cells[column] if column < len(cells) else ""
            if name:
                yield rows.line_num, name
    except csv.Error as error:
        message = t("this is not CSV: {problem}", problem=str(error))
        raise Fault("syntax", message, span=Span(rows.line_num, 1, rows.line_num, 2)) from None


def _name_column(cells: Sequence[str], line: int) -> int | None:
    """The column of names by its title; None where there is one column and no title. Raises Fault."""
    titles = [cell.casefold() for cell in cells]
    for word in COLUMNS:
        if word in titles:
            return titles.index(word)
    if len(cells) > 1:
        message = t("no column is called {words}", words=listing(map(quote, COLUMNS), "or"))
        help = t("give the column of names such a title, in the first line")
        raise Fault("missing-parameter", message, help, span=Span(line, 1, line, 2))
    return None


def file_names(students: Iterable[str]) -> dict[str, str]:
    """A name for the files of each student, without an ending: letters, digits, ``-`` and ``_`` alone, each once.

    So no name leads out of the folder, to a device, or to another's file where capitals make no difference.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        text = unicodedata.normalize("NFC", student)
        safe = "".join(c if c.isalnum() or c == "_" else "-" for c in text)
        safe = re.sub("-+", "-", safe)[:LONGEST_FILE].strip("-") or "student"
        if _RESERVED.fullmatch(safe):
            safe += "_"
        name, number = safe, 2
        while name.casefold() in taken:
            name, number = f"{safe}-{number}", number + 1
        taken.add(name.casefold())
        names[student] = name
    return names
