"""The grader: every cell of an assignment, with what one student gave for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice

from cnncalc.homework.answer import Unanswered, Unreadable
from cnncalc.homework.assignment import AXES, Assignment, Cell, Question
from cnncalc.homework.carrying import Carried
from cnncalc.homework.comparing import Comparer, Judgement
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.grade import VERDICTS, Grade, Item
from cnncalc.homework.spelling import clean
from cnncalc.homework.submissions import Given, Submission
from cnncalc.homework.truth import truth_text
from cnncalc.homework.unanswered import check_answered
from cnncalc.language import t
from cnncalc.text import quote, suggest

__all__ = ["VERDICTS", "Grade", "Grader", "Item", "Judgement"]

NOTED = 20
"""Names that mean nothing, of which so many are told."""
REMEMBERED = 5_000
"""Different answers to one cell that are judged once, however many students give them."""


class Grader:
    """An assignment, ready to grade many files."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.conventions = assignment.conventions
        self._comparer = Comparer(self.conventions)
        self._cents = _cents(assignment.cells)
        self._known: dict[Cell, dict[str, Judgement]] = {}
        self._items: dict[Cell, dict[str, Item]] = {}
        self._truths: dict[Cell, str] = {}
        self._questions = {question.id: question for question in assignment.questions}
        self._texts: dict[str, str] = {}

    def grade(self, submission: Submission) -> Grade:
        """Grade one file."""
        items: list[Item] = []
        notes = list(submission.notes)
        for question in self.assignment.questions:
            items += self._question(question, submission.answers.get(question.id, Given()), notes)
        ids = self.assignment.ids
        for name in islice((name for name in submission.answers if name not in ids), NOTED):
            help = suggest(name, sorted(ids))
            note = t("no question is called {name}", name=quote(name))
            notes.append(f"{note}; {help}" if help else note)
        own = self.assignment
        return Grade(submission.student, items, notes, submission.source.name, own.title, variant=own.variant)

    def absent(self, student: str, file: str, reason: str) -> Grade:
        """The grade of a file that can't be read."""
        items = [self._item(cell, Given(reason=reason), self._judge(cell, Given(reason=reason))) for cell in self._all]
        return Grade(student, items, [], file, self.assignment.title, reason)

    @property
    def _all(self) -> list[Cell]:
        return self.assignment.cells

    def _question(self, question: Question, given: Given, notes: list[str]) -> Iterator[Item]:
        if not question.table:
            yield self._single(question.cells[0], given)
            return
        answers = _spread(question, given, notes)
        judged = {cell: self._judge(cell, answers[cell]) for cell in question.cells}
        carried: dict[Cell, Judgement] = {}
        if (
            self.conventions.carry_forward
            and not question.row
            and any(judgement.value is not None for judgement in judged.values())
        ):
            carried = self._carried(judged, answers)
        for cell, judgement in judged.items():
            better = carried.get(cell)
            yield self._item(cell, answers[cell], better or judgement, carried=better is not None)

    def _single(self, cell: Cell, given: Given) -> Item:
        """The item of a cell that stands alone: the same for each student who gives the same answer."""
        known = self._items.setdefault(cell, {})
        item = known.get(given.text) if given.rows is None and not given.reason else None
        if item is None:
            item = self._item(cell, given, self._judge(cell, given))
            if given.rows is None and not given.reason:
                if len(known) >= REMEMBERED:
                    known.clear()
                known[given.text] = item
        return item

    def _carried(self, judged: dict[Cell, Judgement], answers: dict[Cell, Given]) -> dict[Cell, Judgement]:
        """The cells that are worth more if the student's own rows above them are taken for granted."""
        if not any(j.verdict in ("wrong", "partial") for j in judged.values()):
            return {}
        better = {}
        own = Carried({cell: judgement.value for cell, judgement in judged.items() if judgement.value is not None})
        for cell, judgement in judged.items():
            if judgement.verdict not in ("wrong", "partial"):
                continue
            for truth in own.truth(cell, self.conventions):
                again = self._comparer.judge(cell, answers[cell].text, truth)
                if again.share > judgement.share:
                    better[cell] = again
        return better

    def _item(self, cell: Cell, given: Given, judgement: Judgement, carried: bool = False) -> Item:
        cents = self._cents[cell]
        points = cents if judgement.share == 1 else int(cents * judgement.share + Fraction(1, 2))
        if cell not in self._truths:
            self._truths[cell] = "" if cell.broken or cell.misnamed else _told(cell, self.conventions)
        return Item(
            cell.id,
            cell.question,
            judgement.verdict,
            points,
            cents,
            given.text,
            judgement.read_as,
            judgement.reason,
            judgement.misconceptions,
            judgement.hint,
            carried,
            self._truths[cell],
            self._text(cell.question),
        )

    def _text(self, id: str) -> str:
        """What a question asks, worded once for all students; of a row that a student chose, nothing."""
        if id not in self._texts:
            from cnncalc.homework.wording import question_text

            question = self._questions[id]
            self._texts[id] = "" if question.row else question_text(question)
        return self._texts[id]

    # One answer

    def _judge(self, cell: Cell, given: Given) -> Judgement:
        if cell.broken:
            return Judgement("ungradable", reason=cell.broken)
        if cell.misnamed or given.reason:
            return Judgement("unreadable", reason=cell.misnamed or given.reason)
        if given.rows is not None:
            return Judgement(
                "unreadable", reason=t("one answer is asked for, and this is a mapping; write it in quotes")
            )
        text = given.text
        if not text.strip():
            return Judgement("missing")
        known = self._known.setdefault(cell, {})
        if text not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            known[text] = self._comparer.judge(cell, text, cell.truth)
        return known[text]


