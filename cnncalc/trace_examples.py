"""The examples that come with ``cnncalc trace``: the lecture's six pictures, and two more, with their numbers.

The numbers of those with one channel are from Dumoulin & Visin, "A guide to convolution arithmetic for deep learning",
arXiv:1603.07285, figures 1.1 and 1.2 (the convolutions), 1.5 and 1.6 (the pools). An example with the name of an
architecture that comes with cnncalc has that architecture's shapes.
"""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """What stands in the command line: the layer type, the input, and the options by their parameters' names."""

    type: str
    input: str
    options: dict[str, str]


DUMOULIN_INPUT = "3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
DUMOULIN_FILTER = "0 1 2; 2 2 0; 0 1 2"

# Three channels and two filters, made up as small as those of the demonstration in Stanford's CS231n: inputs of 0 to 2,
# weights of −1 to 1, biases of 1 and 0.
IMAGE = (
    "0 1 2 1 0; 1 0 2 0 1; 2 2 1 0 0; 0 1 0 1 2; 1 0 1 2 1 | "
    "1 2 0 0 1; 0 1 1 2 0; 2 0 1 1 0; 1 0 2 0 1; 0 2 1 0 0 | "
    "2 0 1 0 2; 1 1 0 2 1; 0 2 0 1 1; 2 1 1 0 0; 0 0 2 1 2"
)
FIRST = "1 0 -1; 0 1 0; -1 0 1 | 0 1 0; 1 -1 1; 0 1 0 | -1 0 1; 0 0 1; 1 -1 0"
SECOND = "0 -1 0; -1 1 1; 0 1 0 | 1 0 0; 0 1 0; 0 0 -1 | 1 1 0; -1 0 0; 0 0 1"

PLAIN = {"stride": "1", "padding": "0"}
STRIDED = {"stride": "2", "padding": "1"}
POOL = {"kernel": "3", **PLAIN}

EXAMPLES: dict[str, Example] = {
    "picture_conv": Example("conv", DUMOULIN_INPUT, {"kernel": DUMOULIN_FILTER, **PLAIN}),
    "picture_conv_padded_strided": Example("conv", DUMOULIN_INPUT, {"kernel": DUMOULIN_FILTER, **STRIDED}),
    "picture_conv_channels": Example("conv", IMAGE, {"kernel": FIRST, **PLAIN}),
    "picture_conv_two_filters": Example("conv", IMAGE, {"kernel": f"{FIRST} || {SECOND}", **PLAIN}),
    "picture_conv_cs231n": Example("conv", IMAGE, {"kernel": f"{FIRST} || {SECOND}", "bias": "1 0", **STRIDED}),
    "picture_max_pool": Example("max_pool", DUMOULIN_INPUT, POOL),
    "picture_avg_pool": Example("avg_pool", DUMOULIN_INPUT, POOL),
    "picture_transposed_conv": Example(
        "transposed_conv", "3 1 2; 0 2 1; 1 0 3", {"kernel": DUMOULIN_FILTER, "stride": "2", "padding": "0"}
    ),
}
"""By the names that ``cnncalc trace`` takes."""
