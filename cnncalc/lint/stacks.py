"""Plain stacks: convolutions one behind the other at one resolution, with no way past them."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.activation import Activation, Dropout, DropPath, Identity
from cnncalc.layers.normalization import BatchNorm, GroupNorm, LayerNorm, Lrn, Scale
from cnncalc.lint.network import Network

BETWEEN = (Activation, Dropout, DropPath, Identity, BatchNorm, GroupNorm, LayerNorm, Lrn, Scale)
"""What keeps every number in its place: a stack goes on behind it."""


def stays(net: Network, layer: Layer) -> bool:
    """Whether the layer leaves every number in its place."""
    return issubclass(net.kind(layer), BETWEEN)


def stacks(net: Network) -> list[list[Layer]]:
    """The longest runs of three or more convolutions whose windows are squares of more than one pixel.

    Each but the first has stride 1 and is fed by nothing but the one before; a pool, a 1×1 convolution, a merge, or a
    value that is used twice (a shortcut, a branch) ends a run, and a run that stands beside such a way is none.
    """
    return [run for run in _runs(net) if len(run) >= 3 and _alone(net, run[0])]


def _runs(net: Network) -> Iterator[list[Layer]]:
    run: list[Layer] = []
    for layer in net.of("conv"):
        if run and _goes_on(net, run[-1], layer):
            run.append(layer)
            continue
        yield run
        run = [layer] if _square(layer) else []
    yield run


def _goes_on(net: Network, last: Layer, layer: Layer) -> bool:
    if not _square(layer) or any(s != 1 for s in getattr(layer.facts.layer, "stride", ())):
        return False
    return net.back(layer, lambda before: stays(net, before)) is last and net.after(last) is not None


def _alone(net: Network, first: Layer) -> bool:
    """Whether nothing else takes what the first layer takes."""
    before = net.before(first)
    if before is not None:
        return net.after(before) is not None
    value = first.node.inputs[0]
    return not any(value in layer.node.inputs for layer in net.layers if layer is not first)


def _square(layer: Layer) -> bool:
    kernel = set(getattr(layer.facts.layer, "kernel", ()))
    return len(kernel) == 1 and 1 not in kernel
