"""An image whose channels stand last, where they are read as its width."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layout import COLOURS
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Edit, Finding, Fix, Limits, Rule, Threshold
from cnncalc.lint.written import definitions, top
from cnncalc.tree import Mapping, Node, Scalar
from cnncalc.values import axes_text

BAD = """\
input: 32x32x3   # here
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
"""

GOOD = """\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
"""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    shapes = net.graph.architecture.inputs
    nodes = {key.text: value for key, value in definitions(net, "inputs")}
    if (lone := top(net, "input")) is not None:
        nodes["input"] = lone
    for number, (name, shape) in enumerate(shapes.items()):
        node = nodes.get(name)
        # Who names the axes knows which is which.
        if node is None or isinstance(node, Mapping) or len(shape) != 3:
            continue
        c, h, w = shape
        if c != h or c < limits["least"] or w not in COLOURS or number in net.once(_narrow):
            continue
        right = axes_text((w, c, h))
        message = f"{axes_text(shape)} is read as {c:,} channels of {h:,}×{w} pixels; it looks like {c:,}×{h:,} pixels "
        message += f"of {w} channel{'s' if w > 1 else ''}"
        named = f"{{channels: {c}, height: {h}, width: {w}}}"
        help = f"the channels come first: {right}; if this is meant, name the axes: {named}"
        yield Finding(message, help, node.span, fix=_turned(node, right))


def _narrow(net: Network) -> set[int]:
    """The inputs on which a window goes along the height alone: whoever writes that knows that the width is small."""
    narrow: set[int] = set()
    for layer in net.layers:
        kernel = layer.node.spec.values.get("kernel")
        if isinstance(kernel, tuple) and kernel[-1] == 1 < kernel[0]:
            narrow.update(layer.node.inputs)
    return narrow


def _turned(node: Node, right: str) -> Fix | None:
    if not isinstance(node, Scalar) or not node.plain:
        return None
    return Fix((Edit(node.span, right),), f"put the channels first: {right}", safe=False)


RULE = Rule(
    name="channels-last",
    severity="warning",
    summary="an input H×W×C, as Keras and NumPy have it, which is read as C×H×W",
    why=(
        "Shapes are C×H×W here. 224x224x3 is an image of 224 channels, 224 pixels high and 3 wide: allowed, and nearly "
        "never meant, and every count of parameters and MACs that follows is another network's. Reported where the "
        "first two axes are equal and the last is 1, 3 or 4, unless the axes are named or a window n×1 shows that "
        "the width is known to be small. Smaller maps, and shapes that are less certain, are the info `layout`."
    ),
    bad=BAD,
    good=GOOD,
    source="torch.nn.Conv2d takes N×C×H×W; keras.layers.Conv2D N×H×W×C, by its data_format",
    allow="hardly ever: with its axes named (input: {channels: 32, height: 32, width: 3}) it is not reported",
    check=check,
    thresholds={"least": Threshold(8, "the smallest height and width of what is taken for an image")},
    fixes="puts the channels first",
)
