"""A softmax over one number is 1, whatever the number is."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.base import elements
from cnncalc.lint.goals import LOSSES, goal, parts
from cnncalc.lint.network import Network
from cnncalc.lint.repairs import remove_line, whole_lines
from cnncalc.lint.rule import Edit, Finding, Fix, Limits, Rule

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
  - dense: {units: 1}
  - softmax   # here
"""

GOOD = BAD.replace("- softmax   # here", "- sigmoid")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    losses = [goal(word, LOSSES) for word in parts(net.facts.get("loss", ""))]
    loss = losses[0] if len(losses) == 1 else None
    raw = loss is not None and loss.wants in ("scores", "margins") and not loss.over_classes
    for layer in net.of("softmax", "log_softmax"):
        if layer.output is None or layer.output[0] != 1:
            continue
        # Inside the network a map of one channel may stand for attention, whose softmax goes over the places.
        if elements(layer.output) != 1 and not net.is_output(layer):
            continue
        always = "1" if layer.type == "softmax" else "0"
        over = "one unit" if len(layer.output) == 1 else "one channel"
        message = f"{layer.path} goes over {over}: it is {always}, whatever comes in, and learns nothing"
        help = "for one score take sigmoid; softmax needs one score for each class, two or more"
        if loss is not None and raw and not net.users(layer):
            help = f"take {layer.name} out: {loss.name} wants the score itself"
            whole = layer.node.item.span in whole_lines(net, [layer])
            fix = remove_line(net, layer, f"take out {layer.name}", safe=False) if whole else None
            yield net.finding(layer, message, help, fix=fix)
            continue
        yield net.finding(layer, message, help, fix=_sigmoid(net, layer))


def _sigmoid(net: Network, layer: Layer) -> Fix | None:
    entry = net.entry(layer)
    if layer.type != "softmax" or entry is None or entry[0].text != "softmax" or not entry[0].plain:
        return None
    return Fix((Edit(entry[0].span, "sigmoid"),), f"make {layer.name} a sigmoid", safe=False)


RULE = Rule(
    name="softmax-of-one-unit",
    severity="warning",
    summary="a softmax over a single unit or channel, which is always 1",
    why=(
        "A softmax divides each score's exponential by the sum of all. With one score that is a number divided by "
        "itself: the output is 1 for every image, and no gradient comes back. With one output for two classes, sigmoid "
        "is meant."
    ),
    bad=BAD,
    good=GOOD,
    source="Bishop, Pattern Recognition and Machine Learning, 2006, section 4.2: sigmoid is the softmax of two classes",
    allow="hardly ever",
    check=check,
    fixes="puts sigmoid in its place, or takes it out where the loss wants the score",
)
