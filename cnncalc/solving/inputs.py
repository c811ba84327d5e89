"""Which inputs of a network give a layer's output the size that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

from cnncalc.analysis import Analysis, Layer
from cnncalc.api import build, load_source
from cnncalc.architecture import Spec
from cnncalc.diagnostics import Diagnostic, Fault, Findings
from cnncalc.graph import Graph
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.source import Source
from cnncalc.text import quote, shape_text
from cnncalc.values import Shape

LARGEST = 2**16
"""No larger input is looked for, along any axis."""
MAX_WORK = 1_000_000
"""So many layers are worked out for an answer, all sizes that are tried counted."""


@dataclass(frozen=True)
class InputSizes:
    """The answer: for each spatial axis the sizes of the input that the network accepts and that give the output.

    The most usual come first: the file's own size, then those that are halved most often. ``rounded`` are the smallest
    and the largest size of each axis that would give it if every window rounded down, None where there is none.
    ``constant`` tells that the layer's output is the same for every input. ``nearest`` are outputs that can be had,
    where the one asked for can't: on each axis the next smaller and the next larger.
    """

    name: str
    layer: str
    shape: tuple[int, ...]
    output: tuple[int, ...]
    axes: tuple[tuple[int, ...], ...]
    rounded: tuple[tuple[int, int] | None, ...]
    nearest: tuple[tuple[int, ...], ...]
    constant: bool
    found: Shape | None
    """What the layer gives with the file's own input."""
    diagnostics: tuple[Diagnostic, ...]
    """What is wrong with one of the inputs that would give the output under floor, where none is accepted."""

    @property
    def ok(self) -> bool:
        """Whether there is such an input."""
        if self.constant:
            return self.found is not None and self.found[1:] == self.output
        return all(self.axes)

    def to_dict(self) -> dict[str, Any]:
        """The answer as it stands in JSON; sizes have one list an axis."""
        return {
            "name": self.name,
            "layer": self.layer,
            "input": list(self.shape),
            "output": list(self.output),
            "ok": self.ok,
            "constant": self.constant,
            "sizes": [list(sizes) for sizes in self.axes],
            "rounded": [pair and list(pair) for pair in self.rounded],
            "nearest": [list(sizes) for sizes in self.nearest],
            "diagnostics": [d.to_dict() for d in self.diagnostics],
        }


def inputs_giving(arch: str | PathLike[str] | Source, output: tuple[int, ...], layer: str | None = None) -> InputSizes:
    """The inputs with which a layer gives an output of this height and width (or length, or depth, height and width).

    ``layer`` is a path or a name that only one layer has; without it, the last layer with a map whose size depends on
    the input. One size for ``output`` means all axes. A map never shrinks when the input grows, so bisection finds the
    smallest and the largest input under floor, and each between them is then tried as the file has it. Raises
    ArchitectureError for what can't be read, Fault for a layer that there is not, a flat input, or too large a search.
    """
    source = arch if isinstance(arch, Source) else load_source(arch)
    graph, _ = build(source, heads=layer is not None)
    search = _Search(graph)
    position = search.last_map() if layer is None else search.position(layer)
    return search.answer(position, output)


