"""Layers whose filters slide over the input: convolutions of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import prod
from typing import Any

from cnncalc import window
from cnncalc.diagnostics import Fault
from cnncalc.language import n, t
from cnncalc.layers.base import (
    Known,
    Layer,
    Misfit,
    Tensor,
    Window,
    axis_words,
    bias,
    bias_parameter,
    claim_parameter,
    dilation_parameter,
    filters_parameter,
    groups_parameter,
    kernel_parameter,
    padding_parameter,
    parameter,
    rounding_parameter,
    spatial,
    stride_parameter,
    weight,
)
from cnncalc.layers.sliding import Sliding, claim_faults
from cnncalc.values import Shape, SizeKind, Whole


def group_faults(groups: int, channels: int | None, filters: int | None) -> Iterator[Fault]:
    """What can't be divided into that many groups."""
    if channels is not None and channels % groups:
        message = n(
            "{n} input channel can't be divided into {groups} equal groups: {each:g} in each",
            "{n} input channels can't be divided into {groups} equal groups: {each:g} in each",
            channels,
            groups=groups,
            each=channels / groups,
        )
        yield _groups_fault(message)
    if filters is not None and filters % groups:
        message = n(
            "{n} filter can't be divided into {groups} equal groups: {each:g} in each",
            "{n} filters can't be divided into {groups} equal groups: {each:g} in each",
            filters,
            groups=groups,
            each=filters / groups,
        )
        yield _groups_fault(message)


def _groups_fault(message: str) -> Fault:
    help = t("groups has to divide the input channels and the filters")
    return Fault("groups-mismatch", message, help, parameter="groups")


