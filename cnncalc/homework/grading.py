"""Answers compared with what is right: a verdict and points for each cell, whose sum is the total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any

from cnncalc.homework.answers import Answer, Unreadable, read_answer
from cnncalc.homework.assignment import AXES, Assignment, Cell, Question
from cnncalc.homework.carrying import Carried
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.submissions import Given, Submission
from cnncalc.homework.truth import WANTS, Value, channels_first, truth_text
from cnncalc.language import t
from cnncalc.text import quote, suggest

VERDICTS = ("correct", "partial", "wrong", "unreadable", "missing", "ungradable")
NOTED = 20
"""Names that mean nothing, of which so many are told."""
REMEMBERED = 5_000
"""Different answers to one cell that are judged once, however many students give them."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer is worth: ``share`` of the cell's points."""

    verdict: str
    share: Fraction = Fraction(0)
    read_as: str = ""
    reason: str = ""
    misconceptions: tuple[str, ...] = ()
    hint: str = ""
    value: Value = None
    """The answer in the engine's order of axes, where it was read; for the rows below it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A cell, graded. Points are whole hundredths (``cents``), so that any format can add them up."""

    id: str
    question: str
    verdict: str
    cents: int
    max_cents: int
    answer: str
    read_as: str
    reason: str
    misconceptions: tuple[str, ...]
    hint: str
    carried: bool
    """Whether it is right for the student's own rows above it."""
    truth: str
    """What is right."""

    @property
    def points(self) -> Fraction:
        return Fraction(self.cents, 100)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100)


@dataclass
class Grade:
    """All items of one student."""

    student: str
    items: list[Item]
    notes: list[str] = field(default_factory=list)
    file: str = ""
    title: str = ""
    unread: str = ""
    """Why the file could not be read, where it could not."""

    @property
    def cents(self) -> int:
        """The points, in hundredths."""
        return sum(item.cents for item in self.items)

    @property
    def max_cents(self) -> int:
        return sum(item.max_cents for item in self.items)

    @property
    def points(self) -> Fraction:
        return Fraction(self.cents, 100)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100)

    @property
    def gradable(self) -> bool:
        """Whether there was anything to grade."""
        return any(item.verdict != "ungradable" for item in self.items)