class _Search:
    """A network to run with inputs of many sizes: as its file has it, or with every strict window rounding down."""

    def __init__(self, graph: Graph) -> None:
        shapes = set(graph.inputs.values())
        if len(shapes) > 1:
            shown = ", ".join(f"{name} {shape_text(shape)}" for name, shape in graph.inputs.items())
            raise Fault(
                "invalid-value", t("the network has several inputs, of different shapes: {shapes}", shapes=shown)
            )
        self.shape = shapes.pop()
        if len(self.shape) < 2:
            raise Fault("invalid-value", t("the network's input is flat: it has no height and width to look for"))
        self.graph = graph
        self.work = 0
        self.specs = [node.spec for node in graph.nodes]
        floors: dict[int, Spec] = {}
        for spec in self.specs:
            strict = "rounding" in spec.type.parameters and spec.values.get("rounding", "strict") == "strict"
            values = {**spec.values, "rounding": "floor"} if strict else spec.values
            floors[id(spec)] = Spec(spec.type, values)
        self.floors = [floors[id(spec)] for spec in self.specs]
        # What a file promises is about its own input.
        graph.architecture.promised = False

    def run(self, shape: tuple[int, ...], last: int | None, *, floor: bool) -> tuple[list[Layer], Run]:
        """The layers up to a position, or all."""
        graph = self.graph
        count = len(graph.nodes) if last is None else last + 1
        self.work += count
        if self.work > MAX_WORK:
            message = t("the search has worked out more than {most:,} layers", most=MAX_WORK)
            raise Fault("limit-exceeded", message, t("name an earlier layer, or a smaller output"))
        graph.inputs = dict.fromkeys(graph.inputs, shape)
        for node, spec in zip(graph.nodes, self.floors if floor else self.specs):
            node.spec = spec
        run = Run(graph, Findings(graph.architecture.source.name))
        layers = []
        for layer in run:
            layers.append(layer)
            if len(layers) == count:
                break
        return layers, run

    def position(self, name: str) -> int:
        """The place of the layer of that name. Raises Fault."""
        _, run = self.run(self.shape, None, floor=True)
        try:
            layer = run.analysis().layer(name)
        except KeyError as error:
            raise Fault("unknown-reference", str(error.args[0])) from None
        if layer.output is not None and len(layer.output) < 2:
            message = t("the output of {layer} is flat: it has no height and width", layer=quote(layer.path))
            raise Fault("invalid-value", message, t("name a layer that gives a map"))
        return layer.index - 1

    def last_map(self) -> int:
        """The place of the last layer with a map whose size depends on the input. Raises Fault where there is none."""
        own, _ = self.run(self.shape, None, floor=True)
        twice, _ = self.run((self.shape[0], *(2 * n for n in self.shape[1:])), None, floor=True)
        for layer, other in zip(reversed(own), reversed(twice)):
            shape = layer.output
            if shape is not None and len(shape) > 1 and (shape != other.output or None in shape):
                return layer.index - 1
        raise Fault("invalid-value", t("no layer of the network gives a map whose size depends on the input"))

    def answer(self, position: int, output: tuple[int, ...]) -> InputSizes:
        layers, _ = self.run(self.shape, position, floor=True)
        layer = layers[-1]
        rank = len(layer.output or self.shape) - 1
        if rank != len(self.shape) - 1:
            raise Fault("invalid-value", t("{layer} has other axes than the input", layer=quote(layer.path)))
        if len(output) == 1:
            output = output * rank
        if len(output) != rank:
            raise Fault(
                "invalid-value",
                t("{output} has {count} axes, and the map of {layer} has {rank}", output=shape_text(output),
                  count=len(output), layer=quote(layer.path), rank=rank),
            )  # fmt: skip
        scales = [self.scale(position, axis) for axis in range(rank)]
        if all(scale(n) is not None and scale(n) == scale(LARGEST) for scale, n in zip(scales, self.shape[1:])):
            rounded: tuple[tuple[int, int] | None, ...] = (None,) * rank
            return self.made(layer, output, ((),) * rank, rounded, ((),) * rank, True, ())
        spans = [_span(scale, wanted) for scale, wanted in zip(scales, output)]
        nearest = tuple(
            _beside(scale, wanted) if span is None else () for scale, wanted, span in zip(scales, output, spans)
        )
        if any(span is None for span in spans):
            return self.made(layer, output, ((),) * rank, tuple(spans), nearest, False, ())
        known = [span for span in spans if span is not None]
        axes = tuple(tuple(self.accepted(position, output, known, axis)) for axis in range(rank))
        wrong = () if all(axes) else self.complaint(tuple(span[0] for span in known))
        return self.made(layer, output, axes, tuple(spans), nearest, False, wrong)

    def made(
        self,
        layer: Layer,
        output: tuple[int, ...],
        axes: tuple[tuple[int, ...], ...],
        rounded: tuple[tuple[int, int] | None, ...],
        nearest: tuple[tuple[int, ...], ...],
        constant: bool,
        diagnostics: tuple[Diagnostic, ...],
    ) -> InputSizes:
        name = self.graph.architecture.name
        ranked = tuple(tuple(sorted(sizes, key=self.unusual(axis))) for axis, sizes in enumerate(axes))
        return InputSizes(
            name, layer.path, self.shape, output, ranked, rounded, nearest, constant, layer.output, diagnostics
        )

    def unusual(self, axis: int) -> Callable[[int], tuple[bool, int, int]]:
        """The order of sizes: the file's own, then those that can be halved most often, then the nearest to it."""
        own = self.shape[1 + axis]
        return lambda size: (size != own, -(size & -size), abs(size - own))

    def scale(self, position: int, axis: int) -> Callable[[int], int | None]:
        """The layer's size along an axis for each size of the input along it, under floor; None where unknown."""
        known: dict[int, int | None] = {}

        def size_of(size: int) -> int | None:
            if size not in known:
                shape = (*self.shape[: axis + 1], size, *self.shape[axis + 2 :])
                layers, _ = self.run(shape, position, floor=True)
                found = layers[-1].output
                known[size] = None if found is None else found[axis + 1]
            return known[size]

        return size_of

    def accepted(
        self, position: int, output: tuple[int, ...], spans: list[tuple[int, int]], axis: int
    ) -> Iterator[int]:
        """The sizes of a span with which the whole network, as its file has it, is right and gives the output.

        Axes with the same span get the same size; the others keep that of the file, or the smallest of their span.
        """
        for size in range(spans[axis][0], spans[axis][1] + 1):
            others = [
                size if span == spans[axis] else own if span[0] <= own <= span[1] else span[0]
                for span, own in zip(spans, self.shape[1:])
            ]
            layers, run = self.run((self.shape[0], *others), None, floor=False)
            found = layers[position].output
            if found is not None and found[axis + 1] == output[axis] and not run.findings.errors:
                yield size

    def complaint(self, sizes: tuple[int, ...]) -> tuple[Diagnostic, ...]:
        """What the network, as its file has it, says to an input that would do under floor."""
        _, run = self.run((self.shape[0], *sizes), None, floor=False)
        analysis: Analysis = run.analysis()
        return analysis.diagnostics[:1]


Scale = Callable[[int], "int | None"]


def _span(scale: Scale, wanted: int) -> tuple[int, int] | None:
    """The smallest and the largest size that give what is wanted."""
    least = _first(scale, wanted)
    if least is None or scale(least) != wanted:
        return None
    above = _first(scale, wanted + 1)
    return least, (LARGEST if above is None else above - 1)


def _beside(scale: Scale, wanted: int) -> tuple[int, ...]:
    """The next smaller and the next larger size that the layer can have."""
    above = _first(scale, wanted)
    end = LARGEST + 1 if above is None else above
    below = next((v for size in range(end - 1, max(0, end - 65), -1) if (v := scale(size)) is not None), None)
    over = None if above is None else scale(above)
    return tuple(v for v in (below, over) if v is not None)


def _first(scale: Scale, wanted: int) -> int | None:
    """The smallest size with at least what is wanted, by bisection over the sizes that are known."""
    low, high, best = 1, LARGEST + 1, None
    while low < high:
        middle = (low + high) // 2
        at = next((size for size in range(middle, high) if scale(size) is not None), None)
        if at is None or (scale(at) or 0) >= wanted:
            best, high = at or best, middle
        else:
            low = at + 1
    return best
