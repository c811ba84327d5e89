"""Weights that all begin as the same number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.architecture import LayerItem
from cnncalc.diagnostics import Span
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.stacks import BETWEEN
from cnncalc.text import quote
from cnncalc.tree import Mapping

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1, init: zeros}   # here
  - relu
  - conv: {filters: 16, kernel: 3, padding: 1, init: kaiming_normal}
  - relu
"""

GOOD = BAD.replace("zeros", "kaiming_normal").replace("   # here", "")

LAYERS = ("conv", "depthwise_conv", "separable_conv", "transposed_conv", "dense")
_WORDS = re.compile(r"(?:nn\.init\.)?(zero|one|const)(?:s|ant)?_?(?:\((.*)\))?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]{1,3})?", re.IGNORECASE)
LONGEST = 100
"""Characters of an `init` that is looked at."""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of(*LAYERS):
        item = layer.node.item
        if not isinstance(item, LayerItem) or item.init is None:
            continue
        value = _constant(item.init.strip())
        if value is None or not layer.node.trainable or layer.node.shared is not None:
            continue
        units = _alike(layer)
        if units < 2 or _told_apart(net, layer, value == 0):
            continue
        what = "units" if layer.type == "dense" else "filters"
        if layer.type == "depthwise_conv" or layer.settings.get("groups", 1) > 1:
            what += " of each group"
        said = quote(f"init: {item.init.strip()}")
        message = f"the {units:,} {what} of {layer.path} all begin with the same weights ({said})"
        help = f"take random weights, as {quote('init: kaiming_normal')}; constants are for biases and norms"
        yield Finding(message, help, _place(net, layer), layer.path, item.span.line)


def _constant(init: str) -> float | None:
    """The number that all weights begin as; None where they do not, or in a way that is not known here."""
    if len(init) > LONGEST:
        return None
    if _NUMBER.fullmatch(init):
        return float(init)
    word = _WORDS.fullmatch(init)
    if word is None:
        return None
    if word[1].lower() != "const":
        return 0.0 if word[1].lower() == "zero" else 1.0
    numbers = _NUMBER.findall(word[2] or "")
    return float(numbers[-1]) if numbers else 1.0


def _alike(layer: Layer) -> int:
    """The number of units that see the same; 0 where that is not known."""
    if layer.output is None or layer.input is None or not layer.output[0]:
        return 0
    seeing = layer.settings.get("groups", 1) if layer.type != "depthwise_conv" else layer.input[0]
    return layer.output[0] // seeing if seeing else 0


def _told_apart(net: Network, layer: Layer, zero: bool) -> bool:
    """Whether the units have different gradients from the start, or are made to begin as nothing.

    An output's units have: each has a target of its own. A branch that begins with 0 and is added to, or multiplied
    with, what goes past it, begins as the identity.
    """
    found: Layer | None = layer
    while found is not None:
        if net.is_output(found):
            return True
        users = net.users(found)
        if zero and any(user.type in ("add", "multiply") for user in users):
            return True
        if len(users) != 1 or not (issubclass(net.kind(users[0]), BETWEEN) or users[0].type in ("flatten", "reshape")):
            return False
        found = users[0]
    return False


def _place(net: Network, layer: Layer) -> Span:
    entry = net.entry(layer)
    if entry is not None and isinstance(entry[1], Mapping):
        return next((value.span for key, value in entry[1].entries if key.text == "init"), entry[0].span)
    return layer.node.item.span


RULE = Rule(
    name="constant-init",
    severity="warning",
    summary="a hidden layer whose weights all begin with one constant (`init: zeros`)",
    why=(
        "Units with the same weights give the same output, and what lies before them gets the same gradient from each, "
        "or, with zeros, none. As long as the layer behind treats them alike they get the same gradient, too, and stay "
        "one unit in many copies; only its random numbers tell them apart. Biases and norms are meant to begin with "
        "constants. Not reported: frozen layers, a single unit, depthwise filters of different channels, the layer "
        "that gives the output, and zeros at the end of a branch that is added or multiplied, which so begins as the "
        "identity (Fixup, ControlNet)."
    ),
    bad=BAD,
    good=GOOD,
    source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.4: initial weights have to break the "
    "symmetry; the condition in NeuraLint, Nikanjam et al., arXiv:2105.08095; zeros: Zhang et al., arXiv:1901.09321",
    allow="where the weights are overwritten before training, with published ones or by other code",
    check=check,
)
