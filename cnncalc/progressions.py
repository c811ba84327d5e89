"""Unions of arithmetic progressions, and numbers that rise evenly along them, told in closed form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from heapq import merge as merge_sorted
from itertools import islice
from math import gcd, lcm
from typing import Any, NamedTuple

from cnncalc.language import t
from cnncalc.text import listing

SHOWN = 12
"""So many runs of numbers are written out."""

LONGEST = 1_000_000
"""The longest period that residues are counted up over; classes of a longer one are told one by one."""


class Progression(NamedTuple):
    """The numbers first, first + step, first + 2·step, …: so many, or without end."""

    first: int
    step: int
    length: int | None = None

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int) or number < self.first or (number - self.first) % self.step:
            return False
        return self.length is None or number <= self.first + (self.length - 1) * self.step

    def numbers(self) -> Iterator[int]:
        """In rising order."""
        position = 0
        while self.length is None or position < self.length:
            yield self.first + position * self.step
            position += 1

    def part(self, start: int, count: int | None) -> Progression:
        """So many numbers from a position on, as far as it has them."""
        left = None if self.length is None else self.length - start
        return Progression(self.first + start * self.step, self.step, left if count is None else _least(count, left))

    def meet(self, other: Progression) -> Progression | None:
        """The numbers that both have; None where there are none (the Chinese remainder theorem)."""
        shared = gcd(self.step, other.step)
        if (other.first - self.first) % shared:
            return None
        step = lcm(self.step, other.step)
        inverse = pow(self.step // shared, -1, other.step // shared)
        first = self.first + self.step * ((other.first - self.first) // shared * inverse % (other.step // shared))
        lowest = max(self.first, other.first)
        first += -((first - lowest) // step) * step
        lasts = [p.first + (p.length - 1) * p.step for p in (self, other) if p.length is not None]
        if not lasts:
            return Progression(first, step)
        return Progression(first, step, (min(lasts) - first) // step + 1) if first <= min(lasts) else None

    def split(self, parts: int) -> list[Progression]:
        """Every ``parts``-th number, from each of the first ``parts`` on; empty ones left out."""
        counts = [None if self.length is None else (self.length - start + parts - 1) // parts for start in range(parts)]
        return [
            Progression(self.first + start * self.step, self.step * parts, count)
            for start, count in enumerate(counts)
            if count is None or count > 0
        ]


def _least(a: int, b: int | None) -> int:
    return a if b is None else min(a, b)


class Line(NamedTuple):
    """A number that rises evenly along a progression: ``start`` at its first number, ``rise`` more at each next one."""

    over: Progression
    start: int
    rise: int

    def at(self, number: int) -> int:
        """Its value at a number of the progression."""
        return self.start + self.rise * ((number - self.over.first) // self.over.step)

    def equal(self, value: int) -> Progression | None:
        """Where the line has that value."""
        if self.rise == 0:
            return self.over if self.start == value else None
        position, rest = divmod(value - self.start, self.rise)
        if rest or position < 0 or (self.over.length is not None and position >= self.over.length):
            return None
        return self.over.part(position, 1)

    def values(self) -> Progression:
        """The numbers that a rising line has."""
        return Progression(self.start, self.rise, self.over.length) if self.rise else Progression(self.start, 1, 1)

    def on(self, part: Progression) -> Line:
        """The same line over a part of its progression."""
        steps = part.step // self.over.step
        return Line(part, self.at(part.first), self.rise * steps)


class SizeSet:
    """A set of sizes: a union of progressions that have no number in common."""

    def __init__(self, parts: Iterable[Progression]) -> None:
        self.parts = tuple(p for p in parts if p.length is None or p.length > 0)

    def __contains__(self, number: object) -> bool:
        return any(number in part for part in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __iter__(self) -> Iterator[int]:
        """In rising order, perhaps without end."""
        return merge_sorted(*(part.numbers() for part in self.parts))

    def first(self, count: int) -> list[int]:
        """The smallest so many."""
        return list(islice(self, count))

    def meet(self, other: SizeSet) -> SizeSet:
        """The sizes that both have."""
        return SizeSet(p for mine in self.parts for theirs in other.parts if (p := mine.meet(theirs)) is not None)

    def nearest(self, number: int) -> list[int]:
        """The largest member up to a number, and the smallest from it on."""
        below, above = [], []
        for first, step, count in self.parts:
            last = None if count is None else first + (count - 1) * step
            steps = max(0, (number - first) // step)
            under = first + steps * step
            if last is not None:
                under = min(under, last)
            if under <= number:
                below.append(under)
            over = under if under >= number else under + step
            if last is None or over <= last:
                above.append(over)
        return [*sorted(below)[-1:], *sorted(above)[:1]]

    def text(self, symbol: str) -> str:
        """``H ≡ 0 mod 32, H ≥ 32``: the set in closed form."""
        return _Description(self.parts).text(symbol)

    def to_dict(self, symbol: str) -> dict[str, Any]:
        """As it stands in JSON: its text, residues of the numbers from ``least`` on, and single ``points`` besides."""
        told = _Description(self.parts)
        numbers = {"points": told.points, "modulus": told.modulus, "residues": told.residues, "least": told.least}
        return {"text": told.text(symbol), **numbers}


class _Description:
    """A set split into its eventual period and the single numbers below it."""

    def __init__(self, parts: Sequence[Progression]) -> None:
        self.endless = [p for p in parts if p.length is None]
        self.points = sorted(n for p in parts if p.length is not None for n in islice(p.numbers(), SHOWN * 100))
        self.modulus = lcm(*(p.step for p in self.endless)) if self.endless else 0
        self.least = 0
        self.residues: tuple[int, ...] = ()
        if self.endless and self.modulus <= LONGEST:
            self._settle()

    def _settle(self) -> None:
        firsts: dict[int, int] = {}
        for part in self.endless:
            for number in islice(part.numbers(), self.modulus // part.step):
                firsts[number % self.modulus] = number
        # From here on the set is periodic; members below stand by themselves.
        bound = max(1, max(firsts.values()) - self.modulus + 1)
        for residue, first in firsts.items():
            below = range(first, bound, self.modulus)
            self.points += below
            firsts[residue] = first + len(below) * self.modulus
        self.points.sort()
        self.least = min(firsts.values())
        self.modulus, self.residues = _shortest(self.modulus, set(firsts))
        self._join()

    def _join(self) -> None:
        """Single numbers that go on with the period downwards belong to it."""
        members = set(self.residues)
        while self.points:
            below = next(
                n for n in range(self.least - 1, self.least - self.modulus - 1, -1) if n % self.modulus in members
            )
            if self.points[-1] != below:
                return
            self.least = self.points.pop()

    def text(self, symbol: str) -> str:
        pieces = []
        if self.points:
            pieces.append(f"{symbol} = {_runs(self.points)}")
        if self.residues:
            pieces.append(self._periodic(symbol))
        elif self.endless:
            pieces += [
                f"{symbol} ≡ {p.first % p.step} mod {p.step}, {symbol} ≥ {p.first}" for p in self.endless[:SHOWN]
            ]
        return f" {t('or')} ".join(pieces) if pieces else t("no {symbol}", symbol=symbol)

    def _periodic(self, symbol: str) -> str:
        bound = f"{symbol} ≥ {self.least}"
        if self.modulus == 1:
            return t("every {symbol}", symbol=symbol) if self.least == 1 else bound
        classes = f"{symbol} ≡ {_runs(self.residues)} mod {self.modulus}"
        return classes if self.least == 1 else f"{classes}, {bound}"


def _runs(numbers: Sequence[int]) -> str:
    """``1, 2 or 7 to 12``: rising numbers in words, runs of three and more as one."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown: list[str] = []
    for first, last in runs[:SHOWN]:
        if last - first < 2:
            shown += [str(n) for n in dict.fromkeys((first, last))]
        else:
            shown.append(t("{first} to {last}", first=first, last=last))
    return listing(shown + ["…"] * (len(runs) > SHOWN), "or")


