"""Stages with fewer channels than the one before, which had a larger map."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cnncalc.analysis import Layer
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}   # here
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 128, kernel: 3, padding: 1}
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
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GROWING = {"transposed_conv", "upsample", "pixel_shuffle", "reshape"}
"""Where one of these stands, the network is a decoder, or an encoder that is meant to compress."""

ENDS = {"global_avg_pool", "global_max_pool", "adaptive_avg_pool", "adaptive_max_pool", "flatten"}
"""Where the stages end, and the classifier begins."""


MAKERS = {"conv", "depthwise_conv", "separable_conv", "concat", "add"}
"""What settles how many channels there are."""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    if len(net.output_values) != 1 or not GROWING.isdisjoint(net.types):
        return
    path = list(_main_path(net))
    score = None if any(layer.type == "dense" for layer in path) else _makers(path)[-1:]
    for before, stage in pairwise(stage for stage in _stages(path) if _makers(stage)):
        last, widest = before[-1], max(_makers(stage), key=_channels)
        there, here = _channels(last), _channels(widest)
        # Where no dense layer does, the last convolution makes the scores: one for each class, and no features.
        if 0 < here < there and [widest] != score:
            message = (
                f"at {_map(widest)} no layer has more than the {here:,} channels of {widest.path}; "
                f"the stage before ends with {there:,}, at {_map(last)}"
            )
            yield net.finding(widest, message, "give a smaller map more channels, or as many", at="filters")


def _stages(path: list[Layer]) -> Iterator[list[Layer]]:
    """The parts of the main path between two downsamplings; the layer that downsamples begins one."""
    stage: list[Layer] = []
    stride = 1
    for layer in path:
        now = _stride(layer)
        if layer.type in ENDS or now is None:
            break
        if now > stride:
            yield stage
            stage, stride = [], now
        stage.append(layer)
    yield stage


def _makers(layers: list[Layer]) -> list[Layer]:
    return [layer for layer in layers if layer.type in MAKERS]


def _main_path(net: Network) -> Iterator[Layer]:
    """The layers that no value goes past: no shortcut, no branch."""
    last_use = list(range(net.base + len(net.layers)))
    for user, layer in enumerate(net.layers, net.base):
        for value in layer.node.inputs:
            last_use[value] = user
    reach = max((last_use[value] for value in range(net.base)), default=0)
    for value, layer in enumerate(net.layers, net.base):
        if reach <= value and (last_use[value] > value or net.is_output(layer)):
            yield layer
        reach = max(reach, last_use[value])


def _stride(layer: Layer) -> int | None:
    """How many pixels of the input lie between neighbours, the coarsest axis; None where there is no next one."""
    strides = [None if extent is None else extent.stride for extent in layer.receptive_field or (None,)]
    return None if None in strides else max(int(stride) for stride in strides if stride is not None)


def _channels(layer: Layer) -> int:
    return (layer.output[0] or 0) if layer.output else 0


def _map(layer: Layer) -> str:
    return "×".join(map(str, (layer.output or ())[1:]))


RULE = Rule(
    name="shrinking-channels",
    severity="info",
    summary="a stage with fewer channels than the one before, although its map is smaller",
    why=(
        "Each downsampling throws away three of four positions; networks make up for it with more channels, so that "
        "what they know shrinks gently. A stage of which no layer has as many channels as came in is a bottleneck for "
        "all that follows. Compared are whole stages, by what leaves the one and the widest layer of the next, and "
        "only along the main path: 1×1 reductions in a block, squeeze layers, transitions of a DenseNet and the last "
        "convolution, which makes the scores, are not reported, nor are networks that upsample or have several outputs."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "Nikanjam et al., Automatic Fault Detection for Deep Learning Programs Using Graph Transformations, "
        "arXiv:2105.08095 (there for every pair of convolutions); "
        "Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, section 2, principle 1"
    ),
    allow="where the network is to compress, as an encoder whose decoder stands in another file",
    check=check,
)
