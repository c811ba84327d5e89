"""Rows and columns at the end of a map that no window reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from cnncalc.analysis import Layer
from cnncalc.layers.pooling import Pool
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.lint.views import alike, end, image, incoming, lines
from cnncalc.receptive_field import Extent

BAD = """\
input: 3x32x32
rounding: floor
layers:
  - conv: {filters: 32, kernel: 3, stride: 2}   # here
  - relu
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("stride: 2}   # here", "stride: 2, padding: 1}")


Cap = tuple[int, ...]
"""For each axis of the network's input, the first pixel that is seen no more."""


class Rest(NamedTuple):
    """What is left of an axis: how many lines of how many, how far the next window misses, and the pixels behind."""

    unread: int
    size: int
    missing: int
    lost: tuple[int, int] | None = None
    """The first and last pixel of the network's input that nothing sees any more."""
    fewer: int | None = None
    """The first pixel that fewer units see."""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    told = unread(net, limits["least"])
    if told:
        sizes = image(net)
        layer, rests = max(told, key=lambda each: _shares(each[1], sizes))
        yield _told(net, layer, rests, len(told) - 1)


def unread(net: Network, least: float) -> list[tuple[Layer, list[Rest | None]]]:
    """The layers that leave so many rows or columns unread, and what."""
    found = {layer.index: list(_rests(layer)) for layer, _ in net.sliding if any(layer.facts.unread or ())}
    if not any(rest and rest.unread >= least for rests in found.values() for rest in rests):
        return []
    sizes = image(net)
    caps: list[Cap] = [sizes] * net.base
    readers: dict[int, list[Layer]] = {}
    users = [0] * (net.base + len(net.layers))
    for layer in net.layers:
        for value in layer.node.inputs:
            users[value] += 1
        cap = tuple(map(max, zip(*(caps[value] for value in layer.node.inputs))))
        rests = found.get(layer.index, [])
        field = incoming(net, layer) if any(rests) else ()
        if len(cap) == len(field) == len(rests):
            traced = [_traced(*each) for each in zip(rests, field, cap)]
            found[layer.index] = [rest for rest, _ in traced]
            cap = tuple(end for _, end in traced)
        if any(rest and rest.unread >= least for rest in rests):
            readers.setdefault(layer.node.inputs[0], []).append(layer)
        caps.append(cap)
    # What another layer takes as well, that one may read.
    alone = (layers[0] for value, layers in readers.items() if len(layers) == users[value])
    return [(layer, found[layer.index]) for layer in alone]


def _shares(rests: Sequence[Rest | None], sizes: Cap) -> tuple[float, float]:
    """The share of the image that is lost, and that of the map that is unread."""
    image = [1 - (r.lost[1] + 1 - r.lost[0]) / size for r, size in zip(rests, sizes) if r is not None and r.lost]
    return 1 - prod(image), 1 - prod(1 - rest.unread / rest.size for rest in rests if rest is not None)


def _rests(layer: Layer) -> Iterator[Rest | None]:
    kind, x, y, padding = layer.facts.layer, layer.input, layer.output, layer.facts.padding
    if not isinstance(kind, Sliding) or x is None or y is None or padding is None:
        return
    for i, f, s, pads, o in zip(x[1:], kind.effective(), kind.stride, padding, y[1:]):
        if i is None or o is None or pads is None:
            yield None
            continue
        # A window that jumps leaves gaps anyway, which stride-over-kernel reports; one at the end is no other.
        unread = i - ((o - 1) * s + f - pads[0]) - max(0, s - f)
        yield Rest(unread, i, o * s + f - pads[0] - i - pads[1]) if unread > 0 else None


def _traced(rest: Rest | None, seen: Extent | None, cap: int) -> tuple[Rest | None, int]:
    """Where that lies on an axis of the network's input, and its first pixel that is seen no more.

    From pixel ``cap`` on, layers before have left out everything.
    """
    if rest is None or seen is None:
        return rest, cap
    read, before = end(seen, rest.size - rest.unread), end(seen, rest.size)
    if not isinstance(read, int) or not isinstance(before, int):
        return rest, cap  # a map that was stretched in between
    read, before = max(0, min(read, cap)), min(before, cap)
    if read < before:
        return rest._replace(lost=(read, before - 1)), read
    first = max(0, int(seen.start + (rest.size - rest.unread) * (seen.stride or 0)))
    return rest._replace(fewer=first) if first < cap else rest, cap


def _told(net: Network, layer: Layer, rests: list[Rest | None], others: int) -> Finding:
    first = layer.node.inputs[0] < net.base
    parts = []
    for rest, axes in alike(rests):
        last = f"the last {lines(axes, 1)}" if rest.unread == 1 else f"the last {rest.unread:,} {lines(axes)}"
        parts.append(f"{last} of {rest.size:,}{_where(rest, axes, first)}")
    message = f"no window of {layer.path} reads {', nor '.join(parts)}"
    if others:
        message += f" (and {others:,} more {'layers leave' if others > 1 else 'layer leaves'} something unread)"
    (rest, _), *_ = alike(rests)
    ways = [f"pad the end by {rest.missing:,} more"]
    if isinstance(layer.facts.layer, Pool):
        ways.append("say `rounding: ceil`, as Caffe has it")
    ways.append(f"let {rest.size - rest.unread:,} or {rest.size + rest.missing:,} come in")
    return net.finding(layer, message, f"if they matter, {', '.join(ways[:-1])}, or {ways[-1]}")


def _where(rest: Rest, axes: list[str], first: bool) -> str:
    if rest.lost is not None:
        low, high = rest.lost
        which = f"{lines(axes, 1)} {low:,}" if low == high else f"{lines(axes)} {low:,} to {high:,}"
        return f": {which}, counted from 0" if first else f"; nothing behind it sees {which} of the network's input"
    if rest.fewer is not None:
        return f"; of the network's input, {lines(axes)} from {rest.fewer:,} on count for less"
    return ""


RULE = Rule(
    name="unread-pixels",
    severity="info",
    summary="rows and columns that no window reads, and where they lie on the input",
    why=(
        "Where a window does not fit and the division is rounded down, the last rows and columns of the map are in no "
        "window. What they saw of the image is lost, or, where other units of the map saw it too, counts for less than "
        "the rest: the network looks a little to the top and left. A remainder that lies in the padding costs nothing, "
        "and is not reported; nor is what another layer reads. One layer of a network is told: that which loses most."
    ),
    bad=BAD,
    good=GOOD,
    source="Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285, section 2.4 and figure 2.7; "
    "Araujo et al., Computing Receptive Fields of Convolutional Neural Networks, Distill 2019, for the way back",
    allow="where the border of the image shows nothing that matters",
    check=check,
    thresholds={"least": Threshold(1, "so many unread rows or columns are reported")},
)
