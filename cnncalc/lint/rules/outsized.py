"""A network with many times the parameters of the published ones for the same input."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule, Threshold
from cnncalc.text import shape_text

MEDIANS: dict[tuple[int, ...], tuple[int, int]] = {
    (3, 224, 224): (21_797_672, 31),
    (3, 299, 299): (24_357_096, 5),
}
"""The median of the parameters of the classifiers that come with cnncalc, and how many these are, by their input.

Only inputs that at least five of them have. A test works the numbers out from the files themselves.
"""

BAD = """\
input: 3x224x224
layers:
  - conv: {filters: 64, kernel: 7, stride: 2, padding: 3, rounding: floor}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 512, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 1024, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 2048, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 5000, kernel: 3, padding: 1}   # here
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 1000}
"""

GOOD = BAD.replace("5000", "2048").replace("   # here", "")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    totals = net.analysis.totals
    shapes = list(net.graph.inputs.values())
    if len(shapes) != 1 or shapes[0] not in MEDIANS or not _classifies(net):
        return
    median, count = MEDIANS[shapes[0]]
    if totals.params <= limits["times"] * median:
        return
    largest = max(net.layers, key=lambda layer: layer.params or 0)
    share = (largest.params or 0) / totals.params
    message = (
        f"the network has {totals.params:,} parameters, {totals.params / median:.1f} times the median of the {count} "
        f"published classifiers for {shape_text(shapes[0])}, {median:,}; {share:.0%} of them are in {largest.path}"
    )
    help = "`cnncalc params` shows where they are; global average pooling in the place of a wide dense layer saves most"
    yield net.finding(largest, message, help, at="units" if largest.type == "dense" else "filters")


def _classifies(net: Network) -> bool:
    """Whether the file says so, or it says nothing and has one output, which is flat."""
    task = net.facts.get("task")
    outputs = list(net.analysis.outputs.values())
    return len(outputs) == 1 and outputs[0] is not None and len(outputs[0]) == 1 and task in (None, "classification")


RULE = Rule(
    name="outsized",
    severity="info",
    summary="many times the parameters of the published networks for the same input and task",
    why=(
        "The classifiers of the literature that take the same input need so many parameters and no more; one that has "
        "several times as many most often has a dense layer behind a map that is still large, or a number with a digit "
        "too many. It needs more memory, more data, and is no better for it: VGG-16, with six times the median, is "
        "beaten by networks with a twentieth of its weights. The comparison is with the median of the networks that "
        "come with cnncalc, and is only made for inputs that at least five of them have."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "the parameters of the bundled architectures, each checked against its publication; "
        "Canziani et al., An Analysis of Deep Neural Network Models, arXiv:1605.07678, figure 2"
    ),
    allow="where the size is the network's own, as of VGG, or where there is data for it",
    check=check,
    thresholds={"times": Threshold(5, "so many times the median are reported")},
)
