"""Layers that summarise a window or a whole map by one number, channel by channel. None of them has weights."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnncalc import window
from cnncalc.layers.base import (
    REQUIRED,
    Layer,
    Window,
    dilation_parameter,
    kernel_parameter,
    padding_parameter,
    parameter,
    rounding_parameter,
    spatial,
    stride_parameter,
    whole_map,
)
from cnncalc.layers.sliding import Sliding
from cnncalc.values import Flag, Shape, SizeKind

_STRIDE_HELP = "how far the window moves; the kernel unless given"


class Pool(Sliding):
    """What max and average pooling share: the stride is the kernel unless given."""

    def __init__(self, values: Any, rank: int) -> None:
        super().__init__(values, rank)
        if self.stride is None:
            self.stride = self.kernel


class MaxPool(Pool):
    """The largest number in each window."""

    word = "max_pool"
    synonyms = ("maxpool", "maxpool1d", "maxpool2d", "maxpool3d", "maxpooling2d", "max_pooling", "pool", "pooling")
    kernel: tuple[int, ...] = kernel_parameter(letters="FK")
    stride: tuple[int, ...] = stride_parameter(None, _STRIDE_HELP)
    padding: Any = padding_parameter("border around the input that no maximum is taken from, in pixels")
    dilation: tuple[int, ...] = dilation_parameter()
    rounding: window.Rounding = rounding_parameter()


class AvgPool(Pool):
    """The mean of each window."""

    word = "avg_pool"
    synonyms = ("avgpool", "avgpool2d", "averagepooling2d", "average_pool", "average_pooling", "mean_pool")
    kernel: tuple[int, ...] = kernel_parameter(letters="FK")
    stride: tuple[int, ...] = stride_parameter(None, _STRIDE_HELP)
    padding: Any = padding_parameter()
    count_padding: bool = parameter(
        Flag(), True, "whether the zeros of the padding count in the mean", "", ("count_include_pad",)
    )
    rounding: window.Rounding = rounding_parameter()

    @property
    def dilation(self) -> tuple[int, ...]:  # type: ignore[override]
        """An average pool has no dilation."""
        return (1,) * self.rank


class GlobalPool(Layer):
    """One number for each channel, from its whole map: C×1×1."""

    slides = True

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        return (x[0],) + (1,) * self.rank

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        return whole_map(x)


class GlobalAvgPool(GlobalPool):
    """The mean of each channel's whole map: C×1×1."""

    word = "global_avg_pool"
    synonyms = ("globalaveragepooling2d", "global_average_pool", "gap", "globalavgpool")


class GlobalMaxPool(GlobalPool):
    """The largest number of each channel's whole map: C×1×1."""

    word = "global_max_pool"
    synonyms = ("globalmaxpooling2d", "globalmaxpool", "gmp")


class AdaptivePool(Layer):
    """As many windows as the output asks for; unit n sees the pixels from ⌊n·I/O⌋ to ⌈(n + 1)·I/O⌉ (PyTorch)."""

    slides = True
    output: tuple[int, ...] = parameter(SizeKind(), REQUIRED, "height and width of the output", "", ("output_size",))

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        return (x[0], *self.output)

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        return tuple(None if i is None else _adaptive_window(i, o) for i, o in zip(spatial(x), self.output))


def _adaptive_window(i: int, o: int) -> Window:
    """The widest of the windows: with I/O = a/b in lowest terms, ⌈(a + b − 1)/b⌉ pixels."""
    if o == 1:
        return Window(i, None, 0)
    stride = Fraction(i, o)
    a, b = stride.numerator, stride.denominator
    return Window(-(-(a + b - 1) // b), stride, 0)


class AdaptiveAvgPool(AdaptivePool):
    """The means of as many windows as the output asks for."""

    word = "adaptive_avg_pool"
    synonyms = ("adaptiveavgpool2d", "adaptive_average_pool")


class AdaptiveMaxPool(AdaptivePool):
    """The maxima of as many windows as the output asks for."""

    word = "adaptive_max_pool"
    synonyms = ("adaptivemaxpool2d",)