class Conv(Sliding):
    """Filters slide over the input, each over all its channels; every filter makes one channel of the output."""

    word = "conv"
    synonyms = ("conv1d", "conv2d", "conv3d", "convolution", "convolution2d", "conv_2d")
    deepens = True
    filters: int = filters_parameter()
    kernel: tuple[int, ...] = kernel_parameter()
    stride: tuple[int, ...] = stride_parameter()
    padding: Any = padding_parameter()
    dilation: tuple[int, ...] = dilation_parameter()
    groups: int = groups_parameter()
    bias: bool = bias_parameter()
    rounding: window.Rounding = rounding_parameter()
    in_channels: int | None = claim_parameter("input_channels")

    def check(self, x: Shape) -> Iterable[Fault]:
        yield from claim_faults(self.in_channels, x, "in_channels")
        yield from group_faults(self.groups, x[0], self.filters)

    def channels(self, x: Shape) -> int | None:
        return self.filters

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        kernel = weight("weight", self.filters, x[0] // self.groups, *self.kernel)
        return (kernel, bias(self.filters)) if self.bias else (kernel,)

    def macs(self, x: Known, y: Known) -> int:
        return int(prod(self.kernel) * (x[0] // self.groups) * prod(y))


class DepthwiseConv(Sliding):
    """Each input channel has filters of its own, ``multiplier`` of them; no filter looks at two channels."""

    word = "depthwise_conv"
    synonyms = ("depthwiseconv2d", "depthwise_conv2d", "dwconv", "depthwise")
    deepens = True
    kernel: tuple[int, ...] = kernel_parameter()
    multiplier: int = parameter(Whole(), 1, "filters for each input channel", "M", ("depth_multiplier",))
    stride: tuple[int, ...] = stride_parameter()
    padding: Any = padding_parameter()
    dilation: tuple[int, ...] = dilation_parameter()
    bias: bool = bias_parameter()
    rounding: window.Rounding = rounding_parameter()
    in_channels: int | None = claim_parameter("input_channels")

    def check(self, x: Shape) -> Iterable[Fault]:
        return claim_faults(self.in_channels, x, "in_channels")

    def channels(self, x: Shape) -> int | None:
        return None if x[0] is None else x[0] * self.multiplier

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        units = x[0] * self.multiplier
        kernel = weight("weight", units, 1, *self.kernel, each=self.kernel)
        return (kernel, bias(units)) if self.bias else (kernel,)

    def macs(self, x: Known, y: Known) -> int:
        return prod(self.kernel) * prod(y)


class SeparableConv(Sliding):
    """A depthwise convolution, then a 1×1 convolution that mixes its channels: one layer with two kernels."""

    word = "separable_conv"
    synonyms = ("separableconv2d", "separable_conv2d", "depthwise_separable_conv")
    deepens = True
    filters: int = filters_parameter()
    kernel: tuple[int, ...] = kernel_parameter()
    multiplier: int = parameter(Whole(), 1, "depthwise filters for each input channel", "M", ("depth_multiplier",))
    stride: tuple[int, ...] = stride_parameter()
    padding: Any = padding_parameter()
    dilation: tuple[int, ...] = dilation_parameter()
    bias: bool = bias_parameter()
    rounding: window.Rounding = rounding_parameter()
    in_channels: int | None = claim_parameter("input_channels")

    def check(self, x: Shape) -> Iterable[Fault]:
        return claim_faults(self.in_channels, x, "in_channels")

    def channels(self, x: Shape) -> int | None:
        return self.filters

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        units = x[0] * self.multiplier
        ones = (1,) * self.rank
        depthwise = Tensor("depthwise", (units, 1, *self.kernel), (*self.kernel, x[0], self.multiplier), None)
        pointwise = Tensor("pointwise", (self.filters, units, *ones), (x[0], self.multiplier, self.filters), None)
        constant = Tensor("bias", (self.filters,), (self.filters,), None)
        return (depthwise, pointwise, constant) if self.bias else (depthwise, pointwise)

    def macs(self, x: Known, y: Known) -> int:
        units = x[0] * self.multiplier
        return int((prod(self.kernel) + self.filters) * units * prod(y[1:]))


class TransposedConv(Layer):
    """A convolution run backwards: every input pixel lays its filter onto the output, ``stride`` pixels apart."""

    word = "transposed_conv"
    synonyms = ("convtranspose2d", "conv2dtranspose", "conv_transpose", "deconv", "deconvolution", "conv2d_transpose")
    deepens = True
    slides = True
    filters: int = filters_parameter()
    kernel: tuple[int, ...] = kernel_parameter()
    stride: tuple[int, ...] = stride_parameter(help="how far apart the input's pixels lie on the output")
    padding: Any = padding_parameter("rows and columns cut off around the output")
    output_padding: tuple[int, ...] = parameter(SizeKind(0), 0, "rows and columns added at the bottom and right")
    dilation: tuple[int, ...] = dilation_parameter()
    groups: int = groups_parameter()
    bias: bool = bias_parameter()
    in_channels: int | None = claim_parameter("input_channels")

    def check(self, x: Shape) -> Iterable[Fault]:
        yield from claim_faults(self.in_channels, x, "in_channels")
        yield from group_faults(self.groups, x[0], self.filters)
        for axis, (extra, s, d) in enumerate(zip(self.output_padding, self.stride, self.dilation)):
            if extra >= max(s, d):
                yield Fault(
                    "invalid-value",
                    t(
                        "output_padding {extra} has to be smaller than the stride {stride} or the dilation {dilation} "
                        "({axis})",
                        extra=extra,
                        stride=s,
                        dilation=d,
                        axis=axis_words(self.rank)[axis],
                    ),
                    t("it only chooses among the sizes that the stride makes alike"),
                    parameter="output_padding",
                )
        if self.padding == "same" and any(self.output_padding):
            yield Fault(
                "invalid-value",
                t("padding same already says the output's size; output_padding has nothing to add"),
                t("drop one of the two"),
                parameter="output_padding",
            )

    def padding_pixels(self, x: Shape) -> tuple[tuple[int, int], ...]:
        if self.padding == "same":
            return tuple(window.transposed_same_padding(f, s) for f, s in zip(self._effective(), self.stride))
        return tuple(self.padding)

    def _effective(self) -> list[int]:
        return [window.effective_kernel(f, d) for f, d in zip(self.kernel, self.dilation)]

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        sizes: list[int | None] = []
        faults: list[Fault] = []
        settings = zip(
            spatial(x),
            self._effective(),
            self.stride,
            self.padding_pixels(x),
            self.output_padding,
        )
        for axis, (i, f, s, (before, after), extra) in enumerate(settings):
            if i is None:
                sizes.append(None)
                continue
            o = i * s if self.padding == "same" else window.transposed_output(i, f, s, before, after, extra)
            if o < 1:
                faults.append(
                    Fault(
                        "window-too-large",
                        t(
                            "the padding cuts off the whole {axis}: {formula}",
                            axis=axis_words(self.rank)[axis],
                            formula=f"{s}·({i} − 1) + {f} − {before} − {after} + {extra} = {o}",
                        ),
                        t("padding of a transposed convolution makes the output smaller"),
                        parameter="padding",
                    )
                )
            sizes.append(o if o >= 1 else None)
        shape = (self.filters, *sizes)
        if faults:
            raise Misfit(faults, shape)
        return shape

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        each = self.filters // self.groups
        kernel = Tensor("weight", (x[0], each, *self.kernel), (*self.kernel, x[0], each), None)
        constant = Tensor("bias", (self.filters,), (self.filters,), None)
        return (kernel, constant) if self.bias else (kernel,)

    def macs(self, x: Known, y: Known) -> int:
        return prod(self.kernel) * prod(x) * (self.filters // self.groups)

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        """Output o takes from the inputs i with i·S = o + P − k·D; at most ⌈F'/S⌉ pixels from first to last."""
        return tuple(
            Window((f - 1) // s + 1, Fraction(1, s), -((f - 1 - before) // s))
            for f, s, (before, _) in zip(self._effective(), self.stride, self.padding_pixels(x))
        )
