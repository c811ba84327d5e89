"""The certain flaws of single layers and neighbours: what each rule has to see, and the near misses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnncalc import Source
from cnncalc.lint import Settings, lint_source
from cnncalc.lint.fixes import fixed
from cnncalc.lint.rules.window_in_padding import sees_pixels

RULES = {
    "bias-before-batch-norm",
    "linear-layers-in-a-row",
    "repeated-activation",
    "softmax-of-one-unit",
    "dropout-before-batch-norm",
    "unfinished-output",
    "stride-over-kernel",
    "window-in-padding",
    "pool-padding",
}
MAP = "input: 8x24x24\nlayers:\n"
FLAT = "input: 64\nlayers:\n"
HIDDEN = "  - dense: {units: 64}\n  - relu\n"


def told(text: str) -> list[tuple[str, int]]:
    """What these rules report, and the lines; the text has to be without errors."""
    report = lint_source(Source("case.yaml", text), Settings())
    assert [d for d in report.diagnostics if d.severity == "error"] == []
    return [(d.rule, d.span.line if d.span else 0) for d in report.diagnostics if d.rule in RULES]


def check(text: str, rule: str) -> None:
    """The rule reports the lines that end in ``# here``, and these rules nothing else."""
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    assert told(text) == [(rule, line) for line in marked]


BIASES = {
    "dense": FLAT + "  - dense: {units: 9}  # here\n  - batch_norm\n",
    "depthwise": MAP + "  - depthwise_conv: {kernel: 3}  # here\n  - batch_norm\n",
    "separable": MAP + "  - separable_conv: {filters: 9, kernel: 3}  # here\n  - batch_norm\n",
    "transposed": MAP + "  - transposed_conv: {filters: 9, kernel: 2, stride: 2}  # here\n  - batch_norm\n",
    "no offset": MAP + "  - conv: {filters: 9, kernel: 3}  # here\n  - batch_norm: {affine: false}\n",
    "max pool between": MAP + "  - conv: {K: 9, F: 3, P: 1}  # here\n  - max_pool: {kernel: 2}\n  - batch_norm\n",
    "avg pool between": MAP + "  - conv: {K: 9, F: 3, P: 1}  # here\n  - avg_pool: {kernel: 2}\n  - batch_norm\n",
    "padding not counted": MAP
    + "  - conv: {K: 9, F: 3, P: 1}  # here\n  - avg_pool: {F: 3, S: 1, P: 1, count_padding: false}\n  - batch_norm\n",
    "padding counted": MAP + "  - conv: {K: 9, F: 3, P: 1}\n  - avg_pool: {F: 3, S: 1, P: 1}\n  - batch_norm\n",
    "same padding counted": MAP
    + "  - conv: {K: 9, F: 3, P: 1}\n  - avg_pool: {F: 3, S: 1, P: same}\n  - batch_norm\n",
    "activation between": MAP + "  - conv: {K: 9, F: 3, P: 1}\n  - relu\n  - batch_norm\n",
    "dropout between": FLAT + "  - dense: {units: 9}\n  - dropout: {rate: 0}\n  - batch_norm\n",
    "reshape between": "input: 64\nlayers:\n  - dense: {units: 36}\n  - reshape: {shape: 4x3x3}\n  - batch_norm\n",
    "a norm's own offset": MAP + "  - layer_norm\n  - batch_norm\n",
    "used by others, too": MAP + "  - residual: [batch_norm]\n  - conv: {name: c, K: 9, F: 3, P: 1}\n"
    "  - residual: [batch_norm]\n",
    "an output, too": "input: 8x9x9\noutputs: [c, n]\nlayers:\n  - conv: {name: c, K: 9, F: 1}\n"
    "  - batch_norm: {name: n}\n",
    "frozen": MAP + "  - conv: {K: 9, F: 3, P: 1, trainable: false}\n  - batch_norm\n",
    "frozen norm": MAP + "  - conv: {K: 9, F: 3, P: 1}\n  - batch_norm: {trainable: false}\n",
    "behind a merge": MAP + "  - branches: [[conv: {K: 9, F: 1}], [conv: {K: 9, F: 1}]]\n  - batch_norm\n",
    "shared, once without norm": MAP + "  - conv: {name: a, K: 8, F: 3, P: 1}\n  - batch_norm\n  - relu\n"
    "  - conv: {K: 8, F: 3, P: 1, weights: a}\n  - relu\n",
    "shared, both normed": MAP + "  - conv: {name: a, K: 8, F: 3, P: 1}  # here\n  - batch_norm\n  - relu\n"
    "  - conv: {K: 8, F: 3, P: 1, weights: a}\n  - batch_norm\n",
    "one norm for two": MAP + "  - conv: {K: 8, F: 3, P: 1}\n  - batch_norm: {name: n}\n  - relu\n"
    "  - conv: {K: 8, F: 3, P: 1}\n  - batch_norm: {weights: n}\n",
    "siamese": "inputs: {a: 8x9x9, b: 8x9x9}\nblocks:\n  twin:\n    layers:\n"
    "      - conv: {K: 8, F: 3, P: 1}  # here\n      - batch_norm\n      - relu\nlayers:\n"
    "  - twin: {name: one, from: a}\n  - twin: {name: two, from: b, weights: one}\n  - add: {from: [one, two]}\n",
    "no bias in the block": MAP.replace("layers:", "blocks:\n  c:\n    parameters: [b]\n    layers:\n"
    "      - conv: {K: 9, F: 3, P: 1, bias: $b}\n      - batch_norm\n      - relu\nlayers:")
    + "  - c: {b: false}\n  - c: {b: false}\n",
    "a bias from the block": MAP.replace("layers:", "blocks:\n  c:\n    parameters: [b]\n    layers:\n"
    "      - conv: {K: 9, F: 3, P: 1, bias: $b}  # here\n      - batch_norm\n      - relu\nlayers:")
    + "  - c: {b: false}\n  - c: {b: true}\n",
}  # fmt: skip


