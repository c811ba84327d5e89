"""How torchinfo, fvcore, ptflops, thop, calflops and Keras count, as differences from cnncalc.

The rules are those of the versions named below, read in their sources and compared with them by the tests. They hold
for a network in plain ``torch.nn``: a module for each layer, ``+``, ``*`` and ``torch.cat`` for the merges, in
evaluation mode and with a batch of one. Written otherwise, it can come out otherwise where a tool sees modules only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from cnncalc import window
from cnncalc.analysis import Layer
from cnncalc.language import marked

CONVOLUTIONS = ("conv", "depthwise_conv", "separable_conv", "transposed_conv")
NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm")
WINDOWED = ("max_pool", "avg_pool")
WHOLE_MAP = ("global_avg_pool", "global_max_pool", "adaptive_avg_pool", "adaptive_max_pool")
POOLS = (*WINDOWED, *WHOLE_MAP)

Count = Callable[[Layer], int]
"""How much more than cnncalc a tool counts for one layer whose shapes are known."""


def inputs(layer: Layer) -> int:
    """The elements of the input; for a window, with a padding that PyTorch needs a layer of its own for."""
    shape = layer.input or ()
    sides = layer.facts.padding if layer.type in WINDOWED else None
    if sides and any(side and side[0] != side[1] for side in sides):
        return (shape[0] or 0) * prod((n or 0) + sum(side or ()) for n, side in zip(shape[1:], sides))
    return prod(n or 0 for n in shape)


def outputs(layer: Layer) -> int:
    """The elements of the output."""
    return layer.activations or 0


def weights(layer: Layer) -> int:
    """The layer's weights, also where it uses another's."""
    return sum(t.numel for t in layer.tensors or ())


def biases(layer: Layer) -> int:
    """One addition for each output that has a bias."""
    return outputs(layer) if "bias" in (layer.weights or {}) else 0


def elements(times: int) -> Count:
    """So many operations for each element of the input."""
    return lambda layer: times * inputs(layer)


def by_affine(with_weights: int, without: int) -> Count:
    """So many operations for each element, with factors and offsets, and without."""
    return lambda layer: inputs(layer) * (with_weights if layer.tensors else without)


def batch_norm(layer: Layer) -> int:
    """Two operations for each element, one without factors; without running statistics, five or four as in training."""
    if layer.settings["running_stats"]:
        return by_affine(2, 1)(layer)
    return by_affine(5, 4)(layer)


def rank_2(count: Count) -> Count:
    """Counted for images alone, as the tool knows no such operation for sounds and videos."""
    return lambda layer: count(layer) if len(layer.input or ()) == 3 else 0


def by_mode(**times: int) -> Count:
    """So many operations for each element that an upsampling of that mode makes."""
    return lambda layer: times.get(layer.settings["mode"], 0) * outputs(layer)


def plain(layer: Layer) -> bool:
    """Whether a layer norm is a plain ``nn.LayerNorm``; over the channels of a map it is a class derived from that."""
    return bool(layer.settings["over"] == "all") or len(layer.input or ()) == 1


def if_plain(count: Count) -> Count:
    """Counted for a plain ``nn.LayerNorm`` alone."""
    return lambda layer: count(layer) if plain(layer) else 0


def response_norm(layer: Layer) -> int:
    """``F.local_response_norm`` by its parts: a square, an average over the padded channels, a factor, a constant."""
    channels, *space = layer.input or ()
    padded: int = (channels or 0) + layer.settings["size"] - 1
    return 3 * inputs(layer) + padded * prod(n or 0 for n in space)


def softmax(layer: Layer) -> int:
    """For C channels C exponentials, C − 1 additions and C divisions, at each position."""
    channels = (layer.input or (1,))[0] or 1
    return inputs(layer) // channels * (3 * channels - 1)


def transposed_by_output(layer: Layer) -> int:
    """A transposed convolution counted as if every output had a whole window."""
    channels = (layer.input or (0,))[0] or 0
    window_size: int = prod(layer.settings["kernel"]) * channels // layer.settings["groups"]
    return outputs(layer) * window_size - (layer.macs or 0)


def transposed_twice_grouped(layer: Layer) -> int:
    """The FLOPs that are missing where the filters of a group are divided by the groups again, and rounded down."""
    filters, groups = layer.settings["filters"], layer.settings["groups"]
    macs = layer.macs or 0
    return int(2 * (macs // (filters // groups) * (filters // groups // groups) - macs))


def forward_positions(layer: Layer) -> int:
    """The outputs of one channel, if the window of a transposed convolution slid over its input as others do."""
    found = 1
    settings = zip(
        (layer.input or ())[1:], layer.settings["kernel"], layer.settings["stride"], layer.settings["dilation"]
    )
    for (i, f, s, d), pads in zip(settings, layer.facts.padding or ()):
        before, after = pads or (0, 0)
        found *= window.fit(i or 0, window.effective_kernel(f, d), s, before, after, "floor").output
    return found


class Rule(NamedTuple):
    """What a tool counts besides, for some layer types; ``why`` in words."""

    types: tuple[str, ...]
    count: Count
    why: str


@dataclass(frozen=True)
class Tool:
    """A tool, what it calls its count of operations, and what one multiply-accumulate of cnncalc counts there.

    ``params`` are rules that change cnncalc's number of parameters, ``operations`` its number of MACs.
    """

    name: str
    version: str
    unit: str = ""
    per_mac: int = 0
    params: tuple[Rule, ...] = ()
    operations: tuple[Rule, ...] = ()


EVERY = ("*",)
FROZEN = Rule(
    EVERY,
    lambda layer: (layer.trainable or 0) - (layer.params or 0),
    marked("frozen weights are left out: it counts what requires a gradient"),
)
BIAS = marked("a bias is one operation for each output")
BY_OUTPUT = marked("a whole window for each output, where a transposed convolution has one for each input")

TOOLS: tuple[Tool, ...] = (
    Tool(
        "torchinfo",
        "1.8.0",
        marked("mult-adds"),
        1,
        operations=(
            Rule((*CONVOLUTIONS, "dense"), biases, BIAS),
            Rule(("transposed_conv",), transposed_by_output, BY_OUTPUT),
            Rule(
                (*NORMS, "prelu", "scale"),
                weights,
                marked("every weight is one operation, whatever the size of the map"),
            ),
        ),
    ),
    Tool(
        "fvcore",
        "0.1.5.post20221221",
        marked("flops, one for each MAC"),
        1,
        operations=(
            Rule(("batch_norm",), batch_norm, marked("2 operations for each element of the map (in training mode 5)")),
            Rule(
                ("layer_norm", "group_norm", "instance_norm"),
                by_affine(5, 4),
                marked("5 operations for each element, 4 without factors"),
            ),
            Rule(
                ("global_avg_pool", "adaptive_avg_pool"),
                rank_2(elements(1)),
                marked("1 operation for each element that is averaged; other pools are not counted"),
            ),
            Rule(
                ("upsample",),
                rank_2(by_mode(nearest=1, bilinear=4)),
                marked("1 operation for each output, 4 if bilinear"),
            ),
        ),
    ),
    Tool(
        "ptflops",
        "0.7.5",
        marked("MACs"),
        1,
        params=(FROZEN,),
        operations=(
            Rule((*CONVOLUTIONS, "dense"), biases, BIAS),
            Rule(
                ("batch_norm", "group_norm", "instance_norm"),
                by_affine(2, 1),
                marked("2 operations for each element of the map, 1 without factors"),
            ),
            Rule(
                ("layer_norm",), if_plain(elements(1)), marked("1 operation for each element of a plain nn.LayerNorm")
            ),
            Rule(
                ("relu", "prelu", "elu", "gelu"),
                elements(2),
                marked("2 operations for each element: once as a module, and again as the function that it calls"),
            ),
            Rule(("relu6", "leaky_relu", "silu", "softmax"), elements(1), marked("1 operation for each element")),
            Rule(
                POOLS,
                elements(2),
                marked("2 operations for each element that comes in: as a module, and as a function"),
            ),
            Rule(("upsample",), lambda layer: 2 * outputs(layer), marked("2 operations for each output, as for pools")),
            Rule(("lrn",), response_norm, marked("the functions that it is made of: mul, avg_pool3d, mul, add")),
        ),
    ),
    Tool(
        "thop",
        "0.1.1.post2209072238",
        marked("MACs"),
        1,
        params=(
            Rule(
                ("group_norm", "scale"),
                lambda layer: -(layer.params or 0),
                marked("weights of a module that it has no rule for are left out"),
            ),
            Rule(
                ("layer_norm",),
                lambda layer: 0 if plain(layer) else -(layer.params or 0),
                marked("weights of a class derived from nn.LayerNorm are left out"),
            ),
        ),
        operations=(
            Rule(
                ("batch_norm", "instance_norm"),
                by_affine(4, 2),
                marked("4 operations for each element, 2 without factors"),
            ),
            Rule(
                ("layer_norm",),
                if_plain(by_affine(4, 2)),
                marked("4 operations for each element of a plain nn.LayerNorm"),
            ),
            Rule(("prelu",), elements(1), marked("1 operation for each element; other activations are not counted")),
            Rule(
                ("softmax",),
                softmax,
                marked("an exponential, a sum and a division: 3C − 1 operations for C channels"),
            ),
            Rule(("avg_pool",), outputs, marked("1 operation for each output; max pools are not counted")),
            Rule(
                ("global_avg_pool", "adaptive_avg_pool"),
                lambda layer: inputs(layer) + outputs(layer),
                marked("1 operation for each element that is averaged, and 1 for each output"),
            ),
            Rule(
                ("upsample",),
                by_mode(nearest=1, linear=5, bilinear=11, bicubic=259),
                marked("1 operation for each output, 11 if bilinear, 259 if bicubic"),
            ),
            Rule(("transposed_conv",), transposed_by_output, BY_OUTPUT),
        ),
    ),
    Tool(
        "calflops",
        "0.3.2",
        marked("FLOPs, two for each MAC"),
        2,
        params=(FROZEN,),
        operations=(
            Rule(
                ("conv", "depthwise_conv", "separable_conv"),
                biases,
                marked("a bias is one operation for each output (of convolutions; none of dense layers)"),
            ),
            Rule(
                ("transposed_conv",),
                lambda layer: (
                    forward_positions(layer) * (layer.settings["filters"] // layer.settings["groups"])
                    if "bias" in (layer.weights or {})
                    else 0
                ),
                marked("a bias for each output of a convolution that is not transposed"),
            ),
            Rule(
                ("transposed_conv",),
                transposed_twice_grouped,
                marked("a grouped transposed convolution is divided by its groups twice"),
            ),
            Rule(("batch_norm",), batch_norm, marked("2 operations for each element of the map, 1 without factors")),
            Rule(
                ("layer_norm", "group_norm", "instance_norm"),
                by_affine(5, 4),
                marked("5 operations for each element, 4 without factors"),
            ),
            Rule(
                ("relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "softmax"),
                elements(1),
                marked("1 operation for each element; other activations are not counted"),
            ),
            Rule(POOLS, elements(1), marked("1 operation for each element that comes in")),
            Rule(
                ("upsample",),
                lambda layer: (
                    inputs(layer)
                    if layer.settings["scale"] is not None
                    else prod(n or 0 for n in (layer.output or ())[1:])
                ),
                marked("1 operation for each element that comes in; with a size given, for each output of one channel"),
            ),
            Rule(("lrn",), response_norm, marked("the functions that it is made of: mul, avg_pool3d, mul, add")),
        ),
    ),
    Tool(
        "Keras",
        "3.15.1",
        params=(
            Rule(
                EVERY,
                lambda layer: layer.buffers or 0,
                marked("running means and variances are counted, as non-trainable parameters"),
            ),
            Rule(
                ("prelu",),
                lambda layer: 0 if layer.node.shared is not None else inputs(layer) - (layer.params or 0),
                marked("a PReLU has a weight for each element of its input, unless shared_axes says otherwise"),
            ),
        ),
    ),
)
"""The tools, in the order in which they are shown. Keras counts no operations."""
