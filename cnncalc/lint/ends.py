"""What a network's outputs end in: the activation that a loss gets to see."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis import Layer
from cnncalc.layers.activation import Activation
from cnncalc.lint.network import Network

SHAPES = {"flatten", "reshape", "identity", "upsample", "crop", "dropout"}
"""What leaves the numbers as they are when the network is used: dropout does."""
POOLS = {"avg_pool", "max_pool", "global_avg_pool", "global_max_pool", "adaptive_avg_pool", "adaptive_max_pool"}
WEIGHTS = {"conv", "separable_conv", "transposed_conv", "dense"}
RECTIFIED = ("relu", "relu6")
SOFTMAX = ("softmax", "log_softmax")
NONE = "no activation"


class End(NamedTuple):
    """The layer that an output ends in, and its activation or `NONE`; and how many classes or numbers it has."""

    layer: Layer
    activation: str
    channels: int


def output_end(net: Network, output: Layer) -> End | None:
    """The last layer that does more than to change the shape or to drop; None where it can't be told what comes out."""
    layer: Layer | None = output
    while layer is not None and layer.type in SHAPES:
        layer = net.before(layer)
    if layer is None or not output.output or not layer.output:
        return None
    # Ten numbers as a map of 1×10 are ten, and so are the ten pixels of one channel made flat.
    channels = max(output.output[0] or 0, layer.output[0] or 0)
    if issubclass(net.kind(layer), Activation):
        return End(layer, layer.type, channels)
    last = layer
    while layer is not None and layer.type in POOLS | SHAPES:
        layer = net.before(layer)
    # A rectified map that is averaged gives scores, as SqueezeNet's.
    scores = layer is not None and (layer.type in WEIGHTS or (layer is not last and layer.type in RECTIFIED))
    return End(last, NONE, channels) if scores else None
