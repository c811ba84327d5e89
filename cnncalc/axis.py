"""A network along one axis of its input, its layers asked about whole classes of sizes at once.

The size of every layer's output is a line over classes of input sizes that behave alike: a window of stride S makes of
inputs that lie S apart outputs that lie 1 apart. So the sizes start as one class, 1, 2, 3, …; a layer that treats its
numbers differently splits it (by its stride, or where two branches cross), and drops the parts on which its window
does not fit. What fits, and what comes out, is asked of the layer itself, at single sizes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from itertools import combinations

from cnncalc.analysis import Layer
from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.layers import Layer as LayerType
from cnncalc.layers.base import Misfit
from cnncalc.layers.dense import Reshape
from cnncalc.layers.sliding import Sliding
from cnncalc.progressions import Line, Progression, SizeSet, parts_for
from cnncalc.values import LIMIT

MOST = 4096
"""Classes of sizes that are told apart along an axis: a network with more has no closed form that anyone would read."""


@dataclass(eq=False, repr=False, slots=True)
class _Class:
    """Input sizes that every layer so far has treated alike, and the class that they are a part of."""

    over: Progression
    parent: _Class | None = None


_Lines = dict[_Class, Line]
"""A value's size along the axis, on each class that there was when it was worked out."""


def _line(lines: _Lines, part: _Class) -> Line:
    """The line over a part of the class that it was worked out on."""
    whole: _Class | None = part
    while whole is not None and whole not in lines:
        whole = whole.parent
    assert whole is not None
    return lines[whole] if whole is part else lines[whole].on(part.over)


