"""What the engine finds: layers that do not fit what comes in."""

from __future__ import annotations

from cnncalc.lint.rule import Rule

NEVER = "never: it is an error, and the shapes from here on can't be known"
CLAIM = "never: it is an error; take the claim out, or correct it"

NON_INTEGER_OUTPUT = Rule(
    name="non-integer-output",
    severity="error",
    summary="a window that does not fit its input a whole number of times",
    why=(
        "The output's size is (I − F' + 2P)/S + 1, and where the division leaves a remainder it is no size at all. "
        "Frameworks round down and say nothing: rows and columns at the bottom and right are then never read. Settings "
        "and inputs that fit are named; where rounding is meant, the layer or the file says so."
    ),
    bad="""\
input: 3x224x224
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}   # here
  - relu
""",
    good="""\
input: 3x227x227
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}
  - relu
""",
    source="Dumoulin and Visin, A Guide to Convolution Arithmetic, arXiv:1603.07285, section 2.4",
    allow="by `rounding: floor` or `ceil`, on the layer or for the file: that says what is meant",
)

WINDOW_TOO_LARGE = Rule(
    name="window-too-large",
    severity="error",
    summary="a window, a crop or a padding that leaves nothing of the map",
    why=(
        "A window of F pixels, or D(F − 1) + 1 with dilation, has to find room on the padded input at least once. "
        "Where it does not, too many layers before have made the map small, or the input is too small for the network."
    ),
    bad="""\
input: 1x8x8
layers:
  - conv: {filters: 16, kernel: 3}
  - relu
  - conv: {filters: 32, kernel: 7}   # here
""",
    good="""\
input: 1x8x8
layers:
  - conv: {filters: 16, kernel: 3}
  - relu
  - conv: {filters: 32, kernel: 3}
""",
    source="Dumoulin and Visin, A Guide to Convolution Arithmetic, arXiv:1603.07285, section 2: O ≥ 1",
    allow=NEVER,
)

CHANNEL_MISMATCH = Rule(
    name="channel-mismatch",
    severity="error",
    summary="a claimed number of input channels that the input does not have",
    why=(
        "How many channels come in follows from the layer before. Code that is carried over from a framework says it "
        "again, as `in_channels` or `num_features`, and where the two differ the framework would stop with an error."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {in_channels: 1, out_channels: 16, kernel_size: 3, padding: 1}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {in_channels: 3, out_channels: 16, kernel_size: 3, padding: 1}
""",
    source="torch.nn.Conv2d, https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html: in_channels",
    allow=CLAIM,
)

FEATURE_MISMATCH = Rule(
    name="feature-mismatch",
    severity="error",
    summary="a claimed number of input features that the input does not have",
    why=(
        "A dense layer has a weight for each of its inputs, and a map of C×H×W has C·H·W of them. The number that is "
        "written into the code as `in_features` is wrong as soon as the input's size or a layer before is changed."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 5}
  - relu
  - max_pool: {kernel: 2}
  - flatten
  - dense: {in_features: 400, out_features: 10}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 5}
  - relu
  - max_pool: {kernel: 2}
  - flatten
  - dense: {in_features: 3136, out_features: 10}
""",
    source="torch.nn.Linear, https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html: in_features",
    allow=CLAIM,
)

MERGE_MISMATCH = Rule(
    name="merge-mismatch",
    severity="error",
    summary="inputs of a merge whose shapes do not go together",
    why=(
        "An addition and a product want equal shapes, but for axes of 1; a concatenation wants everything equal but "
        "the channels. A shortcut around layers that change the channels or the size needs a projection: a 1×1 "
        "convolution with the same stride."
    ),
    bad="""\
input: 16x32x32
layers:
  - residual:   # here
      - conv: {filters: 32, kernel: 3, padding: 1}
      - relu
      - conv: {filters: 32, kernel: 3, padding: 1}
""",
    good="""\
input: 16x32x32
layers:
  - residual:
      - conv: {filters: 32, kernel: 3, padding: 1}
      - relu
      - conv: {filters: 32, kernel: 3, padding: 1}
    shortcut: [conv: {filters: 32, kernel: 1}]
""",
    source="He et al., Deep Residual Learning for Image Recognition, arXiv:1512.03385, section 3.2, equation 2",
    allow=NEVER,
)

GROUPS_MISMATCH = Rule(
    name="groups-mismatch",
    severity="error",
    summary="groups that do not divide the input channels or the filters",
    why=(
        "With G groups each filter sees C/G of the channels, and each group has K/G of the filters: both have to be "
        "whole numbers."
    ),
    bad="""\
input: 16x32x32
layers:
  - conv: {filters: 33, kernel: 3, padding: 1, groups: 3}   # here
""",
    good="""\
input: 16x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1, groups: 4}
""",
    source="torch.nn.Conv2d, https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html: groups",
    allow="never: it is an error, and such a layer has no weights",
)

WEIGHTS_MISMATCH = Rule(
    name="weights-mismatch",
    severity="error",
    summary="a layer that uses another's weights, which have another shape",
    why=(
        "`weights: name` uses a layer's weights again, in a Siamese network for example. That takes the same kind of "
        "layer, with the same filters and window, on as many channels."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {name: first, filters: 16, kernel: 3, padding: 1}
  - relu
  - conv: {filters: 16, kernel: 3, padding: 1, weights: first}   # here
""",
    good="""\
inputs: {left: 3x32x32, right: 3x32x32}
layers:
  - conv: {name: one, filters: 16, kernel: 3, padding: 1, from: left}
  - conv: {name: two, filters: 16, kernel: 3, padding: 1, from: right, weights: one}
  - concat: {from: [one, two]}
""",
    source="Bromley et al., Signature Verification Using a Siamese Time Delay Neural Network, NIPS 1993",
    allow="never: it is an error, and what the layer would cost can't be known",
)

MISSING_FLATTEN = Rule(
    name="missing-flatten",
    severity="error",
    summary="a dense layer on a map of channels, height and width",
    why=(
        "A dense layer takes numbers in a row. Given C×H×W, PyTorch and Keras use it on the last axis alone, at each "
        "position of the others, and fail much later or not at all; `flatten` brings all numbers into one row."
    ),
    bad="""\
input: 512x7x7
layers:
  - dense: {units: 10}   # here
""",
    good="""\
input: 512x7x7
layers:
  - flatten
  - dense: {units: 10}
""",
    source="torch.nn.Linear: (∗, H_in) to (∗, H_out), where ∗ is any number of axes",
    allow="never: it is an error; for a dense layer at each position write a 1×1 convolution",
)

RESHAPE_MISMATCH = Rule(
    name="reshape-mismatch",
    severity="error",
    summary="a reshape to a shape with more or fewer numbers",
    why="A reshape only puts the same numbers into other rows: the products of both shapes have to be equal.",
    bad="""\
input: 100
layers:
  - dense: {units: 8192}
  - relu
  - reshape: {shape: 512x5x5}   # here
""",
    good="""\
input: 100
layers:
  - dense: {units: 8192}
  - relu
  - reshape: {shape: 512x4x4}
""",
    source="numpy.reshape: the new shape should be compatible with the original shape",
    allow=NEVER,
)

PAGES = (
    NON_INTEGER_OUTPUT,
    WINDOW_TOO_LARGE,
    CHANNEL_MISMATCH,
    FEATURE_MISMATCH,
    MERGE_MISMATCH,
    GROUPS_MISMATCH,
    WEIGHTS_MISMATCH,
    MISSING_FLATTEN,
    RESHAPE_MISMATCH,
)
