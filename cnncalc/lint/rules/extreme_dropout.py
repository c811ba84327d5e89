"""Dropout that drops nothing, or nearly everything."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold

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
  - dropout: {rate: 0.95}   # here
  - dense: {units: 10}
"""

GOOD = BAD.replace("0.95", "0.5").replace("   # here", "")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of("dropout"):
        rate = getattr(layer.facts.layer, "rate", None)
        if rate == 0:
            message = f"{layer.path} has a rate of 0, and drops nothing"
            yield net.finding(layer, message, "leave it out, or give it a rate: 0.5 is usual", at="rate")
        elif rate is not None and rate >= limits["rate"]:
            left = "nothing is left" if rate == 1 else f"one number in {1 / (1 - rate):.3g} is left"
            message = f"{layer.path} drops {rate:.4g} of its input while training: {left}"
            help = f"the rate is the share that is dropped; keeping {rate:.4g} of it is `rate: {1 - rate:.4g}`"
            yield net.finding(layer, message, help, at="rate")


RULE = Rule(
    name="extreme-dropout",
    severity="info",
    summary="dropout with a rate of 0, or of 0.9 and more",
    why=(
        "A rate of 0 drops nothing, and a rate of 1 everything. Rates of 0.9 and more are nearly always the share to "
        "keep, as the paper and TensorFlow 1 count it, written where PyTorch and Keras expect the share to drop."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "Srivastava et al., Dropout, JMLR 15, 2014, section 7.3: the best share to keep lies between 0.4 and 0.8; "
        "torch.nn.Dropout and keras.layers.Dropout, whose rate is the share that is dropped"
    ),
    allow="where the rate is set elsewhere, and stands here to be seen",
    check=check,
    thresholds={"rate": Threshold(0.9, "rates from here on are reported")},
)
