"""The architectures that come with cnncalc, against numbers from outside.

Every number here is a literal. Where it comes from stands beside it:

- the papers, by table or figure;
- torchvision's documentation (`num_params`, `GFLOPS`) and model definitions;
- Caffe's model zoo, bvlc_alexnet and bvlc_googlenet, as Netscope lists them;
- "torch": the same layers written in torch.nn 2.13 on its meta device, parameters summed over `parameters()`, MACs as
  half of what `torch.utils.flop_counter` says;
- Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019, and the table of
  its library, github.com/google-research/receptive_field: size, effective stride and effective padding;
- "gradient": the pixels with a gradient in a torch chain of the same windows, averages in place of maxima.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import cnncalc

FOLDER = Path(__file__).parent.parent / "architectures"


class Bundled(NamedTuple):
    """What a file comes to as a whole. ``macs`` is None where nobody outside says it."""

    name: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    macs: int | None
    source: str


BUNDLED = [
    Bundled("dense_200", (3, 200, 200), (1000,), 120_001_000, 120_000_000, "the lecture; MACs: torch"),
    Bundled("lenet5", (1, 32, 32), (10,), 61_706, 416_520, "torch; PyTorch's tutorial network has as many parameters"),
    Bundled("alexnet", (3, 224, 224), (1000,), 61_100_840, 714_188_480, "torchvision: 61100840, 0.71 G; torch"),
    Bundled("alexnet_grouped", (3, 227, 227), (1000,), 60_965_224, 724_406_816, "Caffe: 60,965,224; torch"),
    Bundled("vgg11", (3, 224, 224), (1000,), 132_863_336, 7_609_090_048, "torchvision: 132863336, 7.61 G; torch"),
    Bundled("vgg13", (3, 224, 224), (1000,), 133_047_848, 11_308_466_176, "torchvision: 133047848, 11.31 G; torch"),
    Bundled("vgg16", (3, 224, 224), (1000,), 138_357_544, 15_470_264_320, "torchvision: 138357544, 15.47 G; torch"),
    Bundled("vgg19", (3, 224, 224), (1000,), 143_667_240, 19_632_062_464, "torchvision: 143667240, 19.63 G; torch"),
    Bundled("googlenet", (3, 224, 224), (1000,), 6_998_552, 1_582_671_872, "Caffe: 6,998,552; torch"),
    # Dumoulin & Visin 2016: 9 windows of 9 pixels in figures 1.1 and 1.2, of 27 and 2·27 over three channels.
    Bundled("picture_conv", (1, 5, 5), (1, 3, 3), 10, 81, "figure 1.1: 9 weights, and a bias"),
    Bundled("picture_conv_padded_strided", (1, 5, 5), (1, 3, 3), 10, 81, "figure 1.2"),
    Bundled("picture_conv_channels", (3, 5, 5), (1, 3, 3), 28, 243, "section 1.1: a 3×3×3 kernel, and a bias"),
    Bundled("picture_conv_two_filters", (3, 5, 5), (2, 3, 3), 56, 486, "figure 1.3, with its axes 2×3×3×3"),
    Bundled("picture_max_pool", (1, 5, 5), (1, 3, 3), 0, 0, "figure 1.6"),
    Bundled("picture_avg_pool", (1, 5, 5), (1, 3, 3), 0, 0, "figure 1.5"),
]

# The feature maps after each stage. A block's name stands for what leaves it.
VGG_SHAPES = {
    # The same for all columns of Table 1: five 2×2 pools from 224 pixels, 64 to 512 channels, three dense layers.
    "conv1_1": (64, 224, 224),
    "pool1": (64, 112, 112),
    "conv2_1": (128, 112, 112),
    "pool2": (128, 56, 56),
    "conv3_2": (256, 56, 56),
    "pool3": (256, 28, 28),
    "conv4_2": (512, 28, 28),
    "pool4": (512, 14, 14),
    "conv5_2": (512, 14, 14),
    "pool5": (512, 7, 7),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
}
SHAPES = {
    "dense_200": {"flatten1": (120_000,), "hidden": (1000,)},
    # LeCun et al. 1998, Figure 2.
    "lenet5": {
        "c1": (6, 28, 28),
        "s2": (6, 14, 14),
        "c3": (16, 10, 10),
        "s4": (16, 5, 5),
        "c5": (120, 1, 1),
        "f6": (84,),
        "output": (10,),
    },
    # torch
    "alexnet": {
        "conv1": (64, 55, 55),
        "pool1": (64, 27, 27),
        "conv2": (192, 27, 27),
        "pool2": (192, 13, 13),
        "conv3": (384, 13, 13),
        "conv4": (256, 13, 13),
        "conv5": (256, 13, 13),
        "pool5": (256, 6, 6),
        "avgpool": (256, 6, 6),
        "flatten1": (9216,),
        "fc6": (4096,),
        "fc7": (4096,),
    },
    # Krizhevsky et al. 2012, Figure 2: 48, 128, 192, 192 and 128 maps on each of two GPUs, of 55, 27 and 13 pixels.
    "alexnet_grouped": {
        "conv1": (96, 55, 55),
        "norm1": (96, 55, 55),
        "pool1": (96, 27, 27),
        "conv2": (256, 27, 27),
        "pool2": (256, 13, 13),
        "conv3": (384, 13, 13),
        "conv4": (384, 13, 13),
        "conv5": (256, 13, 13),
        "pool5": (256, 6, 6),
        "fc6": (4096,),
        "fc7": (4096,),
    },
    "vgg11": VGG_SHAPES,
    "vgg13": VGG_SHAPES,
    "vgg16": VGG_SHAPES,
    "vgg19": VGG_SHAPES,
    # Szegedy et al. 2014, Table 1, column "output size", every row.
    "googlenet": {
        "conv1": (64, 112, 112),
        "pool1": (64, 56, 56),
        "conv2": (192, 56, 56),
        "pool2": (192, 28, 28),
        "3a": (256, 28, 28),
        "3b": (480, 28, 28),
        "pool3": (480, 14, 14),
        "4a": (512, 14, 14),
        "4b": (512, 14, 14),
        "4c": (512, 14, 14),
        "4d": (528, 14, 14),
        "4e": (832, 14, 14),
        "pool4": (832, 7, 7),
        "5a": (832, 7, 7),
        "5b": (1024, 7, 7),
        "avg_pool": (1024, 1, 1),
        "dropout1": (1024,),
        "linear": (1000,),
    },
}

# Parameters of every layer that has any.
VGG_DENSE = {"fc6": 102_764_544, "fc7": 16_781_312, "fc8": 4_097_000}  # as Keras's summary of VGG16 has them
PARAMS = {
    # LeCun et al. 1998, section II.B, but for C3 with all its connections, (5·5·6 + 1)·16, and a dense output.
    "lenet5": {"c1": 156, "c3": 2416, "c5": 48_120, "f6": 10_164, "output": 850},
    # torch
    "alexnet": {
        "conv1": 23_296,
        "conv2": 307_392,
        "conv3": 663_936,
        "conv4": 884_992,
        "conv5": 590_080,
        "fc6": 37_752_832,
        "fc7": 16_781_312,
        "fc8": 4_097_000,
    },
    # torch; Caffe's blobs have the same sizes
    "alexnet_grouped": {
        "conv1": 34_944,
        "conv2": 307_456,
        "conv3": 885_120,
        "conv4": 663_936,
        "conv5": 442_624,
        "fc6": 37_752_832,
        "fc7": 16_781_312,
        "fc8": 4_097_000,
    },
    # torch
    "vgg11": {
        "conv1_1": 1792,
        "conv2_1": 73_856,
        "conv3_1": 295_168,
        "conv3_2": 590_080,
        "conv4_1": 1_180_160,
        "conv4_2": 2_359_808,
        "conv5_1": 2_359_808,
        "conv5_2": 2_359_808,
        **VGG_DENSE,
    },
    # Keras's summary of VGG16
    "vgg16": {
        "conv1_1": 1792,
        "conv1_2": 36_928,
        "conv2_1": 73_856,
        "conv2_2": 147_584,
        "conv3_1": 295_168,
        "conv3_2": 590_080,
        "conv3_3": 590_080,
        "conv4_1": 1_180_160,
        "conv4_2": 2_359_808,
        "conv4_3": 2_359_808,
        "conv5_1": 2_359_808,
        "conv5_2": 2_359_808,
        "conv5_3": 2_359_808,
        **VGG_DENSE,
    },
}

# Parameters of GoogLeNet's stages: torch.
GOOGLENET_PARAMS = {
    "conv1": 9472,
    "conv2_reduce": 4160,
    "conv2": 110_784,
    "3a": 163_696,
    "3b": 388_736,
    "4a": 376_176,
    "4b": 449_160,
    "4c": 510_104,
    "4d": 605_376,
    "4e": 868_352,
    "5a": 1_043_456,
    "5b": 1_444_080,
    "linear": 1_025_000,
}

# Szegedy et al. 2014, Table 1, column "ops": multiply-adds in millions. Left out are conv1 (34) and 5a (54), which do
# not follow from the other columns of their rows; torch says 118,013,952 and 51,079,168.
GOOGLENET_OPS = {"3a": 128, "3b": 304, "4a": 73, "4b": 88, "4c": 100, "4d": 119, "4e": 170, "5b": 71, "linear": 1}

# Krizhevsky et al. 2012, section 3.5: neurons in each layer. Its 253,440 for the first fit no 96 maps of 55×55.
ALEXNET_NEURONS = {
    "conv2": 186_624,
    "conv3": 64_896,
    "conv4": 64_896,
    "conv5": 43_264,
    "fc6": 4096,
    "fc7": 4096,
    "fc8": 1000,
}

# Simonyan & Zisserman 2014, Table 2: parameters in millions.
VGG_MILLIONS = {"vgg11": 133, "vgg13": 133, "vgg16": 138, "vgg19": 144}

# Size, stride, and how far the first window begins outside the image.
FIELDS = {
    # Araujo et al., alexnet_v2: no padding in conv1.
    "alexnet_grouped": {
        "conv1": (11, 4, 0),
        "pool1": (19, 8, 0),
        "conv2": (51, 8, 16),
        "conv3": (99, 16, 32),
        "conv4": (131, 16, 48),
        "conv5": (163, 16, 64),
        "pool5": (195, 32, 64),
    },
    # The same windows with torchvision's two pixels of padding in conv1; gradient.
    "alexnet": {"conv1": (11, 4, 2), "pool1": (19, 8, 2), "conv2": (51, 8, 18), "pool5": (195, 32, 66)},
    # Araujo et al., vgg_a.
    "vgg11": {
        "conv1_1": (3, 1, 1),
        "pool1": (4, 2, 1),
        "conv2_1": (8, 2, 3),
        "pool2": (10, 4, 3),
        "conv3_2": (26, 4, 11),
        "pool3": (30, 8, 11),
        "conv4_2": (62, 8, 27),
        "pool4": (70, 16, 27),
        "conv5_2": (134, 16, 59),
        "pool5": (150, 32, 59),
    },
    # gradient
    "vgg13": {"pool1": (6, 2, 2), "pool3": (36, 8, 14), "pool4": (76, 16, 30), "pool5": (156, 32, 62)},
    # Araujo et al., vgg_16.
    "vgg16": {
        "conv1_1": (3, 1, 1),
        "pool1": (6, 2, 2),
        "conv2_1": (10, 2, 4),
        "pool2": (16, 4, 6),
        "conv3_1": (24, 4, 10),
        "conv3_2": (32, 4, 14),
        "pool3": (44, 8, 18),
        "conv4_1": (60, 8, 26),
        "conv4_2": (76, 8, 34),
        "pool4": (100, 16, 42),
        "conv5_1": (132, 16, 58),
        "conv5_2": (164, 16, 74),
        "pool5": (212, 32, 90),
    },
    # gradient
    "vgg19": {"pool1": (6, 2, 2), "pool3": (52, 8, 22), "pool4": (124, 16, 54), "pool5": (268, 32, 118)},
    # gradient; a module's field is that of its 5×5 path
    "googlenet": {
        "conv1": (7, 2, 3),
        "pool1": (11, 4, 3),
        "conv2": (19, 4, 7),
        "pool2": (27, 8, 7),
        "3a": (59, 8, 23),
        "3b": (91, 8, 39),
        "pool3": (107, 16, 39),
        "4a": (171, 16, 71),
        "4e": (427, 16, 199),
        "pool4": (459, 32, 199),
        "5a": (587, 32, 263),
        "5b": (715, 32, 327),
    },
    # gradient; C5 sees the whole image
    "lenet5": {"c1": (5, 1, 0), "s2": (6, 2, 0), "c3": (14, 2, 0), "s4": (16, 4, 0), "c5": (32, 4, 0)},
}


def rows(table, *columns):
    """``{network: {layer: value}}`` as parametrized cases, called network-layer."""
    cases = [(network, layer, value) for network, layers in table.items() for layer, value in layers.items()]
    return pytest.mark.parametrize(
        ("network", "layer", *columns), cases, ids=[f"{network}-{layer}" for network, layer, _ in cases]
    )


@cache
def analysis(network):
    return cnncalc.analyze(FOLDER / f"{network}.yaml")


def stage(network, name):
    """The layers that a name stands for: one, or all of a block's."""
    found = [layer for layer in analysis(network).layers if layer.path == name or layer.path.startswith(f"{name}/")]
    assert found, f"{network} has no {name}"
    return found


