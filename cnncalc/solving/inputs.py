"""Which inputs of a network give a layer's output the size that is wanted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from os import PathLike

from cnncalc.analysis import Layer
from cnncalc.api import analyze, build, load_source
from cnncalc.architecture import Spec
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Fault
from cnncalc.graph import resting_collector
from cnncalc.language import t
from cnncalc.progressions import SizeSet
from cnncalc.sizes import Sizes, find_sizes
from cnncalc.source import Source
from cnncalc.text import quote, shape_text


@dataclass(frozen=True)
class InputSizes:
    """The answer. ``sizes`` are the inputs that the network accepts and that give the output; ``own`` the file's own.

    ``rounded`` are those that would do if every strict window rounded down, None where that has no closed form.
    ``constant`` tells that the layer's output is the same for every input. ``nearest`` are outputs that can be had: on
    each axis the one asked for, else the next smaller and the next larger; none where no input fits at all.
    ``diagnostics`` is what the network says to an input of ``rounded``, where there is no other.
    """

    layer: Layer
    output: tuple[int, ...]
    own: dict[str, int]
    sizes: Sizes
    rounded: Sizes | None
    nearest: tuple[tuple[int, ...], ...]
    constant: bool
    diagnostics: tuple[Diagnostic, ...]

    @property
    def axes(self) -> tuple[SizeSet, ...]:
        """The sizes along each axis, exact and in closed form. Which go together is in ``sizes.boxes``."""
        boxes = self.sizes.boxes
        return tuple(SizeSet(dict.fromkeys(part for box in boxes for part in box[symbol].parts)) for symbol in self.own)


def inputs_giving(arch: str | PathLike[str] | Source, output: tuple[int, ...], layer: str | None = None) -> InputSizes:
    """The inputs with which a layer gives an output of this height and width (or length, or depth, height and width).

    ``layer`` is a path or a name that only one layer has; without it, the last layer with a map whose size depends on
    the input. One size for ``output`` means all axes; one more than the axes are channels first, which no input
    changes. ``inputs_giving("vgg16", (7, 7)).axes[0].text("H")`` is ``"H = 224"``. Raises ArchitectureError for what
    can't be read, or is wrong with every input; Fault for a layer that there is not, other channels than it has, inputs
    of several shapes, a flat one, a network without a closed form, or, without ``layer``, the number of units that the
    network's flat output has.
    """
    source = arch if isinstance(arch, Source) else load_source(arch)
    heads = layer is not None
    with resting_collector():
        graph, findings = build(source, heads=heads)
        maps = {shape[1:]: shape_text(shape) for shape in graph.inputs.values() if len(shape) > 1}
        if len(maps) > 1:
            shapes = ", ".join(maps.values())
            raise Fault(
                "invalid-value", t("the network has several inputs, of different shapes: {shapes}", shapes=shapes)
            )
        found = find_sizes(graph, findings)
        if any(diagnostic.severity == "error" for diagnostic in found.diagnostics):
            raise ArchitectureError(found.diagnostics, source.text)
        if layer is None:
            there = _last_map(found)
            _check_flat(found, source, there, output)
        else:
            there = _layer(found, source, layer)
        value, wanted = found.value_of(there), _wanted(found, there, output)
        sizes, rounded = found.only(value, wanted), None
        wrong: tuple[Diagnostic, ...] = ()
        with suppress(Fault, ArchitectureError):
            rounded = _rounding_down(source, heads).only(value, wanted)
            least = rounded.smallest()
            if not sizes.ok and least:
                told = analyze(source, rounded.input_of(least), heads=heads).diagnostics
                wrong = tuple(diagnostic for diagnostic in told if diagnostic.severity == "error")[:1]
    own, near = dict(zip(found.symbols, next(iter(maps)))), tuple(found.nearest(value, wanted))
    return InputSizes(there, wanted, own, sizes, rounded, near, _constant(found, there), wrong)


def _layer(found: Sizes, source: Source, name: str) -> Layer:
    try:
        return found.layers[analyze(source).layer(name).index - 1]
    except KeyError as error:
        raise Fault("unknown-reference", str(error.args[0])) from None


def _last_map(found: Sizes) -> Layer:
    for layer in reversed(found.layers):
        if len(layer.output or ()) == len(found.axes) + 1 and not _constant(found, layer):
            return layer
    raise Fault("invalid-value", t("no layer of the network gives a map whose size depends on the input"))


def _check_flat(found: Sizes, source: Source, there: Layer, output: tuple[int, ...]) -> None:
    """Raise Fault where the number that is wanted is that of the network's units, and no map's size."""
    last = found.layers[-1]
    if last.output != output:
        return
    own = analyze(source, heads=False).layers[there.index - 1].output or ()
    raise Fault(
        "invalid-value",
        t(
            "the network's output, {layer}, is flat: {count} units for every input, and no height and width",
            layer=quote(last.path),
            count=output[0],
        ),
        t(
            "`--layer {layer} --output {size}` asks about a layer's map\nfor a map of that size write {output}",
            layer=there.path,
            size=shape_text(own[1:], "x"),
            output=quote(f"--output {shape_text(output * len(found.axes), 'x')}"),
        ),
    )


def _constant(found: Sizes, layer: Layer) -> bool:
    return all(text.isdecimal() for text in found.output_texts(layer)[1:])


def _wanted(found: Sizes, layer: Layer, output: tuple[int, ...]) -> tuple[int, ...]:
    """The size that is wanted, one number an axis. Raises Fault for a layer without such axes."""
    path, rank = quote(layer.path), len(found.axes)
    if len(layer.output or ()) == 1:
        message = t("the output of {layer} is flat: it has no height and width", layer=path)
        raise Fault("invalid-value", message, t("name a layer that gives a map"))
    if len(layer.output or ()) != rank + 1:
        raise Fault("invalid-value", t("{layer} has other axes than the input", layer=path))
    channels = (layer.output or (None,))[0]
    if len(output) == rank + 1 and output[0] != channels is not None:
        raise Fault(
            "invalid-value",
            t("{layer} has {channels} channels for every input, and not {asked}",
              layer=path, channels=channels, asked=output[0]),
            t("write {output}", output=quote(f"--output {shape_text((channels, *output[1:]), 'x')}")),
        )  # fmt: skip
    if len(output) == rank + 1:
        return output[1:]
    if len(output) not in (1, rank):
        values = {"output": shape_text(output), "count": len(output), "layer": path, "rank": rank}
        raise Fault("invalid-value", t("{output} has {count} axes, and the map of {layer} has {rank}", **values))
    return output * rank if len(output) == 1 else output


def _rounding_down(source: Source, heads: bool) -> Sizes:
    """The sizes that the network would accept if every strict window rounded down."""
    graph, findings = build(source, heads=heads)
    floors: dict[Spec, Spec] = {}
    for node in graph.nodes:
        type, values = node.spec.type, node.spec.values
        if "rounding" in type.parameters and values.get("rounding", "strict") == "strict":
            node.spec = floors.setdefault(node.spec, Spec(type, {**values, "rounding": "floor"}))
    return find_sizes(graph, findings)
