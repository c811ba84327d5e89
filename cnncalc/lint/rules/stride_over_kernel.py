"""A window that jumps over pixels: nothing ever reads them."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.values import axis_names

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2, stride: 3}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("{kernel: 2, stride: 3}   # here", "{kernel: 2, stride: 2}")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer, kind in net.sliding:
        x, y = layer.input, layer.output
        if max(kind.stride) == 1 or x is None or y is None or layer.facts.unread is None:
            continue
        names = axis_names(kind.rank)
        axes: dict[tuple[int, int, int, int], list[str]] = {}
        for name, f, s, i, o, unread in zip(names, kind.effective(), kind.stride, x[1:], y[1:], layer.facts.unread):
            # A kernel of 1 leaves pixels out on purpose: a projection in a shortcut, a pool that only thins a map.
            if 1 < f < s and i is not None and o is not None and o > 1 and unread:
                axes.setdefault((f, s, i, unread), []).append(name)
        for (f, s, i, unread), where in axes.items():
            message = (
                f"{layer.path} moves its window of {f:,} by {s:,} pixels: of the {i:,} along {' and '.join(where)}, "
                f"{unread:,} are never read"
            )
            yield net.finding(
                layer, message, f"take a stride of at most {f:,}, or a kernel that reaches {s:,}", at="stride"
            )


RULE = Rule(
    name="stride-over-kernel",
    severity="warning",
    summary="a stride larger than the window, so that pixels between are never read",
    why=(
        "A window that moves further than it reaches leaves gaps, and what stands in them changes nothing. "
        "1×1 convolutions and pools that thin a map, as in the shortcuts of ResNet, do so on purpose, and are not "
        "reported."
    ),
    bad=BAD,
    good=GOOD,
    source="Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285, section 2.3",
    allow="where frames or samples are skipped on purpose, as in the lateral connections of SlowFast networks",
    check=check,
)
