"""An answer compared with what is right: what it is worth, and which mistakes it may come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnncalc.homework.answer import ROUGHEST, Unanswered
from cnncalc.homework.answers import Answer, Unreadable, Wants, number_text, read_answer
from cnncalc.homework.assignment import AXES, Cell
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.truth import WANTS, Value, channels_first, laid_out
from cnncalc.language import t
from cnncalc.trace_numbers import Number, plain

if TYPE_CHECKING:
    from cnncalc.homework.misconceptions import Misconception
    from cnncalc.homework.misconceptions import Value as Slip

REMEMBERED = 5_000
"""Truths, of which a table has other ones for each student, whose mistakes are worked out once."""

CLOSE = Fraction(1, 1000)
"""Memory that is no whole number of the KB, MB or GB asked for is right this part of it away: 1270.88 for 1270.875."""


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


class Comparer:
    """Answers to the cells of an assignment, compared under its conventions."""

    def __init__(self, conventions: Conventions) -> None:
        self.conventions = conventions
        self._slips: dict[tuple[Cell, object], list[tuple[Misconception, Slip]]] = {}
        """What each mistake gives, by cell and truth."""

    def judge(self, cell: Cell, text: str, truth: Value) -> Judgement:
        """What a text is worth where that is the truth; in a table it may follow from the student's rows above."""
        try:
            answer = self._read(cell, text, truth)
        except Unanswered as error:
            return Judgement("missing", reason=error.reason)
        except Unreadable as error:
            return Judgement("unreadable", reason=error.reason)
        return self._compare(cell, truth, answer)

    def _read(self, cell: Cell, text: str, truth: Value) -> Answer:
        """The answer as it was meant. Raises Unreadable."""
        wants: Wants = "size" if cell.axis else WANTS.get(cell.ask, "count")
        axes = len(truth) if wants == "shape" and isinstance(truth, tuple) else None
        memory = cell.ask == "memory"
        whole = not memory or self.conventions.bytes == 1
        return read_answer(text, wants, axes=axes, kilobyte=self.conventions.kilobyte, memory=memory, whole=whole)

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
        if read == truth:  # axes that are named are right in any order
            return Judgement("correct", Fraction(1), answer.read_as, value=read)
        other = "HxWxC" if layout == "CxHxW" else "CxHxW"
        share, reason = Fraction(0), ""
        if channels_first(typed, other) == truth:
            share = self.conventions.other_layout
            reason = t("the right numbers in another order; here shapes are written {layout}", layout=layout)
            missed = self._missed(cell, truth, answer, laid_out(truth, "HxWxC"), share, reason)
            return replace(missed, value=truth)
        if len(read) == len(truth):
            right = sum(a == b for a, b in zip(read, truth))
            share = Fraction(right, len(truth)) * self.conventions.axes
        elif len(truth) > 1 and typed == truth[1:]:
            share = Fraction(len(typed), len(truth)) * self.conventions.axes
            reason = t("the channels are missing; here shapes are written {layout}", layout=layout)
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
        if cell.ask == "memory" and answer.unit != "bytes":
            answer = _in_bytes(answer, self.conventions.bytes, truth)
        if cell.ask != "memory" and answer.unit == "bytes":
            reason = t("it is an amount of memory, and a count is asked for")
            return Judgement("wrong", read_as=answer.read_as, reason=reason)
        seldom_whole = cell.ask == "memory" and truth % self.conventions.bytes
        if answer.value == truth or (seldom_whole and answer.near(truth, CLOSE)):
            return Judgement("correct", Fraction(1), answer.read_as, value=int(truth))
        if answer.rounds(truth):
            share = self.conventions.rounded
            if answer.near(truth, ROUGHEST):
                reason = "" if share == 1 else t("it is rounded, and the exact number is asked for")
                return Judgement(_verdict(share), share, answer.read_as, reason)
            reason = t("it is rounded too far; the exact number is asked for")
            return Judgement("wrong", read_as=answer.read_as, reason=reason)
        return self._missed(cell, truth, answer, answer.value, Fraction(0))

    def _missed(
        self, cell: Cell, truth: Value, answer: Answer, value: object, share: Fraction, reason: str = ""
    ) -> Judgement:
        """An answer that is not right, with the mistakes that it may come from."""
        names, hint = self._diagnosed(cell, truth, value if answer.low is None else answer)
        kept = value if isinstance(value, (int, tuple)) and not isinstance(value, bool) else None
        return Judgement(_verdict(share), share, answer.read_as, reason or answer.ambiguous, names, hint, kept)

    def _diagnosed(self, cell: Cell, truth: Value, given: object) -> tuple[tuple[str, ...], str]:
        """The names of the mistakes that give a value, or a rounded answer, and a question that leads to the first."""
        from cnncalc.homework.misconceptions import diagnose
        from cnncalc.homework.mistakes import as_told, mistakes, subject_of

        subject = subject_of(cell)
        if subject is None:
            return (), ""
        right = as_told(cell, truth)
        known = self._slips.get((cell, right))
        if known is None:
            if len(self._slips) >= REMEMBERED:
                self._slips.clear()
            known = self._slips[cell, right] = mistakes(cell, subject, right)
        found = diagnose(subject, cell.ask, right, given, known)
        return tuple(misconception.name for misconception in found), found[0].hint() if found else ""


def _in_bytes(answer: Answer, unit: int, truth: Number) -> Answer:
    """An amount of memory in the assignment's unit, for want of another; of two readings of ``1.241`` the nearer."""
    assert isinstance(answer.value, (int, Fraction))
    value, read_as = answer.value, answer.read_as
    if answer.other is not None and abs(Fraction(answer.other) * unit - truth) < abs(Fraction(value) * unit - truth):
        value, read_as = answer.other, number_text(answer.other)
    low, high = (None if number is None else plain(Fraction(number) * unit) for number in (answer.low, answer.high))
    return replace(answer, value=plain(Fraction(value) * unit), low=low, high=high, read_as=read_as)


def _verdict(share: Fraction) -> str:
    return "correct" if share == 1 else "partial" if share else "wrong"
