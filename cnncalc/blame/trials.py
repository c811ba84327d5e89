"""Trying an edit out: the layers that it changes are worked out anew, up to the merge, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from cnncalc.analysis import Layer
from cnncalc.blame.ways import Past, sources
from cnncalc.diagnostics import Span
from cnncalc.layers import infer
from cnncalc.values import Shape

MAX_TRIED = 10_000
"""So many layers are worked out anew in one run of a network, for all its merges together."""


LOOKED_AT = 10
"""Looking at so many layers counts as working one out."""


class Spent(Exception):
    """So much has been tried that it is enough."""


class Allowance:
    """How many layers may still be worked out anew."""

    def __init__(self, most: int = MAX_TRIED) -> None:
        self.left = most

    def take(self, count: int = 1) -> None:
        """Raises Spent where nothing is left."""
        if self.left <= 0:
            raise Spent
        self.left -= count


Change = tuple[Layer, str, Any]
"""A layer, a parameter and its new value."""


class Trials:
    """Edits of one merge's past. An edit is one of the text: it changes every layer that the same text stands for."""

    def __init__(self, past: Past, wrong: Sequence[int], allowance: Allowance) -> None:
        allowance.take(1 + (past.merge.index - past.first) // LOOKED_AT)
        self.past = past
        self.wrong = wrong
        self.allowance = allowance
        self.alike: dict[Span, list[int]] = {}
        self.readers: dict[int, list[int]] = {}
        self.given: dict[Span, list[tuple[int, str]]] = {}
        """The parameters that get their value from a place in the text."""
        self.sharing: set[Span] = set()
        """The places of layers that share their weights, whose shapes had better stay."""
        nodes = past.merge.graph.nodes
        for position in range(past.first, past.merge.index):
            node = nodes[position]
            self.alike.setdefault(node.item.span, []).append(position)
            for name, place in node.item.common.spans.items():
                self.given.setdefault(place, []).append((position, name))
            for value in sources(node):
                self.readers.setdefault(value, []).append(position)
            if node.shared is not None:
                self.sharing |= {node.item.span, nodes[node.shared].item.span}

    def argument(self, layer: Layer, parameter: str) -> Span | None:
        """The place of a block's argument that alone is the parameter's value in one of several uses; else None."""
        nodes = self.past.merge.graph.nodes
        alike = self.alike.get(layer.node.item.span, ())
        places = {nodes[position].item.common.spans.get(parameter) for position in alike}
        return layer.node.item.common.spans.get(parameter) if len(places) > 1 else None

    def _edited(self, changes: Sequence[Change]) -> dict[int, dict[str, Any]]:
        """The settings after the changes, by the positions of the layers; none where an argument serves two ends."""
        nodes = self.past.merge.graph.nodes
        edited: dict[int, dict[str, Any]] = {}
        for layer, parameter, value in changes:
            place = self.argument(layer, parameter)
            if place is None:
                given = [(position, parameter) for position in self.alike.get(layer.node.item.span, ())]
            else:
                given = self.given[place]
            if any(name != parameter for _, name in given):
                return {}
            for position, name in given:
                edited.setdefault(position, dict(nodes[position].spec.values))[name] = value
        return edited

    def agrees(self, changes: Sequence[Change]) -> bool:
        """Whether the merge's inputs agree after the changes, and nothing else is wrong that was not before."""
        past, nodes, merge = self.past, self.past.merge.graph.nodes, self.past.merge.index - 1
        edited = self._edited(changes)
        shapes: dict[int, Shape | None] = {}
        heap = list(edited)
        heapify(heap)
        done = -1
        while heap:
            position = heappop(heap)
            if position == done:
                continue
            done = position
            node, before = nodes[position], past.layers[position].facts
            inputs = tuple(shapes[v] if v in shapes else past.shape(v) for v in sources(node))
            self.allowance.take()
            facts = infer(node.spec.type, edited.get(position, node.spec.values), inputs)
            if position == merge:
                output = facts.output or ()
                return not facts.faults and all(output[axis] is not None for axis in self.wrong)
            if len(facts.faults) > len(before.faults) or _known(facts.output) < _known(before.output):
                return False
            if facts.output != before.output:
                shapes[past.base + position] = facts.output
                for reader in self.readers.get(past.base + position, ()):
                    heappush(heap, reader)
        return False


def _known(shape: Shape | None) -> int:
    """How many axes of a shape are known."""
    return sum(axis is not None for axis in shape or ())
