"""What a misconception is: a declaration with its hint, its page, its example, and what it would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, Union

from cnncalc.analysis import Analysis, Layer
from cnncalc.homework import truth
from cnncalc.layers import Layer as LayerType

Value = Union[int, Fraction, tuple[int, ...], None]
"""A wrong answer: a count, a size (one number where the axes are alike), a shape C×H×W; None says that it does not fit,
and for ``fits`` True that it does."""

ASKS = frozenset(truth.ASKS)
"""What a question may ask for."""

SIZES = frozenset(ask for ask, wants in truth.WANTS.items() if wants == "size")
"""Asks whose answer is one number for all axes, or one for each."""

WEIGHTS = truth.WEIGHTS

SHAPES = frozenset({"output", "activations", "macs", "flops"})
"""Asks whose answer follows from the output's shape."""

COSTS = frozenset({"macs", "flops"})


@dataclass(frozen=True)
class Subject:
    """What a question is about: a layer of an analysed network. ``truth`` is the right answer, where it is known."""

    layer: Layer
    analysis: Analysis
    truth: object = None

    @property
    def kind(self) -> Any:
        """The layer type with its settings."""
        return self.layer.facts.layer

    @property
    def x(self) -> tuple[int, ...]:
        """The shape that comes in; empty where it is not known, or the layer can't take it."""
        facts = self.layer.facts
        return known(facts.inputs[0]) if facts.inputs and facts.layer and facts.tensors is not None else ()

    @property
    def y(self) -> tuple[int, ...]:
        """The shape that leaves; empty where it is not known, or there is none."""
        return known(self.layer.output) if self.x else ()

    def before(self, layer: Layer) -> Layer | None:
        """The one layer that another takes its input from; None for the network's input, or several."""
        inputs = layer.node.inputs
        position = inputs[0] - len(layer.graph.inputs) if len(inputs) == 1 else -1
        return self.analysis.layers[position] if position >= 0 else None

    def changing(self, layer: Layer) -> Layer | None:
        """The nearest layer before another that changes the shape: past activations, dropout and the like."""
        found = self.before(layer)
        while found is not None and len(found.node.inputs) == 1 and found.input == found.output:
            found = self.before(found)
        return found


def known(shape: Iterable[int | None] | None) -> tuple[int, ...]:
    """A shape of which every axis is known; empty for another."""
    axes = tuple(shape or ())
    return tuple(axis for axis in axes if axis is not None) if None not in axes else ()


@dataclass(frozen=True)
class Example:
    """A question about the last layer of a small network, and the wrong answer that the misconception gives."""

    input: str
    layers: str
    """A layer in a line, as in a description: ``conv: {K: 96, F: 11, S: 4}``."""
    ask: str
    wrong: Value
    working: str = ""
    """How the wrong number comes about, of a shape that of the axes which are wrong: ``11·11·3·96 = 34,848``."""

    def subject(self) -> Subject:
        """The layer that is asked about."""
        from cnncalc.api import analyze_text

        layers = "".join(f"  - {line.strip()}\n" for line in self.layers.splitlines())
        analysis = analyze_text(f"input: {self.input}\nlayers:\n{layers}", name="example")
        return Subject(analysis.layers[-1], analysis)


@dataclass(frozen=True)
class Misconception:
    """A common mistake. ``hint`` asks a question and gives no number away; ``page`` says why, in plain words.

    ``values(subject, ask)`` gives the wrong answers that it leads to, computed as the right one but for one step.
    """

    name: str
    asks: frozenset[str]
    hint: Callable[[], str]
    page: str
    example: Example
    values: Callable[[Subject, str], Iterable[Value]]


def changed(kind: LayerType, **settings: Any) -> Any:
    """The layer type with other settings."""
    twin = copy(kind)
    for name, value in settings.items():
        setattr(twin, name, value)
    return twin


def counted(kind: Any, x: tuple[int, ...], y: tuple[int, ...], ask: str) -> Iterator[int]:
    """The count that is asked for, of a layer on these shapes; nothing where ``y`` is needed and not known."""
    if ask in WEIGHTS:
        tensors = kind.tensors(x)
        yield sum(tensor.numel for tensor in tensors if ask == "params" or (tensor.name == "bias") == (ask == "biases"))
    elif ask in COSTS and y:
        yield kind.macs(x, y) * (2 if ask == "flops" else 1)


def followed(subject: Subject, ask: str, shape: tuple[int, ...]) -> Iterator[Value]:
    """What a wrong output shape leads to: itself, so many activations, and the costs of so many positions."""
    if ask == "output":
        yield shape
    elif ask == "activations":
        yield prod(shape)
    elif ask in COSTS:
        yield from counted(subject.kind, subject.x, shape, ask)
