"""Layers that were read before mean the same wherever they stand again, and mistakes stay mistakes."""

from __future__ import annotations

import pytest

from cnncalc import analyze_text
from cnncalc.diagnostics import ArchitectureError
from cnncalc.reader import remembered


def conv(layer: str, rounding: str = "strict") -> dict[str, object]:
    net = analyze_text(f"input: 3x33x33\nrounding: {rounding}\nlayers:\n  - conv: {layer}\n")
    return net.layers[0].settings


@pytest.fixture(autouse=True)
def forgotten() -> None:
    remembered._known.clear()


def test_spellings_and_quotes_mean_the_same_again() -> None:
    for layer in ("{filters: 4, kernel: 3}", "{K: 4, F: [3, 3]}", "{K: '4', F: 3}", "{F: 3, K: 4}"):
        for _ in range(2):
            settings = conv(layer)
            assert (settings["filters"], settings["kernel"]) == (4, [3, 3])


def test_rounding_of_the_file_is_heeded() -> None:
    layer = "{filters: 4, kernel: 2, stride: 2}"
    assert conv(layer, "floor")["rounding"] == "floor"
    assert conv(layer, "ceil")["rounding"] == "ceil"
    assert conv(layer, "floor")["rounding"] == "floor"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("{filters: 4, kernel: 3}", "{filters: 4, kernel: 3, kernel_size: 3}"),
        ("{filters: 1024, kernel: 3}", "{filters: 1,024, kernel: 3}"),
        ("{filters: 4, kernel: 3}", "{filters: 4, kernel: ~}"),
    ],
)
def test_a_mistake_is_told_each_time(right: str, wrong: str) -> None:
    told = set()
    for layer in (right, wrong, right, wrong):
        if layer == right:
            conv(right)
            continue
        with pytest.raises(ArchitectureError) as error:
            conv(wrong)
        told.add(str(error.value))
    assert len(told) == 1


def test_places_are_those_of_the_layer_itself() -> None:
    net = analyze_text(
        "input: 3x33x33\nlayers:\n  - conv: {filters: 4, kernel: 3}\n  - conv: {  filters: 4, kernel: 3}\n"
    )
    first, second = (layer.node.item.common.spans["kernel"] for layer in net.layers)
    assert (first.line, first.column) == (3, 32)
    assert (second.line, second.column) == (4, 34)


def test_defaults_of_a_file_are_its_own() -> None:
    layer = "{filters: 4, kernel: 3}"
    text = f"input: 3x33x33\ndefaults: {{conv: {{padding: 1}}}}\nlayers:\n  - conv: {layer}\n"
    assert analyze_text(text).layers[0].output == (4, 33, 33)
    assert analyze_text(text.replace("defaults", "# defaults")).layers[0].output == (4, 31, 31)
