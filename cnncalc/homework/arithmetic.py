"""A working, computed exactly: ``(11*11*3+1)*96``, ``floor((227-11)/4)+1``.

sum     := product (("+" | "-") product)*         product := power (("*" | "x" | "/" | "//") power)*
power   := ("+" | "-")* atom [("^" | "**") power]         atom    := number | ["floor" | "ceil"] "(" sum ")"
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from cnncalc.homework.answer import LIMIT, Unreadable
from cnncalc.homework.numerals import NUMBER, read_numeral
from cnncalc.language import t
from cnncalc.text import quote

DEEPEST = 20
"""Brackets, and powers of powers, go at most so deep."""

_TOKEN = re.compile(rf" *(?:(?P<number>{NUMBER})|(?P<sign>\*\*|//|[-+*/^()x]|floor|ceil|piso|techo))")
_FLOORS = ("floor", "piso")
_CEILINGS = ("ceil", "techo")


def compute(text: str) -> tuple[Fraction, bool]:
    """The value of a working, and whether a point in one of its numbers was taken for a thousands separator.

    ``text`` is as `cnncalc.homework.spelling.clean` leaves it. Raises Unreadable, for a division by zero and for
    numbers beyond `LIMIT` too.
    """
    working = _Working(text)
    value = working.sum()
    if working.sign or working.number:
        raise working.bad()
    return value, working.pointed


class _Working:
    """A recursive descent over the tokens, one token ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.pointed = False
        self.number = self.sign = ""
        self._next()

    def _next(self) -> None:
        token = _TOKEN.match(self.text, self.at)
        if token is None and self.text[self.at :].strip():
            raise self.bad()
        self.number = (token and token["number"]) or ""
        self.sign = (token and token["sign"]) or ""
        self.at = token.end() if token else len(self.text)

    def bad(self) -> Unreadable:
        return Unreadable(t("{text} is neither a number nor a working such as (5*5*3+1)*6", text=quote(self.text)))

    def _take(self, *signs: str) -> str:
        sign = self.sign if self.sign in signs else ""
        if sign:
            self._next()
        return sign

    def sum(self) -> Fraction:
        value = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            value = _bounded(value + other if sign == "+" else value - other)
        return value

    def _product(self) -> Fraction:
        value = self._power()
        while sign := self._take("*", "x", "/", "//"):
            other = self._power()
            if sign in "*x":
                value = _bounded(value * other)
            elif other == 0:
                raise Unreadable(t("{text} divides by zero", text=quote(self.text)))
            else:
                value = _bounded(value / other if sign == "/" else Fraction(value // other))
        return value

    def _power(self) -> Fraction:
        negative = False
        while sign := self._take("+", "-"):
            negative ^= sign == "-"
        value = self._atom()
        if self._take("^", "**"):
            with _Deeper(self):
                value = _raised(value, self._power())
        return -value if negative else value

    def _atom(self) -> Fraction:
        if self.number:
            numeral = read_numeral(self.number)
            self.pointed |= numeral.sign == "."
            self._next()
            return _bounded(numeral.value)
        function = self._take(*_FLOORS, *_CEILINGS)
        if not self._take("("):
            raise self.bad()
        with _Deeper(self):
            value = self.sum()
        if not self._take(")"):
            raise self.bad()
        if function in _FLOORS:
            return Fraction(math.floor(value))
        return Fraction(math.ceil(value)) if function else value


class _Deeper:
    def __init__(self, working: _Working) -> None:
        self.working = working

    def __enter__(self) -> None:
        self.working.depth += 1
        if self.working.depth > DEEPEST:
            raise Unreadable(t("its brackets go deeper than {most}; write the result", most=DEEPEST))

    def __exit__(self, *_: object) -> None:
        self.working.depth -= 1


def _raised(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or exponent < 0:
        raise Unreadable(t("a power here is a whole number, not negative"))
    size = max(abs(base.numerator), base.denominator)
    if size <= 1:  # any power of it is as small
        if base == -1:
            return Fraction(1 - 2 * (int(exponent) % 2))
        return base if exponent else Fraction(1)
    if exponent * (size.bit_length() - 1) > LIMIT.bit_length():
        raise too_large()
    return _bounded(base ** int(exponent))


def _bounded(value: Fraction) -> Fraction:
    if abs(value.numerator) > LIMIT or value.denominator > LIMIT:
        raise too_large()
    return value


def too_large() -> Unreadable:
    """For a number beyond `LIMIT`."""
    return Unreadable(t("it has a number larger, or finer, than any network has: 10³⁰"))