@pytest.mark.parametrize("case", BIASES)
def test_bias_before_batch_norm(case: str) -> None:
    check(BIASES[case], "bias-before-batch-norm")


def mended(text: str) -> str:
    return fixed(Source("case.yaml", text), Settings())[0].text


def test_a_bias_is_not_taken_from_other_layers_of_its_line_or_of_the_defaults() -> None:
    block = "blocks:\n  c:\n    parameters: [norm]\n    layers:\n      - conv: {K: 8, F: 3, P: 1}\n"
    block += "      - batch_norm: {when: $norm}\n      - relu\n"
    mixed = f"input: 8x9x9\n{block}layers:\n  - c: {{norm: true}}\n  - c: {{norm: false}}\n"
    assert told(mixed) == [("bias-before-batch-norm", 6)]
    assert mended(mixed) == mixed
    assert "bias: false" in mended(mixed.replace("norm: false", "norm: true"))

    shared = (
        "input: 8x9x9\ndefaults: {conv: {bias: true, K: 8, F: 3, P: 1}}\nlayers:\n  - conv\n  - batch_norm\n  - conv\n"
    )
    assert told(shared) == [("bias-before-batch-norm", 4)]
    assert mended(shared) == shared.replace("- conv\n  - batch", "- conv: {bias: false}\n  - batch")

    parameter = BIASES["a bias from the block"]
    assert mended(parameter) == parameter


