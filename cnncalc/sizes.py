"""Which inputs a network accepts, in closed form, and every layer's output as an expression in the input's size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, cast

from cnncalc.analysis import Layer
from cnncalc.axis import Axis
from cnncalc.diagnostics import Diagnostic, Fault, Findings
from cnncalc.features import FACTORED, Coupling, Features, couplings, factorings, features_of
from cnncalc.graph import Graph
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.layers import infer
from cnncalc.layers.dense import Dense, Reshape
from cnncalc.layers.sliding import Sliding
from cnncalc.progressions import Progression, SizeSet, expression
from cnncalc.text import listing, quote
from cnncalc.values import LETTER, LIMIT, Shape

TRIED = 400
"""So many small inputs are tried where a condition has no closed form."""

SYMBOLS: dict[int, tuple[str, ...]] = {0: (), 1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""What the axes of an input are called, by spatial rank."""

SymbolicShape = tuple[int, tuple["int | str", ...]]
"""The channels, and for each axis its size, or the symbol that stands for it."""


def symbolic_shape(text: str) -> SymbolicShape | None:
    """``3xHxW``: a shape in which letters stand for sizes; None where the text has no letter for one.

    Raises Fault ``invalid-value`` for what is neither.
    """
    words = [word.strip() for word in re.split(r"\s*(?:[xX×]|,)\s*", text.strip().strip("()[]"))]
    if not any(re.fullmatch(LETTER, word) for word in words[1:]):
        return None
    if not (1 < len(words) <= 4 and words[0].isdecimal() and words[0].isascii() and 1 <= int(words[0]) <= LIMIT):
        raise Fault("invalid-value", t("{shape} does not begin with a number of channels: 3xHxW", shape=quote(text)))
    axes: list[int | str] = []
    for word in words[1:]:
        if re.fullmatch(LETTER, word):
            axes.append(word)
        elif re.fullmatch(r"[1-9][0-9]{0,18}", word) and int(word) <= LIMIT:
            axes.append(int(word))
        else:
            message = t("{word} is neither a size nor a letter that stands for one", word=quote(word))
            raise Fault("invalid-value", message, t("write numbers and single letters: 3xHxW, or 3xHx224"))
    return int(words[0]), tuple(axes)


def opened(graph: Graph, given: Any) -> dict[str, SymbolicShape] | None:
    """The network's inputs with letters for what is open; those that are not named as the file has them.

    Raises Fault for what is no such shape, or no input's name.
    """
    if given is None:
        return None
    named: Mapping[str, Any] = given if isinstance(given, Mapping) else dict.fromkeys(graph.inputs, given)
    shapes: dict[str, SymbolicShape] = {name: (shape[0], shape[1:]) for name, shape in graph.inputs.items()}
    for name, shape in named.items():
        if name not in shapes:
            raise Fault("unknown-reference", t("the network has no input {name}", name=quote(str(name))))
        letters = symbolic_shape(shape if isinstance(shape, str) else "x".join(map(str, shape)))
        if letters is None:
            message = t("{shape} has no letter for a size that is open", shape=quote(str(shape)))
            raise Fault("invalid-value", message, t("write numbers and single letters: 3xHxW, or 3xHx224"))
        shapes[name] = letters
    return shapes


