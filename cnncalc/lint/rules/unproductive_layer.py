"""Convolutions that begin when their input sees the whole image already."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.base import Number, Window
from cnncalc.layers.merging import seen_inputs
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.views import image, incoming, scores
from cnncalc.text import shape_text

BAD = """\
input: 3x16x16
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - conv: {filters: 64, kernel: 3, padding: 1}   # here
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("3x16x16", "3x32x32").replace("   # here", "")

Sizes = tuple[Number, ...]


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    sizes = image(net)
    if not sizes or not scores(net):
        return
    beyond: list[tuple[Layer, Sizes]] = []
    least: list[Sizes | None] = [(1,) * len(sizes)] * net.base
    for layer in net.layers:
        inputs = layer.node.inputs
        seen = least[inputs[0]] if len(inputs) == 1 else _least(layer, least)
        if seen is None or layer.facts.windows is None:  # no window: it sees what its input sees
            least.append(seen)
            continue
        if seen[0] > sizes[0] and all(r > i for r, i in zip(seen, sizes)) and _convolves(layer, windows=not beyond):
            beyond.append((layer, seen))
        least.append(_grown(net, layer, seen))
    if not beyond:
        return
    layer, seen = beyond[0]
    params = sum(each.params or 0 for each, _ in beyond)
    share = params / net.analysis.totals.params if net.analysis.totals.params else 0
    more = f"it and the {len(beyond) - 1:,} convolutions behind it" if len(beyond) > 2 else "it and the one behind it"
    message = (
        f"what {layer.path} takes sees {shape_text([int(r) for r in seen])} pixels already, more than the image of "
        f"{shape_text(sizes)}: {more if len(beyond) > 1 else 'it'} can add no context, with {params:,} parameters "
        f"({share:.0%})"
    )
    help = "leave them out and compare, give the network a larger image, or downsample less or later"
    yield net.finding(layer, message, help)


def _convolves(layer: Layer, windows: bool) -> bool:
    """Whether it is a convolution on a map of more than a pixel; if asked, only one whose window has more than one."""
    kind, x = layer.facts.layer, layer.input
    if not isinstance(kind, Sliding) or not kind.deepens or x is None or all(i == 1 for i in x[1:]):
        return False
    return not windows or any(f > 1 for f in kind.kernel)


def _least(layer: Layer, least: list[Sizes | None]) -> Sizes | None:
    """The smallest of what the layer's inputs see: what comes past a shortcut has seen little."""
    known = [least[value] for value in seen_inputs(layer.node.spec.type, layer.facts, layer.node.inputs)]
    sizes = [each for each in known if each is not None]
    if not sizes or len(sizes) < len(known) or len({len(each) for each in sizes}) > 1:
        return None
    return sizes[0] if len(sizes) == 1 else tuple(map(min, zip(*sizes)))


def _grown(net: Network, layer: Layer, seen: Sizes) -> Sizes | None:
    windows = layer.facts.windows
    if windows is None:
        return seen
    field = incoming(net, layer)
    if len(windows) != len(seen) or len(field) != len(seen):
        return None
    grown: list[Number] = []
    for r, extent, window in zip(seen, field, windows):
        if extent is None or not isinstance(window, Window):
            return None
        grown.append(r + (window.size - 1) * (extent.stride or 0))
    return tuple(grown)


RULE = Rule(
    name="unproductive-layer",
    severity="info",
    summary="convolutions whose input sees more than the whole image already",
    why=(
        "A convolution improves on the one before by what it sees more of the image. Where the receptive field of its "
        "input is larger than the image on every axis, r(l − 1) > i, there is nothing more to see: Richter et al. find "
        "that such layers hardly change what the network can tell apart, and that networks without them are as "
        "accurate. It happens to networks for 224 pixels that are trained on 32. As in the paper, the shortest way "
        "from the image counts, past shortcuts. The first one reported has a window of more than a pixel; 1×1 "
        "convolutions behind it are counted, and maps of one pixel left out."
    ),
    bad=BAD,
    good=GOOD,
    source="Richter et al., Should You Go Deeper?, arXiv:2106.12307, the border layer; "
    "Richter et al., (Input) Size Matters for CNN Classifiers, ICANN 2021",
    allow="where the network is the published one, or a measurement shows that the layers help",
    check=check,
)
