"""An adaptive pool whose output does not divide its input."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from cnncalc.layers.pooling import AdaptivePool
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.views import alike
from cnncalc.text import listing

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - adaptive_avg_pool: {output: 6}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("output: 6}   # here", "output: 8}")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer in net.of("adaptive_avg_pool", "adaptive_max_pool"):
        kind, x = layer.facts.layer, layer.input
        if not isinstance(kind, AdaptivePool) or x is None:
            continue
        uneven = list(alike([(i, o) if i is not None and i % o else None for i, o in zip(x[1:], kind.output)]))
        if not uneven:
            continue
        (i, o), axes = uneven[0]
        message = f"{layer.path} makes {o:,} of {i:,} pixels along {listing(axes)}: {_windows(i, o)}"
        near = f"{i // o * o:,} or {(i // o + 1) * o:,} pixels" if i > o else f"{o:,} pixels"
        help = f"let {near} come in, or ask for a number that divides {i:,}; ONNX has no such pool"
        yield net.finding(layer, message, help, at="output")


def _windows(i: int, o: int) -> str:
    """How the windows differ. With I/O = a/b in lowest terms they have ⌈a/b⌉ pixels, or up to ⌈(a + b − 1)/b⌉."""
    shared = o - gcd(i, o)
    a, b = i // gcd(i, o), o // gcd(i, o)
    least, most = -(-a // b), -(-(a + b - 1) // b)
    if i < o:
        return "pixels are repeated, some more often than others"
    sizes = f"windows of {least:,}" if least == most else f"windows of {least:,} and of {most:,}"
    ends = "pair has" if shared == 1 else "pairs of neighbours have"
    return f"{sizes} pixels, of which {shared:,} {ends} one in common"


RULE = Rule(
    name="uneven-adaptive-pool",
    severity="info",
    summary="an adaptive pool whose output does not divide its input",
    why=(
        "Window n of an adaptive pool goes from ⌊n·I/O⌋ to ⌈(n + 1)·I/O⌉. Where O does not divide I, neighbours "
        "overlap by a pixel and some windows are larger than others: what the map says depends on where on it one "
        "looks. No pool with a kernel and a stride does the same, so that the export to ONNX, and most engines that "
        "run networks, refuse it."
    ),
    bad=BAD,
    good=GOOD,
    source="PyTorch, AdaptivePooling.h: start_index and end_index; torch.onnx: no export of adaptive pools "
    "whose output is no factor of the input",
    allow="where images of any size come in",
    check=check,
)
