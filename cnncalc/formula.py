"""Formulas, written once: shown with letters or with the numbers put in, as text or LaTeX, and worked out exactly.

A formula is built by Python's own operators from symbols that know their number:

>>> H, F, P, S = Symbol("H", "I", 227), Symbol("F", "", 11), Symbol("P", "", 0), Symbol("S", "", 4)
>>> output = (H - F + 2 * P) / S + 1
>>> output.text()
'(H_I − F + 2P)/S + 1'
>>> output.numbers().text()
'(227 − 11 + 2·0)/4 + 1'
>>> output.value()
55
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import NamedTuple, Union

Number = Union[int, Fraction]

Like = Union["Expression", int]

MANY = 12
"""A sum of more terms is shown with its middle left out."""

LARGE = 10_000
"""Numbers from here on are grouped where a formula's numbers are."""

_SUM, _PRODUCT, _ATOM = 1, 2, 3
"""How closely an expression holds together: what is looser than its place allows is put in brackets."""


class Style(NamedTuple):
    """How formulas are written: signs, and brackets by name."""

    times: str
    minus: str
    dots: str
    brackets: dict[str, tuple[str, str]]
    latex: bool


TEXT = Style("·", "−", "…", {"round": ("(", ")"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}, False)
LATEX = Style(
    r" \cdot ",
    "-",
    r"\cdots",
    {
        "round": (r"\left(", r"\right)"),
        "floor": (r"\left\lfloor ", r" \right\rfloor"),
        "ceil": (r"\left\lceil ", r" \right\rceil"),
    },
    True,
)


class Expression:
    """A formula, or a part of one."""

    __slots__ = ()

    def show(self, style: Style) -> str:
        raise NotImplementedError

    def value(self) -> Number | None:
        """What it comes to, exactly; None where a number in it is not known."""
        raise NotImplementedError

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        """The same with each of its parts changed."""
        return self

    def holds(self, style: Style) -> int:
        """How closely it holds together."""
        return _ATOM

    def text(self) -> str:
        """``(H_I − F + 2P)/S + 1``."""
        return self.show(TEXT)

    def latex(self) -> str:
        r"""``\frac{H_I - F + 2P}{S} + 1``."""
        return self.show(LATEX)

    def numbers(self) -> Expression:
        """The same with the numbers put in for the letters."""
        return self.change(lambda part: part.numbers())

    def divided(self) -> Expression:
        """The same with both sides of each division worked out: ``216/4 + 1``."""
        return self.change(lambda part: part.divided())

    def grouped(self) -> Expression:
        """The same with the thousands of its large numbers apart: ``2·105,415,200``."""
        return self.change(lambda part: part.grouped())

    def __add__(self, other: Like) -> Expression:
        return Sum((*_terms(self), *_terms(_made(other))))

    def __sub__(self, other: Like) -> Expression:
        return Sum((*_terms(self), (-1, _made(other))))

    def __mul__(self, other: Like) -> Expression:
        return Product((*_factors(self), *_factors(_made(other))))

    def __rmul__(self, other: int) -> Expression:
        return _made(other) * self

    def __truediv__(self, other: Like) -> Quotient:
        return Quotient(self, _made(other))


def _made(value: Like) -> Expression:
    return Num(value) if isinstance(value, int) else value


def _terms(expression: Expression) -> tuple[tuple[int, Expression], ...]:
    return expression.terms if isinstance(expression, Sum) else ((1, expression),)


def _factors(expression: Expression) -> tuple[Expression, ...]:
    return expression.factors if isinstance(expression, Product) else (expression,)


def _inside(expression: Expression, style: Style, least: int) -> str:
    """The expression, in brackets where it holds together less closely than its place asks."""
    shown = expression.show(style)
    return shown if expression.holds(style) >= least else _bracketed(shown, "round", style)


def _bracketed(shown: str, kind: str, style: Style) -> str:
    opening, closing = style.brackets[kind]
    return f"{opening}{shown}{closing}"


@dataclass(frozen=True, slots=True)
class Num(Expression):
    """A number; ``?`` where it is not known. ``apart`` writes its thousands apart: ``34,944``."""

    number: Number | None
    apart: bool = False

    def show(self, style: Style) -> str:
        if self.number is None:
            return "?"
        shown = f"{self.number:,}" if self.apart and isinstance(self.number, int) else str(self.number)
        # In LaTeX a bare comma would get a space after it.
        return shown.replace("-", style.minus).replace(",", "{,}" if style.latex else ",")

    def holds(self, style: Style) -> int:
        if self.number is None or (isinstance(self.number, int) and self.number >= 0):
            return _ATOM
        return _SUM

    def value(self) -> Number | None:
        return self.number

    def grouped(self) -> Num:
        return Num(self.number, apart=isinstance(self.number, int) and abs(self.number) >= LARGE)


@dataclass(frozen=True, slots=True)
class Symbol(Expression):
    """A letter with its index, ``H_I`` or ``P_top``, and the number that it stands for, None if that is not known."""

    letter: str
    index: str = ""
    number: Number | None = None

    def show(self, style: Style) -> str:
        if not style.latex:
            return f"{self.letter}_{self.index}" if self.index else self.letter
        letter = self.letter if self.single else rf"\text{{{self.letter}}}"
        if len(self.index) < 2:
            return f"{letter}_{self.index}" if self.index else letter
        return f"{letter}_{{{self.index}}}" if self.index.isdigit() else rf"{letter}_{{\text{{{self.index}}}}}"

    @property
    def single(self) -> bool:
        """Whether it is one letter, which can stand next to a number: ``2P``."""
        return len(self.letter.rstrip("'")) == 1

    def value(self) -> Number | None:
        return self.number

    def numbers(self) -> Expression:
        return Num(self.number)


@dataclass(frozen=True, slots=True)
class Sum(Expression):
    """Terms with their signs, 1 or −1."""

    terms: tuple[tuple[int, Expression], ...]

    def show(self, style: Style) -> str:
        parts = [_inside(term, style, _PRODUCT if place else _SUM) for place, (_, term) in enumerate(self.terms)]
        signs = [sign for sign, _ in self.terms]
        if len(parts) > MANY:
            parts[3:-1] = [style.dots]
            signs[3:-1] = [1]
        rest = (f" {style.minus if sign < 0 else '+'} {part}" for sign, part in zip(signs[1:], parts[1:]))
        return parts[0] + "".join(rest)

    def holds(self, style: Style) -> int:
        return _SUM

    def value(self) -> Number | None:
        values = _values([term for _, term in self.terms])
        return None if values is None else sum(sign * value for (sign, _), value in zip(self.terms, values))

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        return Sum(tuple((sign, change(term)) for sign, term in self.terms))


@dataclass(frozen=True, slots=True)
class Product(Expression):
    """Factors, one after another; a number right before a letter needs no dot."""

    factors: tuple[Expression, ...]

    def show(self, style: Style) -> str:
        shown = _inside(self.factors[0], style, _PRODUCT)
        for before, factor in zip(self.factors, self.factors[1:]):
            joined = isinstance(before, Num) and isinstance(factor, Symbol) and factor.single
            # A fraction's line holds it together; a slash does not.
            least = _PRODUCT if style.latex else _ATOM
            shown += ("" if joined else style.times) + _inside(factor, style, least)
        return shown

    def holds(self, style: Style) -> int:
        return _PRODUCT

    def value(self) -> Number | None:
        values = _values(self.factors)
        return None if values is None else prod(values)

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        return Product(tuple(map(change, self.factors)))


@dataclass(frozen=True, slots=True)
class Quotient(Expression):
    """A division."""

    above: Expression
    below: Expression

    def show(self, style: Style) -> str:
        if style.latex:
            return rf"\frac{{{self.above.show(style)}}}{{{self.below.show(style)}}}"
        return f"{_inside(self.above, style, _PRODUCT)}/{_inside(self.below, style, _ATOM)}"

    def holds(self, style: Style) -> int:
        return _PRODUCT

    def value(self) -> Number | None:
        values = _values((self.above, self.below))
        return None if values is None else _plain(Fraction(values[0]) / values[1])

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        return Quotient(change(self.above), change(self.below))

    def divided(self) -> Expression:
        return Quotient(Num(self.above.value()), Num(self.below.value()))

    def check(self) -> Division | None:
        """The division with its remainder; None where a number is not known, or not whole."""
        above, below = self.above.value(), self.below.value()
        if not isinstance(above, int) or not isinstance(below, int):
            return None
        return Division(above, below, *divmod(above, below))


@dataclass(frozen=True, slots=True)
class Rounded(Expression):
    """Rounded down (``floor``) or up (``ceil``) to a whole number."""

    kind: str
    inner: Expression

    def show(self, style: Style) -> str:
        return _bracketed(self.inner.show(style), self.kind, style)

    def value(self) -> Number | None:
        value = self.inner.value()
        if value is None:
            return None
        return value.__floor__() if self.kind == "floor" else value.__ceil__()

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        return Rounded(self.kind, change(self.inner))


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """A power with a small whole number, such as the square of a factor."""

    base: Symbol | Num
    exponent: int

    def show(self, style: Style) -> str:
        base = _inside(self.base, style, _ATOM)
        return f"{base}^{self.exponent}" if style.latex else base + str(self.exponent).translate(_RAISED)

    def value(self) -> Number | None:
        value = self.base.value()
        return None if value is None else value**self.exponent

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        base = change(self.base)
        assert isinstance(base, (Symbol, Num))
        return Power(base, self.exponent)


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Largest(Expression):
    """The largest of some: ``max(a, b)``."""

    among: tuple[Expression, ...]

    def show(self, style: Style) -> str:
        shown = ", ".join(part.show(style) for part in self.among)
        return (r"\max" if style.latex else "max") + _bracketed(shown, "round", style)

    def value(self) -> Number | None:
        values = _values(self.among)
        return None if values is None else max(values)

    def change(self, change: Callable[[Expression], Expression]) -> Expression:
        return Largest(tuple(map(change, self.among)))


class Division(NamedTuple):
    """A whole division: above = below·whole + left."""

    above: int
    below: int
    whole: int
    left: int

    def sides(self) -> Iterator[Expression]:
        """Both sides of the equation that checks it: ``213`` and ``4·53 + 1``."""
        yield Num(self.above)
        product = Num(self.below) * Num(self.whole)
        yield product + self.left if self.left else product


def product(factors: Sequence[Expression]) -> Expression:
    """The factors multiplied; one alone as it is."""
    first, *rest = factors
    found: Expression = first
    for factor in rest:
        found = found * factor
    return found


def total(terms: Sequence[Expression]) -> Expression:
    """The terms added; one alone as it is."""
    return terms[0] if len(terms) == 1 else Sum(tuple((1, term) for term in terms))


def _values(parts: Sequence[Expression]) -> list[Number] | None:
    values = [part.value() for part in parts]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _plain(number: Fraction) -> Number:
    return number.numerator if number.denominator == 1 else number
