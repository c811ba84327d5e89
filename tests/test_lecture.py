"""The lecture "Redes convolucionales" (UNAM) in numbers: each worked out from YAML, and compared with what it says.

The lecture writes shapes as H×W×C and its settings as K (filters), F (kernel), S (stride), P (padding); here the
channels come first, and the letters are the lecture's. Its pictures follow Dumoulin & Visin, "A guide to convolution
arithmetic for deep learning", 2016.
"""

from typing import NamedTuple

import pytest

import cnncalc


class Exercise(NamedTuple):
    """A network of the lecture, and what comes out."""

    id: str
    input: str
    layers: str
    output: tuple[int, ...]
    params: int


EXERCISES = [
    # Each of 1000 units sees 200·200·3 numbers.
    Exercise("dense-network", "3x200x200", "[flatten, dense: {units: 1000}]", (1000,), 120_001_000),
    # The six pictures.
    Exercise("picture-convolution", "1x5x5", "[conv: {K: 1, F: 3, S: 1, P: 0}]", (1, 3, 3), 10),
    Exercise("picture-padding-and-stride", "1x5x5", "[conv: {K: 1, F: 3, S: 2, P: 1}]", (1, 3, 3), 10),
    Exercise("picture-three-channels", "3x5x5", "[conv: {K: 1, F: 3, S: 1, P: 0}]", (1, 3, 3), 28),
    Exercise("picture-two-filters", "3x5x5", "[conv: {K: 2, F: 3, S: 1, P: 0}]", (2, 3, 3), 56),
    Exercise("picture-max-pool", "1x5x5", "[max_pool: {F: 3, S: 1, P: 0}]", (1, 3, 3), 0),
    Exercise("picture-average-pool", "1x5x5", "[avg_pool: {F: 3, S: 1, P: 0}]", (1, 3, 3), 0),
    # From 1×28×28 into a convolution, with settings of several kinds.
    Exercise("digits-same-size", "1x28x28", "[conv: {K: 4, F: 3, S: 1, P: 1}]", (4, 28, 28), 40),
    Exercise("digits-same-size-larger-filter", "1x28x28", "[conv: {K: 4, F: 5, S: 1, P: 2}]", (4, 28, 28), 104),
    Exercise("digits-without-padding", "1x28x28", "[conv: {K: 4, F: 5, S: 1, P: 0}]", (4, 24, 24), 104),
    Exercise("digits-halved-by-stride", "1x28x28", "[conv: {K: 4, F: 4, S: 2, P: 1}]", (4, 14, 14), 68),
    # From 4×28×28 into a pooling layer, whose window the lecture calls K or F.
    Exercise("pool-halves", "4x28x28", "[max_pool: {F: 2, S: 2}]", (4, 14, 14), 0),
    Exercise("pool-halves-window-called-k", "4x28x28", "[max_pool: {K: 2, S: 2}]", (4, 14, 14), 0),
    Exercise("pool-stride-is-its-window", "4x28x28", "[avg_pool: {F: 2}]", (4, 14, 14), 0),
    Exercise("pool-quarters", "4x28x28", "[avg_pool: {F: 4, S: 4}]", (4, 7, 7), 0),
    Exercise(
        "convolution-then-pool",
        "1x28x28",
        "[conv: {K: 4, F: 3, S: 1, P: 1}, max_pool: {F: 2, S: 2}]",
        (4, 14, 14),
        40,
    ),
    # AlexNet's first layer, Krizhevsky et al. 2012: (11·11·3 + 1)·96 parameters.
    Exercise("alexnet-first-layer", "3x227x227", "[conv: {K: 96, F: 11, S: 4}]", (96, 55, 55), 34_944),
    Exercise(
        "alexnet-first-pool", "3x227x227", "[conv: {K: 96, F: 11, S: 4}, max_pool: {F: 3, S: 2}]", (96, 27, 27), 34_944
    ),
]

