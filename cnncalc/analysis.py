"""What the engine found, for people who write Python: an Analysis and its layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from cnncalc.budget import BOUND_SUMS, over_budget
from cnncalc.diagnostics import Diagnostic, location
from cnncalc.graph import Graph, Node
from cnncalc.language import t
from cnncalc.layers import Facts, Tensor
from cnncalc.layers.merging import seen_inputs
from cnncalc.receptive_field import Extent, Field
from cnncalc.text import choices, listing, nearest, quote
from cnncalc.values import Shape

DTYPES: dict[str, int] = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""Bytes of one number."""


class Layer:
    """One layer of a network. Shapes are C×H×W tuples, one axis if flat; None is what can't be known.

    ``index`` is its place in execution order, from 1; ``type`` the layer type's word: ``conv``.
    """

    __slots__ = ("facts", "field", "graph", "index", "node", "type")

    def __init__(self, index: int, node: Node, facts: Facts, field: Field, graph: Graph) -> None:
        self.index = index
        self.node = node
        self.type: str = node.spec.type.word
        self.facts = facts
        self.field = field
        self.graph = graph

    def __repr__(self) -> str:
        return f"<{self.type} {self.path}: {self.output}>"

    @property
    def name(self) -> str:
        """The name in its scope: ``conv2``."""
        return self.node.name

    @property
    def path(self) -> str:
        """The name from the top: ``3a/5x5/conv2``."""
        return self.node.path

    @property
    def sources(self) -> list[str]:
        """The paths of the layers that it takes its input from."""
        return [self.graph.value_name(value) for value in self.node.inputs]

    @property
    def inputs(self) -> tuple[Shape | None, ...]:
        """The shapes that come in."""
        return self.facts.inputs[: len(self.node.inputs)]

    @property
    def input(self) -> Shape | None:
        """The shape that comes in; the first, where there are several."""
        return self.facts.inputs[0] if self.facts.inputs else None

    @property
    def output(self) -> Shape | None:
        """The shape that leaves."""
        return self.facts.output

    @property
    def weights(self) -> dict[str, tuple[int, ...]] | None:
        """The weight tensors by name, in PyTorch's order of axes."""
        return None if self.facts.tensors is None else {tensor.name: tensor.shape for tensor in self.facts.tensors}

    @property
    def tensors(self) -> tuple[Tensor, ...] | None:
        return self.facts.tensors

    @property
    def params(self) -> int | None:
        """The number of weights; 0 where the layer uses another's."""
        return 0 if self.node.shared is not None else self.facts.params

    @property
    def trainable(self) -> int | None:
        """The number of weights that are not frozen."""
        return self.params if self.node.trainable else 0

    @property
    def buffers(self) -> int | None:
        """The number of running statistics."""
        return 0 if self.node.shared is not None else self.facts.buffers

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates of convolutions and dense layers, for one image; biases not counted."""
        return self.facts.macs

    @property
    def activations(self) -> int | None:
        """The number of elements in the output."""
        return self.facts.activations

    @property
    def receptive_field(self) -> Field | None:
        """What the first unit sees, along each axis of the network's input; None if that is flat."""
        return self.field or None

    @property
    def settings(self) -> dict[str, Any]:
        """Every parameter with its value, defaults too; sizes have one number an axis."""
        if self.facts.layer is not None:
            return self.facts.layer.settings
        spec = self.node.spec
        declared = spec.type.parameters.values()
        return {
            p.name: spec.values.get(p.name, p.default) for p in declared if not (p.claim and p.name not in spec.values)
        }

    def to_dict(self) -> dict[str, Any]:
        """The layer as it stands in JSON."""
        facts, node, weights = self.facts, self.node, self.weights
        inputs = [_list(shape) for shape in self.inputs]
        return {
            "index": self.index,
            "name": self.name,
            "type": self.type,
            "path": self.path,
            "from": self.sources,
            "input": inputs[0] if len(inputs) == 1 else inputs,
            "output": _list(self.output),
            "params": self.params,
            "trainable": self.trainable,
            "buffers": self.buffers,
            "macs": self.macs,
            "activations": self.activations,
            "weights": None if weights is None else {name: list(shape) for name, shape in weights.items()},
            "shared_with": None if node.shared is None else self.graph.nodes[node.shared].path,
            "receptive_field": field_dict(self.field),
            "settings": self.settings,
            "padding_pixels": None if facts.padding is None else [p and list(p) for p in facts.padding],
            "unread": _list(facts.unread),
            "location": location(self.graph.architecture.source.name, node.item.span),
        }


