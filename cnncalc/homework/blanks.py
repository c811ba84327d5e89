"""What another program has to know to grade a question: boxes to fill in, and what each answer is worth.

A shape is a box for each axis, so that no program has to read shapes; what is yes or no, or may not fit, is a choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cnncalc.homework.assignment import AXES, Cell
from cnncalc.homework.comparing import CLOSE
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.inverse import SEARCHED
from cnncalc.homework.truth import Value, laid_out
from cnncalc.language import t
from cnncalc.text import axis_word, shape_text
from cnncalc.values import axis_names

MOST_MISTAKES = 20
"""So many common mistakes are told of one box."""

DIGITS = 6
"""Decimals of an amount of memory."""


@dataclass(frozen=True)
class Option:
    """An answer, and what it is worth: ``share`` of the points. ``hint`` is said to who gives it."""

    text: str
    share: Fraction
    hint: str = ""


@dataclass(frozen=True)
class Blank:
    """One box: a number to type (``number``), a text to type (``text``) or options to choose from (``choice``).

    ``options`` begin with what is right. A number may be off by ``tolerance``.
    """

    kind: str
    options: tuple[Option, ...]
    label: str = ""
    tolerance: Fraction = Fraction(0)


Mistake = tuple[Value, str]
"""What a misconception gives, and its hint."""


def blanks(cell: Cell, conventions: Conventions, mistakes: Fraction) -> list[Blank]:
    """The boxes of a cell that can be graded; what a common mistake gives is worth ``mistakes`` of each."""
    if cell.ask == "fits":
        return [_yes_or_no(cell)]
    wrong = _mistakes(cell)
    if cell.truth is None:
        return [_no_fit(cell, conventions, wrong, mistakes)]
    if isinstance(cell.truth, tuple):
        return list(_axes(cell, cell.truth, conventions, wrong, mistakes))
    if cell.ask == "memory":
        return [_amount(cell.truth, conventions, wrong, mistakes)]
    numbers = [(value, hint) for value, hint in wrong if _whole(value)]
    return [Blank("number", (_right(str(cell.truth)), *_wrong(numbers, mistakes)))]


def whole_shape(cell: Cell, conventions: Conventions, mistakes: Fraction) -> Blank | None:
    """A shape in one box, for a program that has no box for each axis; None where the answer is no shape.

    Its options are all spellings of a shape that people use.
    """
    truth = cell.truth
    if not isinstance(truth, tuple) or cell.axis or len(truth) == 1 or (cell.ask != "output" and len(set(truth)) == 1):
        return None
    layout = conventions.layout if cell.ask == "output" else "CxHxW"
    wrong = [(laid_out(value, layout), hint) for value, hint in _mistakes(cell) if isinstance(value, tuple)]
    right = laid_out(truth, layout)
    options = [Option(text, Fraction(1)) for text in spellings(right)]
    for value, hint in wrong[: MOST_MISTAKES // 2]:
        if value != right and len(value) > 1:
            options += [Option(text, mistakes, hint) for text in spellings(value)]
    seen: dict[str, Option] = {}
    for option in options:
        seen.setdefault(option.text, option)
    return Blank("text", tuple(seen.values()))


def spellings(shape: Sequence[int]) -> list[str]:
    """``64x224x224``, ``64 × 224 × 224``, ``(64, 224, 224)`` and so on."""
    numbers = [str(size) for size in shape]
    joined = [joiner.join(numbers) for joiner in ("x", "×", " x ", " × ", ", ", ",")]
    return [*joined, *(f"{opening}{text}{closing}" for opening, closing in ("()", "[]") for text in joined[-2:])]


# Boxes


def _right(text: str) -> Option:
    return Option(text, Fraction(1))


def _wrong(found: Sequence[tuple[Value, str]], share: Fraction) -> list[Option]:
    return [Option(str(value), share, hint) for value, hint in found[:MOST_MISTAKES]]


def _yes_or_no(cell: Cell) -> Blank:
    """A guess is right half of the time, so that the mistake is worth nothing here."""
    hint = next((hint for _, hint in _mistakes(cell)), "")
    words = {True: t("yes"), False: t("no")}
    right = bool(cell.truth)
    return Blank("choice", (_right(words[right]), Option(words[not right], Fraction(0), hint)))


def _no_fit(cell: Cell, conventions: Conventions, wrong: list[Mistake], share: Fraction) -> Blank:
    options = {t("it does not fit"): _right(t("it does not fit"))}
    for value, hint in wrong:
        text = ""
        if isinstance(value, tuple) and cell.axis and len(value) == len(AXES):
            text = str(value[AXES.index(cell.axis)])
        elif isinstance(value, tuple):
            text = shape_text(laid_out(value, conventions.layout))
        elif _whole(value):
            text = str(value)
        if text and len(options) <= MOST_MISTAKES:
            options.setdefault(text, Option(text, share, hint))
    if len(options) == 1:
        options[""] = Option(t("it fits"), Fraction(0))
    return Blank("choice", tuple(options.values()))


def _axes(
    cell: Cell, truth: tuple[int, ...], conventions: Conventions, wrong: list[Mistake], share: Fraction
) -> Iterator[Blank]:
    """A box for each axis, in the order in which the assignment writes them; one where all have the same size."""
    if cell.axis:
        yield _axis(cell, truth, AXES.index(cell.axis), "", wrong, share)
    elif cell.ask != "output" and len(set(truth)) == 1:
        yield _axis(cell, truth, 0, "", wrong, share)
    elif cell.ask != "output" or len(truth) == 1:
        names = [axis_word(name) for name in axis_names(len(truth))] if len(truth) > 1 else [""]
        for place, name in enumerate(names):
            yield _axis(cell, truth, place, name, wrong, share)
    else:
        names = [axis_word(name) for name in ("channels", *axis_names(len(truth) - 1))]
        for place in laid_out(tuple(range(len(truth))), conventions.layout):
            yield _axis(cell, truth, place, names[place], wrong, share)


def _axis(cell: Cell, truth: tuple[int, ...], place: int, label: str, wrong: list[Mistake], share: Fraction) -> Blank:
    """The box of one axis: every number that is right, then what the mistakes give there."""
    right = [truth[place]]
    if cell.inverse is not None and not _only(cell):
        right += [size for size in range(SEARCHED + 1) if size != truth[place] and cell.inverse.gives(size)]
    found: dict[int, str] = {}
    for value, hint in wrong:
        size = value[place] if isinstance(value, tuple) and len(value) == len(truth) else value
        if isinstance(size, int) and not isinstance(size, bool) and size not in right:
            found.setdefault(size, hint)
    options = [*(_right(str(size)) for size in right), *_wrong(list(found.items()), share)]
    return Blank("number", tuple(options), label)


def _only(cell: Cell) -> bool:
    """Whether it is clear that no other setting gives the output: nothing is rounded, and there are steps to count."""
    assert cell.inverse is not None
    kind = cell.inverse.analysis(cell.truth).layers[-1].facts.layer
    strict = getattr(kind, "rounding", "") == "strict" and getattr(kind, "padding", "same") != "same"
    return strict and 1 not in cell.inverse.wanted[1:]


def _amount(truth: int | Fraction, conventions: Conventions, wrong: list[Mistake], share: Fraction) -> Blank:
    """Memory, in the assignment's unit."""
    unit = conventions.bytes
    exact = Fraction(truth) / unit
    tolerance = Fraction(0) if exact.denominator == 1 else abs(exact) * CLOSE
    found: dict[str, Option] = {}
    for value, hint in wrong:
        if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
            amount = Fraction(value) / unit
            if abs(amount - exact) > 2 * tolerance:
                text = decimal(amount)
                found.setdefault(text, Option(text, share, hint))
    right = _right(decimal(exact))
    return Blank("number", (right, *list(found.values())[:MOST_MISTAKES]), tolerance=tolerance)


def decimal(number: Fraction) -> str:
    """``18.984375``: exactly, or to `DIGITS` decimals."""
    scaled = round(number * 10**DIGITS)
    whole, rest = divmod(abs(scaled), 10**DIGITS)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{DIGITS}d}".rstrip("0").rstrip(".")


def _whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# Mistakes


def _mistakes(cell: Cell) -> list[Mistake]:
    """What the misconceptions give, the commonest first; each value once, none of them right."""
    from cnncalc.homework.mistakes import as_told, mistakes, subject_of

    subject = subject_of(cell)
    if subject is None:
        return []
    found: dict[object, str] = {}
    for misconception, value in mistakes(cell, subject, as_told(cell, cell.truth)):
        if cell.inverse is None or not (isinstance(value, int) and cell.inverse.gives(value)):
            found.setdefault(value, misconception.hint())
    return list(found.items())  # type: ignore[arg-type]
