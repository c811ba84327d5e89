"""The fully connected layer, and the layers that change a shape without looking at the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.layers.base import (
    REQUIRED,
    Known,
    Layer,
    Misfit,
    Tensor,
    Window,
    bias,
    bias_parameter,
    claim_parameter,
    elements,
    parameter,
    weight,
    whole_map,
)
from cnncalc.layers.sliding import claim_faults
from cnncalc.text import shape_text
from cnncalc.values import Shape, ShapeKind, Whole


class Dense(Layer):
    """Every unit sees every number of a flat input: n·m weights and m biases."""

    word = "dense"
    synonyms = ("linear", "fc", "fully_connected", "inner_product", "innerproduct", "full", "gemm")
    deepens = True
    units: int = parameter(Whole(), REQUIRED, "number of units, and so of outputs", "", ("out_features", "num_output"))
    bias: bool = bias_parameter()
    in_features: int | None = claim_parameter("input_dim", of="features")

    def check(self, x: Shape) -> Iterable[Fault]:
        if len(x) > 1:
            message = t("dense takes a flat input, and gets {shape}", shape=shape_text(x))
            raise Misfit([Fault("missing-flatten", message, _flatten_help(x))], None)
        return claim_faults(self.in_features, x, "in_features")

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        return (self.units,)

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        matrix = weight("weight", self.units, x[0])
        return (matrix, bias(self.units)) if self.bias else (matrix,)

    def macs(self, x: Known, y: Known) -> int:
        return int(x[0]) * self.units


def _flatten_help(x: Shape) -> str:
    """How to make the shape flat, with the number of features that it comes to where that is known."""
    flat = elements(x)
    if flat is None:
        return t("put `- flatten` before it")
    product = "·".join(map(str, x))
    return t("put `- flatten` before it: {product} = {features:,} features", product=product, features=flat)


class Flatten(Layer):
    """All numbers of a map in one row."""

    word = "flatten"
    synonyms = ("reshape_flat", "view")

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        return (elements(x),)

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        return whole_map(x)


class Reshape(Layer):
    """The same numbers in another shape."""

    word = "reshape"
    synonyms = ("view", "unflatten")
    shape: tuple[int, ...] = parameter(ShapeKind(), REQUIRED, "the new shape, channels first", "", ("target_shape",))

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        have, want = elements(x), prod(self.shape)
        if have is not None and have != want:
            fault = Fault(
                "reshape-mismatch",
                t(
                    "{shape} has {have:,} numbers, and {wanted} has {want:,}",
                    shape=shape_text(x),
                    have=have,
                    wanted=shape_text(self.shape),
                    want=want,
                ),
                t("a reshape keeps every number"),
                parameter="shape",
            )
            raise Misfit([fault], None)
        return self.shape

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        return whole_map(x)
