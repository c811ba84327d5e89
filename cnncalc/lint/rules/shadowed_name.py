"""Names that mean another thing than they seem to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.architecture import Item, LayerItem, Path, Reference, Structure
from cnncalc.diagnostics import Findings
from cnncalc.graph import Plan
from cnncalc.layers import BY_WORD
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.rules.unused_parameter import block_parameters
from cnncalc.lint.written import definitions
from cnncalc.reader.items import OPTIONS
from cnncalc.text import quote
from cnncalc.tree import Mapping, Node, Scalar, Sequence

BAD = """\
input: 3x32x32
layers:
  - conv: {name: conv1, filters: 16, kernel: 3, padding: 1}
  - relu
  - branches:
      plain: []
      deep:
        - conv: {filters: 16, kernel: 3, padding: 1}
        - relu
        - conv: {filters: 16, kernel: 3, padding: 1}
        - add: {from: [conv1, conv2]}   # here
  - relu
"""

GOOD = BAD.replace("name: conv1", "name: stem").replace("[conv1, conv2]", "[stem, conv2]").replace("   # here", "")

KINDS = {
    **dict.fromkeys(("conv", "depthwise_conv", "separable_conv", "transposed_conv"), "conv"),
    **dict.fromkeys(("max_pool", "global_max_pool", "adaptive_max_pool"), "max"),
    **dict.fromkeys(("avg_pool", "global_avg_pool", "adaptive_avg_pool"), "average"),
    "batch_norm": "batch norm",
    **dict.fromkeys(("layer_norm", "group_norm", "instance_norm"), "norm"),
    **dict.fromkeys(("relu", "relu6", "leaky_relu", "prelu"), "relu"),
    **dict.fromkeys(("elu", "selu"), "elu"),
    **dict.fromkeys(("sigmoid", "hard_sigmoid"), "sigmoid"),
    **dict.fromkeys(("silu", "hard_swish"), "silu"),
    **dict.fromkeys(("softmax", "log_softmax"), "softmax"),
    **dict.fromkeys(("dropout", "drop_path"), "dropout"),
    **{word: word for word in ("gelu", "mish", "tanh", "softplus", "lrn")},
}
"""Words that name one way of computing, and which of them come close to each other. Others name a purpose as well:
a transposed convolution may be called upsample, a 1×1 convolution dense."""

ANY = {"identity", "scale", "dense", "add", "multiply", "concat"}
"""Types that may stand for another, as what is left of it or as the last step of making it by hand."""


class Named(NamedTuple):
    """What has a name: its word, its line, and whether the author gave the name."""

    word: str
    line: int
    given: bool


Names = dict[str, Named]


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    trunk = net.graph.architecture.trunk
    given, referred = _names(net.items)
    for layer in net.layers if not KINDS.keys().isdisjoint(given) else ():
        item = layer.node.item
        name = item.common.name
        if name not in KINDS or not isinstance(item, LayerItem) or layer.type in ANY:
            continue
        if KINDS[name] != KINDS.get(layer.type):
            message = f"a layer of the type {layer.type} is called {name}, as another type is"
            yield net.finding(layer, message, "give it a name that tells what it does", at="name")
    blocks = definitions(net, "blocks")
    known = {*BY_WORD, *(key.text for key, _ in blocks)}
    for key, body in blocks:
        alike = [parameter for parameter in block_parameters(body) if parameter.text in known]
        words = set(_layer_words(body)) if alike else set()
        for parameter in alike:
            text = parameter.text
            if f"${text}" in words:
                what = "a layer type" if text in BY_WORD else "a block"
                message = (
                    f"the parameter {quote(text)} of {quote(key.text)} stands for any layer, and is called as {what}"
                )
                yield Finding(message, "give the parameter another name: what it is for", parameter.span)
    inputs = {key.text: Named("input", key.span.line, True) for key, _ in definitions(net, "inputs")}
    given.update(inputs.keys())
    # Two things have a name where it was given twice, or once and looks like one by number.
    if any(given[name] > 1 or (name in given and name[-1:].isdigit()) for name in referred):
        yield from _references(trunk, (inputs,), set())


def _names(items: list[Item]) -> tuple[Counter[str], set[str]]:
    """How often each name was given, and the names that are referred to."""
    names: list[str | None] = []
    referred: set[str] = set()
    for item in items:
        common = item.common
        names.append(common.name)
        if isinstance(item, Structure):
            names += [path.name for path in item.paths]
        elif item.spec.values.get("like"):
            referred.add(item.spec.values["like"])
        if common.inputs:
            referred.update([name for name, _ in common.inputs])
        if common.weights is not None:
            referred.add(common.weights)
    return Counter(name for name in names if name is not None), referred


def _layer_words(body: Node) -> Iterator[str]:
    """The words of a block that stand for layers: in lists of layers, bare or with parameters."""
    pending: list[tuple[Node, bool, bool]] = [(body, False, False)]
    while pending:
        node, layers, paths = pending.pop()
        if isinstance(node, Scalar):
            if layers:
                yield node.text
        elif isinstance(node, Sequence):
            pending += [(item, layers, False) for item in node.items]
        else:
            for key, value in node.entries:
                yield key.text
                inside = paths or key.text in (*OPTIONS, "layers", "shortcut")
                pending.append((value, inside and not isinstance(value, Mapping), key.text == "branches"))


def _references(path: Path, outer: tuple[Names, ...], done: set[int]) -> Iterator[Finding]:
    """The references in a path that mean a layer here, where one further out has its name from the author.

    A block is looked at by itself: it does not know where it is used.
    """
    plan = Plan(path, Findings(""))
    own: Names = {}
    scopes = (*outer, own)
    for position, item in enumerate(path.items):
        yield from _shadowed(item, scopes)
        if isinstance(item, Structure):
            parts = plan.parts.get(position, [])
            for number, inner in enumerate(item.paths):
                if item.kind in OPTIONS:
                    yield from _references(inner, scopes, done)
                elif id(inner) not in done:
                    done.add(id(inner))
                    yield from _references(inner, (), done)
                if item.kind == "branches" and item.common.name is None:
                    line = (inner.span or item.span).line
                    own[parts[number]] = Named("branch", line, inner.name is not None)
        word = item.spec.type.word if isinstance(item, LayerItem) else item.kind
        own[plan.names[position]] = Named(word, item.span.line, item.common.name is not None)


def _shadowed(item: Item, scopes: tuple[Names, ...]) -> Iterator[Finding]:
    common = item.common
    said: list[tuple[str, Reference]] = [("from", reference) for reference in common.inputs or ()]
    if isinstance(item, LayerItem):
        said += [("weights", (common.weights, common.spans["weights"]))] if common.weights is not None else []
        said += [("like", (item.spec.values["like"], common.spans["like"]))] if item.spec.values.get("like") else []
    for key, (name, span) in said:
        meanings = [scope[name] for scope in reversed(scopes) if name in scope]
        other = next((named for named in meanings[1:] if named.given), None)
        if other is None:
            continue
        inner = meanings[0]
        what = f"the {inner.word} of line {inner.line}"
        if not inner.given:
            what += ", which has that name by its number"
        message = f"{key}: {name} is {what}, and not the {other.word} called {name} in line {other.line}"
        yield Finding(message, "give one of them another name", span, line=item.span.line)


RULE = Rule(
    name="shadowed-name",
    severity="warning",
    summary="a name that hides another, or says another layer type than it is",
    why=(
        "A name is looked for in its own branch, residual, repeat or head, and then outwards: a `from` takes the inner "
        "layer of two that have the name. Easily missed where the inner one has it by its number only. Reported where "
        "a `from`, `weights` or `like` is about such a name; for a block's parameter that stands for a layer and is "
        "called as a layer type or block is; and for a layer that is called as a type that it is not, as a "
        "convolution called max_pool."
    ),
    bad=BAD,
    good=GOOD,
    source="linters of programming languages report shadowed names alike (pylint W0621, ESLint no-shadow)",
    allow="where the names come from published weights",
    check=check,
)