LINEAR = {
    "dense": FLAT + HIDDEN + "  - dense: {units: 64}\n  - dense: {units: 10}  # here\n",
    "three": FLAT + HIDDEN + "  - dense: {units: 64}\n  - dense: {units: 64}  # here\n  - dense: {units: 10}  # here\n",
    "convolutions": MAP
    + "  - conv: {K: 16, F: 3}\n  - conv: {K: 32, F: 3}  # here\n  - relu\n  - conv: {K: 4, F: 1}\n",
    "norm and dropout between": MAP + "  - conv: {K: 16, F: 3, bias: false}\n  - batch_norm\n  - dropout\n"
    "  - conv: {K: 32, F: 3}  # here\n  - relu\n  - conv: {K: 4, F: 1}\n",
    "average pool between": MAP + "  - conv: {K: 16, F: 3, P: 1}\n  - avg_pool: {kernel: 2}\n"
    "  - conv: {K: 32, F: 3}  # here\n  - relu\n  - conv: {K: 4, F: 1}\n",
    "convolution and dense": MAP + "  - relu\n  - conv: {K: 16, F: 3}\n  - flatten\n  - dense: {units: 10}  # here\n",
    "3×3 and 1×1": MAP + "  - relu\n  - conv: {K: 96, F: 3}\n  - conv: {K: 32, F: 1}  # here\n",
    "max pool between": MAP
    + "  - relu\n  - conv: {K: 16, F: 3, P: 1}\n  - max_pool: {F: 2}\n  - conv: {K: 32, F: 3}\n",
    "layer norm between": MAP + "  - relu\n  - conv: {K: 16, F: 3}\n  - layer_norm\n  - conv: {K: 32, F: 2, S: 2}\n",
    "local response between": MAP + "  - relu\n  - conv: {K: 16, F: 3}\n  - lrn\n  - conv: {K: 32, F: 3}\n",
    "no activations written": MAP
    + "  - conv: {K: 16, F: 3}\n  - conv: {K: 32, F: 3}\n  - flatten\n  - dense: {units: 9}\n",
    "only the final softmax": FLAT + "  - dense: {units: 64}\n  - dense: {units: 10}\n  - softmax\n",
    "depthwise, pointwise": MAP + "  - relu\n  - depthwise_conv: {F: 3}\n  - conv: {K: 32, F: 1}\n",
    "pointwise, depthwise": MAP + "  - relu\n  - conv: {K: 32, F: 1}\n  - depthwise_conv: {F: 3}\n",
    "grouped": MAP + "  - relu\n  - conv: {K: 32, F: 3, G: 4}\n  - conv: {K: 32, F: 1}\n",
    "separable": MAP + "  - relu\n  - separable_conv: {K: 32, F: 3}\n  - separable_conv: {K: 32, F: 3}\n",
    "transposed": MAP + "  - relu\n  - conv: {K: 32, F: 3}\n  - transposed_conv: {K: 32, F: 2, S: 2}\n",
    "bottleneck": FLAT + HIDDEN + "  - dense: {units: 16}\n  - dense: {units: 64}\n",
    "linear bottleneck": "input: 96x9x9\nlayers:\n  - relu6\n  - conv: {K: 24, F: 1, bias: false}\n  - batch_norm\n"
    "  - conv: {K: 144, F: 1}\n  - relu6\n",
    "low rank": MAP + "  - relu\n  - conv: {K: 32, F: 3}\n  - conv: {K: 64, F: 1}\n",
    "1×n and n×1": MAP + "  - relu\n  - conv: {K: 32, F: 1x3}\n  - conv: {K: 32, F: 3x1}\n",
    "cheaper than dense": MAP + "  - relu\n  - conv: {K: 2, F: 1}\n  - flatten\n  - dense: {units: 99}\n",
    "merge between": MAP + "  - relu\n  - residual: [conv: {K: 8, F: 3, P: 1}]\n  - conv: {K: 8, F: 3}\n",
    "used by others, too": MAP + "  - relu\n  - conv: {K: 8, F: 3}\n  - residual: [conv: {K: 8, F: 3, P: 1}]\n",
    "frozen": FLAT + HIDDEN + "  - dense: {units: 64, trainable: false}\n  - dense: {units: 10}\n",
    "shared": FLAT + HIDDEN + "  - dense: {name: a, units: 64}\n  - dense: {units: 64, weights: a}\n",
}


@pytest.mark.parametrize("case", LINEAR)
def test_linear_layers_in_a_row(case: str) -> None:
    check(LINEAR[case], "linear-layers-in-a-row")