@dataclass(eq=False, repr=False)
class Sizes:
    """Which inputs a network accepts. ``boxes`` holds for each symbol the sizes that go together, in one way or more.

    ``whole`` has the sizes on which, besides, no window leaves a row or column over; it is ``boxes`` where the
    network asks for that anyway. ``couplings`` are conditions that have no closed form, and go beside the boxes.
    """

    graph: Graph
    layers: list[Layer]
    inputs: dict[str, SymbolicShape]
    axes: list[Axis]
    boxes: list[dict[str, SizeSet]]
    features: list[Features | None]
    couplings: list[Coupling] = field(default_factory=list)
    wanted: list[Coupling] = field(default_factory=list)
    """Conditions on a number of features that the boxes have in them."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What is wrong with the network whatever the size of its input."""

    @property
    def ok(self) -> bool:
        """Whether there is an input that the network takes."""
        return self.smallest() is not None and not any(d.severity == "error" for d in self.diagnostics)

    @cached_property
    def whole(self) -> list[dict[str, SizeSet]]:
        kinds = [layer.facts.layer for layer in self.layers]
        if all(kind.rounding == "strict" for kind in kinds if isinstance(kind, Sliding)):
            return self.boxes
        strict = _sets(self, _run(self.layers, self.inputs, whole=True))
        return [met for box in self.boxes if (met := _meet(box, strict)) is not None]

    @property
    def symbols(self) -> list[str]:
        """The letters that stand for sizes, in the order of the axes."""
        return list(dict.fromkeys(a for _, axes in self.inputs.values() for a in axes if isinstance(a, str)))

    def accepts(self, **sizes: int) -> bool:
        """Whether the network takes an input of this size: ``accepts(H=224, W=224)``."""
        if not any(all(sizes[symbol] in box[symbol] for symbol in box) for box in self.boxes):
            return False
        return all(self._passes(coupling, sizes) for coupling in self.couplings)

    def smallest(self) -> dict[str, int] | None:
        """The smallest sizes that the network takes, the smallest area first; None where there are none."""
        found = [sizes for box in self.boxes for sizes in self._candidates(box)]
        return min(found, key=lambda sizes: (prod(sizes.values()), sorted(sizes.values())), default=None)

    def _candidates(self, box: dict[str, SizeSet]) -> Iterator[dict[str, int]]:
        few = 1 if not self.couplings else round(TRIED ** (1 / max(1, len(box))))
        for numbers in product(*(sizes.first(few) for sizes in box.values())):
            sizes = dict(zip(box, numbers))
            if all(self._passes(coupling, sizes) for coupling in self.couplings):
                yield sizes
                return

    def _passes(self, coupling: Coupling, sizes: Mapping[str, int]) -> bool:
        node = coupling.layer.node
        counts = [self.count(features, sizes) for features in coupling.features]
        if isinstance(coupling.layer.facts.layer, Reshape):
            return counts == [coupling.wanted]
        return not infer(node.spec.type, node.spec.values, tuple((n,) for n in counts)).faults

    def count(self, features: Features, sizes: Mapping[str, int]) -> int:
        """A number of features, for an input of these sizes."""
        return sum(
            factor * (1 if value is None else prod(self.size(value, axis, sizes) for axis in self.axes_of(value)))
            for factor, value in features
        )

    def axes_of(self, value: int) -> list[Axis]:
        return [axis for axis in self.axes if axis.values[value] is not None]

    def size(self, value: int, axis: Axis, sizes: Mapping[str, int]) -> int:
        """The size of a value along an axis, for an input of these sizes."""
        number = sizes.get(self.symbol(axis), axis.classes[0].over.first)
        return next(line.at(number) for line in axis.lines(value) or () if number in line.over)

    def symbol(self, axis: Axis) -> str:
        """The letter of an axis; empty where its size is given."""
        letters = (axes[axis.index] for _, axes in self.inputs.values() if axis.index < len(axes))
        return next((letter for letter in letters if isinstance(letter, str)), "")

    def input_of(self, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
        """The shapes of the inputs, numbers for the letters."""
        return {
            name: (channels, *(a if isinstance(a, int) else sizes[a] for a in axes))
            for name, (channels, axes) in self.inputs.items()
        }

    def axis_text(self, value: int, axis: Axis, position: int) -> str:
        """The size of a value along an axis as an expression: ``⌈H/32⌉``; ``?`` where it is not known.

        It holds for the sizes that are left behind the layer at the position.
        """
        lines = axis.lines(value, position)
        return expression(lines, self.symbol(axis) or "1") if lines else "?"

    def shape_texts(self, value: int, output: Shape | None, position: int) -> list[str]:
        """A value's shape, each axis as an expression; empty where it is not known."""
        if output is None:
            return []
        if len(output) > 1:
            channels = "?" if output[0] is None else str(output[0])
            return [channels, *(self.axis_text(value, axis, position) for axis in self.axes[: len(output) - 1])]
        features = self.features[value]
        return ["?" if features is None else self.features_text(features, position)]

    def output_texts(self, layer: Layer) -> list[str]:
        """A layer's output, each axis as an expression in the letters of the input."""
        return self.shape_texts(self.value_of(layer), layer.output, layer.index - 1)

    def input_texts(self, layer: Layer) -> list[list[str]]:
        """A layer's inputs in the same way, for the sizes that came as far as to it."""
        position = max(layer.index - 2, 0)
        return [self.shape_texts(v, shape, position) for v, shape in zip(layer.node.inputs, layer.inputs)]

    def value_of(self, layer: Layer) -> int:
        """The number of a layer's output among the values of the graph."""
        return len(self.graph.names) + layer.index - 1

    def features_text(self, features: Features, position: int) -> str:
        """``512·⌊H/32⌋·⌊W/32⌋``."""
        constant, texts = 0, []
        for factor, value in features:
            if value is None:
                constant += factor
                continue
            sizes = [self.axis_text(value, axis, position) for axis in self.axes_of(value)]
            factor *= prod(int(size) for size in sizes if size.isdecimal())
            parts = [bracketed(size) for size in sizes if not size.isdecimal()]
            if parts:
                texts.append("·".join([str(factor), *parts] if factor != 1 else parts))
            else:
                constant += factor
        if constant > 0 or not texts:
            texts.append(str(constant))
        return " + ".join(texts) + (f" − {-constant}" if constant < 0 else "")

    def params_text(self, layer: Layer) -> str:
        """A layer's parameters: a count, or where they depend on the input's size, how."""
        if layer.params is not None:
            return f"{layer.params:,}"
        kind = layer.facts.layer
        features = self.features[layer.node.inputs[0]]
        if not isinstance(kind, Dense) or features is None:
            return "?"
        if kind.in_features is not None:
            return f"{(kind.in_features + kind.bias) * kind.units:,}"
        text = self.features_text(features, layer.index - 1)
        return f"({text} + 1)·{kind.units}" if kind.bias else f"{bracketed(text)}·{kind.units}"

    def giving(self, value: int, output: Sequence[int]) -> dict[str, SizeSet] | None:
        """The sizes of the letters that give a value this height and width; None where none do."""
        box: dict[str, SizeSet] = {}
        for axis, size in zip(self.axes_of(value), output):
            equal = SizeSet(p for line in axis.lines(value) or () if (p := line.equal(size)) is not None)
            symbol = self.symbol(axis)
            box[symbol] = box[symbol].meet(equal) if symbol in box else equal
        return {symbol: sizes for symbol, sizes in box.items() if symbol} if all(box.values()) else None

    def only(self, value: int, output: Sequence[int]) -> Sizes:
        """The same network, left to the inputs that give a value this height and width."""
        box = self.giving(value, output)
        if box is None:
            return replace(self, boxes=[])
        if not self.wanted:  # each axis by itself: what it asks for is in the box already
            return replace(self, boxes=[{**sizes, **box} for sizes in self.boxes])
        return replace(self, boxes=[met for sizes in self.boxes if (met := _meet(sizes, box)) is not None])

    def nearest(self, value: int, output: Sequence[int]) -> list[tuple[int, ...]]:
        """On each axis the size of a value, for some input, nearest to the one given, from below and from above."""
        near = []
        for axis, size in zip(self.axes_of(value), output):
            lines = axis.lines(value) or []
            if self.wanted:  # axes that hang together leave a part of each
                parts = [part for box in self.boxes for part in box[self.symbol(axis)].parts]
                lines = [line.on(met) for line in lines for part in parts if (met := line.over.meet(part)) is not None]
            near.append(tuple(dict.fromkeys(SizeSet(line.values() for line in lines).nearest(size))))
        return near

    def depending(self) -> list[Layer]:
        """The layers whose weights depend on the input's size."""
        unknown = (layer for layer in self.layers if layer.params is None and not layer.facts.faults)
        return [layer for layer in unknown if getattr(layer.facts.layer, "in_features", 0) is None]


def bracketed(text: str) -> str:
    """An expression as a factor: in brackets, unless it has its own."""
    whole = text[0] in "⌊⌈" and text.endswith(("⌋", "⌉")) and sum(map(text.count, "⌊⌈")) == 1
    return f"({text})" if " " in text and not whole else text


def find_sizes(graph: Graph, findings: Findings, inputs: dict[str, SymbolicShape] | None = None) -> Sizes:
    """Work out which inputs the network accepts. ``inputs`` says which axes are open; all of them unless given.

    Raises Fault where there is no axis to choose, an axis has two letters, or no closed form is short enough.
    """
    inputs = inputs or {name: (shape[0], SYMBOLS[len(shape) - 1]) for name, shape in graph.inputs.items()}
    _check_letters(inputs)
    graph.architecture.promised = False
    unknown: dict[str, Shape] = {name: (channels, *(None,) * len(axes)) for name, (channels, axes) in inputs.items()}
    graph.inputs = cast(dict[str, tuple[int, ...]], unknown)
    layers = list(Run(graph, findings))
    axes = _run(layers, inputs, whole=False)
    features = features_of(graph, layers)
    found = Sizes(graph, layers, inputs, axes, [], features)
    found.boxes = [_sets(found, axes)]
    for coupling in couplings(layers, features):
        solved = _solved(found, coupling)
        if solved is None:
            found.couplings.append(coupling)
        else:
            found.wanted.append(coupling)
            found.boxes = [met for box in found.boxes for other in solved if (met := _meet(box, other)) is not None]
    found.diagnostics = _remaining(found, findings)
    return found


def _remaining(found: Sizes, findings: Findings) -> tuple[Diagnostic, ...]:
    """What is wrong besides the size: for the smallest input that fits, if nothing was found without one."""
    smallest = found.smallest()
    if smallest is not None and not findings.errors:
        found.graph.inputs = found.input_of(smallest)
        for _ in Run(found.graph, findings):
            pass
    return findings.sorted()


def _check_letters(inputs: dict[str, SymbolicShape]) -> None:
    if not any(isinstance(a, str) for _, axes in inputs.values() for a in axes):
        message = t("the input is flat: it has no height and width to choose")
        raise Fault("invalid-value", message, t("`sizes` is for networks whose input has spatial axes"))
    for index in range(max(len(axes) for _, axes in inputs.values())):
        letters = {axes[index] for _, axes in inputs.values() if index < len(axes)}
        named = sorted(letter for letter in letters if isinstance(letter, str))
        if len(named) > 1:
            message = t("{letters} stand for one axis of several inputs", letters=listing(named))
            raise Fault("invalid-value", message, t("give the axis one letter in all inputs"))


def _run(layers: list[Layer], inputs: dict[str, SymbolicShape], *, whole: bool) -> list[Axis]:
    """Every axis worked out; where an axis behaves like the one before it, only once."""
    axes: list[Axis] = []
    for index in range(max(len(axes) for _, axes in inputs.values())):
        sizes = [a[index] if index < len(a) else None for _, a in inputs.values()]
        if axes and all(len(a) > index and a[index] != a[index - 1] for _, a in inputs.values()):
            both = all(isinstance(n, str) for _, a in inputs.values() for n in a[index - 1 : index + 1])
            if both and all(_alike(layer, index) for layer in layers):
                before = axes[-1]
                axes.append(Axis(index, before.classes, before.values, before.conditions, before.then))
                continue
        open_ = any(isinstance(size, str) for size in sizes)
        starts = [True if isinstance(size, str) else size for size in sizes]
        axis = Axis.start(index, Progression(1, 1, None if open_ else 1), starts)
        for layer in layers:
            axis.add(layer, whole=whole)
        axes.append(axis)
    return axes


def _alike(layer: Layer, index: int) -> bool:
    """Whether a layer treats an axis as the one before it."""
    kind = layer.facts.layer
    if isinstance(kind, Reshape):
        return len(kind.shape) <= index + 1 or kind.shape[index] == kind.shape[index + 1]
    if kind is None or index >= kind.rank:
        return True
    values = (getattr(kind, name) for name in kind.parameters)
    return all(v[index - 1] == v[index] for v in values if isinstance(v, tuple) and len(v) == kind.rank)


def _sets(found: Sizes, axes: Sequence[Axis]) -> dict[str, SizeSet]:
    """The sizes that each letter may stand for: none where an axis of a given size does not fit."""
    sets: dict[str, SizeSet] = {}
    for axis in axes:
        symbol = found.symbol(axis)
        sets[symbol] = sets[symbol].meet(axis.sizes) if symbol in sets else axis.sizes
    fits = bool(sets.pop("", True))
    return sets if fits else dict.fromkeys(sets, SizeSet(()))


def _meet(box: dict[str, SizeSet], other: dict[str, SizeSet]) -> dict[str, SizeSet] | None:
    """What two boxes have in common; None where that is nothing."""
    met = {symbol: sizes.meet(other[symbol]) if symbol in other else sizes for symbol, sizes in box.items()}
    return met if all(met.values()) else None


def _solved(found: Sizes, coupling: Coupling) -> list[dict[str, SizeSet]] | None:
    """The boxes of sizes that give the wanted number of features; None where that has no closed form here."""
    if coupling.wanted is None or len(coupling.features) != 1:
        return None
    areas = [(factor, value) for factor, value in coupling.features[0] if value is not None]
    constant = sum(factor for factor, value in coupling.features[0] if value is None)
    if len(areas) != 1 or coupling.wanted > FACTORED:
        return None
    factor, value = areas[0]
    area, rest = divmod(coupling.wanted - constant, factor)
    if rest or area < 1:
        return []
    count = len(found.axes_of(value))
    boxes = (found.giving(value, sizes) for sizes in factorings(area, count))
    return [box for box in boxes if box is not None]
