"""What a trace is: the layer's numbers, and the steps that a window takes over them. All arithmetic is exact.

A filter is not flipped: what networks call a convolution is a cross-correlation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from cnncalc.diagnostics import Diagnostic, Fault
from cnncalc.language import t
from cnncalc.trace_numbers import Grid, Number, plain

Place = tuple[int, int]
"""Row and column, from 0; with one spatial axis the row is 0."""

Window = tuple[tuple[Number | None, ...], ...]
"""Numbers under a window; None is no number: what a max pool's padding has."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one input channel gives to a step.

    ``cells`` are the numbers under the window (of a transposed convolution, the one input pixel), ``kernel`` the
    filter's numbers for the channel (empty for a pool), ``products`` cell times weight (for a pool, the cells again),
    and ``sum`` their sum; of a max pool the largest.
    """

    channel: int
    cells: Window
    kernel: Grid
    products: Window
    sum: Number


@dataclass(frozen=True, slots=True)
class Step:
    """One position of the window. Channels, filters and places count from 0, ``index`` from 1.

    ``filter`` is the channel of the output that is made: a filter's, or a pool's channel. ``at`` is the place in the
    output that gets ``total``, and ``start`` the window's first cell on the padded input. A transposed convolution
    turns this round: ``at`` is the place of the input pixel, whose products are laid onto the uncut output from
    ``start`` on; ``total`` is their sum.
    """

    index: int
    filter: int
    at: Place
    start: Place
    parts: tuple[Part, ...]
    bias: Number
    divisor: int
    """What an average pool divides by; 1 for the others."""
    total: Number

    @property
    def laid(self) -> Grid:
        """The products of all channels, added up cell by cell: what a transposed convolution lays down."""
        rows = zip(*(part.products for part in self.parts))
        return tuple(tuple(sum(cell or 0 for cell in cells) for cells in zip(*row)) for row in rows)


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """A layer's numbers. Settings have one for each of two axes; with one spatial axis, the first is idle.

    ``input`` has a grid for each channel, ``kernels`` for each filter one for each input channel (none for a pool).
    The window moves on a canvas: the padded input, or of a transposed convolution the output before it is cut.
    """

    type: str
    rank: int
    """How many spatial axes there are."""
    input: tuple[Grid, ...]
    kernels: tuple[tuple[Grid, ...], ...]
    bias: tuple[Number, ...]
    """One for each filter; empty where there are none."""
    size: Place
    """Height and width of the window."""
    stride: Place
    dilation: Place
    padding: tuple[Place, Place]
    """Before and after, on each axis."""
    output_size: Place
    canvas_size: Place
    count_padding: bool
    diagnostics: tuple[Diagnostic, ...]
    """Notes on the shapes that are no errors."""
    input_drawn: bool
    kernels_drawn: bool
    """Whether the ``seed`` drew the numbers."""
    seed: int
    steps: tuple[Step, ...] = field(init=False)
    maps: tuple[Grid, ...] = field(init=False)
    """The output, a grid for each channel."""

    def __post_init__(self) -> None:
        """Walk. Raises Fault for a pool's window that lies in the padding alone."""
        object.__setattr__(self, "steps", tuple(_steps(self)))
        object.__setattr__(self, "maps", _finished(self))

    def __repr__(self) -> str:
        return f"<Trace of {self.type}: {len(self.steps):,} steps>"

    @property
    def transposed(self) -> bool:
        return self.type == "transposed_conv"

    @property
    def channels(self) -> int:
        """How many channels come out."""
        return len(self.kernels) or len(self.input)

    @property
    def output(self) -> list[Any]:
        """The output as nested lists: channels, rows, numbers; with one spatial axis channels, numbers."""
        return [[list(row) for row in grid] if self.rank == 2 else list(grid[0]) for grid in self.maps]

    @property
    def input_size(self) -> Place:
        """Height and width of the input."""
        return len(self.input[0]), len(self.input[0][0])

    def inside(self, place: Place) -> bool:
        """Whether a place on the canvas is the input's, and no padding; of an uncut output, whether it is kept."""
        (top, _), (left, _) = self.padding
        height, width = self.output_size if self.transposed else self.input_size
        return top <= place[0] < top + height and left <= place[1] < left + width

    def cell(self, channel: int, place: Place) -> Number | None:
        """The number at a place of the padded input; None in a max pool's padding."""
        if self.inside(place):
            return self.input[channel][place[0] - self.padding[0][0]][place[1] - self.padding[1][0]]
        return None if self.type == "max_pool" else 0

    @cached_property
    def padded(self) -> tuple[Window, ...]:
        """The input with its padding, a grid for each channel; of a transposed convolution, the input itself."""
        if self.transposed:
            return self.input
        height, width = self.canvas_size
        return tuple(
            tuple(tuple(self.cell(channel, (r, c)) for c in range(width)) for r in range(height))
            for channel in range(len(self.input))
        )

    def places(self, start: Place) -> list[list[Place]]:
        """The places on the canvas under a window that begins there, row by row."""
        (height, width), (down, right) = self.size, self.dilation
        return [[(start[0] + down * a, start[1] + right * b) for b in range(width)] for a in range(height)]


