"""A network that ends in a layer which no output can be meant to come out of."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.activation import Dropout
from cnncalc.layers.base import elements
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.text import shape_text

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
  - dense: {units: 10}
  - dropout: {rate: 0.2}   # here
"""

GOOD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dropout: {rate: 0.2}
  - dense: {units: 10}
"""

NORMS = {"batch_norm", "layer_norm", "group_norm", "instance_norm", "lrn"}
POOLS = {"max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool"}
SHAPES = {"flatten", "reshape", "identity"}
PROBABILITIES = {"softmax", "log_softmax", "sigmoid"}


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    scored = net.facts.get("task", "").strip().lower() in ("classification", "regression")
    for _, output in net.outputs():
        last = None if net.users(output) else _past(net, output, SHAPES)
        if last is None or last.type not in NORMS | POOLS | {"dropout"}:
            continue
        first = _past(net, last, NORMS | SHAPES | {"dropout"})
        # Without a task, the output may be features for another network, and then only scores are certain to be none.
        scores = first is not None and first.type in PROBABILITIES
        message = _wrong(last, scored or scores, scored or scores or (first is not None and first.type == "dense"))
        if message:
            yield net.finding(last, message, "let the network end in the layer that gives its scores")


def _past(net: Network, layer: Layer | None, types: set[str]) -> Layer | None:
    while layer is not None and layer.type in types:
        layer = net.before(layer)
    return layer


def _wrong(layer: Layer, scored: bool, dropped: bool) -> str:
    """What is wrong about a network's last layer, if something certainly is."""
    kind = layer.facts.layer
    if isinstance(kind, Dropout):
        if dropped and kind.rate > 0:
            return f"the network ends in {layer.path}: while training, {kind.rate:.3g} of its output is set to 0"
    elif scored and layer.type in NORMS:
        return f"the network ends in {layer.path}: the size of its scores is lost"
    elif scored and layer.output is not None and (elements(layer.output[1:]) or 1) > 1:
        return f"the network ends in {layer.path}, which leaves a map of {shape_text(layer.output)}"
    return ""


RULE = Rule(
    name="unfinished-output",
    severity="warning",
    summary="a network that ends in dropout, a norm, or a pool that is not global",
    why=(
        "What leaves a network goes to the loss. Dropout there sets scores to 0, and the loss punishes the network for "
        "it. A norm gives probabilities or scores another size than the loss expects, which depends on the other "
        "images. A pool that is not global leaves a map where a score for each class is needed. Where the file says "
        "neither `task: classification` nor `task: regression`, the output may be features: then only dropout behind a "
        "dense layer, and dropout or a norm behind softmax or sigmoid are reported."
    ),
    bad=BAD,
    good=GOOD,
    source="Srivastava et al., Dropout, JMLR 15, 2014, section 4; Ioffe and Szegedy, arXiv:1502.03167, section 3.2: "
    "both are for what hidden layers take in",
    allow="where the scores are normalised on purpose, as in binarised networks (Courbariaux et al., arXiv:1602.02830)",
    check=check,
)
