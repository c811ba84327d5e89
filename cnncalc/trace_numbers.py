"""Small arrays of numbers: read exactly from text, a CSV file or Python's lists, or drawn by a seed.

In text, spaces or commas stand between numbers, ``;`` or a line's end between rows, ``|`` or an empty line between
channels: ``"3 3 2; 0 0 1 | 1 0 0; 0 1 0"``. Lists as Python and NumPy print them, ``[[3, 3], [0, 1]]``, are read too.
One row makes an array of one spatial axis; with a ``;`` behind it, one of two axes and a height of 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Union

from cnncalc.diagnostics import Fault, Span
from cnncalc.language import t
from cnncalc.source import Source, exists, read_file
from cnncalc.text import printable, quote
from cnncalc.values import LIMIT

Number = Union[int, Fraction]
"""Exact: an int where the number is whole."""

Grid = tuple[tuple[Number, ...], ...]
"""Rows of numbers; an array of one spatial axis has a single row."""

MAX_CELLS = 10_000
"""No array is larger: a trace is to be read, number by number."""

MAX_DECIMALS = 18
MAX_LETTERS = 40
MAX_SHOWN = 7
"""Characters of a number that is shown exactly, where that takes a long decimal or a quotient."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?([0-9]+))?\Z")
_QUOTIENT = re.compile(r"[+-]?[0-9]+/[0-9]+\Z")
_SHAPE = re.compile(r"\s*[0-9]+(\s*[xX×]\s*[0-9]+)+\s*\Z")
_SIZE = re.compile(r"\s*[0-9]+(\s*[xX×]\s*[0-9]+)*\s*\Z")
_BETWEEN_CHANNELS = re.compile(r"\|\|?|\n(?:[ \t]*\n)+")


@dataclass(frozen=True, eq=False)
class Numbers:
    """An array as blocks, one for each channel; of a kernel, the channels of the first filter, then of the next.

    ``rank`` counts its spatial axes, 1 or 2; ``per_filter`` is how many channels each filter was written with, 0 where
    the input's channels decide.
    """

    blocks: tuple[Grid, ...]
    rank: int
    per_filter: int = 0

    @property
    def size(self) -> tuple[int, ...]:
        """The spatial axes."""
        rows = self.blocks[0]
        return (len(rows), len(rows[0]))[2 - self.rank :]

    def of_rank(self, rank: int) -> Numbers:
        """The same numbers in so many spatial axes: what has one row is an array of either.

        Raises Fault where it has several rows, and the rank is 1.
        """
        if rank < self.rank and len(self.blocks[0]) > 1:
            message = t("the kernel has several rows, and the input has one spatial axis")
            help = t("write the kernel's numbers in one row, or the input with a `;` behind its row: 1 2 3;")
            raise Fault("invalid-value", message, help)
        return Numbers(self.blocks, rank, self.per_filter)


def is_shape(text: str) -> bool:
    """Whether a text is a shape, ``3x5x5``, and not numbers."""
    return bool(_SHAPE.match(text))


def is_size(text: str) -> bool:
    """Whether a text is a window's size, ``3`` or ``1x3``, and not numbers; ``3;`` is a row with one number."""
    return bool(_SIZE.match(text))


def plain(value: Fraction) -> Number:
    """The number as an int where it is whole."""
    return value.numerator if value.denominator == 1 else value


def read_number(text: str, span: Span | None = None) -> Number:
    """A whole number, a decimal or a quotient (``1/9``), exactly. Raises Fault."""
    word = text.replace("−", "-")
    if len(word) > MAX_LETTERS:
        message = t("{word} has more than {most} characters", word=quote(text), most=MAX_LETTERS)
        raise Fault("limit-exceeded", message, span=span)
    decimal = _DECIMAL.match(word)
    if not (decimal or _QUOTIENT.match(word)):
        help = t("numbers are written 3, -1, 0.5 or 1/9, with a space or comma between them, and `;` between rows")
        if re.search(r"[^\W\d_]{2}", word):
            help = t("and there is no file of that name; numbers are written 3, -1, 0.5 or 1/9")
        raise Fault("invalid-value", t("{word} is not a number", word=quote(text)), help, span=span)
    if word.partition("/")[2].strip("0") == "" and "/" in word:
        raise Fault("invalid-value", t("{word} divides by zero", word=quote(text)), span=span)
    if decimal and len((decimal[1] or "").lstrip("0")) > 2:  # it would take its time to work such a number out
        raise _too_large(text, span)
    return _bounded(Fraction(word), text, span)


def _bounded(value: Fraction, text: str, span: Span | None = None) -> Number:
    if abs(value) > LIMIT or value.denominator > LIMIT:
        raise _too_large(text, span)
    return plain(value)


def _too_large(text: str, span: Span | None) -> Fault:
    message = t("{word} is larger or finer than a trace takes: 10¹⁸, or 18 decimals", word=quote(text))
    return Fault("limit-exceeded", message, span=span)


