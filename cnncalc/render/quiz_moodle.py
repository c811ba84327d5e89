"""Exercises as Moodle XML: shapes and tables as cloze questions, counts as numerical ones.

As Moodle's importer reads it (``question/format/xml/format.php`` and ``question/type/multianswer/questiontype.php``).
The variants of a question share a category, from which a quiz can draw one at random.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cnncalc.homework.assignment import Assignment, Cell, Question
from cnncalc.homework.blanks import Blank, Option, blanks, decimal
from cnncalc.homework.wording import asked, column_title, notes
from cnncalc.language import t
from cnncalc.text import listing, printable

MISTAKES = Fraction(1, 4)
"""What a common mistake is worth unless told otherwise."""

GRADES = tuple(
    Fraction(text) / 100
    for text in "0 5 10 100/9 25/2 100/7 50/3 20 25 30 100/3 40 50 60 200/3 70 75 80 250/3 90 100".split()
)
"""The parts of the points that Moodle's importer accepts (``question_bank::fraction_options``)."""

LONGEST = 100
"""Characters of a name; Moodle keeps at most 255."""


def moodle(assignments: Sequence[Assignment], mistakes: Fraction = MISTAKES) -> str:
    """The document; several assignments are variants of the same questions, one beside the other.

    What a common mistake gives is worth ``mistakes`` of the points, with the misconception's hint as feedback. A
    question's mark is its points; where those are no whole number for each box, all are multiplied by the same number.
    Raises ValueError for a part that Moodle does not know.
    """
    check_mistakes(mistakes)
    root = Element("quiz")
    sets = [(id, [_filled(question, mistakes) for question in questions]) for id, questions in variants(assignments)]
    factor = _factor([filled for _, found in sets for filled in found])
    title = next((assignment.title for assignment in assignments if assignment.title), "") or t("Exercises")
    several = len(assignments) > 1
    if not several:
        _category(root, [title])
    for id, found in sets:
        if several:
            _category(root, [title, id])
        for number, filled in enumerate(found, 1):
            _question(root, filled, f"{id} ({number})" if several else id, factor)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def check_mistakes(mistakes: Fraction) -> None:
    """Raises ValueError for a part of the points that Moodle's importer would refuse."""
    if mistakes not in GRADES or mistakes == 1:
        parts = listing((f"{percent(grade)}%" for grade in GRADES[:-1]), "or")
        message = t("Moodle has no answer that is worth {part}%; it has {parts}", part=percent(mistakes), parts=parts)
        raise ValueError(message)


def percent(part: Fraction) -> str:
    """``25``, ``33.33333``: with Moodle's five decimals."""
    return decimal(Fraction(round(part * 10_000_000), 100_000))


def variants(assignments: Sequence[Assignment]) -> list[tuple[str, list[Question]]]:
    """The questions by id, each with its variants; those that can't be graded are left out, equal ones told once."""
    found: dict[str, dict[object, Question]] = {}
    for assignment in assignments:
        for question in assignment.questions:
            if any(not cell.broken and not cell.misnamed for cell in question.cells):
                key = (asked(question), tuple(repr(cell.truth) for cell in question.cells))
                found.setdefault(question.id, {}).setdefault(key, question)
    return [(id, list(questions.values())) for id, questions in found.items()]


def category_path(names: Sequence[str]) -> str:
    """``$course$/top/Homework/q1``; a slash in a name is doubled, and never stands at its end."""
    parts = []
    for name in names:
        text = printable(" ".join(name.split()))[:LONGEST].strip().replace("/", "//")
        parts.append(f"{' ' if text.startswith('/') else ''}{text}{' ' if text.endswith('/') else ''}")
    return "/".join(["$course$", "top", *parts])


def told(question: Question) -> list[str]:
    """The lines of a question that stands alone: its text, and the conventions that its answer follows."""
    return [*asked(question).splitlines(), *notes(question.conventions, [question])]


# Questions


def _category(root: Element, names: Sequence[str]) -> None:
    category = SubElement(SubElement(root, "question", type="category"), "category")
    SubElement(category, "text").text = category_path(names)


class _Filled(NamedTuple):
    """A question with the boxes of its cells."""

    question: Question
    cells: list[tuple[Cell, list[Blank]]]

    @property
    def cloze(self) -> bool:
        return self.question.table or len(self.cells[0][1]) > 1


def _filled(question: Question, mistakes: Fraction) -> _Filled:
    cells = [cell for cell in question.cells if not cell.broken and not cell.misnamed]
    return _Filled(question, [(cell, blanks(cell, question.conventions, mistakes)) for cell in cells])