def activations(*words: str, end: str = "  - dense: {units: 4}\n") -> str:
    """Layers in a row behind a dense one. A word with a star is reported."""
    rows = [f"  - {word.rstrip('*')}" + "  # here" * word.endswith("*") for word in words]
    return FLAT + "  - dense: {units: 4}\n" + "\n".join(rows) + "\n" + end


ACTIVATIONS = {
    "relu relu": activations("relu", "relu*"),
    "relu dropout relu": activations("relu", "dropout", "relu*"),
    "relu relu relu": activations("relu", "relu*", "relu*"),
    "sigmoid relu": activations("sigmoid", "relu*"),
    "softplus leaky_relu": activations("softplus", "leaky_relu*"),
    "relu elu": activations("relu", "elu*"),
    "relu selu": activations("relu", "selu"),
    "relu gelu": activations("relu", "gelu"),
    "relu tanh": activations("relu", "tanh"),
    "relu then relu6": activations("relu*", "relu6"),
    "relu6 relu6": activations("relu6", "relu6*"),
    "relu6 relu": activations("relu6", "relu*"),
    "leaky_relu relu": activations("leaky_relu*", "relu"),
    "leaky_relu of negative slope": activations("leaky_relu: {slope: -1}", "relu"),
    "elu relu": activations("elu*", "relu"),
    "gelu relu": activations("gelu", "relu"),
    "prelu relu": activations("prelu", "relu"),
    "tanh relu": activations("tanh", "relu"),
    "leaky_relu leaky_relu": activations("leaky_relu", "leaky_relu"),
    "softmax softmax": activations("softmax", "softmax*", end=""),
    "softmax log_softmax": activations("softmax", "log_softmax*", end=""),
    "log_softmax softmax": activations("log_softmax*", "softmax", end=""),
    "log_softmax log_softmax": activations("log_softmax", "log_softmax*", end=""),
    "sigmoid sigmoid": activations("sigmoid", "sigmoid*", end=""),
    "relu before the final softmax": activations("relu*", "softmax", end=""),
    "relu before the final sigmoid": activations("relu*", "sigmoid", end=""),
    "relu before a hidden sigmoid": activations("relu", "sigmoid"),
    "relu, dense, softmax": activations("relu", "dense: {units: 9}", "softmax", end=""),
    "pools between": MAP + "  - relu\n  - max_pool: {F: 2}\n  - avg_pool: {F: 3, S: 1, P: 1}\n  - relu  # here\n",
    "norm between": MAP + "  - relu\n  - batch_norm\n  - relu\n",
    "both branches": MAP
    + "  - branches: [[conv: {K: 4, F: 1}, relu], [max_pool: {F: 1}, relu6]]\n  - relu  # here\n",
    "one branch": MAP + "  - branches: [[conv: {K: 4, F: 1}, relu], [conv: {K: 4, F: 1}]]\n  - relu\n",
    "sum": MAP + "  - relu\n  - residual: [conv: {K: 8, F: 1}, relu]\n  - relu  # here\n",
    "sum with something negative": MAP + "  - relu\n  - residual: [conv: {K: 8, F: 1}]\n  - relu\n",
    "the input": MAP + "  - relu\n",
    "squeezed as published": MAP + "  - conv: {K: 9, F: 1}\n  - relu\n  - global_avg_pool\n  - flatten\n  - softmax\n",
    "bicubic": MAP + "  - relu\n  - upsample: {scale: 2, mode: bicubic}\n  - relu\n",
    "bilinear": MAP + "  - relu\n  - upsample: {scale: 2, mode: bilinear}\n  - relu  # here\n",
}  # fmt: skip


@pytest.mark.parametrize("case", ACTIVATIONS)
def test_repeated_activation(case: str) -> None:
    check(ACTIVATIONS[case], "repeated-activation")


def test_the_numbers_of_a_softmax_of_probabilities() -> None:
    """e/(e + 3) = 0.475 for four classes."""
    report = lint_source(Source("case.yaml", ACTIVATIONS["softmax softmax"]), Settings())
    (twice,) = [d for d in report.diagnostics if d.rule == "repeated-activation"]
    assert "0.48" in twice.message


