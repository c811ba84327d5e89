"""Exercises as GIFT, the plain text that Moodle and others import (``question/format/gift/format.php`` of Moodle).

GIFT has no question with several boxes: a shape is a short answer with the spellings that people use, and each cell of
a table a question of its own.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from fractions import Fraction

from cnncalc.homework.assignment import Assignment, Cell, Question
from cnncalc.homework.blanks import Blank, Option, blanks, decimal, whole_shape
from cnncalc.homework.wording import cell_text, notes
from cnncalc.language import t
from cnncalc.render.quiz_moodle import LONGEST, MISTAKES, category_path, check_mistakes, percent, variants
from cnncalc.text import printable

_ESCAPED = str.maketrans({c: f"\\{c}" for c in "~=#{}:\\"})


def gift(assignments: Sequence[Assignment], mistakes: Fraction = MISTAKES) -> str:
    """The document; several assignments are variants of the same questions, in a category for each question.

    What a common mistake gives is worth ``mistakes`` of the points, with the misconception's hint as feedback. GIFT
    knows no points of a question. Raises ValueError for a part that Moodle does not know.
    """
    check_mistakes(mistakes)
    title = next((assignment.title for assignment in assignments if assignment.title), "") or t("Exercises")
    several = len(assignments) > 1
    parts = [] if several else [_category([title])]
    for id, questions in variants(assignments):
        if several:
            parts.append(_category([title, id]))
        for number, question in enumerate(questions, 1):
            for cell in question.cells:
                if not cell.broken and not cell.misnamed:
                    name = f"{cell.id} ({number})" if several else cell.id
                    parts += _cell(question, cell, name, mistakes)
    return "\n\n".join(parts) + "\n"


def _category(names: Sequence[str]) -> str:
    # Of all that has a meaning elsewhere, only a backslash has one here.
    path = category_path(names).replace("\\", "\\\\")
    return f"$CATEGORY: {path}"


def _cell(question: Question, cell: Cell, name: str, mistakes: Fraction) -> list[str]:
    lines = [*cell_text(question, cell).splitlines(), *_notes(question, cell)]
    shape = whole_shape(cell, question.conventions, mistakes)
    boxes = [shape] if shape is not None else blanks(cell, question.conventions, mistakes)
    return [_question(name, lines, blank, cell) for blank in boxes]


def _notes(question: Question, cell: Cell) -> list[str]:
    alone = Question(question.id, "", [cell], written=question.written, conventions=question.conventions)
    return notes(question.conventions, [alone])


def _question(name: str, lines: Sequence[str], blank: Blank, cell: Cell) -> str:
    text = gift_text("<br>".join(html.escape(line, quote=False) for line in lines))
    head = f"::{gift_text(printable(name)[:LONGEST])}::[html]{text}"
    if cell.ask == "fits":
        return f"{head}{{{_true_or_false(bool(cell.truth), blank)}}}"
    start, sign = {"number": ("#", "="), "text": ("", "="), "choice": ("", "~")}[blank.kind]
    options = "\n".join(f"\t{_option(option, blank, sign)}" for option in blank.options)
    return f"{head}{{{start}\n{options}\n}}"


def _option(option: Option, blank: Blank, sign: str) -> str:
    """``=55:0``, or ``=%25%54:0#Did you forget the +1?``."""
    if blank.kind == "number":
        text = f"{option.text}:{decimal(blank.tolerance)}"
    elif blank.kind == "choice":
        text = gift_text(html.escape(option.text, quote=False))
    else:
        text = gift_text(option.text)
    worth = "=" if option.share == 1 else f"{sign}%{percent(option.share)}%"
    return f"{worth}{text}{_feedback(option.hint)}"


def _true_or_false(truth: bool, blank: Blank) -> str:
    return ("TRUE" if truth else "FALSE") + _feedback(blank.options[1].hint)


def _feedback(hint: str) -> str:
    return f"#{gift_text(html.escape(hint, quote=False))}" if hint else ""


def gift_text(text: str) -> str:
    """A text in which no character has a meaning of GIFT's."""
    return text.translate(_ESCAPED)