every_file = pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
every_row = pytest.mark.parametrize("row", BUNDLED, ids=lambda row: row.name)


def test_every_file_has_its_row_here():
    assert sorted(row.name for row in BUNDLED) == sorted(path.stem for path in FOLDER.glob("*.yaml"))


@every_file
def test_file_says_what_it_is_and_what_it_comes_to(path):
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert path.stem == path.stem.lower()
    assert text["name"]
    assert text["source"]
    assert list(text)[-1] == "expect"
    assert {"output", "params", "macs"} <= text["expect"].keys()


@every_file
def test_file_analyzes_clean(path):
    found = cnncalc.analyze(path)
    assert found.diagnostics == ()
    assert found.ok
    assert found.totals.complete


@every_row
def test_whole_network(row):
    found = analysis(row.name)
    assert found.input == row.input
    assert found.output == row.output
    assert found.totals.params == row.params
    assert found.totals.trainable == row.params
    assert found.totals.buffers == 0
    if row.macs is not None:
        assert found.totals.macs == row.macs


@every_row
def test_found_by_its_name_alone(row):
    assert cnncalc.analyze(row.name).totals.params == row.params


@rows(SHAPES, "shape")
def test_shape(network, layer, shape):
    assert stage(network, layer)[-1].output == shape


@pytest.mark.parametrize("network", PARAMS)
def test_params_of_each_layer(network):
    assert {layer.path: layer.params for layer in analysis(network).layers if layer.params} == PARAMS[network]