def _list(shape: Iterable[int | None] | None) -> list[int | None] | None:
    return None if shape is None else list(shape)


def field_dict(field: Field | None) -> dict[str, Any] | None:
    """A receptive field as it stands in JSON: a number for each axis, null for what can't be known."""
    if not field:
        return None
    return {name: [_number(extent, index) for extent in field] for index, name in enumerate(Extent._fields)}


def _number(extent: Extent | None, index: int) -> int | float | None:
    number = None if extent is None else extent[index]
    return float(number) if isinstance(number, Fraction) else number


@dataclass(slots=True)
class Totals:
    """Sums over all layers, of what is known. ``partial`` names the sums that something was left out of."""

    params: int = 0
    trainable: int = 0
    buffers: int = 0
    macs: int = 0
    activations: int = 0
    partial: set[str] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether nothing was left out of any sum."""
        return not self.partial

    def add(self, facts: Facts, times: int = 1, *, shared: bool = False, trainable: bool = True) -> None:
        """Count a layer's facts so many times."""
        params, buffers, macs, activations = facts.params, facts.buffers, facts.macs, facts.activations
        if params is None or macs is None or activations is None:
            known = {"params": params, "macs": macs, "activations": activations}
            self.partial.update(name for name, count in known.items() if count is None)
        if not shared:
            self.params += (params or 0) * times
            self.buffers += (buffers or 0) * times
            if trainable:
                self.trainable += (params or 0) * times
        self.macs += (macs or 0) * times
        self.activations += (activations or 0) * times

    def bytes(self, dtype: str = "float32", batch: int = 1) -> int:
        """The bytes of all weights, and of every layer's output for a batch of images."""
        return (self.params + self.activations * batch) * DTYPES[dtype]

    def bounded(self, dtype: str = "float32", batch: int = 1) -> dict[str, int]:
        """What each bound of a budget is about. What can't be known counts as nothing."""
        return {"max_params": self.params, "max_macs": self.macs, "max_memory": self.bytes(dtype, batch)}

    def add_layer(self, layer: Layer) -> None:
        """Count a layer, whose weights may be another's, or frozen."""
        self.add(layer.facts, shared=layer.node.shared is not None, trainable=layer.node.trainable)

    def unbounded(self, bound: str) -> bool:
        """Whether the network may come to more than is known of what a bound is about."""
        return not self.partial.isdisjoint(BOUND_SUMS[bound])

    def to_dict(self) -> dict[str, int | bool]:
        return {
            "params": self.params,
            "trainable": self.trainable,
            "buffers": self.buffers,
            "macs": self.macs,
            "activations": self.activations,
            "complete": self.complete,
        }