class Grader:
    """An assignment, ready to grade many files."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.conventions = assignment.conventions
        self._cents = _cents(assignment.cells)
        self._known: dict[Cell, dict[str, Judgement]] = {}
        self._items: dict[Cell, dict[str, Item]] = {}
        self._truths: dict[Cell, str] = {}
        self._slips: dict[tuple[Cell, int], frozenset[object]] = {}
        """The values of the mistakes that are known, by cell and truth."""

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
        return Grade(submission.student, items, notes, submission.source.name, self.assignment.title)

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
                again = self._compare(cell, truth, self._read(cell, answers[cell].text, truth))
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
        )

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
            known[text] = self._judged(cell, text)
        return known[text]

    def _judged(self, cell: Cell, text: str) -> Judgement:
        try:
            answer = self._read(cell, text, cell.truth)
        except Unreadable as error:
            return Judgement("unreadable", reason=error.reason)
        return self._compare(cell, cell.truth, answer)

    def _read(self, cell: Cell, text: str, truth: Value) -> Answer:
        """The answer as it was meant. Raises Unreadable."""
        wants = "size" if cell.axis else WANTS.get(cell.ask, "count")
        axes = len(truth) if wants == "shape" and isinstance(truth, tuple) else None
        return read_answer(text, wants, axes=axes, kilobyte=self.conventions.kilobyte)  # type: ignore[arg-type]

    def _compare(self, cell: Cell, truth: Value, answer: Answer) -> Judgement:
        if answer.kind in ("fit", "no-fit"):
            fits = answer.kind == "fit"
            right = truth is fits if cell.ask == "fits" else truth is None and not fits
            if right:
                return Judgement("correct", Fraction(1), answer.read_as)
            return self._missed(cell, truth, answer, True if fits else None, Fraction(0))
        if truth is None:
            value = answer.value
            if isinstance(value, tuple):
                value = channels_first(value, self.conventions.layout)
            return self._missed(cell, truth, answer, value, Fraction(0))
        if answer.kind == "shape":
            return self._compare_shape(cell, truth, answer)
        if answer.kind == "size":
            return self._compare_size(cell, truth, answer)
        return self._compare_count(cell, truth, answer)

    def _compare_shape(self, cell: Cell, truth: Value, answer: Answer) -> Judgement:
        assert isinstance(truth, tuple)
        assert isinstance(answer.value, tuple)
        typed = answer.value
        if len(typed) == len(truth) + 1 and typed[0] == 1:
            typed = typed[1:]  # the batch
        layout = self.conventions.layout
        named = answer.layout if len(typed) == len(truth) else ""
        read = channels_first(typed, named or layout)
        if read == truth and (not named or named == layout):
            return Judgement("correct", Fraction(1), answer.read_as, value=read)
        other = "HxWxC" if layout == "CxHxW" else "CxHxW"
        share, reason = Fraction(0), ""
        if channels_first(typed, other) == truth:
            share, read = self.conventions.other_layout, truth
            reason = t("the right numbers in another order; here shapes are written {layout}", layout=layout)
        elif len(read) == len(truth):
            right = sum(a == b for a, b in zip(read, truth))
            share = Fraction(right, len(truth)) * self.conventions.axes
        return self._missed(cell, truth, answer, read, share, reason)

    def _compare_size(self, cell: Cell, truth: Value, answer: Answer) -> Judgement:
        value = answer.value
        if cell.axis and isinstance(truth, tuple):
            position = AXES.index(cell.axis)
            truth = truth[position : position + 1]
        if cell.inverse is not None:
            right = isinstance(value, (int, tuple)) and cell.inverse.gives(value)
            if right:
                return Judgement("correct", Fraction(1), answer.read_as)
            return self._missed(cell, truth, answer, value, Fraction(0))
        truth = truth if isinstance(truth, tuple) else (int(truth or 0),)
        typed: Any = value if isinstance(value, tuple) else (value,) * len(truth)
        if typed == truth:
            return Judgement("correct", Fraction(1), answer.read_as, value=typed)
        if len(typed) != len(truth):
            return self._missed(cell, truth, answer, value, Fraction(0))
        if cell.axis:
            return self._missed(cell, truth, answer, typed[0], Fraction(0))
        share = Fraction(sum(a == b for a, b in zip(typed, truth)), len(truth)) * self.conventions.axes
        return self._missed(cell, truth, answer, typed if len(set(typed)) > 1 else typed[0], share)

    def _compare_count(self, cell: Cell, truth: Value, answer: Answer) -> Judgement:
        assert isinstance(truth, (int, Fraction))
        assert isinstance(answer.value, (int, Fraction))
        # Memory is worked out in bytes, and answered in the assignment's unit where it names none.
        factor = self.conventions.bytes if cell.ask == "memory" and answer.unit != "bytes" else 1
        value = answer.value * factor
        if value == truth:
            return Judgement("correct", Fraction(1), answer.read_as, value=int(truth))
        if answer.low is not None and answer.high is not None and answer.low * factor <= truth <= answer.high * factor:
            share = self.conventions.rounded
            reason = "" if share == 1 else t("it is rounded, and the exact number is asked for")
            return Judgement(_verdict(share), share, answer.read_as, reason)
        return self._missed(cell, truth, answer, value, Fraction(0))

    def _missed(
        self, cell: Cell, truth: Value, answer: Answer, value: object, share: Fraction, reason: str = ""
    ) -> Judgement:
        """An answer that is not right, with the mistakes that it may come from."""
        names, hint = self._diagnosed(cell, truth, value)
        kept = value if isinstance(value, (int, tuple)) and not isinstance(value, bool) else None
        return Judgement(_verdict(share), share, answer.read_as, reason or answer.ambiguous, names, hint, kept)

    def _diagnosed(self, cell: Cell, truth: Value, value: object) -> tuple[tuple[str, ...], str]:
        """The names of the mistakes that give the answer, and a question that leads to the first."""
        if cell.layer is None or cell.analysis is None or isinstance(value, Fraction):
            return (), ""
        from cnncalc.homework.misconceptions import Subject, candidates, diagnose

        right: object = truth
        if isinstance(truth, bool):
            right = truth or None
        elif isinstance(truth, tuple) and (cell.axis or (cell.ask != "output" and len(set(truth)) == 1)):
            right = truth[0]
        subject = Subject(cell.layer, cell.analysis)
        if isinstance(value, int) and isinstance(right, int) and cell.ask not in WANTS:
            # Counts may be any number; most of them come from no mistake that is known.
            if (cell, right) not in self._slips:
                self._slips[cell, right] = frozenset(value for _, value in candidates(subject, cell.ask, right))
            if value not in self._slips[cell, right]:
                return (), ""
        found = diagnose(subject, cell.ask, right, value)
        return tuple(misconception.name for misconception in found), found[0].hint() if found else ""


def _verdict(share: Fraction) -> str:
    return "correct" if share == 1 else "partial" if share else "wrong"


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
    if given.text.strip():
        given = Given(reason=t("this is a table; answer it as {example}", example=f"{{{question.cells[0].row}: …}}"))
    columns = Counter(cell.row for cell in question.cells)
    for cell in question.cells:
        row = rows.get(cell.row, Given())
        if given.reason or row.reason:
            answers[cell] = Given(reason=given.reason or row.reason)
        elif row.rows is not None:
            answers[cell] = row.rows.get(cell.ask, Given())
        elif columns[cell.row] == 1:
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