def read_word(word: str, what: str) -> tuple[Source, bool]:
    """The text behind a word of the command line: a file's, standard input's for ``-``, or the word itself.

    Also whether it is CSV: a file whose name ends so. ``what`` names the word in messages. Raises Fault as `read_file`.
    """
    if word == "-" or exists(word):
        return read_file(word, numbers=True), word.lower().endswith(".csv")
    return Source(what, word), False


def read_text(text: str, what: str, *, csv: bool = False) -> Numbers:
    """The array in a text; ``what`` names it in messages.

    In CSV, rows are lines, and columns stand between commas, spaces, tabs or semicolons; where there are semicolons, a
    comma is the decimal sign, as spreadsheets in many countries have it. Raises Fault with the place of what is wrong.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.lstrip()[:1] in ("[", "("):
        return from_lists(_bracketed(text), what)
    # White space at the ends says nothing; what is cut off at the start still counts for places.
    start = len(text) - len(text.lstrip())
    body = text.rstrip()
    pieces = list(_split(body[start:], start, _BETWEEN_CHANNELS))
    between_rows = re.compile("\n" if csv else "[;\n]")
    decimal_comma = csv and ";" in body
    blocks: list[list[list[Number]]] = []
    total = 0
    rank = 1
    for piece, offset in pieces:
        if between_rows.search(piece.strip()):
            rank = 2
        block = []
        for row, place in _split(piece, offset, between_rows):
            if row.strip():
                block.append([read_number(w, _span(text, at, w)) for w, at in _cells(row, place, text, decimal_comma)])
                total += len(block[-1])
                _check_count(total, what)
        if not block:
            message = t("{what} has no numbers", what=what)
            if len(pieces) > 1:
                message = t("channel {n} of {what} has no numbers", n=len(blocks) + 1, what=what)
            raise Fault(
                "invalid-value", message, t("write rows of numbers: 3 3 2; 0 0 1"), span=_span(text, offset, "")
            )
        blocks.append(block)
    if rank == 1:
        return from_lists([block[0] for block in blocks], what, rank=1)
    return from_lists(blocks, what, rank=2)


def _split(text: str, start: int, between: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """The pieces of a text and where each begins."""
    at = 0
    for found in between.finditer(text):
        yield text[at : found.start()], start + at
        at = found.end()
    yield text[at:], start + at


def _cells(row: str, start: int, text: str, decimal_comma: bool) -> Iterator[tuple[str, int]]:
    """The words of a row and where each begins. Raises Fault for an empty place between two commas."""
    comma = ";" if decimal_comma else ","
    pieces = list(_split(row, start, re.compile(comma)))
    for number, (piece, offset) in enumerate(pieces, start=1):
        words = list(re.finditer(r"\S+", piece))
        if not words and number < len(pieces):
            raise Fault("invalid-value", t("a number is missing here"), span=_span(text, offset, ""))
        for found in words:
            word = found[0].replace(",", ".") if decimal_comma else found[0]
            yield word.strip('"'), offset + found.start()


def _span(text: str, offset: int, word: str) -> Span:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Span(line, column, line, column + max(1, len(word)))


def _bracketed(text: str) -> list[Any]:
    """Nested lists as Python, JSON or NumPy write them. Raises Fault where brackets do not close."""
    top: list[Any] = []
    stack = [top]
    count = 0
    for found in re.finditer(r"[\[(]|[\])]|[^\s,;\[\]()]+", text):
        word, span = found[0], _span(text, found.start(), found[0])
        if word in "[(":
            if len(stack) > 4 or (len(stack) == 1 and top):
                message = t("lists are nested at most four deep: filters, channels, rows, numbers")
                raise Fault("invalid-value", message, span=span)
            stack[-1].append([])
            stack.append(stack[-1][-1])
        elif word in "])":
            if len(stack) == 1:
                raise Fault("invalid-value", t("this bracket closes nothing"), span=span)
            stack.pop()
        elif len(stack) == 1:
            raise Fault("invalid-value", t("{word} stands outside the brackets", word=quote(word)), span=span)
        else:
            stack[-1].append(read_number(word, span))
            count += 1
            _check_count(count, t("the array"))
    if len(stack) > 1:
        raise Fault("invalid-value", t("a bracket is not closed"), span=_span(text, len(text.rstrip()), ""))
    return list(top[0])


def from_lists(values: Any, what: str, rank: int = 0) -> Numbers:
    """The array in nested lists, tuples, or whatever has ``tolist`` (NumPy, PyTorch).

    Without a ``rank``, one level is an array of one spatial axis and one channel; two are rows, three channels of rows,
    and four filters of channels of rows. With rank 1, two levels are channels and three filters. Raises Fault
    ``invalid-value``, also where rows differ in length.
    """
    if hasattr(values, "tolist"):
        values = values.tolist()
    depth = 0
    level = values
    while isinstance(level, (list, tuple)):
        depth += 1
        if not level or depth > 4:
            break
        level = level[0]
    rank = rank or min(depth, 2)
    if not rank <= depth <= rank + 2:
        message = t("{what} is not an array of numbers with one or two spatial axes", what=what)
        raise Fault("invalid-value", message, t("lists of rows, and lists of those for several channels"))
    blocks: Sequence[Any] = [values] if depth == rank else values
    per_filter = 0
    if depth == rank + 2:
        _check_equal(values, what)
        per_filter = len(values[0])
        blocks = [block for filter in values for block in filter]
    grids = [tuple(_row(row, what) for row in ([block] if rank == 1 else _listed(block, what))) for block in blocks]
    _check_count(sum(len(row) for grid in grids for row in grid), what)
    _check_blocks(grids, what)
    return Numbers(tuple(grids), rank, per_filter)


def _listed(values: Any, what: str) -> Sequence[Any]:
    if not isinstance(values, (list, tuple)):
        raise Fault("invalid-value", t("{what} is not nested evenly: a row is a list of numbers", what=what))
    return values


def _check_equal(filters: Sequence[Any], what: str) -> None:
    if len({len(_listed(filter, what)) for filter in filters}) > 1:
        raise Fault("invalid-value", t("the filters of {what} differ in their channels", what=what))


def _check_count(count: int, what: str) -> None:
    if count > MAX_CELLS:
        message = t("{what} has more than {most:,} numbers", what=what, most=MAX_CELLS)
        raise Fault("limit-exceeded", message, t("a trace shows every number; take a small part of it"))


def _check_blocks(grids: Sequence[Grid], what: str) -> None:
    """Every row is as long as the first, every channel as high."""
    if not grids or not grids[0] or not grids[0][0]:
        raise Fault("invalid-value", t("{what} has no numbers", what=what))
    height, width = len(grids[0]), len(grids[0][0])
    for channel, grid in enumerate(grids, start=1):
        for number, row in enumerate(grid, start=1):
            if len(row) != width:
                message = t(
                    "the rows of {what} differ: row {n} of channel {c} has {found} where the first row has {width}",
                    what=what,
                    n=number,
                    c=channel,
                    found=len(row),
                    width=width,
                )
                raise Fault("invalid-value", message)
        if len(grid) != height:
            message = t(
                "the channels of {what} differ: channel {c} has {found} rows, and the first has {height}",
                what=what,
                c=channel,
                found=len(grid),
                height=height,
            )
            raise Fault("invalid-value", message)


def _row(values: Any, what: str) -> tuple[Number, ...]:
    return tuple(_exact(value, what) for value in _listed(values, what))


def _exact(value: Any, what: str) -> Number:
    """A Python number, exactly as it is written: 0.1 is a tenth."""
    from decimal import Decimal

    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, (float, Decimal)) and math.isfinite(value):
        return _bounded(Fraction(str(value)), str(value))
    if isinstance(value, (int, Fraction)):
        exact = Fraction(value)
        return _bounded(exact, "…" if abs(exact) > LIMIT else str(value))
    message = t("{word} in {what} is not a number", word=quote(printable(repr(value))), what=what)
    raise Fault("invalid-value", message)


class Dice:
    """Small whole numbers drawn by a seed: the same ones in every release of Python.

    They are made of `random.Random.random`, the only method whose sequence Python promises to keep.
    """

    def __init__(self, seed: int) -> None:
        from random import Random

        self._random = Random(seed)

    def blocks(self, count: int, size: tuple[int, ...], least: int, most: int) -> tuple[Grid, ...]:
        """So many blocks of whole numbers from ``least`` to ``most``."""
        height, width = size if len(size) == 2 else (1, *size)
        return tuple(
            tuple(tuple(self._draw(least, most) for _ in range(width)) for _ in range(height)) for _ in range(count)
        )

    def _draw(self, least: int, most: int) -> int:
        return least + int(self._random.random() * (most - least + 1))


# For people


def places_for(numbers: Iterable[Number], decimals: int | None = None) -> int:
    """How many decimals numbers that stand together are shown with.

    None where all are whole; else ``decimals``, or where that is not said as many as say all of them exactly, up to
    three, and one where three do not.
    """
    parts = [x for x in numbers if not isinstance(x, int)]
    if not parts or decimals is not None:
        return (decimals or 0) if parts else 0
    for places in (1, 2, 3):
        if all(10**places % x.denominator == 0 for x in parts):
            return places
    return 1


def number_text(x: Number, places: int = 0) -> str:
    """``−1.7``: rounded to so many decimals, a half away from zero."""
    rounded = (2 * abs(x.numerator) * 10**places + x.denominator) // (2 * x.denominator)
    digits = str(rounded).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"−{text}" if x < 0 and digits.strip("0") else text


def exact_text(x: Number, decimals: int | None = None) -> str:
    """A number that somebody gave: as a decimal where a short one says it exactly, else as a quotient.

    A number that neither says in a few characters is rounded.
    """
    places = places_for([x], decimals)
    if decimals is None and isinstance(x, Fraction) and 10**places % x.denominator:
        quotient = f"{x.numerator}/{x.denominator}".replace("-", "−")
        longer = (number_text(x, more) for more in range(1, MAX_SHOWN) if 10**more % x.denominator == 0)
        decimal = next(longer, quotient)
        for text in (decimal, quotient):
            if len(text) <= MAX_SHOWN:
                return text
    return number_text(x, places)


def is_rounded(x: Number, text: str) -> bool:
    """Whether the text says another number than this one."""
    return Fraction(text.replace("−", "-")) != x