# H_O = (H_I − F + 2P)/S + 1: H_I, F, S, P and H_O.
SIZES = [
    (5, 3, 1, 0, 3),  # Dumoulin & Visin, figure 1.1
    (5, 3, 2, 1, 3),  # figure 1.2
    (4, 3, 1, 0, 2),  # figure 2.1
    (5, 4, 1, 2, 6),  # figure 2.2
    (5, 3, 1, 1, 5),  # figure 2.3, half padding
    (5, 3, 2, 0, 2),  # figure 2.5
    (28, 3, 1, 1, 28),
    (28, 5, 1, 2, 28),
    (28, 5, 1, 0, 24),
    (28, 2, 2, 0, 14),
    (32, 5, 1, 0, 28),  # LeNet-5, C1
    (227, 11, 4, 0, 55),  # AlexNet, conv1
    (55, 3, 2, 0, 27),  # AlexNet, pool1
    (224, 3, 1, 1, 224),  # VGG, conv1_1
]


FULL_PADDING = [(5, 3, 1, 2, 7)]  # figure 2.4; for a pool, frameworks allow half the window


def analyze(input, layers):
    return cnncalc.analyze_text(f"input: {input}\nlayers: {layers}\n")


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_exercise(exercise):
    found = analyze(exercise.input, exercise.layers)
    assert found.diagnostics == ()
    assert found.output == exercise.output
    assert found.totals.params == exercise.params


@pytest.mark.parametrize(("size", "f", "s", "p", "expected"), SIZES)
@pytest.mark.parametrize("layer", ["conv: {K: 7, ", "max_pool: {", "avg_pool: {"], ids=["conv", "max-pool", "avg-pool"])
def test_one_formula_for_convolutions_and_pools(layer, size, f, s, p, expected):
    found = analyze(f"7x{size}x{size}", f"[{layer}F: {f}, S: {s}, P: {p}}}]")
    assert found.ok
    assert found.output == (7, expected, expected)


@pytest.mark.parametrize(("size", "f", "s", "p", "expected"), SIZES + FULL_PADDING)
def test_height_and_width_each_follow_it(size, f, s, p, expected):
    # A width of 9 under a window of 1 with stride 2: (9 − 1)/2 + 1 = 5.
    found = analyze(f"3x{size}x9", f"[conv: {{K: 2, F: [{f}, 1], S: [{s}, 2], P: [{p}, 0]}}]")
    assert found.output == (2, expected, 5)


def test_alexnets_224_does_not_fit():
    # (224 − 11 + 2·0)/4 + 1 = 54.25: the paper's 224 can't be what its Figure 2 shows.
    found = analyze("3x224x224", "[conv: {K: 96, F: 11, S: 4, P: 0}]")
    assert not found.ok
    assert found.output == (96, None, None)
    (diagnostic,) = found.diagnostics
    assert diagnostic.rule == "non-integer-output"
    assert "(224 − 11 + 2·0)/4 + 1 = 54.25" in diagnostic.message
    assert "227" in diagnostic.help


def test_a_filter_is_as_deep_as_its_input():
    # One 3×3 filter over 3 channels has 27 weights and a single bias, and makes one channel.
    (layer,) = analyze("3x5x5", "[conv: {K: 1, F: 3}]").layers
    assert layer.weights == {"weight": (1, 3, 3, 3), "bias": (1,)}


def test_pooling_keeps_the_channels_and_learns_nothing():
    (layer,) = analyze("4x28x28", "[max_pool: {F: 2, S: 2}]").layers
    assert layer.output == (4, 14, 14)
    assert layer.weights == {}
    assert layer.macs == 0


@pytest.mark.parametrize("shape", ["3x6x6", (3, 6, 6), [3, 6, 6]], ids=["text", "tuple", "list"])
def test_one_layer_takes_a_shape_however_it_is_written(shape):
    # (6 − 3 + 2·0)/1 + 1 = 4.
    assert cnncalc.analyze_layer("conv", shape, filters=1, kernel=3).output == (1, 4, 4)