class _Asked:
    """A layer asked, along one axis, what comes out of single sizes; and from that, of whole classes."""

    def __init__(self, layer: LayerType, axis: int, channels: list[int | None]) -> None:
        self.layer = layer
        self.axis = axis
        self.channels = channels
        self.period = layer.period()[axis]
        self.dropped = False
        """Whether some sizes did not fit."""
        self._known: dict[tuple[int, ...], int | None] = {}
        self._never: set[tuple[int, ...]] = set()
        """Sizes that leave a remainder, as all do that lie a period apart."""

    def size(self, sizes: tuple[int, ...]) -> int | None:
        """The output's size for inputs of these sizes; None where they do not fit."""
        if sizes not in self._known:
            self._known[sizes] = self._ask(sizes)
        return self._known[sizes]

    def _ask(self, sizes: tuple[int, ...]) -> int | None:
        around = (None,) * self.axis, (None,) * (self.layer.rank - self.axis - 1)
        shapes = [(c, *around[0], size, *around[1]) for c, size in zip(self.channels, sizes)]
        try:
            return self.layer.output_shape(*shapes)[self.axis + 1]
        except Misfit as misfit:
            # A window that is too large may fit a larger input; a remainder stays.
            if any(fault.rule == "non-integer-output" for fault in misfit.faults):
                self._never.add(sizes)
            return None if misfit.output is None else misfit.output[self.axis + 1]

    def over(self, lines: list[Line]) -> Iterator[Line]:
        """What comes out, as lines over the parts of the inputs' common class that fit.

        Raises Fault ``limit-exceeded`` for a class that falls into too many.
        """
        if len(set(lines)) > 1:
            return self._where_branches_cross(lines)
        return self._period_by_period(lines[0], len(lines))

    def _period_by_period(self, line: Line, inputs: int) -> Iterator[Line]:
        parts = parts_for(self.period, line.rise)
        if parts > MOST and line.over.length is None:
            raise _too_many()
        for part in line.over.split(parts) if line.over.length != 1 else [line.over]:
            rising = line.on(part)
            first = self._first_that_fits(rising, inputs)
            self.dropped = self.dropped or first != 0
            if first is not None:
                yield self._through(rising.on(part.part(first, None)), inputs)

    def _through(self, line: Line, inputs: int) -> Line:
        """The output's line, from its first two numbers."""
        start = self.size((line.start,) * inputs)
        after = start if line.over.length == 1 else self.size((line.start + line.rise,) * inputs)
        assert start is not None
        assert after is not None
        return Line(line.over, start, after - start)

    def _first_that_fits(self, line: Line, inputs: int) -> int | None:
        """The position on the line from which on the layer takes its numbers; None where it never does."""

        def fits(position: int) -> bool:
            return self.size((line.start + line.rise * position,) * inputs) is not None

        if fits(0):
            return 0
        if line.rise == 0 or (line.start,) * inputs in self._never:
            return None
        last = LIMIT if line.over.length is None else line.over.length - 1
        reached = 1
        while not fits(min(reached, last)):
            if reached >= last:
                return None
            reached *= 2
        return bisect_left(range(min(reached, last) + 1), True, lo=reached // 2, key=fits)

    def _where_branches_cross(self, lines: list[Line]) -> Iterator[Line]:
        """Between two numbers at which two inputs are equal, or one of them is 1, nothing changes."""
        count = lines[0].over.length
        cuts = {0}
        for one, other in combinations({(line.start, line.rise) for line in lines} | {(1, 0)}, 2):
            if one[1] != other[1]:
                position, rest = divmod(other[0] - one[0], one[1] - other[1])
                cuts |= {position + 1} if rest else {position, position + 1}
        places = sorted(c for c in cuts if c >= 0 and (count is None or c < count))
        for place, end in zip(places, [*places[1:], None]):
            part = lines[0].over.part(place, None if end is None else end - place)
            here = [line.on(part) for line in lines]
            start = self.size(tuple(line.start for line in here))
            if start is None:
                self.dropped = True
                continue
            after = start if part.length == 1 else self.size(tuple(line.start + line.rise for line in here))
            assert after is not None
            yield Line(part, start, after - start)


def _too_many() -> Fault:
    message = t("more than {count:,} classes of sizes behave differently", count=MOST)
    return Fault("limit-exceeded", message, t("try single sizes: `cnncalc shapes … --input`"))


@dataclass(eq=False, repr=False)
class Axis:
    """A network along one axis: the sizes on which every window fits, and the size of every value on them.

    ``conditions`` has the positions of the layers that ask for something, and the sizes that each one leaves.
    """

    index: int
    classes: list[_Class]
    values: list[_Lines | None]
    conditions: dict[int, SizeSet] = field(default_factory=dict)
    then: list[list[_Class]] = field(default_factory=list)
    """The classes that were left behind each layer."""

    @classmethod
    def start(cls, index: int, sizes: Progression, inputs: list[int | bool | None]) -> Axis:
        """Before the first layer. An input's size is a number, True for each of ``sizes``, None without the axis."""
        part = _Class(sizes)
        values: list[_Lines | None] = []
        for size in inputs:
            if size is None:
                values.append(None)
            else:
                values.append({part: Line(sizes, sizes.first, sizes.step) if size is True else Line(sizes, size, 0)})
        return cls(index, [part], values)

    @property
    def sizes(self) -> SizeSet:
        return SizeSet(part.over for part in self.classes)

    def lines(self, value: int, position: int | None = None) -> list[Line] | None:
        """The size of a value on each class that is left in the end, or was behind the layer at a position.

        None where it has no such axis, or is not known.
        """
        lines = self.values[value]
        classes = self.classes if position is None else self.then[position]
        return None if lines is None else [_line(lines, part) for part in classes]

    def add(self, layer: Layer, *, whole: bool) -> None:
        """Work out the next layer; ``whole`` leaves only the sizes on which it drops nothing.

        Raises Fault ``limit-exceeded`` where there would be too many classes.
        """
        kind = layer.facts.layer
        sources = layer.node.inputs if layer.node.like is None else (*layer.node.inputs, layer.node.like)
        inputs = [lines for value in sources if (lines := self.values[value]) is not None]
        found: _Lines | None = None
        if isinstance(kind, Reshape):
            if self.index + 1 < len(kind.shape):
                found = {part: Line(part.over, kind.shape[self.index + 1], 0) for part in self.classes}
        elif (
            kind is not None and self.index < kind.rank and len(inputs) == len(sources) and len(layer.output or ()) > 1
        ):
            found = inputs[0] if type(kind).output_shape is LayerType.output_shape else self._ask(layer, inputs, whole)
        self.values.append(found)
        self.then.append(self.classes)

    def _ask(self, layer: Layer, inputs: list[_Lines], whole: bool) -> _Lines:
        kind = layer.facts.layer
        assert kind is not None
        if whole and isinstance(kind, Sliding):
            kind = copy(kind)
            kind.rounding = "strict"
        asked = _Asked(kind, self.index, [shape[0] if shape else None for shape in layer.facts.inputs])
        found: _Lines = {}
        for part in self.classes:
            for line in asked.over([_line(lines, part) for lines in inputs]):
                found[part if line.over == part.over else _Class(line.over, part)] = line
            if len(found) > MOST:
                raise _too_many()
        self.classes = list(found)
        if asked.dropped:
            self.conditions[layer.index - 1] = self.sizes
        return found