def _told(cell: Cell, conventions: Conventions) -> str:
    if cell.axis and isinstance(cell.truth, tuple):
        return str(cell.truth[AXES.index(cell.axis)])
    return truth_text(cell.truth, cell.ask, conventions)


def _spread(question: Question, given: Given, notes: list[str]) -> dict[Cell, Given]:
    """What was answered to each cell of a table, whose rows and columns are the keys of mappings."""
    answers = {}
    if question.row:
        given = Given(rows={question.id: given})
    rows = given.rows or {}
    if _is_open(given.text):
        return dict.fromkeys(question.cells, given)
    if given.text.strip():
        given = Given(reason=t("this is a table; answer it as {example}", example=f"{{{question.cells[0].row}: …}}"))
    columns = Counter(cell.row for cell in question.cells)
    for cell in question.cells:
        row = rows.get(cell.row, Given())
        if given.reason or row.reason:
            answers[cell] = Given(reason=given.reason or row.reason)
        elif row.rows is not None:
            answers[cell] = row.rows.get(cell.ask, Given())
        elif columns[cell.row] == 1 or _is_open(row.text):
            answers[cell] = row
        elif row.text.strip():
            answers[cell] = Given(reason=t("say which column it is: {example}", example=f"{{{cell.ask}: …}}"))
        else:
            answers[cell] = row
    asks = {cell.ask for cell in question.cells}
    unknown: list[tuple[str, Iterable[str]]] = [(name, columns) for name in rows if name not in columns]
    unknown += [
        (ask, asks) for name, row in rows.items() if name in columns for ask in row.rows or () if ask not in asks
    ]
    for name, known in unknown[:NOTED]:
        help = suggest(name, sorted(known))
        note = t("{question} has no {name}", question=quote(question.id), name=quote(name))
        notes.append(f"{note}; {help}" if help else note)
    return answers


def _is_open(text: str) -> bool:
    """Whether a text says of a whole table, or row, that there is no answer."""
    try:
        check_answered(text)
        check_answered(text, clean(text) if text.strip() else "")
    except Unreadable as error:
        return isinstance(error, Unanswered)
    return False


def _cents(cells: list[Cell]) -> dict[Cell, int]:
    """The hundredths of a point that each cell is worth; those that can't be graded are worth none.

    Each is rounded together with all before it, so that thirds add up to the whole.
    """
    cents = {}
    exact, given = Fraction(0), 0
    for cell in cells:
        if not cell.broken:
            exact += cell.points * 100
        cents[cell] = int(exact + Fraction(1, 2)) - given
        given += cents[cell]
    return cents
