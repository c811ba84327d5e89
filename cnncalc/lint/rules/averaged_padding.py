"""An average pool whose means near the border count zeros in."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.analysis import Layer
from cnncalc.layers.pooling import AvgPool
from cnncalc.lint.network import Network
from cnncalc.lint.repairs import own_place, set_parameter
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - avg_pool: {kernel: 3, stride: 1, padding: 1}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("padding: 1}   # here", "padding: 1, count_padding: false}")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of("avg_pool"):
        kind = layer.facts.layer
        if not isinstance(kind, AvgPool) or not kind.count_padding:
            continue
        pixels = [_padded(layer, kind, axis) for axis in range(kind.rank)]
        total = prod(kind.kernel)
        zeros = total - prod(f - p for f, p in zip(kind.kernel, pixels))
        if not zeros:
            continue
        corner = "at a corner" if sum(map(bool, pixels)) > 1 else "at the border"
        message = (
            f"{layer.path} counts the zeros of its padding: {corner} {zeros:,} of a window's {total:,} numbers; "
            f"the mean is {zeros / total:.0%} too small: PyTorch's and Caffe's default, not TensorFlow's and ONNX's"
        )
        fix = None
        if own_place(net, layer, "padding"):  # or else it stands in `defaults`, and would be said for all of them
            title = f"set `count_padding: false` on {layer.name}"
            fix = set_parameter(net, layer, "count_padding", "false", title, safe=False)
        help = "say `count_padding: false`, unless the weights were trained with the zeros"
        yield net.finding(layer, message, help, at="padding", fix=fix)


def _padded(layer: Layer, kind: AvgPool, axis: int) -> int:
    """The most pixels of padding that a window has along an axis: the first one, or the last."""
    pads, x, y = layer.facts.padding, layer.input, layer.output
    if pads is None or pads[axis] is None or x is None or y is None:
        return 0
    (before, after), i, o, f = pads[axis] or (0, 0), x[axis + 1], y[axis + 1], kind.kernel[axis]
    if i is None or o is None:
        return 0
    last = (o - 1) * kind.stride[axis] + f - before - i
    return min(max(before, min(last, after), 0), f)


RULE = Rule(
    name="averaged-padding",
    severity="info",
    summary="an average pool that counts the zeros of its padding in",
    why=(
        "The mean of a window that lies partly in the padding is divided by all of its pixels, also by those that are "
        "no part of the image: what comes out is smaller near the border, most of all in the corners, for no reason in "
        "the image. PyTorch and Caffe do so unless told otherwise; TensorFlow never does, and ONNX only if told to, so "
        "that networks that are moved come out different at the border. Max pools are not concerned."
    ),
    bad=BAD,
    good=GOOD,
    source="PyTorch, torch.nn.AvgPool2d: count_include_pad; ONNX, AveragePool: count_include_pad; "
    "TensorFlow, tf.nn.avg_pool",
    allow="where the weights were trained so, as torchvision's inception_v3",
    check=check,
    fixes="sets `count_padding: false`, which changes the numbers near the border (with --unsafe-fixes)",
)
