"""A window that grows and shrinks again within one stack of convolutions."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.stacks import stacks
from cnncalc.text import shape_text

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - conv: {filters: 128, kernel: 5, padding: 2}   # here
  - relu
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("kernel: 5, padding: 2", "kernel: 3, padding: 1").replace("   # here", "")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for run in net.once(stacks):
        sizes = [getattr(layer.facts.layer, "kernel", ()) for layer in run]
        grown = next((i for i in range(1, len(run)) if sizes[i] > sizes[i - 1]), None)
        shrunk = next((i for i in range(grown + 1, len(run)) if sizes[i] < sizes[i - 1]), None) if grown else None
        if grown is None or shrunk is None:
            continue
        layer, before, behind = run[grown], run[grown - 1], run[shrunk]
        message = (
            f"{layer.path} has a window of {shape_text(sizes[grown])}, between the {shape_text(sizes[grown - 1])} of "
            f"{before.path} and the {shape_text(sizes[shrunk])} of {behind.path}, all at one resolution"
        )
        help = "keep to one size; two windows of 3×3 see as much as one of 5×5, with 18 weights instead of 25"
        yield net.finding(layer, message, help, at="kernel")


RULE = Rule(
    name="growing-kernel",
    severity="info",
    summary="a window that grows and shrinks again within one plain stack of convolutions",
    why=(
        "Within one resolution the windows of a plain network have one size, or go from large to small once, as in "
        "AlexNet. One that is larger than its neighbours on both sides is most often left over from an experiment: it "
        "costs the square of its size, and small windows in its place see as much. Only stacks with no way past them "
        "are looked at: a 1×1 convolution, a stride, a pool, a branch or a shortcut ends one, so that neither "
        "bottlenecks nor Inception's modules nor stages with windows of their own are reported."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "Nikanjam et al., Automatic Fault Detection for Deep Learning Programs Using Graph Transformations, "
        "arXiv:2105.08095 (there for every smaller window behind a larger one); "
        "Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, section 3.1"
    ),
    allow="where windows of several sizes are the point of the network",
    check=check,
)
