"""The shapes of a trace, which the engine works out, and how large a trace may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple, TypeVar

from cnncalc.api import Command, analyze_command
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Fault
from cnncalc.language import t
from cnncalc.text import shape_text
from cnncalc.trace_numbers import MAX_CELLS
from cnncalc.tree import Scalar
from cnncalc.window import effective_kernel, transposed_output

TYPES = {
    "conv": ("conv", ""),
    "max_pool": ("pool", ""),
    "avg_pool": ("pool", "avg"),
    "transposed_conv": ("conv", "transposed"),
}
"""The layer types that can be traced: the command that works out their shapes, and its --kind."""

OPTIONS = {
    "filters": "-K",
    "kernel": "-F",
    "stride": "-S",
    "padding": "-P",
    "dilation": "-D",
    "output_padding": "--output-padding",
    "rounding": "--rounding",
}
"""The settings in the order of the command line, and their options there."""

MAX_PRODUCTS = 100_000
"""No trace multiplies (or, for a pool, looks at) more numbers in all."""

T = TypeVar("T")


class MisfitError(ArchitectureError):
    """The numbers can be read, but the shapes do not fit: the diagnostics are those of ``cnncalc conv``."""


class Shapes(NamedTuple):
    """A layer that fits: shapes with their channels, and settings with one number for each spatial axis."""

    type: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    weights: int
    products: int
    count_padding: bool
    diagnostics: tuple[Diagnostic, ...]

    @property
    def canvas(self) -> tuple[int, ...]:
        """The size of what the window moves on: the padded input, or the uncut output of a transposed convolution.

        It goes on behind the padding where a window under ``rounding: ceil`` does, and where a transposed convolution
        has more rows than its filters reach.
        """
        extents = [effective_kernel(f, d) for f, d in zip(self.kernel, self.dilation)]
        axes = zip(self.input[1:], self.output[1:], extents, self.stride, self.padding)
        if self.type == "transposed_conv":
            return tuple(max(transposed_output(i, f, s, 0, 0, 0), before + o) for i, o, f, s, (before, _) in axes)
        return tuple(max(before + i + after, s * (o - 1) + f) for i, o, f, s, (before, after) in axes)


def work_out(type: str, input: tuple[int, ...], settings: Mapping[str, str], count_padding: bool) -> Shapes:
    """The shapes, by the command that a user could type for them. Diagnostics have no place in it: nobody typed it.

    Raises MisfitError where they do not fit, ArchitectureError for settings that can't be read.
    """
    name, kind = TYPES[type]
    command = Command(f"cnncalc {name}")
    axes = command.add(shape_text(input, "x"))
    nodes = [
        (Scalar(setting, axes.span), command.add(settings[setting], option))
        for setting, option in OPTIONS.items()
        if setting in settings
    ]
    if not count_padding:
        nodes.append((Scalar("count_padding", axes.span), Scalar("false", axes.span)))
    if kind:
        command.add(kind, "--kind")
    try:
        analysis = analyze_command(command, type, axes, nodes)
    except ArchitectureError as error:
        raise ArchitectureError(_unplaced(error.diagnostics)) from None
    if not analysis.ok:
        raise MisfitError(_unplaced(analysis.diagnostics))
    found = _unplaced(analysis.diagnostics)
    return _shapes(analysis.layers[0], input, tuple(d for d in found if d.rule != "layout"))


def _unplaced(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(replace(d, file="", span=None) for d in diagnostics)


def _shapes(layer: Any, input: tuple[int, ...], diagnostics: tuple[Diagnostic, ...]) -> Shapes:
    """What is known about a layer without faults, which is everything."""
    settings = layer.settings
    kernel = tuple(settings["kernel"])
    return Shapes(
        type=layer.type,
        input=input,
        output=layer.output,
        kernel=kernel,
        stride=tuple(settings["stride"]),
        dilation=tuple(settings.get("dilation") or (1,) * len(kernel)),
        padding=tuple(layer.facts.padding),
        weights=prod(layer.weights["weight"]) if layer.weights else 0,
        products=layer.macs or prod(layer.output) * prod(kernel),
        count_padding=settings.get("count_padding", True),
        diagnostics=diagnostics,
    )


def check_limits(shapes: Shapes) -> None:
    """Raises Fault ``limit-exceeded`` where a trace would be too long to read."""
    sizes = {
        t("the input"): prod(shapes.input),
        t("the padded input"): shapes.input[0] * prod(shapes.canvas),
        t("the output"): prod(shapes.output),
        t("the kernel"): shapes.weights,
    }
    for what, size in sizes.items():
        if size > MAX_CELLS:
            message = t("{what} has {size:,} numbers, and a trace takes {most:,}", what=what, size=size, most=MAX_CELLS)
            raise Fault("limit-exceeded", message, t("a trace shows every number; take a smaller layer"))
    if shapes.products > MAX_PRODUCTS:
        message = t(
            "this takes {products:,} products, and a trace {most:,}", products=shapes.products, most=MAX_PRODUCTS
        )
        raise Fault("limit-exceeded", message, t("a trace shows every number; take a smaller layer"))


def size_word(sizes: Sequence[int]) -> str:
    """``3`` for a square window, ``1x3`` for another."""
    return "x".join(map(str, sizes[:1] if len(set(sizes)) == 1 else sizes))


def pair(values: Sequence[T], idle: T) -> tuple[T, T]:
    """A value for each of two axes; with one spatial axis, the first is idle."""
    return (idle, *values)[-2], values[-1]
