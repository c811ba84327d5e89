"""One convolution in the middle of a stack that has another number of filters than all the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.stacks import stacks

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - conv: {filters: 46, kernel: 3, padding: 1}   # here
  - relu
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("46", "64").replace("   # here", "")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for run in net.once(stacks):
        if len({getattr(layer.facts.layer, "kernel", ()) for layer in run}) > 1:
            continue
        filters = [getattr(layer.facts.layer, "filters", 0) for layer in run]
        counts = Counter(filters).most_common()
        if len(counts) != 2 or counts[1][1] != 1:
            continue
        usual, odd = counts[0][0], counts[1][0]
        position = filters.index(odd)
        if 0 < position < len(run) - 1:
            layer = run[position]
            others = len(run) - 1
            message = (
                f"{layer.path} has {odd:,} filters, and the {others} others from {run[0].path} to {run[-1].path} "
                f"have {usual:,}"
            )
            yield net.finding(layer, message, f"a slip? write {usual}, or say why it differs", at="filters")


RULE = Rule(
    name="uneven-block",
    severity="info",
    summary="one convolution within a plain stack whose number of filters differs from all others",
    why=(
        "Between two poolings the convolutions of a plain network do the same kind of work, and are built alike: those "
        "of a block of VGG have equally many filters. One in the middle that differs is most often a slip, and "
        "a narrow one lets through less than the layers behind it are paid for. Only stacks of three or more equal "
        "windows with no way past them are looked at, and only where exactly one differs, neither the first nor the "
        "last: a bottleneck, a shortcut's body, or channels that change once are not reported."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "Nikanjam et al., Automatic Fault Detection for Deep Learning Programs Using Graph Transformations, "
        "arXiv:2105.08095 (there for every difference within a block); Simonyan and Zisserman, arXiv:1409.1556, Table 1"
    ),
    allow="where the narrow or the wide layer is meant, as in an experiment about bottlenecks",
    check=check,
)
