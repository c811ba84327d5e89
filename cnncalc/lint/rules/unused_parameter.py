"""Parameters that a block takes, and does not look at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.written import definitions, scalars, top, words
from cnncalc.text import quote
from cnncalc.tree import Mapping, Node, Scalar, Sequence

BAD = """\
input: 3x32x32
blocks:
  unit:
    parameters: [filters, stride: 1]   # here
    layers:
      - conv: {filters: $filters, kernel: 3, padding: 1, bias: false}
      - batch_norm
      - relu
layers:
  - unit: {filters: 16}
  - unit: {filters: 32, stride: 2}
"""

GOOD = """\
input: 3x32x32
blocks:
  unit:
    parameters: [filters, stride: 1]
    layers:
      - conv: {filters: $filters, kernel: 3, stride: $stride, padding: 1, bias: false, rounding: floor}
      - batch_norm
      - relu
layers:
  - unit: {filters: 16}
  - unit: {filters: 32, stride: 2}
"""

_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    given: Counter[tuple[str, str]] | None = None
    for key, body in definitions(net, "blocks"):
        parameters = list(block_parameters(body))
        if not parameters:
            continue
        texts = [word.text for word in scalars(body)]
        used = {name for text in texts if "$" in text for name in _PARAMETER.findall(text)}
        if all(parameter.text in used for parameter in parameters):
            continue
        given = _given(net) if given is None else given
        bare = {word.text for word in _values(body)}
        for parameter in parameters:
            name = parameter.text
            if name in used:
                continue
            message = f"the block {quote(key.text)} never uses its parameter {quote(name)}"
            if count := given[key.text, name]:
                message += f", which {count:,} {'place sets' if count == 1 else 'places set'}"
            help = f"put {quote('$' + name)} where it belongs, or take the parameter out"
            if name in bare:
                help = f"its body has {quote(name)} without a $: was {quote('$' + name)} meant?"
            yield Finding(message, help, parameter.span)


def block_parameters(body: Node) -> Iterator[Scalar]:
    """The names of a block's parameters."""
    declared = next((v for k, v in body.entries if k.text == "parameters"), None) if isinstance(body, Mapping) else None
    for node in [declared] if isinstance(declared, Mapping) else getattr(declared, "items", []):
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Mapping):
            yield from (name for name, _ in node.entries)


def _given(net: Network) -> Counter[tuple[str, str]]:
    """How many places give a value to each parameter of each block."""
    blocks = {key.text for key, _ in definitions(net, "blocks")}
    given: Counter[tuple[str, str]] = Counter()
    for part in (top(net, "layers"), top(net, "blocks"), top(net, "defaults")):
        for word, value in words(part):
            if word.text in blocks and isinstance(value, Mapping):
                given.update((word.text, key.text) for key, _ in value.entries)
    return given


def _values(node: Node) -> Iterator[Scalar]:
    """The words of a block's layers that stand behind a key or in a list."""
    layers = [value for key, value in node.entries if key.text == "layers"] if isinstance(node, Mapping) else []
    pending = layers
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            yield node
        else:
            pending += node.items if isinstance(node, Sequence) else [value for _, value in node.entries]


RULE = Rule(
    name="unused-parameter",
    severity="warning",
    summary="a parameter of a block that its body never uses",
    why=(
        "Whoever uses the block may set the parameter, and nothing changes: a stride of 2 that no layer gets makes no "
        "map smaller. It is used where `$name` stands in the body: as a value, in arithmetic, in a name, in a `when`."
    ),
    bad=BAD,
    good=GOOD,
    source="linters of programming languages report unused arguments alike (pylint W0613, Ruff ARG001)",
    allow="where blocks have to take the same parameters so that one can be put in the other's place",
    check=check,
)
