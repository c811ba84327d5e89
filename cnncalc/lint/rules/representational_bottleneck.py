"""A layer that throws away most of what comes in, with nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.analysis import Layer
from cnncalc.layers.base import elements
from cnncalc.layers.convolution import TransposedConv
from cnncalc.layers.resizing import PixelShuffle, Upsample
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.goals import TASKS, goal
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.text import shape_text

BAD = """\
input: 3x64x64
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 4}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = """\
input: 3x64x64
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    cut = [layer for layer, _ in net.sliding if _strided(layer) and _times(layer) > _limit(layer, limits["times"])]
    task = goal(net.facts.get("task", ""), TASKS) if cut else None
    if not cut or (task is not None and task.name == "reconstruction"):
        return
    widened = _widened(net)
    between = _between_convolutions(net)
    for layer in cut:
        before = net.before(layer)
        # What has several users is seen in another way as well: by a shortcut, or the other branches of a module.
        if before is None or net.after(before) is None or layer.index not in between or layer.index < widened:
            continue
        x, y = layer.input, layer.output
        message = (
            f"{layer.path} leaves {elements(y):,} of {elements(x):,} activations, one in {_times(layer):.3g}: "
            f"{shape_text(x)} becomes {shape_text(y)}"
        )
        help = "downsample in two steps with a convolution between them, or widen first"
        yield net.finding(layer, message, help, at="stride" if net.says(layer, "stride") else "kernel")


def _strided(layer: Layer) -> bool:
    kind = layer.facts.layer
    # A stride over the kernel is stride-over-kernel's.
    return isinstance(kind, Sliding) and max(kind.stride) > 1 and all(s <= f for f, s in zip(kind.kernel, kind.stride))


def _widened(net: Network) -> int:
    """The place of the last layer that enlarges maps on the way back to the input's size: what comes before encodes."""
    sizes = {shape[1:] for shape in net.graph.inputs.values()} - {()}
    full = False
    for layer in reversed(net.layers):
        full = full or (layer.output is not None and layer.output[1:] in sizes)
        if full and issubclass(net.kind(layer), (TransposedConv, Upsample, PixelShuffle)):
            return layer.index
    return 0


def _times(layer: Layer) -> float:
    """How many activations come in for each that leaves: in fact, or by stride and channels where that is less."""
    kind, x, y = layer.facts.layer, layer.input, layer.output
    before, after = elements(x), elements(y)
    if not isinstance(kind, Sliding) or not x or not y or not before or not after or not x[0] or not y[0]:
        return 0
    # A small map loses more by rounding than its stride says: 3 pixels become 1.
    return min(before / after, prod(kind.stride) * x[0] / y[0])


def _limit(layer: Layer, times: float) -> float:
    """A stride of 2 cuts twice as much in three dimensions; signals of one are cut by 4 as pictures are."""
    return times * 2 if len(layer.input or ()) == 4 else times


def _between_convolutions(net: Network) -> set[int]:
    """The places of the layers that a convolution comes before, and another behind."""
    deep = {layer.index for layer in net.layers if net.kind(layer).deepens and layer.type != "dense"}
    first = [False] * net.base
    for layer in net.layers:
        first.append(layer.index in deep or any(first[value] for value in layer.node.inputs))
    behind: set[int] = set()
    for layer in reversed(net.layers):
        if any(user.index in deep or user.index in behind for user in net.users(layer)):
            behind.add(layer.index)
    return {index for index in behind if first[net.base + index - 1]}


RULE = Rule(
    name="representational-bottleneck",
    severity="info",
    summary="a pool or strided convolution that leaves fewer than one in six activations",
    why=(
        "What a layer throws away is lost to all behind it. Representations should shrink gently from the image to "
        "the scores; a pool of 2×2, which leaves a quarter, is the usual step, after which networks widen. A pool of "
        "3×3 or 4×4, or a stride together with fewer channels, cuts far more at once. Reported is only what lies "
        "between two convolutions and has nothing beside it: no shortcut, no other branch of a module. Where maps "
        "grow again to the input's size, a narrow code is the design. Stride and channels count, not what is lost by "
        "rounding on small maps."
    ),
    bad=BAD,
    good=GOOD,
    source="Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, section 2, principle 1, "
    "and section 5",
    allow="where the image has far more pixels than the task needs",
    check=check,
    thresholds={"times": Threshold(6, "so many activations may come in for one that leaves; twice as many in 3D")},
)
