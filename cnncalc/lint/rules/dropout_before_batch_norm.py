"""A dropout that changes the variance which the batch norm behind it learns."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.activation import Activation, Dropout
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - dropout: {rate: 0.2}   # here
  - batch_norm
  - max_pool: {kernel: 2}
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
  - batch_norm
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dropout: {rate: 0.2}
  - dense: {units: 10}
"""

THROUGH = {
    *("identity", "flatten", "max_pool", "avg_pool", "global_avg_pool", "global_max_pool"),
    *("adaptive_avg_pool", "adaptive_max_pool", "scale"),
}


def _source(net: Network, norm: Layer) -> Layer | None:
    """The layer before, past pools and activations; whoever else uses their outputs."""
    found = net.before(norm)
    while found is not None and (found.type in THROUGH or issubclass(net.kind(found), Activation)):
        found = net.before(found)
    return found


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for norm in net.of("batch_norm") if net.of("dropout") else ():
        if not norm.node.trainable:
            continue
        layer = _source(net, norm)
        kind = layer.facts.layer if layer is not None else None
        if layer is None or not isinstance(kind, Dropout) or not 0 < kind.rate < 1:
            continue
        compared = "another than"
        if net.before(norm) is layer:
            compared = f"at least {1 / (1 - kind.rate):.3g} times that"
        message = (
            f"{layer.path} (rate {kind.rate:g}) comes before {norm.path}: the variance that it is trained on is "
            f"{compared} afterwards"
        )
        yield net.finding(layer, message, "put dropout behind the last batch norm, or leave it out")


RULE = Rule(
    name="dropout-before-batch-norm",
    severity="warning",
    summary="a dropout before a batch norm, with no weights between",
    why=(
        "While training, dropout at rate p sets numbers to 0 and divides the others by 1 − p, which makes the variance "
        "at least 1/(1 − p) times as large. The batch norm keeps that variance, and divides by it when nothing is "
        "dropped any more: its output then is not what the later layers were trained on."
    ),
    bad=BAD,
    good=GOOD,
    source="Li et al., Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift, "
    "arXiv:1801.05134",
    allow="where the network was published so, as some ports of Wide ResNets",
    check=check,
)
