"""The architectures that come with it against what real libraries build, operation by operation.

``reference/make.py`` makes the tables from torchvision, timm and others, and says what a row is.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from cnncalc import Layer

TABLES = sorted((Path(__file__).parent / "reference" / "tables").glob("*.csv"))

KINDS = {
    "conv": "conv",
    "depthwise_conv": "conv",
    "transposed_conv": "transposed_conv",
    "dense": "dense",
    "batch_norm": "batch_norm",
    "layer_norm": "layer_norm",
    "scale": "scale",
    "max_pool": "max_pool",
    "global_max_pool": "max_pool",
    "adaptive_max_pool": "max_pool",
    "avg_pool": "avg_pool",
    "global_avg_pool": "avg_pool",
    "adaptive_avg_pool": "avg_pool",
    "add": "add",
    "concat": "concat",
    "multiply": "multiply",
}
"""What a layer type is called in the tables; the others own no weights, and neither pool nor merge."""


class Row(NamedTuple):
    kind: str
    output: tuple[int | None, ...] | None
    params: int | None
    macs: int | None


def reference(path: Path) -> list[Row]:
    """A table's rows."""
    with path.open(encoding="utf-8", newline="") as file:
        file.readline()  # what it was made with
        return [
            Row(row["kind"], tuple(map(int, row["output"].split("x"))), int(row["params"]), int(row["macs"]))
            for row in csv.DictReader(file)
        ]


def counts(layer: Layer) -> bool:
    """Whether the layer has a row: a constant factor and a pool that changes nothing have none."""
    nothing = (layer.type == "scale" and not layer.params) or (
        layer.type.startswith("adaptive") and layer.output == layer.input
    )
    return layer.type in KINDS and not nothing


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_operation_is_the_librarys(path: Path) -> None:
    analysis = cnncalc.analyze(path.stem)
    layers = [layer for layer in analysis.layers if counts(layer)]
    found = [Row(KINDS[layer.type], layer.output, layer.params, layer.macs) for layer in layers]
    wanted = reference(path)
    for layer, ours, theirs in zip(layers, found, wanted, strict=False):
        assert ours == theirs, f"{layer.path} of {path.stem}"
    assert found == wanted
    assert analysis.totals.params == analysis.totals.trainable == sum(row.params or 0 for row in wanted)
    assert analysis.totals.macs == sum(row.macs or 0 for row in wanted)
    # A running mean and variance for each channel, as many numbers as factors and offsets.
    assert analysis.totals.buffers == sum(row.params or 0 for row in wanted if row.kind == "batch_norm")
