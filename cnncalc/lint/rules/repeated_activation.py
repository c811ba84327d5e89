"""An activation that does nothing, because of the one before or behind it."""

from __future__ import annotations

from collections.abc import Iterator
from math import e

from cnncalc.analysis import Layer
from cnncalc.layers.activation import Elu, LeakyRelu
from cnncalc.layers.normalization import Scale
from cnncalc.layers.resizing import Upsample
from cnncalc.lint.network import Network
from cnncalc.lint.repairs import remove_line, whole_lines
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - relu   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("  - relu   # here\n", "")

UNIT = {"sigmoid", "hard_sigmoid", "softmax"}
"""Between 0 and 1."""
POSITIVE = {"relu", "relu6", "softplus", *UNIT}
"""Never negative."""
SAME = {"relu", "leaky_relu", "prelu", "elu"}
"""Leave alone what is not negative."""
SECOND = {"relu", "relu6", "sigmoid", "softmax", "log_softmax"}
FIRST = {"relu", "relu6", "leaky_relu", "elu", "log_softmax", *UNIT, "identity", "dropout"}
"""What the one before may be, or what may stand between."""
KEEP_SIGN = {
    *("identity", "dropout", "drop_path", "flatten", "reshape", "crop", "zero_pad", "slice", "concat", "add"),
    *("multiply", "channel_shuffle", "pixel_shuffle", "max_pool", "avg_pool", "global_avg_pool", "global_max_pool"),
    *("adaptive_avg_pool", "adaptive_max_pool"),
}
"""Nothing negative comes out of them if nothing negative comes in."""

Told = tuple[Layer, str, str, bool]
"""A layer, what is said about it, its cure, and whether taking it out changes nothing."""


def _keeps_sign(layer: Layer) -> bool:
    kind = layer.facts.layer
    if isinstance(kind, Upsample):
        return kind.mode != "bicubic"
    return layer.type in KEEP_SIGN or (isinstance(kind, Scale) and kind.value is not None and kind.value >= 0)


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    found: list[Told] = []
    layers = net.of(*SAME, *(SECOND - SAME))
    causes = _causes(net, [value for layer in layers if layer.type in SAME for value in layer.node.inputs])
    for layer in layers:
        cause = _common(causes, layer) if layer.type in SAME else None
        if cause is not None:
            what = cause.path if len(layer.node.inputs) == 1 else "what comes in"
            message = f"{layer.path} changes nothing: after {what} no number is negative"
            found.append((layer, message, "take it out", layer.type != "prelu"))
        elif layer.type in SECOND:
            found += _next_to(net, layer)
    if not found:
        return
    lines = whole_lines(net, [layer for layer, *_, removable in found if removable])
    for layer, message, help, removable in found:
        removable = removable and layer.node.item.span in lines
        fix = remove_line(net, layer, f"take {layer.name} out") if removable else None
        yield net.finding(layer, message, help, fix=fix)


def _causes(net: Network, pending: list[int]) -> dict[int, Layer | None]:
    """Why some values are never negative, and those that they come from; None where they may be."""
    base, layers, needed = net.base, net.layers, set()
    causes: dict[int, Layer | None] = {}
    while pending:
        value = pending.pop()
        if value in causes or value in needed:
            continue
        layer = layers[value - base] if value >= base else None
        if layer is not None and layer.type in POSITIVE:
            causes[value] = layer
        elif layer is not None and (layer.type in SAME or _keeps_sign(layer)):
            needed.add(value)
            pending += layer.node.inputs
        else:
            causes[value] = None
    for value in sorted(needed):
        layer = layers[value - base]
        cause = _common(causes, layer)
        causes[value] = layer if cause is not None and len(layer.node.inputs) > 1 else cause
    return causes


def _common(causes: dict[int, Layer | None], layer: Layer) -> Layer | None:
    """Why nothing negative comes in."""
    sources = [causes[value] for value in layer.node.inputs]
    return sources[0] if sources and None not in sources else None


def _next_to(net: Network, layer: Layer) -> Iterator[Told]:
    """An activation, and the one right before it."""
    value = layer.node.inputs[0]
    if value < net.base or net.layers[value - net.base].type not in FIRST:
        return
    first = net.back(layer, lambda between: between.type in ("identity", "dropout"))
    if first is None:
        return
    one, other, alone = first.type, layer.type, net.after(first) is not None
    if (one == other and one in ("relu6", "log_softmax")) or (other == "relu6" and one in UNIT):
        if net.before(layer) is first:
            yield layer, f"{layer.path} changes nothing behind {first.path}", "take it out", True
    elif other in ("relu", "relu6"):
        if alone and _undone(first):
            yield first, f"{layer.path} undoes {first.path}: {other} alone gives the same", "take it out", False
    elif (one, other) == ("log_softmax", "softmax"):
        yield first, f"{layer.path} undoes {first.path}: softmax alone gives the same", "take one of them out", False
    elif one in ("sigmoid", "softmax"):
        if what := _squeezed(layer):
            yield (
                layer,
                f"{first.path} gives numbers from 0 to 1, of which {layer.path} makes {what}",
                "take one out",
                False,
            )
    elif one in ("relu", "relu6") and alone and _final(net, layer):
        what = "no probability is below 0.5" if other == "sigmoid" else "every negative score counts as 0"
        yield first, f"{first.path} stands right before the final {layer.path}: {what}", "take it out", False


def _undone(first: Layer) -> bool:
    """Whether relu and relu6 give the same on its output as on its input."""
    kind = first.facts.layer
    if isinstance(kind, LeakyRelu):
        return kind.slope >= 0
    return first.type == "relu" or (isinstance(kind, Elu) and kind.alpha >= 0)


def _squeezed(layer: Layer) -> str:
    """What numbers from 0 to 1 become."""
    count = layer.output[0] if layer.output else None
    if layer.type == "sigmoid":
        return "numbers from 0.5 to 0.73"
    return "" if count is None or count < 2 else f"probabilities of at most {e / (e + count - 1):.2g}"


def _final(net: Network, layer: Layer) -> bool:
    """Whether a layer's output leaves the network, if in another shape."""
    last: Layer | None = layer
    while last is not None and not net.is_output(last):
        last = net.after(last)
        if last is not None and last.type not in ("flatten", "reshape", "identity"):
            return False
    return last is not None


RULE = Rule(
    name="repeated-activation",
    severity="warning",
    summary="an activation that another one repeats or undoes",
    why=(
        "relu of relu is relu: where nothing negative comes in, a second one changes nothing, whatever pools or merges "
        "stand between. relu takes away what a leaky_relu before it let through. softmax of softmax makes all classes "
        "nearly alike, because its input lies between 0 and 1. And a relu right before the final sigmoid or softmax "
        "takes all negative scores away, with their gradients."
    ),
    bad=BAD,
    good=GOOD,
    source="each pair by the two functions' definitions; for softmax, PyTorch's CrossEntropyLoss, which expects scores",
    allow="where the network was published with it, and its weights are to fit",
    check=check,
    fixes="takes the second one out, where it changes nothing and stands on a line of its own",
)
