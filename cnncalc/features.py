"""How many numbers a flattened map has, in terms of its area; and the layers that take only so many of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt, prod

from cnncalc.analysis import Layer
from cnncalc.graph import Graph
from cnncalc.layers.dense import Flatten, Reshape
from cnncalc.layers.merging import Concat, Elementwise
from cnncalc.layers.normalization import GroupNorm
from cnncalc.layers.resizing import Slice

FACTORED = 10**12
"""A number of features up to this is taken apart into a height and a width."""

Features = tuple[tuple[int, "int | None"], ...]
"""A number of features: a sum of factors, each times the area of a value where one is named."""


@dataclass(eq=False, repr=False)
class Coupling:
    """A layer on flat numbers that takes only so many of them, which couples height and width.

    ``wanted`` is how many it takes, where that is one number.
    """

    layer: Layer
    features: list[Features]
    wanted: int | None


def features_of(graph: Graph, layers: list[Layer]) -> list[Features | None]:
    """For every value, how many numbers it has in terms of the areas of maps; None for a map, or what is not known."""
    values: list[Features | None] = [
        ((shape[0], None),) if len(shape) == 1 else None for shape in graph.inputs.values()
    ]
    for layer in layers:
        kind, inputs = layer.facts.layer, layer.node.inputs
        first = values[inputs[0]]
        found: Features | None = None
        if layer.output is not None and len(layer.output) == 1:
            if layer.output[0] is not None:
                found = ((layer.output[0], None),)
            elif isinstance(kind, Flatten) and first is None and layer.input is not None and layer.input[0] is not None:
                found = ((layer.input[0], inputs[0]),)
            elif isinstance(kind, Concat):
                parts = [values[value] for value in inputs]
                found = tuple(term for part in parts if part for term in part) if all(parts) else None
            elif isinstance(kind, Slice):
                found = (*first, (-kind.start, None)) if first and kind.start else first
            else:
                found = first
        values.append(found)
    return values


def couplings(layers: list[Layer], features: list[Features | None]) -> Iterator[Coupling]:
    """The layers on flat numbers that do not take any number of them."""
    for layer in layers:
        kind, values = layer.facts.layer, layer.node.spec.values
        if kind is None or layer.input is None or None not in layer.input:
            continue
        counts = [features[value] for value in layer.node.inputs]
        if isinstance(kind, Reshape):
            if len(layer.input) > 1 and layer.input[0] is not None:
                counts = [((layer.input[0], layer.node.inputs[0]),)]
            wanted: int | None = prod(kind.shape)
        else:
            wanted = values.get("in_features", values.get("in_channels"))
        if len(layer.input) > 1 and not isinstance(kind, Reshape):
            continue
        limited = wanted is not None or isinstance(kind, (Slice, GroupNorm, Elementwise))
        known = [f for f in counts if f is not None]
        if limited and len(known) == len(counts) and (wanted is not None or len(set(known)) > 1 or len(known) == 1):
            yield Coupling(layer, known, wanted)


def factorings(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as a product of so many, in order."""
    if parts <= 1:
        if parts == 1 or number == 1:
            yield (number,) * parts
        return
    small = [d for d in range(1, isqrt(number) + 1) if number % d == 0]
    for divisor in sorted({*small, *(number // d for d in small)}):
        for rest in factorings(number // divisor, parts - 1):
            yield (divisor, *rest)
