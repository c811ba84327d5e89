"""A network as lint rules look at it: its layers with who uses whom, and the places in its file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from typing import Any, TypeVar

from cnncalc.analysis import Analysis, Layer
from cnncalc.architecture import Item, LayerItem, Structure
from cnncalc.diagnostics import Span
from cnncalc.layers import Layer as LayerType
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.rule import Finding, Fix
from cnncalc.source import Source
from cnncalc.tree import Mapping, Node, Scalar, Sequence

T = TypeVar("T")


class Network:
    """One file that could be read and run. ``root`` is its tree, with the place of every word."""

    def __init__(self, source: Source, root: Node | None, analysis: Analysis) -> None:
        self.source = source
        self.root = root
        self.analysis = analysis
        self.layers = analysis.layers
        self.graph = analysis.graph
        self.base = len(self.graph.names)
        """The number of the first layer's value; the values before are the network's inputs."""
        self._numbered: dict[str, bool] = {}
        self._found: dict[Callable[[Network], Any], Any] = {}

    @cached_property
    def facts(self) -> dict[str, str]:
        """What the file says about itself: task, loss, year, …"""
        return self.graph.architecture.facts

    def of(self, *words: str) -> list[Layer]:
        """The layers of these types, in order."""
        if len(words) == 1:
            return self._by_type.get(words[0], [])
        found = [layer for word in words for layer in self._by_type.get(word, ())]
        return sorted(found, key=lambda layer: layer.index)

    @property
    def types(self) -> Collection[str]:
        """The layer types that there are."""
        return self._by_type.keys()

    @cached_property
    def _by_type(self) -> dict[str, list[Layer]]:
        found: dict[str, list[Layer]] = {}
        for layer in self.layers:
            found.setdefault(layer.node.spec.type.word, []).append(layer)
        return found

    @cached_property
    def items(self) -> list[Item]:
        """What the file's layers come to before anything is unrolled: the layers and structures of each path, once."""
        trunk = self.graph.architecture.trunk
        found: list[Item] = []
        pending, seen = [trunk], {id(trunk)}
        while pending:
            items = pending.pop().items
            found += items
            for item in items:
                if isinstance(item, Structure):
                    for path in item.paths:
                        if id(path) not in seen:
                            seen.add(id(path))
                            pending.append(path)
        return found

    @cached_property
    def sliding(self) -> list[tuple[Layer, Sliding]]:
        """The convolutions and pools whose settings suit their input, in order, with these settings."""
        found = []
        for layer in self.layers:
            kind = layer.facts.layer
            if isinstance(kind, Sliding):
                found.append((layer, kind))
        return found

    def once(self, compute: Callable[[Network], T]) -> T:
        """What a function finds in the network, worked out once for all rules that ask."""
        if compute not in self._found:
            self._found[compute] = compute(self)
        return self._found[compute]  # type: ignore[no-any-return]

    # Who uses whom

    @cached_property
    def _users(self) -> list[list[Layer]]:
        users: list[list[Layer]] = [[] for _ in range(self.base + len(self.layers))]
        for layer in self.layers:
            for value in layer.node.inputs:
                users[value].append(layer)
        return users

    @cached_property
    def output_values(self) -> dict[int, str]:
        """The values that leave the network, and their names."""
        return {value: name for name, value in self.graph.outputs.items()}

    def value(self, layer: Layer) -> int:
        """The number of a layer's output."""
        return self.base + layer.index - 1

    def users(self, layer: Layer) -> list[Layer]:
        """The layers that take a layer's output; not those that only take over its size."""
        return self._users[self.value(layer)]

    def is_output(self, layer: Layer) -> bool:
        """Whether a layer's output leaves the network."""
        return self.value(layer) in self.output_values

    def outputs(self) -> Iterator[tuple[str, Layer]]:
        """The layers whose outputs leave the network, with the output's name."""
        for value, name in self.output_values.items():
            if value >= self.base:
                yield name, self.layers[value - self.base]

    def sources(self, layer: Layer) -> list[Layer | None]:
        """The layers that a layer takes its inputs from; None for an input of the network."""
        return [self.layers[v - self.base] if v >= self.base else None for v in layer.node.inputs]

    def before(self, layer: Layer) -> Layer | None:
        """The one layer that comes before; None where there are several, or the network's input is."""
        inputs = layer.node.inputs
        return self.layers[inputs[0] - self.base] if len(inputs) == 1 and inputs[0] >= self.base else None

    def after(self, layer: Layer) -> Layer | None:
        """The one layer that takes the output, if nothing else does and it does not leave the network."""
        value = self.base + layer.index - 1
        users = self._users[value]
        return users[0] if len(users) == 1 and value not in self.output_values else None

    def back(self, layer: Layer, through: Callable[[Layer], bool]) -> Layer | None:
        """The layer that feeds this one, past layers that only it uses and that may be looked ``through``."""
        found = self.before(layer)
        while found is not None and through(found) and self.after(found) is not None:
            found = self.before(found)
        return found

    def kind(self, layer: Layer) -> type[LayerType]:
        """The layer type."""
        return layer.node.spec.type

    # Places

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.source.text.splitlines()

    @cached_property
    def made(self) -> Counter[Span]:
        """How many layers each place makes."""
        return Counter(layer.node.item.span for layer in self.layers)

    def numbered(self, word: str) -> bool:
        """Whether the file may speak of layers of this type by their numbers: ``relu2``."""
        if word not in self._numbered:
            self._numbered[word] = re.search(rf"\b{re.escape(word)}\d", self.source.text) is not None
        return self._numbered[word]

    def place(self, layer: Layer, parameter: str = "") -> Span:
        """Where a parameter of a layer stands, or else the layer."""
        item = layer.node.item
        return item.common.spans.get(parameter, item.span)

    def says(self, layer: Layer, parameter: str) -> bool:
        """Whether the file itself sets a parameter of the layer, and not a default."""
        item = layer.node.item
        return isinstance(item, LayerItem) and parameter in item.common.spans

    def entry(self, layer: Layer) -> tuple[Scalar, Node | None] | None:
        """The layer's word in the file, and its parameters if it has some; None for a merge of branches."""
        return self._entries.get(layer.node.item.span)

    @cached_property
    def _entries(self) -> dict[Span, tuple[Scalar, Node | None]]:
        found: dict[Span, tuple[Scalar, Node | None]] = {}
        pending = [self.root] if self.root is not None else []
        while pending:
            node = pending.pop()
            if isinstance(node, Scalar):
                found.setdefault(node.span, (node, None))
            elif isinstance(node, Sequence):
                pending += node.items
            elif isinstance(node, Mapping):
                for key, value in node.entries:
                    found[key.span] = (key, value)
                    pending.append(value)
        return found

    def finding(self, layer: Layer, message: str, help: str = "", *, at: str = "", fix: Fix | None = None) -> Finding:
        """A finding about a layer, at one of its parameters if one is named."""
        first = layer.node.item.span.line
        return Finding(message, help, self.place(layer, at), layer.path, first, fix, max(first, self._end(layer)))

    def _end(self, layer: Layer) -> int:
        """The last line of a layer's own parameters; 0 where it has none, or is a merge."""
        entry = self.entry(layer)
        if entry is None or not isinstance(layer.node.item, LayerItem) or not isinstance(entry[1], Mapping):
            return 0
        return max((_last(value) for _, value in entry[1].entries), default=0)


def _last(node: Node) -> int:
    """The line on which the last word of a part of the file stands."""
    while not isinstance(node, Scalar):
        parts = node.items if isinstance(node, Sequence) else [value for _, value in node.entries]
        if not parts:
            return node.span.line
        node = parts[-1]
    return node.span.end_line
