"""A classifier whose second dense layer is wider than the first, which everything has to go through."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.activation import Activation
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.stacks import stays

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 256, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 64}
  - relu
  - dense: {units: 256}   # here
  - relu
  - dense: {units: 10}
"""

GOOD = BAD.replace("64}\n  - relu\n  - dense: {units: 256}   # here", "256}\n  - relu\n  - dense: {units: 64}")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of("dense"):
        first = _dense_before(net, layer)
        if first is None or _linear(net, first, layer) or _dense_before(net, first) is not None:
            continue
        last = _end(net, layer)
        if last is None:
            continue
        features, narrow, wide = first.input, _units(first), _units(layer)
        if features is None or features[0] is None or not features[0] >= wide > narrow >= _units(last):
            continue
        message = (
            f"{layer.path} makes {wide:,} numbers of the {narrow:,} to which {first.path} has brought {features[0]:,}"
        )
        yield net.finding(layer, message, "from one dense layer to the next, go down", at="units")


def _units(layer: Layer) -> int:
    return int(getattr(layer.facts.layer, "units", 0))


def _dense_before(net: Network, layer: Layer) -> Layer | None:
    """The dense layer that alone feeds this one."""
    found = net.back(layer, lambda before: stays(net, before))
    return found if found is not None and found.type == "dense" and net.after(found) is not None else None


def _linear(net: Network, first: Layer, last: Layer) -> bool:
    """Whether no activation stands between: then both are one matrix of low rank, taken apart on purpose."""
    between = net.before(last)
    while between is not None and between is not first:
        if issubclass(net.kind(between), Activation):
            return False
        between = net.before(between)
    return True


def _end(net: Network, layer: Layer) -> Layer | None:
    """The last of the dense layers behind this one, if nothing else comes before an output of the network."""
    last, step = layer, layer
    while not net.is_output(step):
        behind = net.after(step)
        if behind is None or not (behind.type == "dense" or stays(net, behind)):
            return None
        step = behind
        last = step if step.type == "dense" else last
    return last if last is not layer else None


RULE = Rule(
    name="widening-dense",
    severity="info",
    summary="a classifier whose second dense layer is wider than its first",
    why=(
        "What the first dense layer has left out, no wider one behind it can bring back: it only spreads out the same "
        "numbers, and its weights make up most of the parameters. Classifiers go down from layer to layer to the "
        "classes. Only dense layers that end in an output no wider than the first are looked at, and only where the "
        "first one narrows down and an activation follows: matrices of low rank, gates, decoders, generators and "
        "networks for few features are not reported."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "Nikanjam et al., Automatic Fault Detection for Deep Learning Programs Using Graph Transformations, "
        "arXiv:2105.08095, the rule about the units of successive dense layers"
    ),
    allow="where the first dense layer is an embedding of a size that was given",
    check=check,
)
