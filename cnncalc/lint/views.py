"""Where a network looks: the image that comes in, how much of it a layer's input sees, and which axes are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from cnncalc.analysis import Layer
from cnncalc.layers.base import Number
from cnncalc.lint.network import Network
from cnncalc.receptive_field import Extent, Field, initial
from cnncalc.text import listing
from cnncalc.values import axis_names

T = TypeVar("T")


def image(net: Network) -> tuple[int, ...]:
    """Height and width of the network's input; nothing where several inputs differ, or it is flat."""
    sizes = {shape[1:] for shape in net.graph.inputs.values()}
    return sizes.pop() if len(sizes) == 1 else ()


def incoming(net: Network, layer: Layer) -> Field:
    """How much of the network's input a unit of the layer's first input sees."""
    source = layer.node.inputs[0] - net.base
    return net.layers[source].field if source >= 0 else initial(len(layer.input or ()) - 1)


def end(extent: Extent, units: int) -> Number | None:
    """The first pixel behind what the first so many units see."""
    if units == 1 or extent.stride is None:
        return extent.start + extent.size
    return extent.start + (units - 1) * extent.stride + extent.size


def alike(values: Sequence[T | None]) -> Iterator[tuple[T, list[str]]]:
    """What is said about the axes, each thing once, with the names of those that it is said about."""
    names = axis_names(len(values))
    found: dict[T, list[str]] = {}
    for value, name in zip(values, names):
        if value is not None:
            found.setdefault(value, []).append(name)
    yield from found.items()


LINES = {"height": "row", "width": "column", "depth": "slice", "length": "sample"}
"""What lies across an axis."""


def lines(axes: Sequence[str], count: int = 2) -> str:
    """``rows and columns``, or ``row and column`` where it is one of each."""
    return listing(LINES.get(axis, axis) + ("s" if count != 1 else "") for axis in axes)


def scores(net: Network) -> bool:
    """Whether all that leaves the network is flat, or a map of one pixel: one answer for the whole image."""
    return all(shape is not None and all(axis == 1 for axis in shape[1:]) for shape in net.analysis.outputs.values())