def test_an_activation_is_taken_out_where_that_changes_nothing() -> None:
    text = activations("relu", "relu", "dropout", "relu  # why")
    assert mended(text) == activations("relu", "dropout").replace("  - dropout\n", "  - dropout\n  # why\n")
    named = activations("relu", "relu: {name: r}")
    assert mended(named) == named
    numbered = activations("relu", "relu", end="  - dense: {units: 4, from: relu2}\n")
    assert mended(numbered) == numbered
    flow = "input: 64\nlayers: [dense: {units: 4}, relu, relu, dense: {units: 4}]\n"
    assert mended(flow) == flow
    # One line, and in one of its two places the relu works.
    block = (
        "input: 64\nblocks:\n  b:\n    parameters: [first]\n    layers:\n      - relu: {when: $first}\n      - relu\n"
    )
    block += "layers:\n  - dense: {units: 4}\n  - b: {first: true}\n  - dense: {units: 4}\n  - b: {first: false}\n"
    assert told(block) == [("repeated-activation", 7)]
    assert mended(block) == block


ONE_UNIT = {
    "flat": FLAT + "  - dense: {units: 1}\n  - softmax  # here\n",
    "log": FLAT + "  - dense: {units: 1}\n  - log_softmax  # here\n",
    "map at the end": MAP + "  - conv: {K: 1, F: 1}\n  - softmax  # here\n",
    "one number inside": MAP + "  - conv: {K: 1, F: 24}\n  - softmax  # here\n  - flatten\n",
    "attention": MAP + "  - residual: [conv: {K: 1, F: 1}, softmax]\n",
    "two units": FLAT + "  - dense: {units: 2}\n  - softmax\n",
    "sigmoid": FLAT + "  - dense: {units: 1}\n  - sigmoid\n",
    "a loss of scores": "loss: bce_with_logits\n" + FLAT + "  - dense: {units: 1}\n  - softmax  # here\n",
}


@pytest.mark.parametrize("case", ONE_UNIT)
def test_softmax_of_one_unit(case: str) -> None:
    check(ONE_UNIT[case], "softmax-of-one-unit")


@pytest.mark.parametrize(
    ("loss", "help", "after"),
    [
        ("", "for one score take sigmoid", "  - sigmoid\n"),
        ("loss: bce\n", "for one score take sigmoid", "  - sigmoid\n"),
        ("loss: nn.BCEWithLogitsLoss()\n", "take softmax1 out: bce_with_logits wants the score itself", ""),
        ("loss: hinge\n", "take softmax1 out: hinge wants the score itself", ""),
    ],
)
def test_what_one_score_wants(loss: str, help: str, after: str) -> None:
    head = loss + FLAT + "  - dense: {units: 1}\n"
    source, only = Source("case.yaml", head + "  - softmax\n"), Settings(select=("softmax-of-one-unit",))
    assert lint_source(source, only).diagnostics[0].help.startswith(help)
    assert fixed(source, only)[1] == 0
    assert fixed(source, only, unsafe=True)[0].text == head + after


BROKEN = "input: 3x8x8\nlayers:\n  - conv: {K: 4, F: 3}\n  - relu\n"
AFTER_AN_ERROR = {
    "behind a window too large": (
        "F: 3",
        "F: 11",
        "  - flatten\n  - dense: {units: 30}\n  - dense: {units: 10}\n",
        [7],
    ),
    "behind a missing flatten": ("", "", "  - dense: {units: 30}\n  - dense: {units: 10}\n", [6]),
    "further behind": (
        "",
        "",
        "  - dense: {units: 9}\n  - relu\n  - dense: {units: 30}\n  - dense: {units: 10}\n",
        [8],
    ),
    "maybe a bottleneck": ("F: 3", "F: 11", "  - flatten\n  - dense: {units: 10}\n  - dense: {units: 30}\n", []),
    "a bottleneck": ("", "", "  - dense: {units: 10}\n  - dense: {units: 30}\n", []),
    "an activation": ("", "", "  - dense: {units: 30}\n  - relu\n  - dense: {units: 10}\n", []),
    "no activations": ("  - relu", "  - identity", "  - dense: {units: 30}\n  - dense: {units: 10}\n", []),
}


