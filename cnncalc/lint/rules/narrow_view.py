"""An output whose units see only a part of the image."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cnncalc.analysis import Layer
from cnncalc.layers.base import Number
from cnncalc.lint.goals import TASKS, goal, parts
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.lint.views import image
from cnncalc.text import listing
from cnncalc.values import axis_names

BAD = """\
input: 3x64x64
task: segmentation
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - transposed_conv: {filters: 32, kernel: 2, stride: 2}
  - relu
  - conv: {filters: 21, kernel: 1}   # here
"""

GOOD = BAD.replace(
    "{filters: 64, kernel: 3, padding: 1}", "{filters: 64, kernel: 3, padding: 16, dilation: 16}"
).replace("   # here", "")

WHOLE = ("classif", "segment", "regress", "pose", "keypoint", "depth")
"""Tasks whose answer at one place depends on what stands elsewhere; denoising is none of them."""
PARTIAL = {"reconstruction", "generation", "restoration", "detection"}
"""Tasks that a part of the image is enough for, be it by design: patches, pixels, small objects."""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    sizes = image(net)
    outputs = [layer for _, layer in net.outputs()]
    if not sizes or not outputs:
        return
    task = net.facts.get("task", "").lower()
    goals = [goal(part, TASKS) for part in parts(task)]
    if any(each is not None and each.name in PARTIAL for each in goals):
        return
    # Of several outputs, those of finer levels see less than the widest, and are meant to.
    layer = max(outputs, key=lambda layer: _share(layer, sizes))
    if not _answers(layer, any(word in task for word in WHOLE)) or len(layer.field) != len(sizes):
        return
    narrow = [
        (axis, seen.size, size)
        for axis, seen, size in zip(axis_names(len(sizes)), layer.field, sizes)
        if seen is not None and seen.size < limits["share"] * size
    ]
    if not narrow:
        return
    axes, seen, size = listing(axis for axis, *_ in narrow), narrow[0][1], narrow[0][2]
    # Rounded down, or 49.6% would be told as the 50% that are enough.
    message = (
        f"each unit of {layer.path}, which leaves the network, sees {int(seen):,} of {size:,} pixels along {axes} "
        f"({int(100 * seen / size)}%)"
    )
    yield net.finding(layer, message, "downsample once more, dilate some windows, or pool the whole map")


def _share(layer: Layer, sizes: tuple[int, ...]) -> Number:
    """The share of the image that a unit sees, along the axis of which it sees least; 1 where that is not known."""
    if len(layer.field) != len(sizes):
        return 1
    return min(Fraction(seen.size) / size if seen is not None else 1 for seen, size in zip(layer.field, sizes))


def _answers(layer: Layer, wanted: bool) -> bool:
    """Whether an output is meant to be about the whole image: one unit, or a map of a task that needs to know it."""
    output = layer.output
    if output is None or None in output:
        return False
    return wanted or (len(output) > 1 and all(axis == 1 for axis in output[1:]))


RULE = Rule(
    name="narrow-view",
    severity="info",
    summary="an output whose units see less than half of the image",
    why=(
        "What lies outside a unit's receptive field can't change it. Where the answer depends on the whole image, as "
        "a class does, or the class of a pixel in the middle of a large object, a unit that sees a small part of it "
        "has to guess; and the units in the middle of the field count most, so that what is used is smaller still. "
        "Maps are only looked at where `task` says that they need the whole, and of several outputs only the one that "
        "sees most; behind a global pool, a flatten or a dense layer every unit sees all."
    ),
    bad=BAD,
    good=GOOD,
    source="Luo et al., Understanding the Effective Receptive Field in Deep CNNs, arXiv:1701.04128; Araujo et al., "
    "Computing Receptive Fields of Convolutional Neural Networks, Distill 2019: accuracy grows with the field",
    allow="where a part is enough: patches, textures, or tiles of an image as U-Net has them",
    check=check,
    thresholds={"share": Threshold(0.5, "the share of an axis that a unit has to see")},
)
