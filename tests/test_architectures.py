"""The architectures that come with cnncalc, against numbers from outside.

The numbers are data in ``published/``, each with its source: ``totals.csv`` has a row for every file, and the YAML
files have what papers, authors' code and other tools say of single layers and stages (a stage's name stands for all
in it):

- ``shapes`` that leave them, ``params``, ``macs`` (or ``millions`` of them, as a paper rounds), ``activations``;
- ``fields``: size, stride, and how far the first window begins outside the image, alike in height and width;
- of the whole network, ``buffers`` and ``depth``.

What is compared operation by operation with a real library is in ``test_reference.py``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import cnncalc
from cnncalc import Analysis, Layer

FOLDER = Path(__file__).parent.parent / "architectures"
PUBLISHED = Path(__file__).parent / "published"
FILES = sorted(FOLDER.glob("*.yaml"))

with (PUBLISHED / "totals.csv").open(encoding="utf-8", newline="") as file:
    TOTALS = list(csv.DictReader(file))

FACTS: dict[str, dict[str, Any]] = {}
for path in sorted(PUBLISHED.glob("*.yaml")):
    FACTS.update(yaml.safe_load(path.read_text(encoding="utf-8")))

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def facts(kind: str) -> Any:
    """A case for each published fact of that kind, called network-layer."""

    def cases() -> Iterator[Any]:
        for network, published in FACTS.items():
            for name, value in published.get(kind, {}).items():
                yield pytest.param(network, str(name), value, id=f"{network}-{name}")

    return pytest.mark.parametrize(("network", "name", "value"), list(cases()))


@cache
def analysis(network: str) -> Analysis:
    return cnncalc.analyze(network)


def stage(network: str, name: str) -> list[Layer]:
    """The layers that a name stands for: one, or all of a structure's."""
    found = [layer for layer in analysis(network).layers if layer.path == name or layer.path.startswith(f"{name}/")]
    assert found, f"{network} has no {name}"
    return found


def axes(shape: str | list[int]) -> tuple[int, ...]:
    return tuple(map(int, shape.split("x"))) if isinstance(shape, str) else tuple(shape)


def test_every_file_has_its_totals() -> None:
    assert sorted(row["name"] for row in TOTALS) == [path.stem for path in FILES]


@pytest.mark.parametrize("row", TOTALS, ids=lambda row: row["name"])
def test_totals(row: dict[str, str]) -> None:
    found = analysis(row["name"])
    output = found.output["output"] if isinstance(found.output, dict) else found.output
    assert found.input == axes(row["input"])
    assert output == axes(row["output"])
    assert found.totals.params == found.totals.trainable == int(row["params"])
    assert found.totals.macs == int(row["macs"])


@every_file
def test_file_says_what_it_is_and_what_it_comes_to(path: Path) -> None:
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert path.stem == path.stem.lower()
    assert {"name", "family", "source"} <= text.keys()
    assert list(text)[-1] == "expect"
    assert {"output", "params", "macs"} <= text["expect"].keys()


@every_file
def test_file_analyzes_clean(path: Path) -> None:
    found = cnncalc.analyze(path)
    assert found.diagnostics == ()
    assert found.totals.complete


@facts("shapes")
def test_shape(network: str, name: str, value: str | list[int]) -> None:
    assert analysis(network).layer(name).output == axes(value)


@facts("params")
def test_params(network: str, name: str, value: int) -> None:
    assert sum(layer.params or 0 for layer in stage(network, name)) == value


@facts("macs")
def test_macs(network: str, name: str, value: int) -> None:
    assert sum(layer.macs or 0 for layer in stage(network, name)) == value


@facts("millions")
def test_macs_are_those_that_the_paper_rounds(network: str, name: str, value: int) -> None:
    macs = sum(layer.macs or 0 for layer in stage(network, name))
    assert abs(macs - value * 10**6) < 10**6


@facts("activations")
def test_activations(network: str, name: str, value: int) -> None:
    assert analysis(network).layer(name).activations == value


@facts("fields")
def test_receptive_field(network: str, name: str, value: list[int]) -> None:
    size, stride, outside = value
    assert analysis(network).layer(name).receptive_field == ((size, stride, -outside),) * 2


@pytest.mark.parametrize("network", [n for n, published in FACTS.items() if "buffers" in published])
def test_buffers(network: str) -> None:
    assert analysis(network).totals.buffers == FACTS[network]["buffers"]