@pytest.mark.parametrize(("old", "new", "end", "lines"), AFTER_AN_ERROR.values(), ids=AFTER_AN_ERROR)
def test_linear_layers_behind_an_error(old: str, new: str, end: str, lines: list[int]) -> None:
    report = lint_source(Source("case.yaml", BROKEN.replace(old, new) + end), Settings())
    assert "error" in {d.severity for d in report.diagnostics}
    assert [d.span.line for d in report.diagnostics if d.rule == "linear-layers-in-a-row" and d.span] == lines


CONVS = "  - conv: {K: 16, F: 3}\n  - max_pool: {F: 2}\n  - conv: {K: 32, F: 2}\n"
NO_ACTIVATION = {
    "a task": ("task: classification\n" + MAP + CONVS, 4),
    "a loss": ("loss: mse\n" + FLAT + "  - dense: {units: 9}\n  - dropout\n  - dense: {units: 4}\n", 4),
    "only the final softmax": (
        "loss: nll\n" + FLAT + "  - dense: {units: 64}\n  - dense: {units: 4}\n  - softmax\n",
        4,
    ),
    "neither": (MAP + CONVS, 0),
    "one layer": ("loss: mse\n" + FLAT + "  - dense: {units: 4}\n", 0),
    "one activation": ("task: classification\n" + MAP + "  - relu\n" + CONVS, 0),
    "a gate": ("task: classification\n" + MAP + "  - multiply: [[], [conv: {K: 8, F: 1}]]\n" + CONVS, 0),
}


@pytest.mark.parametrize(("text", "line"), NO_ACTIVATION.values(), ids=NO_ACTIVATION)
def test_no_activation(text: str, line: int) -> None:
    found = lint_source(Source("case.yaml", text), Settings(select=("no-activation",))).diagnostics
    assert [(d.severity, d.span.line if d.span else 0) for d in found] == ([("info", line)] if line else [])


DROPOUT = {
    "direct": FLAT + "  - dropout  # here\n  - batch_norm\n",
    "activation between": FLAT + "  - dropout: {rate: 0.1}  # here\n  - relu\n  - batch_norm\n",
    "pool between": MAP + "  - dropout  # here\n  - avg_pool: {F: 2}\n  - batch_norm\n",
    "flatten between": MAP + "  - dropout  # here\n  - flatten\n  - batch_norm\n",
    "weights between": FLAT + "  - dropout\n  - dense: {units: 9, bias: false}\n  - batch_norm\n",
    "merge between": MAP + "  - residual: [dropout]\n  - batch_norm\n",
    "nothing dropped": FLAT + "  - dropout: {rate: 0}\n  - batch_norm\n",
    "behind": FLAT + "  - batch_norm\n  - dropout\n  - relu\n",
    "layer norm": FLAT + "  - dropout\n  - layer_norm\n  - relu\n",
    "frozen": FLAT + "  - dropout\n  - batch_norm: {trainable: false}\n",
}


@pytest.mark.parametrize("case", DROPOUT)
def test_dropout_before_batch_norm(case: str) -> None:
    check(DROPOUT[case], "dropout-before-batch-norm")


