"""What a student's answer was read as, or why it could not be."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cnncalc.trace_numbers import Number

LIMIT = 10**30
"""No count, and no step of a working, is larger or finer than this: far beyond any network, and quick to work with."""

ROUGHEST = Fraction(1, 20)
"""A rounded count is at most this part away from what it rounds, which two digits always are: ``1M`` rounds 1,400,000,
but says too little of it, and ``0M`` would round any count."""

MOST = 200
"""An answer has at most so many characters, which bounds the work of reading one."""

Kind = Literal["shape", "count", "size", "fit", "no-fit"]


class Unreadable(Exception):
    """An answer that can't be read for certain; ``reason`` says why, and what to write."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unanswered(Unreadable):
    """What is typed where nobody knows an answer: ``no sé``, ``n/a``, ``?``; as good as an empty line."""


@dataclass(frozen=True)
class Answer:
    """A student's answer.

    ``value`` is a tuple of axes in the order typed (``shape``; a batch that is no number is left out), a number
    (``count``), a number or a tuple for height and width (``size``), True (``fit``) or None (``no-fit``). A count that
    was rounded has ``low`` and ``high``, the least and the greatest number that rounds to it, both included; for an
    exact one they are None. ``ambiguous`` says how it was read where a person could have meant another thing.
    ``layout`` is ``CxHxW`` or ``HxWxC`` where the student's words say which axis is which, and ``unit`` the unit
    written: params, weights, biases, activations, macs, flops, bytes (the value is in bytes then), filters or pixels.
    ``other`` is the value where the separator of ``1.241`` begins decimals, of a count that need not be whole.
    """

    kind: Kind
    value: object
    read_as: str
    low: Number | None = None
    high: Number | None = None
    ambiguous: str = ""
    layout: str = ""
    unit: str = ""
    other: Number | None = None

    def rounds(self, count: Number) -> bool:
        """Whether a count may have been rounded to this one."""
        return self.low is not None and self.high is not None and self.low <= count <= self.high

    def near(self, count: Number, part: Fraction) -> bool:
        """Whether this count is at most that part of another away from it."""
        return (
            isinstance(self.value, (int, Fraction)) and abs(Fraction(self.value) - count) <= abs(Fraction(count)) * part
        )
