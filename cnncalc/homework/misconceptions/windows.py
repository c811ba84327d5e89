"""A window along one axis, as a slip would have it: the formulas of `cnncalc.window` with one number changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnncalc import window
from cnncalc.homework.misconceptions.declaration import Subject, Value, followed, known
from cnncalc.layers.base import Window
from cnncalc.layers.convolution import TransposedConv
from cnncalc.layers.merging import seen_inputs
from cnncalc.layers.sliding import Sliding
from cnncalc.receptive_field import Field, grow, initial, union
from cnncalc.values import LIMIT
from cnncalc.window import Fit


@dataclass(frozen=True, slots=True)
class Side:
    """The numbers of a window along one axis. ``extra`` is a transposed convolution's output padding.

    ``same`` padding follows the window, before and after are what it comes to.
    """

    size: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int = 1
    rounding: window.Rounding = "strict"
    extra: int = 0
    transposed: bool = False
    same: bool = False

    def fit(self) -> Fit:
        """The positions that the window takes, rounded as asked, and what the division left over."""
        reach = window.effective_kernel(self.kernel, self.dilation)
        if self.transposed and self.same:
            return Fit(self.size * self.stride, 0)
        if self.transposed:
            size = window.transposed_output(self.size, reach, self.stride, self.before, self.after, self.extra)
            return Fit(size, 0)
        pads = window.same_padding(self.size, reach, self.stride) if self.same else (self.before, self.after)
        return window.fit(self.size, reach, self.stride, *pads, self.rounding)

    def whole(self, found: Fit) -> bool:
        """Whether the window fits, by the rule of rounding."""
        return found.output >= 1 and not (self.rounding == "strict" and found.remainder)


Slip = Callable[[Side], Fit]
"""A mistake along one axis."""


def sides_of(subject: Subject) -> list[Side]:
    """The window along each axis; empty for a layer without one, or on an input that is not known."""
    kind, x = subject.kind, subject.x
    if not x or not isinstance(kind, (Sliding, TransposedConv)):
        return []
    transposed = isinstance(kind, TransposedConv)
    rounding: Any = "floor" if transposed or kind.padding == "same" else getattr(kind, "rounding", "floor")
    extras = kind.output_padding if isinstance(kind, TransposedConv) else (0,) * kind.rank
    sides = []
    for i, f, s, d, pads, extra in zip(x[1:], kind.kernel, kind.stride, kind.dilation, kind.padding_pixels(x), extras):
        if pads is None:
            return []
        sides.append(Side(i, f, s, pads[0], pads[1], d, rounding, extra, transposed, kind.padding == "same"))
    return sides


def slipped(subject: Subject, ask: str, slip: Slip) -> Iterator[Value]:
    """What a slip along every axis leads to, for any ask about a window but the receptive field."""
    sides = sides_of(subject)
    if ask in ("kernel", "stride", "padding"):
        yield from _solved(subject, sides, ask, slip)
        return
    wrong = [slip(side) for side in sides]
    if not sides or wrong == [side.fit() for side in sides]:
        return
    fits = all(side.whole(found) for side, found in zip(sides, wrong))
    if ask == "fits":
        yield True if fits else None
        return
    # One slip at a time: where the window does not fit, only a slip that makes it fit gives a shape.
    channels = known((subject.layer.output or ())[:1])
    if channels and (fits or subject.y) and all(found.output >= 0 for found in wrong):
        yield from followed(subject, ask, (*channels, *(found.output for found in wrong)))
    if ask == "output" and not fits:
        yield None


def _solved(subject: Subject, sides: Sequence[Side], ask: str, slip: Slip) -> Iterator[Value]:
    """The setting that gives the layer's output when the formula is solved with the slip in it."""
    if not subject.y:
        return
    found = [_solve(side, ask, slip, output) for side, output in zip(sides, subject.y[1:])]
    values = tuple(value for value in found if value is not None)
    if values and len(values) == len(found):
        yield values


def _solve(side: Side, ask: str, slip: Slip, output: int) -> int | None:
    """The one that leaves no remainder, found by halving: the output only grows, or only falls, with each setting."""
    reach = window.effective_kernel(side.kernel, side.dilation)
    padded = side.size + side.before + side.after
    least, most = (0, padded + (output + 1) * side.stride + reach) if ask == "padding" else (1, max(padded, output, 2))

    most = min(most, LIMIT)

    def found(value: int) -> Fit:
        changes = {"before": value, "after": value, "same": False} if ask == "padding" else {ask: value}
        return slip(replace(side, rounding="floor", **changes))  # type: ignore[arg-type]

    first, last = found(least).output, found(most).output
    if first == last:
        return None
    sign = 1 if last > first else -1
    values = range(least, most + 1)
    # Of settings with one output, the largest kernel and stride leave no remainder, and the smallest padding.
    if ask == "padding":
        place = bisect_left(values, sign * output, key=lambda value: sign * found(value).output)
    else:
        place = bisect_right(values, sign * output, key=lambda value: sign * found(value).output) - 1
    if not 0 <= place < len(values):
        return None
    return values[place] if found(values[place]) == Fit(output, 0) else None


Change = Callable[[Side, Window], Window]
"""A mistake about what a unit sees along one axis."""


def field_with(subject: Subject, change: Change) -> Field:
    """The receptive field with a mistake made in every layer, from the network's input on: one pass over the layers."""
    layer = subject.layer
    fields = [initial(len(shape) - 1) for shape in layer.graph.inputs.values()]
    for each in subject.analysis.layers[: layer.index]:
        facts, node = each.facts, each.node
        seen = seen_inputs(node.spec.type, facts, node.inputs)
        field = fields[seen[0]] if len(seen) == 1 else union([fields[value] for value in seen])
        sides = sides_of(Subject(each, subject.analysis))
        windows = facts.windows
        if windows is not None and len(sides) == len(windows) and None not in windows:
            windows = tuple(change(side, w) for side, w in zip(sides, windows) if w is not None)
        fields.append(field if windows is None else grow(field, windows))
    return fields[-1]


def seen(field: Field, ask: str) -> Iterator[Value]:
    """The receptive field's size, or its effective stride, where it is known on every axis."""
    found = [
        None if extent is None else (extent.size if ask == "receptive_field" else extent.stride) for extent in field
    ]
    values = tuple(value for value in found if value is not None)
    if values and len(values) == len(found):
        yield values  # type: ignore[misc]
