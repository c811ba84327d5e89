"""A dense layer behind a map, which has most of the network's parameters."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers import infer
from cnncalc.layers.activation import Activation, Dropout, Identity
from cnncalc.layers.base import elements
from cnncalc.layers.dense import Dense, Flatten
from cnncalc.layers.normalization import BatchNorm
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.text import shape_text

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - flatten
  - dense: {units: 128}   # here
  - relu
  - dense: {units: 10}
"""

GOOD = BAD.replace("  - max_pool: {kernel: 2}\n  - flatten", "  - global_avg_pool\n  - flatten").replace(
    "   # here", ""
)

BETWEEN = (Activation, Dropout, Identity, BatchNorm)
"""What may stand between the flatten and the dense layer."""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    total = net.analysis.totals.params
    for layer in net.of("dense"):
        if (layer.params or 0) < max(limits["share"] * total, limits["params"]):
            continue
        found = net.back(layer, lambda before: issubclass(net.kind(before), BETWEEN))
        kind, params = layer.facts.layer, layer.params or 0
        if found is None or not isinstance(found.facts.layer, Flatten) or not isinstance(kind, Dense):
            continue
        shape = found.input
        if shape is None or shape[0] is None or (elements(shape[1:]) or 1) == 1 or not _convolved(net, found):
            continue
        pooled = infer(Dense, {"units": kind.units, "bias": kind.bias}, ((shape[0],),)).params or 0
        saved = params - pooled
        message = (
            f"{layer.path} has {params:,} of the network's {total:,} parameters ({params / total:.0%}), "
            f"for a map of {shape_text(shape)}"
        )
        help = (
            f"where on the map something is does not matter, `global_avg_pool` before the flatten leaves {shape[0]:,} "
            f"numbers and {pooled:,} parameters, {saved:,} fewer ({saved / total:.0%} of all)"
        )
        yield net.finding(layer, message, help, at="units")


def _convolved(net: Network, layer: Layer) -> bool:
    """Whether a convolution came before."""
    return any(before.type != "dense" and net.kind(before).deepens for before in net.layers[: layer.index])


RULE = Rule(
    name="dominant-dense",
    severity="info",
    summary="a dense layer behind a map, which has most of the network's parameters",
    why=(
        "A dense layer has a weight for each of its units at each pixel of each channel. Behind a map that is still "
        "large it has more parameters than all convolutions together, fits the training set by heart, and ties the "
        "network to one size of image. The mean of each channel has one number instead of H·W: NIN, GoogLeNet and "
        "ResNet do with that."
    ),
    bad=BAD,
    good=GOOD,
    source="Lin et al., Network in Network, arXiv:1312.4400, section 3.2: global average pooling",
    allow="where positions matter, as in YOLO's grid, or the network is a published one, as AlexNet and VGG",
    check=check,
    thresholds={
        "share": Threshold(0.5, "the share of all parameters from which on a dense layer is reported"),
        "params": Threshold(100_000, "a dense layer of fewer parameters is no burden"),
    },
)
