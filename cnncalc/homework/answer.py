"""What a student's answer was read as, or why it could not be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnncalc.trace_numbers import Number

LIMIT = 10**30
"""No count, and no step of a working, is larger or finer than this: far beyond any network, and quick to work with."""

MOST = 200
"""An answer has at most so many characters, which bounds the work of reading one."""

Kind = Literal["shape", "count", "size", "fit", "no-fit"]


class Unreadable(Exception):
    """An answer that can't be read for certain; ``reason`` says why, and what to write."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """A student's answer.

    ``value`` is a tuple of axes in the order typed (``shape``; a batch that is no number is left out), a number
    (``count``), a number or a tuple for height and width (``size``), True (``fit``) or None (``no-fit``). A count that
    was rounded has ``low`` and ``high``, the least and the greatest number that rounds to it, both included; for an
    exact one they are None. ``ambiguous`` says how it was read where a person could have meant another thing.
    ``layout`` is ``CxHxW`` or ``HxWxC`` where the student's words say which axis is which, and ``unit`` the unit
    written: params, weights, biases, activations, macs, flops, bytes (the value is in bytes then), filters or pixels.
    """

    kind: Kind
    value: object
    read_as: str
    low: Number | None = None
    high: Number | None = None
    ambiguous: str = ""
    layout: str = ""
    unit: str = ""
