"""A bias that the batch norm behind it takes away again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.lint.network import Network
from cnncalc.lint.repairs import own_place, set_parameter, whole_lines
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 64, kernel: 3, padding: 1}   # here
  - batch_norm
  - relu
"""

GOOD = """\
input: 3x32x32
layers:
  - conv: {filters: 64, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - relu
"""

KEEP = {"identity", "max_pool", "global_avg_pool", "global_max_pool", "adaptive_avg_pool", "adaptive_max_pool"}
"""What is added to all of a channel before them comes out of them unchanged."""


def _keeps_constants(layer: Layer) -> bool:
    """Whether a constant added to a channel before the layer comes out of it as the same constant."""
    if layer.type != "avg_pool":
        return layer.type in KEEP
    padding = layer.facts.padding
    if not getattr(layer.facts.layer, "count_padding", True):
        return True
    return padding is not None and not any(pair is None or any(pair) for pair in padding)


def _origin(layer: Layer) -> int:
    """The position of the layer whose weights this one has."""
    return layer.index - 1 if layer.node.shared is None else layer.node.shared


def _pairs(net: Network) -> Iterator[tuple[Layer, Layer]]:
    """Layers with a bias, each with the batch norm that alone takes their output; frozen weights stay as they are."""
    for norm in net.of("batch_norm"):
        if not norm.node.trainable:
            continue
        found = net.back(norm, _keeps_constants)
        if found is None or net.after(found) is None or not found.node.trainable:
            continue
        if "bias" in net.kind(found).parameters and "bias" in (found.weights or {}):
            yield found, norm


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    pairs = list(_pairs(net))
    if not pairs:
        return
    # Weights that several layers have: all of them have to stand before a batch norm, and that before no other weights.
    users = Counter(_origin(layer) for layer in net.layers)
    normed = Counter(_origin(layer) for layer, _ in pairs)
    fed = Counter(_origin(norm) for norm, _ in {(norm, _origin(norm)) for _, norm in pairs})
    feeders: dict[int, set[int]] = {}
    for layer, norm in pairs:
        feeders.setdefault(_origin(norm), set()).add(_origin(layer))
    lines = whole_lines(net, [layer for layer, _ in pairs])
    for layer, norm in pairs:
        own, its = _origin(layer), _origin(norm)
        shared = normed[own] < users[own] or fed[its] < users[its] or len(feeders[its]) > 1
        if shared or layer.node.shared is not None:
            continue
        count = (layer.weights or {})["bias"][0]
        before = net.before(norm)
        between = "" if before is None or before is layer else f", with {before.type} between"
        message = f"{layer.path} has {count:,} biases, which {norm.path} takes away again{between}"
        fix = None
        if users[own] == 1 and layer.node.item.span in lines:
            fix = set_parameter(net, layer, "bias", "false", f"set `bias: false` on {layer.name}")
        offset = getattr(norm.facts.layer, "affine", True)
        help = "say `bias: false`: " + ("the batch norm's own offset does the same" if offset else "nothing changes")
        yield net.finding(layer, message, help, at="bias" if own_place(net, layer, "bias") else "", fix=fix)


RULE = Rule(
    name="bias-before-batch-norm",
    severity="warning",
    summary="a bias whose layer is followed by a batch norm",
    why=(
        "A batch norm subtracts each channel's mean, and with it every constant that was added before. The bias is "
        "never seen, and yet stored, trained and counted. Max pooling in between changes nothing about that, nor does "
        "average pooling without padding; an activation does."
    ),
    bad=BAD,
    good=GOOD,
    source="Ioffe and Szegedy, Batch Normalization, arXiv:1502.03167, section 3.2",
    allow="where the file describes weights that were published with such biases, as torchvision's vgg16_bn",
    check=check,
    fixes="sets `bias: false`",
)
