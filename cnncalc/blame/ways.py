"""The ways to a merge: from the last value that two of its inputs have in common, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import prod
from typing import Literal, NamedTuple

from cnncalc.analysis import Layer
from cnncalc.graph import Node
from cnncalc.language import t
from cnncalc.text import axis_word, listing, shape_text
from cnncalc.values import Shape, axis_names

LOOK_BACK = 2_000
"""So many layers before a merge are looked at."""


def sources(node: Node) -> tuple[int, ...]:
    """The values that a layer's shape depends on."""
    return node.inputs if node.like is None else (*node.inputs, node.like)


@dataclass(slots=True, eq=False, repr=False)
class Past:
    """A merge and the layers up to it."""

    merge: Layer
    layers: Sequence[Layer]

    @property
    def base(self) -> int:
        """The number of the first layer's output."""
        return len(self.merge.graph.names)

    @property
    def first(self) -> int:
        """The position of the first layer that is looked at."""
        return max(0, self.merge.index - 1 - LOOK_BACK)

    def shape(self, value: int) -> Shape | None:
        if value < self.base:
            return list(self.merge.graph.inputs.values())[value]
        return self.layers[value - self.base].output

    def maker(self, value: int) -> Layer | None:
        """The layer that a value comes out of; None for an input of the network, and for what lies too far back."""
        position = value - self.base
        return self.layers[position] if position >= self.first else None


class Fork(NamedTuple):
    """Two inputs of a merge, and the layers that only one of them goes through, the last ones first.

    ``common`` is the last value that both come from, -1 where there is none.
    """

    one: int
    other: int
    common: int
    own: tuple[list[Layer], list[Layer]]


def fork(past: Past, one: int, other: int) -> Fork:
    """Where the ways to two values part. Values are numbered in execution order, so the last ones are taken first."""
    sides = {one: 1}
    sides[other] = sides.get(other, 0) | 2
    heap = [-value for value in sides]
    heapify(heap)
    own: tuple[list[Layer], list[Layer]] = ([], [])
    while heap:
        value = -heappop(heap)
        side = sides.pop(value)
        if side == 3:
            return Fork(one, other, value, own)
        layer = past.maker(value)
        if layer is None:
            continue
        own[side - 1].append(layer)
        for source in sources(layer.node):
            if source not in sides:
                heappush(heap, -source)
            sides[source] = sides.get(source, 0) | side
    return Fork(one, other, -1, own)


def way(past: Past, value: int, stop: int, axis: int) -> list[Layer]:
    """The layers from one value to another, in order; through merges along an input that has the output's size."""
    steps: list[Layer] = []
    while value > stop:
        layer = past.maker(value)
        if layer is None:
            break
        steps.append(layer)
        if not layer.node.inputs:
            break
        value = _followed(past, layer, stop, axis)
    steps.reverse()
    return steps


def _followed(past: Past, layer: Layer, stop: int, axis: int) -> int:
    inputs = layer.node.inputs
    size = _size(layer.output, axis)
    alike = [value for value in inputs if _size(past.shape(value), axis) == size] or list(inputs)
    return next((value for value in alike if value > stop), alike[0])


def _size(shape: Shape | None, axis: int) -> int | None:
    return shape[axis] if shape is not None and axis < len(shape) else None


class Change(NamedTuple):
    """A layer that changes the size along an axis. ``factor`` is its stride there, a fraction where it enlarges."""

    layer: Layer
    before: int | None
    after: int | None
    factor: Fraction | None

    @property
    def exact(self) -> bool:
        """Whether the size is divided by the stride, and nothing is lost or added at the border."""
        known = self.factor is not None and self.before is not None and self.after is not None
        return known and self.after * self.factor == self.before  # type: ignore[operator]

    @property
    def sizes(self) -> tuple[int | None, int | None]:
        return self.before, self.after


def _changes(steps: list[Layer], axis: int) -> list[Change]:
    found = []
    for layer in steps:
        before, after = _size(layer.input, axis), _size(layer.output, axis)
        if before != after:
            found.append(Change(layer, before, after, _factor(layer, axis)))
    return found


def _factor(layer: Layer, axis: int) -> Fraction | None:
    windows = layer.facts.windows
    window = windows[axis - 1] if windows is not None and axis <= len(windows) else None
    return None if window is None or window.stride is None else Fraction(window.stride)


class Parting(NamedTuple):
    """The first changes that two ways do not share; a way without such a change has None."""

    one: Change | None
    other: Change | None

    @property
    def earliest(self) -> Change | None:
        """The one that is executed first."""
        return min((c for c in self if c), key=lambda change: change.layer.index, default=None)


def parting(one: list[Layer], other: list[Layer], axis: int) -> Parting:
    """Where the sizes of two ways come apart along an axis.

    Strides that a later layer makes up for (a U-Net's pools) are no reason: where both ways come to one stride, it is
    the first layer that loses or adds pixels; otherwise the first whose stride the other way does not have.
    """
    ways = _changes(one, axis), _changes(other, axis)
    factors = [[change.factor for change in changes] for changes in ways]
    found = Parting(None, None)
    if None not in factors[0] + factors[1]:
        strides = [prod(f for f in row if f is not None) for row in factors]
        if strides[0] == strides[1]:
            inexact = [[change for change in changes if not change.exact] for changes in ways]
            found = _first([(c, c.sizes) for c in inexact[0]], [(c, c.sizes) for c in inexact[1]])
        else:
            strided = [[(c, c.factor) for c in changes if c.factor != 1] for changes in ways]
            found = _first(*strided)
    if found.earliest is None:
        found = _first([(c, c.sizes) for c in ways[0]], [(c, c.sizes) for c in ways[1]])
    return found