def _question(root: Element, filled: _Filled, name: str, factor: int) -> None:
    lines = [f"<p>{_html(line)}</p>" for line in told(filled.question)]
    if filled.cloze:
        body = [_braced(line) for line in lines]
        cell, boxes = filled.cells[0]
        body.append(
            _table(filled, factor) if filled.question.table else f"<p>{_boxes(boxes, cell.points * factor)}</p>"
        )
        _head(root, "cloze", name, body)
        return
    ((cell, (blank,)),) = filled.cells
    kind = {"number": "numerical", "choice": "truefalse" if cell.ask == "fits" else "multichoice"}[blank.kind]
    element = _head(root, kind, name, lines)
    SubElement(element, "defaultgrade").text = decimal(cell.points * factor)
    if kind == "truefalse":
        _true_or_false(element, bool(cell.truth), blank)
        return
    if kind == "multichoice":
        for key, value in (("single", "true"), ("shuffleanswers", "true"), ("answernumbering", "none")):
            SubElement(element, key).text = value
    for option in blank.options:
        answer = _answer(element, option, _html(option.text))
        if kind == "multichoice":
            answer.set("format", "html")
        else:
            SubElement(answer, "tolerance").text = decimal(blank.tolerance)


def _head(root: Element, kind: str, name: str, lines: Sequence[str]) -> Element:
    element = SubElement(root, "question", type=kind)
    _text(element, "name", printable(name)[:LONGEST])
    _text(element, "questiontext", "\n".join(lines)).set("format", "html")
    return element


def _text(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    SubElement(element, "text").text = text
    return element


def _answer(parent: Element, option: Option, text: str) -> Element:
    answer = SubElement(parent, "answer", fraction=percent(option.share))
    SubElement(answer, "text").text = text
    _text(answer, "feedback", html.escape(option.hint)).set("format", "html")
    return answer


def _true_or_false(element: Element, truth: bool, blank: Blank) -> None:
    right, wrong = blank.options
    for word in ("true", "false"):
        _answer(element, right if (word == "true") == truth else wrong, word)


# Cloze


def _table(filled: _Filled, factor: int) -> str:
    question = filled.question
    rows: dict[str, dict[str, str]] = {cell.row: {} for cell in question.cells}
    for cell, boxes in filled.cells:
        rows[cell.row][cell.ask] = _boxes(boxes, cell.points * factor)
    asks = list(dict.fromkeys(cell.ask for cell in question.cells))
    titles = [t("layer"), *(column_title(ask, question.conventions) for ask in asks)]
    found = ["<table>", f"<tr>{''.join(f'<th>{_braced(_html(title))}</th>' for title in titles)}</tr>"]
    for row, cells in rows.items():
        columns = "".join(f"<td>{cells.get(ask, '—')}</td>" for ask in asks)
        found.append(f"<tr><th>{_braced(_html(printable(row)))}</th>{columns}</tr>")
    return "\n".join([*found, "</table>"])


def _boxes(boxes: Sequence[Blank], points: Fraction) -> str:
    """The boxes of one answer, each with its part of the points."""
    marks = points / len(boxes)
    parts = [f"{_braced(_html(box.label))} {_box(box, marks)}".strip() for box in boxes]
    return " × ".join(parts)


def _box(blank: Blank, marks: Fraction) -> str:
    """``{1:NUMERICAL:=55:0~%25%54:0#Did you forget the +1?}``."""
    kind = "NUMERICAL" if blank.kind == "number" else "MULTICHOICE"
    options = []
    for option in blank.options:
        worth = "=" if option.share == 1 else f"%{percent(option.share)}%"
        if blank.kind == "number":
            text = f"{option.text}:{decimal(blank.tolerance)}"
        else:
            text = cloze_text(option.text)
        hint = f"#{cloze_text(option.hint)}" if option.hint else ""
        options.append(f"{worth}{text}{hint}")
    return f"{{{int(marks)}:{kind}:{'~'.join(options)}}}"


def cloze_text(text: str) -> str:
    """A text inside a box.

    Moodle takes the box apart, undoes the entities of what it finds, and reads the result as HTML: so the text is HTML
    first, and then all that has a meaning in a box, or in an entity, is one itself.
    """
    return html.escape(text).translate(_CLOZE)


_CLOZE = str.maketrans({c: f"&#{ord(c)};" for c in "&~#}{\\/\"'%=:"})


def _braced(text: str) -> str:
    """HTML around the boxes, in which nothing looks like one."""
    return text.replace("{", "&#123;").replace("}", "&#125;")


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def _factor(found: Sequence[_Filled]) -> int:
    """The least number that makes the mark of each box whole: a box of a cloze has no other."""
    clozes = (filled for filled in found if filled.cloze)
    return lcm(*((cell.points / len(boxes)).denominator for filled in clozes for cell, boxes in filled.cells))
