"""A large window that two smaller ones can take the place of."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt
from typing import Any, NamedTuple

from cnncalc.analysis import Layer
from cnncalc.layers import infer
from cnncalc.layers.convolution import Conv
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.lint.stacks import stays
from cnncalc.text import shape_text

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 5, padding: 2}   # here
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
  - conv: {filters: 45, kernel: 3, padding: 1}
  - relu
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""


class Pair(NamedTuple):
    """What takes the place of one convolution: two kernels, the filters of the first, and what both cost."""

    kernels: tuple[tuple[int, ...], tuple[int, ...]]
    middle: int
    params: int
    macs: int


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    large = [layer for layer in net.of("conv") if _large(layer.facts.layer)]
    if not large:
        return
    convolved = [False] * net.base
    for layer in net.layers[: large[-1].index - 1]:
        before = any(convolved[value] for value in layer.node.inputs)
        convolved.append(before or (layer.type != "dense" and net.kind(layer).deepens))
    for layer in large:
        kind = layer.facts.layer
        if not any(convolved[value] for value in layer.node.inputs) or not layer.params or not layer.macs:
            continue  # the first convolution sees few channels, and most stems have a large window
        if not isinstance(kind, Conv) or (kind.filters < limits["filters"] and _final(net, layer)):
            continue
        pair = factorised(kind, layer)
        if pair is None or pair.params > (1 - limits["saving"]) * layer.params:
            continue
        first, second = map(shape_text, pair.kernels)
        message = (
            f"{layer.path} has {layer.params:,} parameters and {layer.macs:,} MACs in a window of "
            f"{shape_text(kind.kernel)}; {first} and {second} with {pair.middle:,} channels between them see as much, "
            f"with {pair.params:,} ({pair.params / layer.params - 1:+.0%}) and {pair.macs:,} "
            f"({pair.macs / layer.macs - 1:+.0%})".replace("-", "−")
        )
        yield net.finding(layer, message, f"take {first} and {second}, with an activation between them", at="kernel")


def _large(kind: object) -> bool:
    return isinstance(kind, Conv) and kind.kernel[0] >= 5 and max(kind.stride) == 1


def _final(net: Network, layer: Layer) -> bool:
    """Whether nothing but activations and their like stands between a layer and the network's output."""
    last: Layer | None = layer
    while last is not None and not net.is_output(last):
        last = net.after(last)
        if last is not None and not stays(net, last):
            return False
    return last is not None


def factorised(kind: Conv, layer: Layer) -> Pair | None:
    """5×5 as two 3×3; a larger n×n as 1×n and n×1. The channels grow in two equal steps, by √(K/C) each."""
    n, rank, x = kind.kernel[0], kind.rank, layer.input
    plain = kind.groups == 1 and all(d == s == 1 for d, s in zip(kind.dilation, kind.stride))
    if not plain or set(kind.kernel) != {n} or x is None or x[0] is None or rank < 2:
        return None
    if n == 5:
        kernels = ((3,) * rank, (3,) * rank)
    elif n > 5 and rank == 2:
        kernels = ((1, n), (n, 1))
    else:
        return None
    middle = isqrt(x[0] * kind.filters)
    shares = _shared_padding(kind, n)
    if shares is None:
        return None
    shape, params, macs = x, 0, 0
    for kernel, padding, filters in zip(kernels, shares, (middle, kind.filters)):
        values = {"filters": filters, "kernel": kernel, "padding": padding, "bias": kind.bias}
        facts = infer(Conv, values, (shape,))
        if facts.output is None or facts.params is None or facts.macs is None:
            return None
        shape, params, macs = facts.output, params + facts.params, macs + facts.macs
    return Pair(kernels, middle, params, macs) if shape == layer.output else None


def _shared_padding(kind: Conv, n: int) -> tuple[Any, Any] | None:
    """The padding, shared out between the two; None where it differs from side to side."""
    if kind.padding == "same":
        return "same", "same"
    if any(before != after for before, after in kind.padding):
        return None
    pads = tuple(before for before, _ in kind.padding)
    if n == 5:
        return tuple(p - p // 2 for p in pads), tuple(p // 2 for p in pads)
    return (0, pads[1]), (pads[0], 0)


RULE = Rule(
    name="factorisable-convolution",
    severity="info",
    summary="a 5×5 or larger window that two smaller ones can take the place of, for less",
    why=(
        "Two 3×3 windows, one behind the other, see 5×5 pixels, with 18 weights instead of 25, and there is room for "
        "an activation between them. A larger n×n can be taken apart into 1×n and n×1, 2·n weights instead of n²; "
        "Szegedy et al. found that to work on maps of 12 to 20 pixels. The channels are taken to grow in two equal "
        "steps, by √(K/C) each, as they propose; where K is several times C little is saved, and nothing reported. "
        "Neither are strides, groups, depthwise convolutions, the first convolution of a network, and the last where "
        "it makes few channels."
    ),
    bad=BAD,
    good=GOOD,
    source="Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, sections 3.1 and 3.2; "
    "Simonyan and Zisserman, Very Deep Convolutional Networks, arXiv:1409.1556, section 2.3",
    allow="where the network is a published one, or the large window was measured to be better",
    check=check,
    thresholds={
        "saving": Threshold(0.2, "the share of the layer's parameters that has to be saved"),
        "filters": Threshold(16, "with fewer filters the network's output layer is left alone"),
    },
)