@dataclass(slots=True, eq=False, repr=False)
class Analysis:
    """A network, worked out. ``ok`` tells that no error was found; ``diagnostics`` lists what was."""

    name: str
    graph: Graph
    layers: list[Layer]
    outputs: dict[str, Shape | None]
    totals: Totals
    diagnostics: tuple[Diagnostic, ...]
    batch: int = 1
    dtype: str = "float32"

    def __repr__(self) -> str:
        state = "" if self.ok else f", {len(self.diagnostics)} diagnostics"
        return f"<Analysis of {self.name}: {len(self.layers):,} layers, {self.totals.params:,} parameters{state}>"

    @property
    def ok(self) -> bool:
        return not any(d.severity == "error" for d in self.diagnostics)

    @property
    def input(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """The shape that comes in; by name where there are several."""
        inputs = self.graph.inputs
        return next(iter(inputs.values())) if len(inputs) == 1 else dict(inputs)

    @property
    def output(self) -> Shape | dict[str, Shape | None] | None:
        """The shape that leaves; by name where there are several."""
        return next(iter(self.outputs.values())) if len(self.outputs) == 1 else dict(self.outputs)

    @property
    def depth(self) -> int:
        """The convolutions and dense layers on the longest way to an output, as papers count: VGG-16 has 16.

        A shortcut adds none, nor does the gate of a multiply by a 1×1 map.
        """
        depths = [0] * len(self.graph.names)
        for layer in self.layers:
            seen = seen_inputs(layer.node.spec.type, layer.facts, layer.node.inputs)
            depths.append(max((depths[value] for value in seen), default=0) + layer.node.spec.type.deepens)
        return max((depths[value] for value in self.graph.outputs.values()), default=0)

    @property
    def weight_bytes(self) -> int:
        """The bytes of all parameters."""
        return self.totals.params * DTYPES[self.dtype]

    @property
    def activation_bytes(self) -> int:
        """The bytes of every layer's output, for the whole batch."""
        return self.totals.activations * self.batch * DTYPES[self.dtype]

    @property
    def memory_bytes(self) -> int:
        """The bytes of all weights and of every layer's output, which a training step keeps."""
        return self.totals.bytes(self.dtype, self.batch)

    def within(self, budget: Mapping[str, int]) -> Analysis:
        """The same, and a finding for each bound of the budget that it is over: ``{"max_params": 5_000_000}``."""
        return replace(self, diagnostics=(*self.diagnostics, *over_budget(self, budget)))

    def layer(self, name: str) -> Layer:
        """The layer at a path, or the only one of that name; of a structure, the layer that gives its output.

        Raises KeyError with the nearest names.
        """
        position = self.graph.position(name)
        if position is not None:
            return self.layers[position]
        found = [layer for layer in self.layers if layer.path.endswith(f"/{name}")]
        if len(found) == 1:
            return found[0]
        if found:
            names = listing((layer.path for layer in found[:4]), "or")
            raise KeyError(t("{name} could be {names}", name=quote(name), names=names))
        near = nearest(name, (layer.path for layer in self.layers[:5000]))
        if near:
            names = listing(map(quote, near), "or")
            raise KeyError(t("no layer is called {name}; did you mean {names}?", name=quote(name), names=names))
        raise KeyError(
            t("no layer is called {name}; there are {names}", name=quote(name), names=choices(self.main_names()))
        )

    def main_names(self) -> list[str]:
        """The names at the top of the network that a reader looks for: what changes the shape, if anything does."""
        changes = [layer for layer in self.layers if layer.input != layer.output]
        return list(dict.fromkeys(layer.path.split("/")[0] for layer in changes or self.layers))

    def head_dict(self) -> dict[str, Any]:
        """The JSON document without its layers and diagnostics."""
        inputs = {name: list(shape) for name, shape in self.graph.inputs.items()}
        outputs = {name: _list(shape) for name, shape in self.outputs.items()}
        return {
            "name": self.name,
            "input": next(iter(inputs.values())) if len(inputs) == 1 else inputs,
            "output": next(iter(outputs.values())) if len(outputs) == 1 else outputs,
            "ok": self.ok,
            "totals": {
                **self.totals.to_dict(),
                "batch": self.batch,
                "dtype": self.dtype,
                "weight_bytes": self.weight_bytes,
                "activation_bytes": self.activation_bytes,
                "memory_bytes": self.memory_bytes,
            },
        }

    def to_dict(self) -> dict[str, Any]:
        """The whole JSON document of ``cnncalc shapes --format json``."""
        return {
            **self.head_dict(),
            "layers": [layer.to_dict() for layer in self.layers],
            "diagnostics": [d.to_dict() for d in self.diagnostics],
        }