def _shortest(modulus: int, residues: set[int]) -> tuple[int, tuple[int, ...]]:
    """The smallest period of the residues, a divisor of the modulus, and the residues of that period."""
    period = modulus
    for prime in _primes(modulus):
        while period % prime == 0:
            shorter = period // prime
            kept = {r % shorter for r in residues}
            if len(kept) * modulus != len(residues) * shorter:
                break
            period = shorter
    return period, tuple(sorted({r % period for r in residues}))


def _primes(number: int) -> list[int]:
    """The prime factors of a number."""
    found = []
    factor = 2
    while factor * factor <= number:
        if number % factor == 0:
            found.append(factor)
            while number % factor == 0:
                number //= factor
        factor += 1
    return [*found, number] if number > 1 else found


def expression(lines: Sequence[Line], symbol: str) -> str:
    """What lines over the parts of one set come to, as one formula: ``H/32``, ``⌈H/32⌉``, ``(H − 3)/4``.

    Where no single formula holds, the formulas of the parts, with where they hold.
    """
    endless = [line for line in lines if line.over.length is None] or list(lines)
    slopes = {Fraction(line.rise, line.over.step) for line in endless if line.over.length != 1}
    if len(slopes) <= 1:
        slope = slopes.pop() if slopes else Fraction(0)
        offsets = [line.start - slope * line.over.first for line in endless]
        formula = _formula(slope, min(offsets), max(offsets), symbol) or _multiple(endless, symbol)
        if formula is not None:
            return formula
    parts = []
    for line in endless[:3]:
        slope = Fraction(line.rise, line.over.step)
        offset = line.start - slope * line.over.first
        parts.append(
            t(
                "{formula} where {condition}",
                formula=_formula(slope, offset, offset, symbol),
                condition=SizeSet([line.over]).text(symbol),
            )
        )
    return "; ".join(parts + ["…"] * (len(endless) > 3))


