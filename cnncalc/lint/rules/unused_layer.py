"""Layers whose results lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {name: stem, filters: 16, kernel: 3, padding: 1}
  - relu: {name: low}
  - conv: {filters: 32, kernel: 3, padding: 1}   # here
  - relu
  - conv: {from: low, filters: 32, kernel: 1}
  - relu
"""

GOOD = """\
input: 3x32x32
layers:
  - conv: {name: stem, filters: 16, kernel: 3, padding: 1}
  - relu: {name: low}
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu: {name: 3x3}
  - conv: {from: low, filters: 32, kernel: 1}
  - relu: {name: 1x1}
  - concat: {from: [3x3, 1x1]}
"""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    if all(net.users(layer) or net.is_output(layer) for layer in net.layers):
        return  # there is no dead end
    live = {value - net.base for value in net.output_values}
    for layer in reversed(net.layers):
        if layer.index - 1 in live:
            live.update(value - net.base for value in layer.node.inputs)
    if not net.graph.outputs or all(layer.index - 1 in live for layer in net.layers):
        return
    lent = {layer.node.shared for layer in net.layers if layer.index - 1 in live}
    sized = {layer.node.like - net.base for layer in net.layers if layer.node.like is not None}
    for chain in _chains(net, live):
        places = {layer.index - 1 for layer in chain}
        params = sum(layer.params or 0 for layer in chain)
        # Weights that a layer which is used shares are not lost, and a size may be all that is wanted.
        if places & lent or (places & sized and not params):
            continue
        yield _finding(net, chain, params)


def _chains(net: Network, live: set[int]) -> list[list[Layer]]:
    """The unused layers, those that feed one another together, each chain in the order of execution."""
    chain_of: dict[int, list[Layer]] = {}
    for layer in net.layers:
        place = layer.index - 1
        if place in live:
            continue
        chain = [layer]
        for value in layer.node.inputs:
            fed = chain_of.get(value - net.base)
            if fed is None or fed is chain:
                continue
            small, chain = sorted((chain, fed), key=len)
            chain += small
            for other in small:
                chain_of[other.index - 1] = chain
        chain_of[place] = chain
    chains = {id(chain): chain for chain in chain_of.values()}
    return [sorted(chain, key=lambda layer: layer.index) for chain in chains.values()]


def _finding(net: Network, chain: list[Layer], params: int) -> Finding:
    first = chain[0]
    last = [layer.path for layer in chain if not net.users(layer)]
    lost = f"{params:,} parameters are" if params != 1 else "1 parameter is"
    lost = f", and {lost} never trained" if params else ""
    if len(chain) == 1:
        message = f"nothing uses {first.path}{lost}"
    else:
        more = f"{len(chain) - 1:,} more layer{'s' if len(chain) > 2 else ''}"
        ends = f"{last[0]}, which nothing uses" if len(last) == 1 else f"{len(last):,} layers that nothing uses"
        message = f"{first.path} and {more} lead to {ends}{lost}"
    help = f"take the result with `from: {last[-1]}`, name it in `outputs`, or take the layers out"
    return net.finding(first, message, help)


RULE = Rule(
    name="unused-layer",
    severity="warning",
    summary="a layer whose result nothing uses, and no output is",
    why=(
        "What reaches no output gets no gradient: its weights stay as they began, and yet they are stored, and the "
        "layer is computed for every image. Mostly a `from` names the wrong layer, or a merge was forgotten. Each dead "
        "end is reported once, at its first layer, with all parameters in it. A layer without parameters that lends "
        "only its size (`like`) is left alone, and so is one whose weights another layer shares."
    ),
    bad=BAD,
    good=GOOD,
    source="PyTorch, DistributedDataParallel: parameters that get no gradient stop its training, unless "
    "find_unused_parameters is set",
    allow="while a network is being built, for a layer whose user is still to come",
    check=check,
)