@rows({"googlenet": GOOGLENET_PARAMS}, "params")
def test_params_of_a_stage(network, layer, params):
    assert sum(part.params for part in stage(network, layer)) == params


@rows({"googlenet": GOOGLENET_OPS}, "millions")
def test_macs_of_a_stage_are_those_of_the_paper(network, layer, millions):
    macs = sum(part.macs for part in stage(network, layer))
    assert abs(macs - millions * 10**6) < 10**6


def test_googlenet_second_row_has_both_convolutions():
    macs = stage("googlenet", "conv2_reduce")[0].macs + stage("googlenet", "conv2")[0].macs
    assert abs(macs - 360 * 10**6) < 10**6  # Table 1: "convolution 3×3/1", 360M, its "#3×3 reduce" among it


@rows({"alexnet_grouped": ALEXNET_NEURONS}, "neurons")
def test_neurons_are_those_of_the_paper(network, layer, neurons):
    assert stage(network, layer)[0].activations == neurons


@pytest.mark.parametrize(("network", "millions"), VGG_MILLIONS.items())
def test_vgg_params_are_those_of_the_paper(network, millions):
    assert round(analysis(network).totals.params / 10**6) == millions


@rows(FIELDS, "field")
def test_receptive_field(network, layer, field):
    size, stride, outside = field
    assert stage(network, layer)[-1].receptive_field == ((size, stride, -outside),) * 2


def test_lenet5_activations():
    # 6·28·28 + 6·14·14 + 16·10·10 + 16·5·5 + 120 + 120 (flatten) + 84 + 10
    assert analysis("lenet5").totals.activations == 8214


def test_lenet5_first_layer_stands_in_line_7_column_5():
    place = analysis("lenet5").layers[0].to_dict()["location"]
    assert (Path(place["file"]).name, place["line"], place["column"]) == ("lenet5.yaml", 7, 5)


def test_layers_in_torchvisions_order():
    alexnet = "conv relu max_pool conv relu max_pool conv relu conv relu conv relu max_pool adaptive_avg_pool flatten"
    alexnet += " dropout dense relu dropout dense relu dense"
    assert [layer.type for layer in analysis("alexnet").layers] == alexnet.split()
    # vgg11's features and classifier; the adaptive pool between them is left out, as in the paper.
    vgg11 = "conv relu max_pool conv relu max_pool" + 3 * " conv relu conv relu max_pool"
    vgg11 += " flatten dense relu dropout dense relu dropout dense"
    assert [layer.type for layer in analysis("vgg11").layers] == vgg11.split()
