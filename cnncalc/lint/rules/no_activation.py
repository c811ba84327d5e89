"""A network that is to learn a task, and has no activation between its layers."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.rules.linear_layers_in_a_row import leaves_activations_out

BAD = """\
task: classification
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}   # here
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("   # here", "").replace("padding: 1}", "padding: 1}\n  - relu")

WEIGHTED = ("conv", "depthwise_conv", "separable_conv", "transposed_conv", "dense")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    said = [key for key in ("task", "loss") if net.facts.get(key)]
    # A product of two layers is not linear, and gates as an activation does.
    if not said or net.of("multiply") or not leaves_activations_out(net):
        return
    weighted = net.of(*WEIGHTED)
    first = next((before for layer in weighted if (before := _fed_by(net, layer)) is not None), None)
    if first is not None:
        message = (
            f"no activation stands between the network's {len(weighted):,} layers with weights, "
            f"although the file says what it is trained for (`{said[0]}:`)"
        )
        yield net.finding(first, message, "put one, such as relu, behind each hidden layer")


def _fed_by(net: Network, layer: Layer) -> Layer | None:
    """The layer with weights that feeds this one."""
    found = net.back(layer, lambda before: before.type not in WEIGHTED)
    return found if found is not None and found.type in WEIGHTED else None


RULE = Rule(
    name="no-activation",
    severity="info",
    summary="a network for a `task:` or `loss:` without any activation in its hidden layers",
    why=(
        "Without activations all layers together are one linear function, but for what a max pool or a norm changes "
        "about that. A file that says neither `task:` nor `loss:` may leave them out, as the tables of papers do: they "
        "have no weights and change no shape. One that names what is trained has forgotten them. It is reported once, "
        "at the first layer."
    ),
    bad=BAD,
    good=GOOD,
    source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.4.1",
    allow="where a linear network is meant, as in the theory of deep linear networks",
    check=check,
)
