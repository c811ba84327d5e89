"""A classifier that looks at the image at full resolution up to its head."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analysis import Layer
from cnncalc.layers.dense import Flatten
from cnncalc.layers.pooling import AdaptivePool, GlobalPool
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.lint.views import image, incoming
from cnncalc.text import amount_text, shape_text

BAD = """\
input: 3x64x64
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool   # here
  - flatten
  - dense: {units: 10}
"""

GOOD = """\
input: 3x64x64
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    sizes = image(net)
    if not sizes or min(sizes) <= limits["size"]:
        return
    convolutions: list[Layer] = []
    heads = {head.index for head in _heads(net)}
    for layer in net.layers if heads else ():
        if _looks(layer):
            convolutions.append(layer)
        if layer.index in heads and len(convolutions) > 1:
            yield _told(net, layer, sizes, convolutions)


def _told(net: Network, head: Layer, sizes: tuple[int, ...], convolutions: list[Layer]) -> Finding:
    macs = sum(layer.macs or 0 for layer in convolutions)
    after = macs - (convolutions[0].macs or 0)
    pixels = shape_text([int(seen.size) for seen in incoming(net, head) if seen])
    message = (
        f"{head.path} takes a map of {shape_text((head.input or ())[1:])} from an image of {shape_text(sizes)}: "
        f"nothing before it downsamples, each unit sees {pixels} pixels, and {len(convolutions):,} convolutions need "
        f"{amount_text(macs)} MACs"
    )
    help = f"a pool or a stride of 2 behind {convolutions[0].path} doubles what the others see, and saves "
    return net.finding(head, message, f"{help}{amount_text(after - after // 2 ** len(sizes))} MACs")


def _heads(net: Network) -> list[Layer]:
    """The layers in which a map of full resolution becomes one row of numbers, on the only way to an output."""
    found: list[Layer | None] = [None] * net.base
    for layer in net.layers:
        inputs = layer.node.inputs
        head = found[inputs[0]] if len(inputs) == 1 else None
        found.append(layer if head is None and _whole(layer) else head)
    heads = dict.fromkeys(head for value in net.output_values if (head := found[value]) is not None)
    known = [head for head in heads if head.input and None not in head.input]
    return [head for head in known if all(e and e.stride == 1 for e in incoming(net, head) or [None])]


def _whole(layer: Layer) -> bool:
    kind = layer.facts.layer
    if isinstance(kind, AdaptivePool):
        return all(size == 1 for size in kind.output)
    return isinstance(kind, (GlobalPool, Flatten))


def _looks(layer: Layer) -> bool:
    return layer.node.spec.type.deepens and any(f > 1 for f in getattr(layer.facts.layer, "kernel", ()))


RULE = Rule(
    name="no-downsampling",
    severity="info",
    summary="a classifier whose maps stay as large as the image up to the head",
    why=(
        "Each halving lets every window behind it see twice as far, for a quarter of the work. Without any, the "
        "receptive field grows by two pixels with each 3×3 convolution, and small details decide about the class of a "
        "large image. Images of up to 32 pixels may do without. Only networks with two windows or more, and a global "
        "pool or a flatten at their end are looked at: dense predictions keep their resolution on purpose."
    ),
    bad=BAD,
    good=GOOD,
    source="Araujo et al., Computing Receptive Fields of Convolutional Neural Networks, Distill 2019; "
    "Springenberg et al., Striving for Simplicity, arXiv:1412.6806: pools or strides, one of them",
    allow="where single pixels decide, as in steganalysis",
    check=check,
    thresholds={"size": Threshold(32, "images of up to so many pixels a side may do without")},
)
