"""Mistakes about the number of parameters and the cost."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from cnncalc.homework.misconceptions.declaration import (
    COSTS,
    WEIGHTS,
    Example,
    Misconception,
    Subject,
    Value,
    changed,
    counted,
)
from cnncalc.language import marked, t
from cnncalc.layers.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from cnncalc.layers.dense import Dense
from cnncalc.layers.normalization import BatchNorm
from cnncalc.layers.pooling import Pool

_ALEXNET = "conv: {K: 96, F: 11, S: 4}"
"""The first layer of AlexNet, as the lecture has it: (11·11·3 + 1)·96 = 34,944 parameters."""

_FILTERED = (Conv, DepthwiseConv, SeparableConv, TransposedConv)
_BIASED = (*_FILTERED, Dense)


def _weights(subject: Subject) -> tuple[int, int]:
    """The numbers of weights and of biases."""
    tensors = subject.kind.tensors(subject.x)
    biases = sum(tensor.numel for tensor in tensors if tensor.name == "bias")
    return sum(tensor.numel for tensor in tensors) - biases, biases


def _with_biases(subject: Subject, ask: str, *counts: int) -> Iterator[Value]:
    """Another number of biases beside the right number of weights."""
    for count in counts:
        yield count if ask == "biases" else _weights(subject)[0] + count


def _has_bias(subject: Subject) -> bool:
    return bool(subject.x) and isinstance(subject.kind, _BIASED) and bool(subject.kind.bias)


def _no_bias(subject: Subject, ask: str) -> Iterator[Value]:
    if _has_bias(subject):
        yield from counted(changed(subject.kind, bias=False), subject.x, (), ask)


def _needless_bias(subject: Subject, ask: str) -> Iterator[Value]:
    if subject.x and isinstance(subject.kind, _BIASED) and not subject.kind.bias:
        yield from counted(changed(subject.kind, bias=True), subject.x, (), ask)


def _one_bias(subject: Subject, ask: str) -> Iterator[Value]:
    if _has_bias(subject):
        yield from _with_biases(subject, ask, 1)


def _bias_for_inputs(subject: Subject, ask: str) -> Iterator[Value]:
    """One for each input channel; or one for each input channel of each filter."""
    if _has_bias(subject):
        inputs = subject.x[0]
        each = () if isinstance(subject.kind, DepthwiseConv) else (inputs * _weights(subject)[1],)
        yield from _with_biases(subject, ask, inputs, *each)


def _no_inputs(subject: Subject, ask: str) -> Iterator[Value]:
    """The filter has no depth: F·F for each."""
    kind, x = subject.kind, subject.x
    if x and isinstance(kind, (Conv, SeparableConv, TransposedConv)):
        flat = kind if isinstance(kind, SeparableConv) else changed(kind, groups=1)
        yield from counted(flat, (1, *x[1:]), subject.y, ask)


def _no_filters(subject: Subject, ask: str) -> Iterator[Value]:
    """Only one filter, or unit, counted."""
    kind, x, y = subject.kind, subject.x, subject.y
    if not x:
        return
    one = y and (1, *y[1:])
    if isinstance(kind, Dense):
        yield from counted(changed(kind, units=1), x, one, ask)
    elif isinstance(kind, DepthwiseConv):
        yield from counted(changed(kind, multiplier=1), (1, *x[1:]), one, ask)
    elif isinstance(kind, SeparableConv):
        yield from counted(changed(kind, filters=1), x, one, ask)
    elif isinstance(kind, Conv):
        yield from counted(changed(kind, filters=1, groups=1), (x[0] // kind.groups, *x[1:]), one, ask)
    elif isinstance(kind, TransposedConv):
        yield from counted(changed(kind, filters=1, groups=1), x, one, ask)


def _kernel_once(subject: Subject, ask: str) -> Iterator[Value]:
    """F in place of F·F."""
    kind = subject.kind
    if subject.x and isinstance(kind, _FILTERED) and kind.rank > 1:
        thin = changed(kind, kernel=(kind.kernel[0],) + (1,) * (kind.rank - 1))
        yield from counted(thin, subject.x, subject.y, ask)


def _unshared(subject: Subject, ask: str) -> Iterator[Value]:
    """A filter of its own at each position; the biases too, or not."""
    if not subject.y or not isinstance(subject.kind, (Conv, DepthwiseConv, SeparableConv)):
        return
    places = prod(subject.y[1:])
    weights, biases = _weights(subject)
    if ask == "weights":
        yield weights * places
    elif ask == "biases":
        yield biases * places
    else:
        yield (weights + biases) * places
        yield weights * places + biases


def _activations(subject: Subject, ask: str) -> Iterator[Value]:
    if subject.y:
        activations = prod(subject.y)
        yield activations
        yield activations + sum(counted(subject.kind, subject.x, (), ask))


def _pool_weights(subject: Subject, ask: str) -> Iterator[Value]:
    """The pool counted as a convolution with as many filters as channels; as a depthwise one; as a single window."""
    kind, x, y = subject.kind, subject.x, subject.y
    if not x or not isinstance(kind, Pool):
        return
    window: dict[str, Any] = {"kernel": kind.kernel}
    for bias in (True, False):
        twins = (
            Conv({**window, "filters": x[0], "bias": bias}, kind.rank),
            DepthwiseConv({**window, "bias": bias}, kind.rank),
        )
        for twin in twins:
            yield from counted(twin, x, y, ask)
    if ask in ("params", "weights"):
        yield prod(kind.kernel)


def _no_groups(subject: Subject, ask: str) -> Iterator[Value]:
    """Every filter looks at all channels."""
    kind, x, y = subject.kind, subject.x, subject.y
    if not x:
        return
    if isinstance(kind, (Conv, TransposedConv)):
        if kind.groups > 1:
            yield from counted(changed(kind, groups=1), x, y, ask)
    elif isinstance(kind, (DepthwiseConv, SeparableConv)):
        filters = kind.channels(x)
        full = Conv({"filters": filters, "kernel": kind.kernel, "bias": kind.bias}, kind.rank)
        yield from counted(full, x, y, ask)


def _half_separable(subject: Subject, ask: str) -> Iterator[Value]:
    """One of its two convolutions, with a bias or without."""
    kind, x, y = subject.kind, subject.x, subject.y
    if not x or not isinstance(kind, SeparableConv):
        return
    units = x[0] * kind.multiplier
    for bias in (True, False) if kind.bias else (False,):
        deep = DepthwiseConv({"kernel": kind.kernel, "multiplier": kind.multiplier, "bias": bias}, kind.rank)
        yield from counted(deep, x, y and (units, *y[1:]), ask)
        mixing = Conv({"filters": kind.filters, "kernel": 1, "bias": bias}, kind.rank)
        yield from counted(mixing, (units, *x[1:]), y, ask)


def _norm(subject: Subject, ask: str) -> Iterator[Value]:
    """The running mean and variance counted with the learned factor and offset; the one for the other; one of both."""
    kind, x = subject.kind, subject.x
    if x and isinstance(kind, BatchNorm):
        learned = sum(counted(changed(kind, affine=True), x, (), ask))
        running = changed(kind, running_stats=True).buffers(x[0])
        yield learned + running
        yield learned
        if ask == "params":
            yield from counted(changed(kind, affine=True), x, (), "weights")


def _macs_for_flops(subject: Subject, ask: str) -> Iterator[Value]:
    if subject.x:
        yield from counted(subject.kind, subject.x, subject.y, "macs" if ask == "flops" else "flops")


BIAS_FORGOTTEN = Misconception(
    name="bias-forgotten",
    asks=frozenset({"params", "biases"}),
    hint=lambda: t("Did you add the bias of each filter?"),
    page=marked("Each filter, and each unit of a dense layer, has a bias beside its weights, unless it is left out."),
    example=Example("3x227x227", _ALEXNET, "params", 34_848, "11·11·3·96 = 34,848"),
    values=_no_bias,
)

NEEDLESS_BIAS = Misconception(
    name="needless-bias",
    asks=frozenset({"params", "biases"}),
    hint=lambda: t("Does this layer have a bias at all?"),
    page=marked("A layer may leave its biases out, as convolutions before a batch normalisation do. Then none counts."),
    # 3·3·3·8 + 8 = 224; without biases it is 216.
    example=Example("3x32x32", "conv: {K: 8, F: 3, bias: false}", "params", 224, "3·3·3·8 + 8 = 224"),
    values=_needless_bias,
)

ONE_BIAS = Misconception(
    name="one-bias",
    asks=frozenset({"params", "biases"}),
    hint=lambda: t("Is one bias enough for all the filters?"),
    page=marked("The bias belongs to a filter, not to the layer: there are as many as there are filters."),
    example=Example("3x227x227", _ALEXNET, "params", 34_849, "11·11·3·96 + 1 = 34,849"),
    values=_one_bias,
)

BIAS_FOR_INPUTS = Misconception(
    name="bias-for-inputs",
    asks=frozenset({"params", "biases"}),
    hint=lambda: t("Does a bias belong to a channel of the input, or to a filter?"),
    page=marked(
        "A filter adds up what it sees in all input channels and adds its bias once. So neither an input channel nor a "
        "slice of the filter has a bias of its own."
    ),
    example=Example("3x227x227", _ALEXNET, "params", 34_851, "11·11·3·96 + 3 = 34,851"),
    values=_bias_for_inputs,
)

INPUT_CHANNELS_FORGOTTEN = Misconception(
    name="input-channels-forgotten",
    asks=WEIGHTS - {"biases"} | COSTS,
    hint=lambda: t("How deep is each filter?"),
    page=marked("A filter reaches through all channels of its input, so it has weights for each of them."),
    example=Example("3x227x227", _ALEXNET, "params", 11_712, "(11·11 + 1)·96 = 11,712"),
    values=_no_inputs,
)

FILTERS_FORGOTTEN = Misconception(
    name="filters-forgotten",
    asks=WEIGHTS | COSTS,
    hint=lambda: t("How many filters, or units, does the layer have?"),
    page=marked(
        "What one filter has, or costs, has to be multiplied by the number of filters; so too for dense units."
    ),
    example=Example("3x227x227", _ALEXNET, "params", 364, "11·11·3 + 1 = 364"),
    values=_no_filters,
)

KERNEL_NOT_SQUARED = Misconception(
    name="kernel-not-squared",
    asks=WEIGHTS - {"biases"} | COSTS,
    hint=lambda: t("Did you use both the height and the width of the filter?"),
    page=marked("A kernel given by one number is a square: its height times its width, not the number itself."),
    example=Example("3x227x227", _ALEXNET, "params", 3_264, "(11·3 + 1)·96 = 3,264"),
    values=_kernel_once,
)

WEIGHTS_NOT_SHARED = Misconception(
    name="weights-not-shared",
    asks=WEIGHTS,
    hint=lambda: t("Does a filter change when it moves to another position?"),
    page=marked(
        "A convolution uses the same filter at every position. The size of the map changes what it costs, and not how "
        "many weights it has."
    ),
    # (11·11·3 + 1)·96·55·55 = 34,944·3,025 = 105,705,600.
    example=Example("3x227x227", _ALEXNET, "params", 105_705_600, "(11·11·3 + 1)·96·55·55 = 105,705,600"),
    values=_unshared,
)

ACTIVATIONS_AS_PARAMETERS = Misconception(
    name="activations-as-parameters",
    asks=frozenset({"params", "weights"}),
    hint=lambda: t("Are these numbers learned, or computed anew for every image?"),
    page=marked(
        "Parameters are learned and stay; activations are the numbers of the output, and are computed for each image. "
        "Only parameters are asked for."
    ),
    example=Example("3x227x227", _ALEXNET, "params", 290_400, "96·55·55 = 290,400"),
    values=_activations,
)

POOL_WITH_PARAMETERS = Misconception(
    name="pool-with-parameters",
    asks=WEIGHTS | COSTS,
    hint=lambda: t("What does a pooling layer learn?"),
    page=marked(
        "A pooling takes the largest number of a window, or its mean. There is nothing to learn in that, whatever the "
        "size of the window, and no multiplication by a weight."
    ),
    # As a convolution with 64 filters: (2·2·64 + 1)·64 = 257·64 = 16,448.
    example=Example("64x112x112", "max_pool: {F: 2}", "params", 16_448, "(2·2·64 + 1)·64 = 16,448"),
    values=_pool_weights,
)

GROUPS_IGNORED = Misconception(
    name="groups-ignored",
    asks=WEIGHTS | COSTS,
    hint=lambda: t("Does every filter look at all the channels of its input?"),
    page=marked(
        "With groups a filter looks at the channels of its own group only, and in a depthwise convolution at one. So "
        "it has fewer weights, and costs less, than an ordinary one."
    ),
    # (5·5·96 + 1)·256 = 2,401·256 = 614,656; with two groups it is (5·5·48 + 1)·256.
    example=Example("96x27x27", "conv: {K: 256, F: 5, P: 2, G: 2}", "params", 614_656, "(5·5·96 + 1)·256 = 614,656"),
    values=_no_groups,
)

HALF_SEPARABLE = Misconception(
    name="half-separable",
    asks=WEIGHTS | COSTS,
    hint=lambda: t("Which convolutions is a separable convolution made of?"),
    page=marked(
        "A separable convolution is two: one that looks at each channel by itself, and one of a single pixel that "
        "mixes the channels. Both have weights, and both cost."
    ),
    # Only the depthwise: 3·3·32 = 288; with the pointwise, 32·64, and 64 biases it is 2,400.
    example=Example("32x56x56", "separable_conv: {K: 64, F: 3, P: 1}", "params", 288, "3·3·32 = 288"),
    values=_half_separable,
)

NORM_COUNTED_WRONG = Misconception(
    name="norm-counted-wrong",
    asks=frozenset({"params", "weights"}),
    hint=lambda: t("Which numbers of a batch normalisation are learned by gradients?"),
    page=marked(
        "For each channel a batch normalisation learns a factor and an offset, and also keeps a running mean and "
        "variance. These are measured and not learned, so they are no parameters; and without `affine` nothing is."
    ),
    # A factor, an offset, a mean and a variance for each channel: 4·64 = 256; learned are 2·64.
    example=Example("64x56x56", "batch_norm", "params", 256, "4·64 = 256"),
    values=_norm,
)

MACS_AND_FLOPS = Misconception(
    name="macs-and-flops",
    asks=COSTS,
    hint=lambda: t("Does the question count a multiplication and its addition together, or each by itself?"),
    page=marked(
        "A multiply-accumulate is one MAC, and two floating-point operations: FLOPs are twice the MACs. Papers are "
        "often not clear about which they give."
    ),
    # 2·11·11·3·96·55·55 = 2·105,415,200 = 210,830,400.
    example=Example("3x227x227", _ALEXNET, "macs", 210_830_400, "2·11·11·3·96·55·55 = 210,830,400"),
    values=_macs_for_flops,
)
