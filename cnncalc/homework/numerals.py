"""One number, its digits grouped in any one way: ``120,001,000``, ``138.357.544``, ``120'001'000``, ``1_000``, ``7,4``.

A comma or a point with three digits after it may group or begin decimals: both readings are kept, and whoever knows
what was asked chooses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from cnncalc.homework.answer import Unreadable
from cnncalc.language import t
from cnncalc.text import quote

NUMBER = r"(?:[0-9]+(?:[.,'_ ][0-9]+)*|[.,][0-9]+)"
"""The characters of a number, before it is known whether they make sense."""

_SIGN = re.compile(r"[.,'_ ]")


@dataclass(frozen=True)
class Numeral:
    """A number as typed: ``value``, and how many decimals it was written with.

    ``other`` is what it is where its only separator, ``sign``, begins decimals instead of grouping.
    """

    value: Fraction
    decimals: int = 0
    other: Numeral | None = None
    sign: str = ""


def read_numeral(text: str) -> Numeral:
    """The number that the text, made of `NUMBER`'s characters, stands for. Raises Unreadable."""
    parts = _SIGN.split(text)
    if len(parts) == 1:
        return Numeral(Fraction(int(text)))
    signs = _SIGN.findall(text)
    kinds = set(signs)
    if len(kinds) == 1:
        return _one_kind(text, parts, signs[0])
    whole, last = parts[:-1], signs[-1]
    if len(kinds) == 2 and last in ".," and signs.count(last) == 1 and grouped(whole):
        decimal = _decimal("".join(whole), parts[-1])
        # 120,001.000 is no whole number grouped in two ways, but looks like one.
        return Numeral(decimal.value, decimal.decimals, decimal, last) if len(parts[-1]) == 3 else decimal
    raise Unreadable(
        t("{text} separates its digits in more than one way; write them without separators", text=quote(text))
    )


def _one_kind(text: str, parts: list[str], sign: str) -> Numeral:
    if sign in ".," and len(parts) == 2:
        decimal = _decimal(*parts)
        if not grouped(parts):
            return decimal
        return Numeral(Fraction(int("".join(parts))), 0, decimal, sign)
    if grouped(parts):
        return Numeral(Fraction(int("".join(parts))))
    raise Unreadable(
        t("the digits of {text} are not grouped by three; write them without separators", text=quote(text))
    )


def _decimal(whole: str, decimals: str) -> Numeral:
    return Numeral(Fraction(int((whole or "0") + decimals), 10 ** len(decimals)), len(decimals))


def grouped(parts: list[str]) -> bool:
    """Whether these are the groups of one number: up to three digits, not 0, then three each."""
    first, *others = parts
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(part) == 3 for part in others)
