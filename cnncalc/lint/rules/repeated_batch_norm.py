"""A batch norm of what a batch norm has just given."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - batch_norm   # here
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("  - batch_norm   # here\n", "")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of("batch_norm"):
        first = net.before(layer)
        if first is None or first.type != "batch_norm" or net.after(first) is None:
            continue
        lost = f"the {first.params:,} parameters of {first.path} can change nothing but a sign" if first.params else ""
        message = f"{layer.path} normalises what {first.path} has just normalised"
        yield net.finding(layer, f"{message}; {lost}" if lost else message, "leave one of the two out")


RULE = Rule(
    name="repeated-batch-norm",
    severity="info",
    summary="a batch norm directly behind another",
    why=(
        "The second brings each channel back to mean 0 and variance 1, and with that takes away whatever factor and "
        "offset the first has learned, but for the factor's sign. What is left is a layer that costs time and memory."
    ),
    bad=BAD,
    good=GOOD,
    source="Ioffe and Szegedy, Batch Normalization, arXiv:1502.03167, section 3, algorithm 1",
    allow="where the file describes a network that was trained with both",
    check=check,
)