TASK = "task: classification\n"
ENDS = {
    "dense, dropout": FLAT + "  - dense: {units: 9}\n  - dropout  # here\n",
    "softmax, dropout": FLAT + "  - dense: {units: 9}\n  - softmax\n  - dropout  # here\n",
    "softmax, norm": FLAT + "  - dense: {units: 9}\n  - softmax\n  - batch_norm  # here\n",
    "a head": MAP + "  - head: [flatten, dense: {units: 9}, dropout]  # here\n    name: aux\n  - conv: {K: 9, F: 1}\n"
    .replace("  # here", ""),
    "norm of features": FLAT + "  - dense: {units: 9, bias: false}\n  - batch_norm\n",
    "norm of scores": TASK + FLAT + "  - dense: {units: 9, bias: false}\n  - batch_norm  # here\n",
    "features": FLAT + HIDDEN + "  - dropout\n",
    "features of a task": TASK + FLAT + HIDDEN + "  - dropout  # here\n",
    "pool of features": MAP + "  - max_pool: {F: 2}\n",
    "pool, flat": TASK + MAP + "  - max_pool: {F: 2}  # here\n  - flatten\n",
    "global pool": TASK + MAP + "  - global_avg_pool\n  - flatten\n",
    "a pool over all": TASK + MAP + "  - avg_pool: {F: 24}\n  - flatten\n",
    "adaptive pool to one": TASK + MAP + "  - adaptive_avg_pool: {output: 1}\n  - flatten\n",
    "adaptive pool to more": TASK + MAP + "  - adaptive_avg_pool: {output: 2}  # here\n",
    "another task": "task: features\n" + MAP + "  - max_pool: {F: 2}\n",
    "used on": "outputs: [d, e]\n"
    + FLAT
    + "  - dense: {units: 9}\n  - dropout: {name: d}\n  - dense: {name: e, units: 9}\n",
    "nothing dropped": FLAT + "  - dense: {units: 9}\n  - dropout: {rate: 0}\n",
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in ENDS if case not in ("a head", "used on")])
def test_unfinished_output(case: str) -> None:
    check(ENDS[case], "unfinished-output")


def test_every_output_of_a_network_is_looked_at() -> None:
    assert ("unfinished-output", 3) in told(ENDS["a head"])
    assert "unfinished-output" not in dict(told(ENDS["used on"]))


STRIDES = {
    "pool": MAP + "  - max_pool: {kernel: 2, stride: 3}  # here\n",
    "convolution": MAP + "  - conv: {K: 4, F: 3, S: 4, P: 1, rounding: floor}  # here\n",
    "one axis": MAP + "  - conv: {K: 4, F: 3x2, S: 3x2, rounding: floor}\n",
    "the other axis": MAP + "  - conv: {K: 4, F: 2x3, S: 3, rounding: floor}  # here\n",
    "as far as it reaches": MAP + "  - max_pool: {kernel: 2, stride: 2}\n",
    "projection": MAP + "  - conv: {K: 4, F: 1, S: 2, rounding: floor}\n",
    "thinning pool": MAP + "  - max_pool: {kernel: 1, stride: 2, rounding: floor}\n",
    "1×n": MAP + "  - conv: {K: 4, F: 1x3, S: 2, rounding: floor}\n",
    "dilated": MAP + "  - conv: {K: 4, F: 3, D: 2, S: 4, rounding: floor}\n",
    "one window": "input: 8x4x4\nlayers:\n  - conv: {K: 4, F: 3, S: 4, rounding: floor}\n",
    "transposed": MAP + "  - transposed_conv: {K: 4, F: 2, S: 3}\n",
}


@pytest.mark.parametrize("case", STRIDES)
def test_stride_over_kernel(case: str) -> None:
    check(STRIDES[case].replace("stride: 3}", "stride: 3, rounding: floor}"), "stride-over-kernel")


