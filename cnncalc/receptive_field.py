"""How much of the network's input a unit sees, along each axis of that input.

After Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019:
r ← r + (F' − 1)·j and j ← j·S, from r = j = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from cnncalc.layers.base import Number, Window
from cnncalc.values import LIMIT


class Extent(NamedTuple):
    """What the first unit sees along one axis: ``size`` input pixels from ``start`` on (below 0 in the padding).

    The next unit sees as many, ``stride`` pixels further; None where there is no next one, or it can't be known.
    """

    size: Number
    stride: Number | None
    start: Number


Field = tuple["Extent | None", ...]
"""One extent for each spatial axis of the network's input; None where it can't be known."""

ONE = Extent(1, 1, 0)


def initial(rank: int) -> Field:
    """The field of the input itself: every pixel sees one."""
    return (ONE,) * rank


def grow(field: Field, windows: tuple[Window | None, ...]) -> Field:
    """The field after a window, in terms of the network's input."""
    if len(field) != len(windows):
        # Between, a reshape changed the rank: every unit saw the whole map already.
        return field
    if not field:
        return field
    first, seen = windows[0], field[0]
    grown = _grow(seen, first)
    # Height and width are nearly always alike; then one extent serves both.
    return tuple(
        [
            grown if extent is seen and (window is first or window == first) else _grow(extent, window)
            for extent, window in zip(field, windows)
        ]
    )


def _grow(extent: Extent | None, window: Window | None) -> Extent | None:
    if extent is None or window is None:
        return None
    r, j, start = extent
    if j is None:
        # The map is one unit that sees everything; its neighbours are padding.
        return extent
    f, s, first = window
    if f == s == 1 and not first:
        return extent
    if s is None:
        return _bounded(r + (f - 1) * j, None, start)
    return _bounded(r + (f - 1) * j, j * s, start + first * j)


def _bounded(size: Number, stride: Number | None, start: Number) -> Extent | None:
    """Whole numbers as such; None for what grows past 10¹⁸, which is no distance on any image."""
    if type(size) is int and type(stride) is int and type(start) is int:
        return Extent(size, stride, start) if size <= LIMIT and stride <= LIMIT and start >= -LIMIT else None
    numbers = (size, stride or 0, start)
    if any(abs(n.numerator) > LIMIT or n.denominator > LIMIT for n in numbers):
        return None
    return Extent(_plain(size), None if stride is None else _plain(stride), _plain(start))


def _plain(number: Number) -> Number:
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def union(fields: Sequence[Field]) -> Field:
    """What a unit sees through several branches: from the first's first pixel to the last's last."""
    first = fields[0]
    if all(field == first for field in fields):
        return first
    if any(len(field) != len(first) for field in fields):
        return max(fields, key=len)
    return tuple(_union(extents) for extents in zip(*fields))


def _union(extents: tuple[Extent | None, ...]) -> Extent | None:
    known = [e for e in extents if e is not None]
    if len(known) < len(extents):
        return None
    strides = {e.stride for e in known if e.stride is not None}
    if len(strides) > 1:
        # The branches move over the image at different speeds: no one window describes their union.
        return None
    start = min(e.start for e in known)
    end = max(e.start + e.size for e in known)
    return _bounded(end - start, strides.pop() if strides else None, start)
