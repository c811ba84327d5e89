"""A padding of `same` that adds more at one end than at the other."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layers.convolution import TransposedConv
from cnncalc.layers.pooling import Pool
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.views import alike
from cnncalc.text import listing

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, stride: 2, padding: same}   # here
  - relu
  - conv: {filters: 64, kernel: 3, padding: same}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("padding: same}   # here", "padding: 1, rounding: floor}")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in [*(layer for layer, _ in net.sliding), *net.of("transposed_conv")]:
        kind, padding = layer.facts.layer, layer.facts.padding
        if padding is None or getattr(kind, "padding", None) != "same":
            continue
        uneven = list(alike([None if pads is None or pads[0] == pads[1] else pads for pads in padding]))
        if not uneven or not isinstance(kind, (Sliding, TransposedConv)):
            continue
        (before, after), axes = uneven[0]
        where = listing(axes)
        if isinstance(kind, TransposedConv):
            message = (
                f"{layer.path} cuts {before:,} off before and {after:,} off behind along {where}, as TensorFlow does; "
                f"PyTorch cuts both ends alike: with padding {after:,} and output_padding 1 it lies a pixel off"
            )
            help = (
                "take a kernel that the stride divides evenly (kernel 4 at stride 2), and give its padding as a number"
            )
        else:
            message = f"{layer.path} pads {before:,} before and {after:,} behind along {where}, as TensorFlow does"
            strided = any(s > 1 for s in kind.stride)
            if strided or isinstance(kind, Pool):
                told = "PyTorch's and Caffe's padding is the same at both ends"
                message += f"; {told}: padded by {after:,}, every window lies {after - before:,} further up and left"
            else:
                message += ", and PyTorch at stride 1: what comes out lies half a pixel off"
            help = _help(kind, strided, after)
        yield net.finding(layer, message, help, at="padding")


def _help(kind: Sliding, strided: bool, after: int) -> str:
    if strided:
        return f"say `padding: {after}` and `rounding: floor` if it may be symmetric; TensorFlow's weights want it so"
    return "take an odd kernel, whose padding is symmetric"


RULE = Rule(
    name="asymmetric-padding",
    severity="info",
    summary="a padding of `same` that adds one pixel more at the bottom and right",
    why=(
        "`same` adds what is needed to get ⌈I/S⌉, and where that is an odd number the odd pixel goes to the bottom and "
        "right, as TensorFlow has it. It happens with an even kernel, and with a stride on an even input. PyTorch "
        "refuses `same` with a stride, and a padding given as a number is symmetric there and in Caffe: the sizes come "
        "out alike, but the windows lie elsewhere, and weights that were trained with the one lose accuracy with the "
        "other."
    ),
    bad=BAD,
    good=GOOD,
    source="TensorFlow, tf.nn, notes on padding; PyTorch, torch.nn.Conv2d: padding='same' is not supported for strides",
    allow="where the weights come from TensorFlow or Keras",
    check=check,
)