PADDINGS = {
    "1×1": MAP + "  - conv: {K: 4, F: 1, P: 1}  # here\n",
    "3×3": MAP + "  - conv: {K: 4, F: 3, P: 3}  # here\n",
    "depthwise": MAP + "  - depthwise_conv: {F: 3, P: 4}  # here\n",
    "one axis": MAP + "  - conv: {K: 4, F: 1x3, P: 1}  # here\n",
    "one side": MAP + "  - conv: {K: 4, F: 3, P: {top: 0, bottom: 3, left: 0, right: 0}}  # here\n",
    "full": MAP + "  - conv: {K: 4, F: 3, P: 2}\n",
    "causal": "input: 8x24\nlayers:\n  - conv: {K: 4, F: 2, D: 8, P: {left: 8, right: 0}}\n",
    "dilated": MAP + "  - conv: {K: 4, F: 3, D: 18, P: 18}\n",
    "dilated past the map": "input: 8x1x1\nlayers:\n  - conv: {K: 4, F: 2, D: 4, P: 2}  # here\n",
    "same": MAP + "  - conv: {K: 4, F: 7, P: same}\n",
    "the last window, too": MAP + "  - conv: {K: 4, F: 3, S: 4, P: {top: 0, bottom: 3, left: 0, right: 3}}  # here\n",
    "no window so far out": MAP
    + "  - conv: {K: 4, F: 3, S: 5, rounding: floor, P: {top: 0, bottom: 3, left: 0, right: 3}}\n",
    "a pool of one side": MAP + "  - max_pool: {F: 2, S: 1, P: {top: 0, bottom: 2, left: 0, right: 0}}  # here\n",
    "zero_pad": MAP + "  - zero_pad: {padding: 9}\n  - conv: {K: 4, F: 3}\n",
}  # fmt: skip


@pytest.mark.parametrize("case", PADDINGS)
def test_window_in_padding(case: str) -> None:
    found = [line for rule, line in told(PADDINGS[case]) if rule == "window-in-padding"]
    assert found == ([3] if "# here" in PADDINGS[case] else [])


def test_whether_a_window_sees_pixels_is_what_going_through_its_places_gives() -> None:
    for start in range(-9, 9):
        for kernel in (1, 2, 3, 5):
            for dilation in (1, 2, 3):
                for size in (1, 2, 4):
                    places = [start + n * dilation for n in range(kernel)]
                    assert sees_pixels(start, kernel, dilation, size) == any(0 <= p < size for p in places)


# What PyTorch 2.13 says to max_pool2d and avg_pool2d of this kernel and padding.
POOLS = {(2, 1): True, (3, 1): True, (3, 2): False, (1, 0): True, (1, 1): False, (4, 2): True, (4, 3): False}


@pytest.mark.parametrize("word", ["max_pool", "avg_pool"])
@pytest.mark.parametrize(("kernel", "padding"), POOLS)
def test_pool_padding(word: str, kernel: int, padding: int) -> None:
    text = MAP + f"  - {word}: {{kernel: {kernel}, stride: 1, padding: {padding}}}\n"
    assert told(text) == ([] if POOLS[kernel, padding] else [("pool-padding", 3)])


@pytest.mark.parametrize(("kernel", "padding"), POOLS)
def test_pool_padding_against_torch(kernel: int, padding: int) -> None:
    torch = pytest.importorskip("torch")
    for pool in (torch.nn.functional.max_pool2d, torch.nn.functional.avg_pool2d):
        if POOLS[kernel, padding]:
            pool(torch.zeros(1, 1, 9, 9), kernel, 1, padding)
        else:
            with pytest.raises(RuntimeError, match="half of"):
                pool(torch.zeros(1, 1, 9, 9), kernel, 1, padding)


def test_a_dilated_pool_reaches_further() -> None:
    assert told(MAP + "  - max_pool: {F: 3, S: 1, D: 2, P: 2}\n") == []
    assert told(MAP + "  - max_pool: {F: 3, S: 1, D: 2, P: 3}\n") == [("pool-padding", 3)]


def test_the_networks_of_the_readme_have_none_of_it() -> None:
    readme = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    texts = [text for text in shown if "layers:" in text and not text.startswith(("# flawed.yaml", "# residual.yaml"))]
    assert len(texts) >= 2
    for text in texts:
        assert told(text) == []


def test_nothing_is_said_about_layers_that_are_not_known() -> None:
    text = "input: 3x8x8\nlayers:\n  - conv: {K: 4, F: 11}\n  - max_pool: {F: 2, S: 3}\n  - batch_norm\n  - flatten\n"
    text += "  - dense: {units: 3}\n  - dense: {units: 1}\n  - softmax\n"
    report = lint_source(Source("x.yaml", text), Settings())
    assert any(d.severity == "error" for d in report.diagnostics)
