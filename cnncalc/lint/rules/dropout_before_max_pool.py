"""Dropout whose zeros the max pool behind it passes over."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - dropout: {rate: 0.25}   # here
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - dropout: {rate: 0.25}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of("dropout"):
        pool = net.after(layer)
        if pool is None or pool.type != "max_pool":
            continue
        window = prod(getattr(pool.facts.layer, "kernel", ()))
        rate = getattr(layer.facts.layer, "rate", 0)
        if window > 1 and 0 < rate < 1:
            message = (
                f"{layer.path} drops {rate:.4g} of the numbers, and {pool.path} takes the largest of {window:,}, which "
                f"are all dropped with a probability of {rate**window:.2g}"
            )
            yield net.finding(layer, message, f"put the dropout behind {pool.path}")


RULE = Rule(
    name="dropout-before-max-pool",
    severity="info",
    summary="dropout directly before a max pool, which mostly passes over the zeros",
    why=(
        "Dropout sets single numbers to zero, and a max pool takes the largest of its window: wherever one that is "
        "left is larger, the zero is not seen. Behind the pool the same rate drops as much as it says, and has fewer "
        "numbers to draw for."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "Nikanjam et al., Automatic Fault Detection for Deep Learning Programs Using Graph Transformations, "
        "arXiv:2105.08095, the rule about dropout and pooling"
    ),
    allow="where it is meant as max-pooling dropout, which draws one of the window (Wu and Gu, arXiv:1512.01400)",
    check=check,
)