def _first(one: Sequence[tuple[Change, object]], other: Sequence[tuple[Change, object]]) -> Parting:
    """The first pair whose marks differ."""
    for place in range(max(len(one), len(other))):
        mine = one[place] if place < len(one) else None
        theirs = other[place] if place < len(other) else None
        if mine is None or theirs is None or mine[1] != theirs[1]:
            return Parting(mine and mine[0], theirs and theirs[0])
    return Parting(None, None)


class Story(NamedTuple):
    """What happened, in sentences, and the layers to blame for it."""

    lines: list[str]
    layers: list[Layer]


def tell(past: Past, split: Fork, wrong: list[int]) -> Story:
    """Where the two inputs of a fork came apart along the axes that are wrong."""
    told: dict[_Account, list[int]] = {}
    story = Story([], [])
    for axis in wrong:
        if axis == 0:
            story.lines.append(_channels(past, split, story.layers))
            continue
        ways = way(past, split.one, split.common, axis), way(past, split.other, split.common, axis)
        found = parting(*ways, axis)
        first = found.earliest
        if first is None:
            continue
        side = 0 if found.one is first else 1
        story.layers.extend(change.layer for change in found if change)
        value = split.other if side == 0 else split.one
        account = _account(past, first, found[1 - side], ways[1 - side], value, axis)
        told.setdefault(account, []).append(axis)
    names = axis_names(past.merge.facts.layer.rank if past.merge.facts.layer else 0)
    for account, axes in told.items():
        story.lines.append(account.sentence(listing(axis_word(names[axis - 1]) for axis in axes)))
    return story


class _Account(NamedTuple):
    """What the layer to blame made of a size, and what came of it on the other way."""

    layer: str
    before: int | None
    after: int | None
    verb: Literal["makes", "keeps", "has"]
    other: str
    other_before: int | None
    other_after: int | None

    def sentence(self, axes: str) -> str:
        values = {**self._asdict(), "axes": axes}
        del values["verb"]
        if self.verb == "makes":
            return t(
                "they came apart at {layer}, which makes {before} into {after} ({axes}); "
                "{other} makes {other_before} into {other_after}",
                **values,
            )
        if self.verb == "keeps":
            return t(
                "they came apart at {layer}, which makes {before} into {after} ({axes}); {other} keeps {other_after}",
                **values,
            )
        return t(
            "they came apart at {layer}, which makes {before} into {after} ({axes}); {other} has {other_after}",
            **values,
        )


def _account(
    past: Past, first: Change, counterpart: Change | None, steps: list[Layer], value: int, axis: int
) -> _Account:
    """The account of a first change; ``steps`` are the other way, which ends in ``value``."""
    start = first.layer.path, *first.sizes
    if counterpart is not None:
        return _Account(*start, "makes", counterpart.layer.path, *counterpart.sizes)
    size = _size(past.shape(value), axis)
    if steps and not _changes(steps, axis):
        keeper = next((layer for layer in steps if layer.facts.windows is not None), steps[-1])
        return _Account(*start, "keeps", keeper.path, size, size)
    return _Account(*start, "has", past.merge.graph.value_name(value), size, size)


def _channels(past: Past, split: Fork, layers: list[Layer]) -> str:
    """Which layers the channels on both sides come from."""
    makers = channel_maker(past, split.one), channel_maker(past, split.other)
    layers.extend(layer for value in makers if (layer := past.maker(value)))
    values = {
        "one": past.merge.graph.value_name(makers[0]),
        "count": _size(past.shape(split.one), 0),
        "other": past.merge.graph.value_name(makers[1]),
        "other_count": _size(past.shape(split.other), 0),
    }
    if len(past.shape(split.one) or ()) == 1:
        return t("the features come from {one} ({count}) and {other} ({other_count})", **values)
    return t("the channels come from {one} ({count}) and {other} ({other_count})", **values)


def channel_maker(past: Past, value: int) -> int:
    """The value at which the channels of a later one are made: a convolution's, a concatenation's, or an input."""
    while (layer := past.maker(value)) is not None and layer.node.inputs:
        made = not {"filters", "units"}.isdisjoint(layer.node.spec.type.parameters) or layer.type == "concat"
        source = _followed(past, layer, -1, 0)
        if made or _size(past.shape(source), 0) != _size(layer.output, 0):
            break
        value = source
    return value


def tell_ranks(past: Past, split: Fork) -> Story:
    """Which layer on either way made a flat shape, or a map again."""
    ways = way(past, split.one, split.common, 0), way(past, split.other, split.common, 0)
    changed = [layer for steps in ways for layer in steps if layer.input and layer.output and _flattens(layer)]
    if not changed:
        return Story([], [])
    first = min(changed, key=lambda layer: layer.index)
    value = split.other if first in ways[0] else split.one
    line = t(
        "they came apart at {layer}, which makes {before} into {after}; {other} has {shape}",
        layer=first.path,
        before=shape_text(first.input),
        after=shape_text(first.output),
        other=past.merge.graph.value_name(value),
        shape=shape_text(past.shape(value)),
    )
    return Story([line], [first])


def _flattens(layer: Layer) -> bool:
    return len(layer.input or ()) != len(layer.output or ())