def _formula(slope: Fraction, least: Fraction, most: Fraction, symbol: str) -> str | None:
    """⌊slope·H + most⌋ = ⌈slope·H + least⌉ where the offsets lie less than 1 apart; the shortest way to write it."""
    if least == most and slope.denominator == 1:
        return _linear(slope.numerator, int(least), symbol) if slope else str(least)
    if most - least >= 1 or slope == 0:
        return None
    p, q = slope.numerator, slope.denominator
    texts = []
    for (left, right), offset in ((("⌊", "⌋"), most), (("⌈", "⌉"), least)):
        if least == most:
            left, right = "", ""
        elif (offset * q).denominator != 1:
            continue
        c = int(offset * q)
        for whole in {0, c // q, -(-c // q)}:
            top = _linear(p, c - whole * q, symbol)
            if " " in top:
                top = f"({top})"
            texts.append(f"{left}{top}/{q}{right}{_signed(whole)}")
    return min(texts, key=lambda text: (len(text), "−" in text, text))


def _multiple(lines: Sequence[Line], symbol: str) -> str | None:
    """``4·⌈H/4⌉ − 4``: lines whose values are a multiple of one formula, and a constant; None where they are not."""
    first = lines[0].start
    factor = gcd(*(line.rise for line in lines), *(line.start - first for line in lines))
    if factor < 2:
        return None
    rest = first % factor
    parts = [Line(line.over, (line.start - rest) // factor, line.rise // factor) for line in lines]
    texts = []
    for constant in (rest, rest - factor):
        slope = Fraction(parts[0].rise, parts[0].over.step)
        offsets = [part.start + (constant != rest) - slope * part.over.first for part in parts]
        formula = _formula(slope, min(offsets), max(offsets), symbol)
        if formula is None:
            return None
        inner, _, added = formula.rpartition("⌋") if "⌋" in formula else formula.rpartition("⌉")
        sign = formula[len(inner) : len(inner) + 1]
        shift = int(added.replace(" ", "").replace("−", "-").replace("+", "") or 0) * factor + constant
        texts.append(f"{factor}·{inner}{sign}{_signed(shift)}")
    return min(texts, key=len)


def _linear(factor: int, constant: int, symbol: str) -> str:
    """``2H − 3``."""
    return f"{'' if factor == 1 else factor}{symbol}{_signed(constant)}"


def _signed(number: int) -> str:
    return "" if number == 0 else f" {'+' if number > 0 else '−'} {abs(number)}"


def parts_for(period: int, rise: int) -> int:
    """Into how many parts a progression splits, so that a line of this rise moves by whole periods on each."""
    return period // gcd(period, rise) if rise else 1
