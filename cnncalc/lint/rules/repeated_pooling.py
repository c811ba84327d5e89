"""Two pools in a row that one pool could do."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.text import shape_text

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - max_pool: {kernel: 2}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

WHOLE = {"max_pool": "global_max_pool", "avg_pool": "global_avg_pool"}


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of(*WHOLE):
        if not _plain(layer):
            continue
        behind = net.after(layer)
        if behind is None or behind.type not in (layer.type, WHOLE[layer.type]):
            continue
        if behind.type == layer.type:
            if not _plain(behind):
                continue
            one, two = layer.facts.layer, behind.facts.layer
            sizes = zip(one.kernel, one.stride, two.kernel, two.stride)  # type: ignore[union-attr]
            kernel, stride = zip(*((f + (g - 1) * s, s * t) for f, s, g, t in sizes))
            same = (
                f"one {layer.type} with a window of {shape_text(kernel)} and stride {shape_text(stride)} does the same"
            )
            help = "put a convolution between the two, or write the one pool"
        elif any(layer.facts.unread or ()):
            continue
        else:
            same = f"{behind.path} alone does the same"
            help = f"put a convolution between the two, or leave {layer.path} out"
        yield net.finding(behind, f"{behind.path} pools what {layer.path} has just pooled; {same}", help)


def _plain(layer: Layer) -> bool:
    """Whether the pool has no padding and no holes, and for a mean no window overlaps another: then two make one."""
    kind, sides = layer.facts.layer, layer.facts.padding
    if kind is None or sides is None or any(pads is None or any(pads) for pads in sides):
        return False
    kernel, stride, dilation = kind.kernel, kind.stride, kind.dilation  # type: ignore[attr-defined]
    apart = kernel == stride if layer.type == "avg_pool" else all(f >= s for f, s in zip(kernel, stride))
    return apart and all(d == 1 for d in dilation)


RULE = Rule(
    name="repeated-pooling",
    severity="info",
    summary="a pool directly behind another, which one pool could do",
    why=(
        "The largest of the largest is the largest, and the mean of means of equal windows is the mean: two pools in a "
        "row are one with a larger window. Most often a convolution between them was forgotten, or was deleted, and "
        "positions are thrown away that no layer has looked at."
    ),
    bad=BAD,
    good=GOOD,
    source="two windows F₁, S₁ and F₂, S₂ make one with F = F₁ + (F₂ − 1)·S₁ and S = S₁·S₂, as for receptive fields",
    allow="where the two stand for two steps that are told apart elsewhere, such as in a lecture",
    check=check,
)