def _steps(trace: Trace) -> Iterator[Step]:
    """The steps in order: filter by filter (or a pool's channel by channel), row by row."""
    height, width = trace.input_size if trace.transposed else trace.output_size
    down, right = trace.stride
    make = {"max_pool": _max_step, "avg_pool": _avg_step, "transposed_conv": _laying_step}.get(trace.type, _conv_step)
    places = product(range(trace.channels), range(height), range(width))
    for index, (channel, row, column) in enumerate(places, start=1):
        yield make(trace, index, channel, (row, column), (row * down, column * right))


def _window(trace: Trace, channel: int, start: Place) -> Window:
    return tuple(tuple(trace.cell(channel, place) for place in row) for row in trace.places(start))


def _conv_step(trace: Trace, index: int, filter: int, at: Place, start: Place) -> Step:
    parts = []
    for channel, kernel in enumerate(trace.kernels[filter]):
        cells = _window(trace, channel, start)
        products = tuple(tuple(_times(x, w) for x, w in zip(*rows)) for rows in zip(cells, kernel))
        parts.append(Part(channel, cells, kernel, products, _total(products)))
    bias = trace.bias[filter]
    return Step(index, filter, at, start, tuple(parts), bias, 1, _whole(sum(part.sum for part in parts) + bias))


def _laying_step(trace: Trace, index: int, filter: int, at: Place, start: Place) -> Step:
    """One input pixel, in all its channels, times a filter."""
    parts = []
    for channel, kernel in enumerate(trace.kernels[filter]):
        pixel = trace.input[channel][at[0]][at[1]]
        products = tuple(tuple(_times(pixel, w) for w in row) for row in kernel)
        parts.append(Part(channel, ((pixel,),), kernel, products, _total(products)))
    bias = trace.bias[filter]
    return Step(index, filter, at, start, tuple(parts), bias, 1, _whole(sum(part.sum for part in parts)))


def _max_step(trace: Trace, index: int, channel: int, at: Place, start: Place) -> Step:
    cells = _window(trace, channel, start)
    numbers = [x for row in cells for x in row if x is not None]
    if not numbers:
        raise _nothing(at)
    largest = max(numbers)
    return Step(index, channel, at, start, (Part(channel, cells, (), cells, largest),), 0, 1, largest)


def _avg_step(trace: Trace, index: int, channel: int, at: Place, start: Place) -> Step:
    cells = _window(trace, channel, start)
    divisor = sum(_counts(trace, place) for row in trace.places(start) for place in row)
    if not divisor:
        raise _nothing(at)
    total = _total(cells)
    mean = plain(Fraction(total) / divisor)
    return Step(index, channel, at, start, (Part(channel, cells, (), cells, total),), 0, divisor, mean)


def _counts(trace: Trace, place: Place) -> bool:
    """Whether a cell counts in a mean: the padding where it is said to, what lies beyond the padding never.

    Only a window that ``rounding: ceil`` lets stand over the edge gets there (PyTorch's rule).
    """
    if not trace.count_padding:
        return trace.inside(place)
    return all(x < size + sum(pads) for x, size, pads in zip(place, trace.input_size, trace.padding))


def _nothing(at: Place) -> Fault:
    message = t("the window of output row {r}, column {c} lies in the padding alone", r=at[0] + 1, c=at[1] + 1)
    help = t("a pool has nothing to take there; make the padding smaller than the window")
    return Fault("invalid-value", message, help, parameter="padding")


def _times(x: Number | None, w: Number) -> Number:
    return _whole((x or 0) * w)


def _total(cells: Window) -> Number:
    return _whole(sum(cell or 0 for row in cells for cell in row))


def _whole(x: Number) -> Number:
    return plain(x) if isinstance(x, Fraction) else x


Cells = list[list[Number | None]]


class Progress:
    """The output as far as a step has brought it: for each channel its cells, None where nothing has come yet.

    Of a transposed convolution it is the uncut output, where the first that comes to a cell is added to the bias; what
    no pixel reaches has the bias alone once the filter is done. Going forward costs what the steps between add; going
    back starts anew.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._restart()

    def _restart(self) -> None:
        trace = self._trace
        height, width = trace.canvas_size if trace.transposed else trace.output_size
        self._done = 0
        self._maps: list[Cells] = [[[None] * width for _ in range(height)] for _ in range(trace.channels)]

    def after(self, index: int) -> list[Cells]:
        """The output after so many steps. The lists are changed by the next call."""
        if index < self._done:
            self._restart()
        for step in self._trace.steps[self._done : index]:
            self._add(step)
        self._done = index
        return self._maps

    def _add(self, step: Step) -> None:
        cells = self._maps[step.filter]
        if not self._trace.transposed:
            cells[step.at[0]][step.at[1]] = step.total
            return
        for places, row in zip(self._trace.places(step.start), step.laid):
            for (r, c), value in zip(places, row):
                before = cells[r][c]
                cells[r][c] = _whole((step.bias if before is None else before) + value)
        height, width = self._trace.input_size
        if step.at == (height - 1, width - 1):
            self._maps[step.filter] = [[step.bias if x is None else x for x in row] for row in cells]


def _finished(trace: Trace) -> tuple[Grid, ...]:
    """The output: all steps done, and what the padding of a transposed convolution cuts off taken away."""
    maps = Progress(trace).after(len(trace.steps))
    (top, left), (height, width) = (0, 0), trace.output_size
    if trace.transposed:
        top, left = trace.padding[0][0], trace.padding[1][0]
    return tuple(
        tuple(tuple(x or 0 for x in row[left : left + width]) for row in cells[top : top + height]) for cells in maps
    )
