"""Two linear layers with nothing non-linear between: together they can do no more than one."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.analysis import Layer
from cnncalc.layers import BY_WORD
from cnncalc.layers.activation import Activation
from cnncalc.layers.base import elements
from cnncalc.layers.convolution import Conv
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 64}
  - dense: {units: 10}   # here
"""

GOOD = BAD.replace("  - dense: {units: 10}   # here\n", "  - relu\n  - dense: {units: 10}\n")

LINEAR = {"batch_norm", "scale", "identity", "dropout", "drop_path", "flatten", "avg_pool"}
"""Linear, or nothing at all, once the network is trained."""

SCORES = {"softmax", "log_softmax"}


def leaves_activations_out(net: Network) -> bool:
    """Whether the file has none but at its outputs, as papers' tables leave them out: then it means them."""
    activations = (word for word in net.types if issubclass(BY_WORD[word], Activation) and word not in SCORES)
    return not any(not net.is_output(layer) for word in activations for layer in net.of(word))


def _affine(layer: Layer) -> bool:
    """Whether it is a dense layer or a plain convolution, which has its own weights and learns."""
    if not layer.node.trainable or layer.node.shared is not None:
        return False
    kind = layer.facts.layer
    return layer.type == "dense" or (isinstance(kind, Conv) and kind.groups == 1)


def width(layer: Layer) -> int | None:
    """How many units or filters a layer has, be its shape known or not."""
    count = layer.output[0] if layer.output else layer.node.spec.values.get("units")
    return count if isinstance(count, int) else None


def _kernel(layer: Layer) -> tuple[int, ...]:
    kind = layer.facts.layer
    return kind.kernel if isinstance(kind, Conv) else ()


def _deliberate(first: Layer, second: Layer) -> bool:
    """Whether the two are a factorisation: cheaper than the one layer that they come to, and meant to be."""
    x, mid, y = first.input, width(first), width(second)
    if mid is None or y is None:
        return True  # can't be told
    one, other = _kernel(first), _kernel(second)
    if one and not other:  # a convolution that makes a dense layer cheaper
        flat = second.input
        if x is None or None in x or flat is None or flat[0] is None or first.params is None:
            return True
        return first.params + flat[0] * y < prod(n for n in x if n is not None) * y
    if one and prod(one) > 1 and prod(other) > 1:
        if all(min(pair) == 1 for pair in zip(one, other)):  # 1×n and n×1
            return True
        one = other = ()
    # A layer that is as wide as what comes behind is no bottleneck, whatever comes in: behind an error, too.
    before = None if x is None else x[0] if first.type == "conv" else elements(x)
    return mid < y * prod(other) and (before is None or mid < before * prod(one))


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    if leaves_activations_out(net):
        return
    weighted = {layer.node.shared for layer in net.layers}
    for second in net.of("conv", "dense"):
        if not _affine(second):
            continue
        first = net.back(second, lambda layer: layer.type in LINEAR)
        if first is None or not _affine(first) or net.after(first) is None:
            continue
        if first.index - 1 in weighted or second.index - 1 in weighted or _deliberate(first, second):
            continue
        before = net.before(second)
        only = "nothing" if before is None or before is first else f"nothing but what is linear ({before.type})"
        message = (
            f"{first.path} ({_size(first)}) and {second.path} ({_size(second)}) have {only} between: "
            "together they can do no more than one linear layer"
        )
        yield net.finding(second, message, f"put an activation between, such as relu, or leave {first.path} out")


def _size(layer: Layer) -> str:
    return f"{width(layer):,} {'units' if layer.type == 'dense' else 'filters'}"


RULE = Rule(
    name="linear-layers-in-a-row",
    severity="warning",
    summary="two convolutions or dense layers with nothing non-linear between",
    why=(
        "A linear function of a linear function is linear: the two layers compute what one could, with more weights. "
        "Batch norm, average pooling and dropout in between are linear as well. It is deliberate, and not reported, "
        "where it saves weights: a depthwise or grouped convolution next to a 1×1, 1×n next to n×1, and a bottleneck "
        "narrower than both of its ends. A transposed convolution is never reported, nor is a file without any "
        "activation before its outputs: it leaves them out, as the tables of papers do."
    ),
    bad=BAD,
    good=GOOD,
    source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.4.1; Szegedy et al., arXiv:1512.00567, "
    "section 3.1, measured that an activation between is better",
    allow="where a linear layer is widened for the training alone, and merged into one afterwards (ExpandNets, "
    "diverse branch blocks)",
    check=check,
)
