"""A pool that is padded by more than half its window, which frameworks refuse."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layers.pooling import Pool
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.values import axis_names

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 3, stride: 1, padding: 2}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("padding: 2}   # here", "padding: 1}")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer, kind in net.sliding:
        padding = layer.facts.padding
        if not isinstance(kind, Pool) or padding is None:
            continue
        names = axis_names(kind.rank)
        # Sides of their own are beyond a framework's pool in any case: they are padded before it.
        over = [
            (name, f, pads[0])
            for name, f, pads in zip(names, kind.effective(), padding)
            if pads is not None and pads[0] == pads[1] > f // 2
        ]
        if over:
            where = " and ".join(name for name, *_ in over)
            _, f, pad = over[0]
            message = (
                f"{layer.path} pads the {where} by {pad:,}, more than half its window of {f:,}: PyTorch refuses it"
            )
            yield net.finding(layer, message, f"pad by {f // 2:,} at most, or take a larger window", at="padding")


RULE = Rule(
    name="pool-padding",
    severity="warning",
    summary="a pool padded by more than half its window",
    why=(
        "The outermost windows would see more padding than input, and with a padding as wide as the window nothing "
        "else: a maximum of no numbers. PyTorch stops with an error: pad should be at most half of effective kernel "
        "size."
    ),
    bad=BAD,
    good=GOOD,
    source="PyTorch, torch.nn.MaxPool2d: padding must be at most half of the kernel",
    allow="where the file describes a framework that accepts it",
    check=check,
)