@pytest.mark.parametrize("network", [n for n, published in FACTS.items() if "depth" in published])
def test_depth(network: str) -> None:
    assert analysis(network).depth == FACTS[network]["depth"]


# Simonyan & Zisserman 2014, Table 2: parameters in millions.
@pytest.mark.parametrize(("network", "millions"), [("vgg11", 133), ("vgg13", 133), ("vgg16", 138), ("vgg19", 144)])
def test_vgg_params_are_those_of_the_paper(network: str, millions: int) -> None:
    assert round(analysis(network).totals.params / 10**6) == millions


# Szegedy et al. 2015: "(9+9)/25, a saving of 28%", section 3.1; 1×n and n×1 in place of n×n, 2n of n², section 3.2.
@pytest.mark.parametrize(
    ("whole", "parts", "saved"), [("conv_5x5", "conv_3x3_3x3", (18, 25)), ("conv_7x7", "conv_1x7_7x1", (2, 7))]
)
def test_a_factorised_convolution_saves_what_the_paper_says(whole: str, parts: str, saved: tuple[int, int]) -> None:
    one, two = analysis(whole), analysis(parts)
    part, of = saved
    assert (two.totals.params * of, two.totals.macs * of) == (one.totals.params * part, one.totals.macs * part)
    assert two.output == one.output
    assert two.layers[-1].receptive_field == one.layers[-1].receptive_field


# He et al. 2015, Table 1, with the stride in the first 1×1: FLOPs there are multiply-adds. torch, with the strides of
# torchvision's models moved; the receptive fields are Araujo et al.'s.
@pytest.mark.parametrize(
    ("network", "macs", "field"),
    [("resnet50", 3_857_973_248, 483), ("resnet101", 7_570_194_432, 1027), ("resnet152", 11_282_415_616, 1507)],
)
def test_resnet_with_the_papers_strides(network: str, macs: int, field: int) -> None:
    text = (FOLDER / f"{network}.yaml").read_text(encoding="utf-8")
    first, second = "conv: {filters: $c, kernel: 1}", "conv: {filters: $c, kernel: 3, stride: $stride, padding: 1}"
    assert text.count(first) == text.count(second) == 1
    text = text.replace(first, "conv: {filters: $c, kernel: 1, stride: $stride}")
    text = text.replace(second, "conv: {filters: $c, kernel: 3, padding: 1}")
    found = cnncalc.analyze_text(text)
    assert found.totals.macs == macs
    assert [extent and extent.size for extent in found.layer("conv5_x").receptive_field or ()] == [field, field]


# Tables 1 of the papers on MobileNet at other sizes: millions of multiply-adds, from the READMEs of TensorFlow-Slim.
@pytest.mark.parametrize(
    ("network", "size", "millions"),
    [
        ("mobilenet_v1", 192, 418),
        ("mobilenet_v1", 160, 291),
        ("mobilenet_v1", 128, 186),
        ("mobilenet_v2", 192, 221),
        ("mobilenet_v2", 160, 154),
        ("mobilenet_v2", 128, 99),
        ("mobilenet_v2", 96, 56),
    ],
)
def test_macs_at_other_sizes(network: str, size: int, millions: int) -> None:
    assert round(cnncalc.analyze(network, (3, size, size)).totals.macs / 10**6) == millions


@pytest.mark.parametrize("network", ["googlenet", "googlenet_torchvision", "inception_v3"])
def test_a_network_is_the_one_with_heads_less_its_heads(network: str) -> None:
    def rows(found: Analysis) -> list[Any]:
        return [(layer.path, layer.sources, layer.output, layer.settings) for layer in found.layers]

    assert rows(cnncalc.analyze(f"{network}_aux", heads=False)) == rows(analysis(network))


def test_lenet5_activations() -> None:
    # 6·28·28 + 6·14·14 + 16·10·10 + 16·5·5 + 120 + 120 (flatten) + 84 + 10
    assert analysis("lenet5").totals.activations == 8214


def test_lenet5_first_layer_stands_in_line_7_column_5() -> None:
    place = analysis("lenet5").layers[0].to_dict()["location"]
    assert (Path(place["file"]).name, place["line"], place["column"]) == ("lenet5.yaml", 7, 5)
