"""A window that sees nothing but padding."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.pooling import Pool
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.values import axis_names

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 1, padding: 1}   # here
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("kernel: 1, padding: 1}   # here", "kernel: 1}")


def sees_pixels(start: int, kernel: int, dilation: int, size: int) -> bool:
    """Whether one of the window's places, from ``start`` on and ``dilation`` apart, lies on an axis of ``size``."""
    first = max(0, -(start // dilation))  # the first place that is not before the axis
    return first < kernel and start + first * dilation < size


def blind(layer: Layer) -> Iterator[tuple[int, int]]:
    """The axes on which a layer's first or last window lies in the padding, with the larger padding there."""
    kind, x, y, padding = layer.facts.layer, layer.input, layer.output, layer.facts.padding
    if not isinstance(kind, Sliding) or x is None or y is None or padding is None:
        return
    settings = zip(kind.kernel, kind.stride, kind.dilation, padding, x[1:], y[1:])
    for axis, (f, s, d, pads, i, o) in enumerate(settings):
        if pads is None or i is None or o is None:
            continue
        ends = (-pads[0], (o - 1) * s - pads[0])
        if any(pads) and not all(sees_pixels(start, f, d, i) for start in ends):
            yield axis, max(pads)


def _narrow(kind: Sliding, padding: tuple[tuple[int, int] | None, ...]) -> bool:
    """Whether the padding is narrower than the window all around, so that every window reaches the map."""
    pairs = zip(padding, kind.kernel, kind.dilation)
    return all(d == 1 and (pads is None or (pads[0] < f and pads[1] < f)) for pads, f, d in pairs)


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer, kind in net.sliding:
        if layer.facts.padding is None or _narrow(kind, layer.facts.padding):
            continue
        found = list(blind(layer))
        if not found or (isinstance(kind, Pool) and all(a == b for a, b in filter(None, layer.facts.padding))):
            continue  # a pool that is padded alike on both sides is pool-padding's
        names = axis_names(kind.rank)
        where = " and ".join(names[axis] for axis, _ in found)
        axis, pad = found[0]
        message = (
            f"{layer.path} pads the {where} by {pad:,} for a window of {kind.effective()[axis]:,}: "
            "the outermost windows see nothing but padding"
        )
        yield net.finding(
            layer, message, "take a padding smaller than the window; a 1×1 kernel needs none", at="padding"
        )


RULE = Rule(
    name="window-in-padding",
    severity="warning",
    summary="a window that can lie wholly in the padding, and sees none of its input",
    why=(
        "Where the padding is as wide as the window, the outermost windows see zeros alone: their output is the bias, "
        "the same for every image, and the map grows by a border that says nothing. Often a padding was left over from "
        "a larger kernel."
    ),
    bad=BAD,
    good=GOOD,
    source="Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285, section 2.2: full padding, F − 1, "
    "is the most with which every window sees the input",
    allow="where the border is cropped away again, as FCN's padding of 100 is",
    check=check,
)
