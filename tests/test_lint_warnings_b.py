"""What a file leaves unused, names that mislead, and outputs that do not fit their loss: hits and near misses."""

from __future__ import annotations

import pytest

from cnncalc import Source
from cnncalc.lint import Settings, lint_source
from cnncalc.lint.fixes import fixed
from cnncalc.lint.goals import LOSSES, TASKS, goal, parts

RULES = (
    "unused-layer",
    "unused-block",
    "unused-parameter",
    "unused-default",
    "shadowed-name",
    "channels-last",
    "output-activation",
    "unknown-task",
    "constant-init",
)
ONLY = Settings(select=(*RULES, "layout"))
MAP = "input: 8x24x24\nlayers:\n"
FLAT = "input: 64\nlayers:\n"


def told(text: str) -> list[tuple[str, int]]:
    """What these rules report, and the lines; the text has to be without errors."""
    assert [d for d in lint_source(Source("case.yaml", text), Settings()).diagnostics if d.severity == "error"] == []
    report = lint_source(Source("case.yaml", text), ONLY)
    return [(d.rule, d.span.line if d.span else 0) for d in report.diagnostics]


def message(text: str) -> str:
    (diagnostic,) = lint_source(Source("case.yaml", text), ONLY).diagnostics
    return diagnostic.message


def check(text: str, rule: str) -> None:
    """The rule reports the lines that end in ``# here``, and these rules nothing else."""
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    assert told(text) == [(rule, line) for line in marked]


LAYERS = {
    "one": MAP + "  - relu: {name: a}\n  - conv: {K: 4, F: 1}  # here\n  - tanh: {from: a}\n",
    "chain": MAP + "  - conv: {K: 4, F: 1}  # here\n  - relu\n  - tanh: {from: input}\n",
    "two dead ends": MAP + "  - conv: {K: 4, F: 1}  # here\n  - relu: {from: input}  # here\n  - tanh: {from: input}\n",
    "a fork": MAP + "  - conv: {name: c, K: 4, F: 1}  # here\n  - relu\n  - elu: {from: c}\n  - tanh: {from: input}\n",
    "a dead merge": MAP
    + "  - relu: {name: a}  # here\n  - elu: {name: b, from: input}\n  - add: {from: [a, b]}\n"
    + "  - tanh: {from: input}\n",
    "in every round": MAP
    + "  - repeat:\n      - conv: {K: 8, F: 1}  # here\n      - relu: {from: input}  # here\n    times: 3\n",
    "behind the outputs": "outputs: [a]\n" + MAP + "  - conv: {name: a, K: 4, F: 1}\n  - relu  # here\n",
    "an output on the way": "outputs: [a, b]\n" + MAP + "  - conv: {name: a, K: 4, F: 1}\n  - relu: {name: b}\n",
    "a head": MAP + "  - head: [conv: {K: 4, F: 1}]\n    name: aux\n  - relu\n",
    "used by a skip": MAP + "  - relu: {name: a}\n  - tanh: {from: input}\n  - add: {from: [a, tanh1]}\n",
    "only its size": MAP + "  - max_pool: {name: p, F: 2}\n  - upsample: {from: input, like: p}\n",
    "only the size of weights": MAP
    + "  - conv: {name: p, K: 8, F: 2, S: 2}  # here\n  - upsample: {from: input, like: p}\n",
    "only its weights": MAP + "  - conv: {name: p, K: 8, F: 1}\n  - conv: {from: input, K: 8, F: 1, weights: p}\n",
}


@pytest.mark.parametrize("case", LAYERS)
def test_unused_layer(case: str) -> None:
    check(LAYERS[case], "unused-layer")


def test_a_dead_end_tells_what_is_lost() -> None:
    # 8·4 + 4 and 4·2 + 2 parameters.
    text = MAP + "  - conv: {K: 4, F: 1}\n  - relu\n  - conv: {K: 2, F: 1}\n  - tanh: {from: input}\n"
    assert message(text) == (
        "conv1 and 2 more layers lead to conv2, which nothing uses, and 46 parameters are never trained"
    )
    assert message(LAYERS["two dead ends"].replace("conv: {K: 4, F: 1}", "tanh: {from: input, name: x}").replace(
        "  - relu: {from: input}  # here\n", "")) == "nothing uses x"  # fmt: skip


BLOCK = "    layers: [conv: {K: 8, F: 1}]\n"
BLOCKS = {
    "unused": f"blocks:\n  a:  # here\n{BLOCK}" + MAP + "  - relu\n",
    "used": f"blocks:\n  a:\n{BLOCK}" + MAP + "  - a\n",
    "used by another": f"blocks:\n  a:\n{BLOCK}  b:\n    layers: [a]\n" + MAP + "  - b\n",
    "used by an unused one": f"blocks:\n  a:  # here\n{BLOCK}  b:  # here\n    layers: [a]\n" + MAP + "  - relu\n",
    "by a parameter": f"blocks:\n  a:\n{BLOCK}  b:\n    parameters: [unit]\n    layers: [$unit]\n"
    + MAP + "  - b: {unit: a}\n",
    "by a parameter's default": f"blocks:\n  a:\n{BLOCK}  b:\n    parameters: [unit: a]\n    layers: [$unit]\n"
    + MAP + "  - b\n",
    "by the defaults": f"blocks:\n  a:\n{BLOCK}  b:\n    parameters: [unit]\n    layers: [$unit]\n"
    + "defaults: {b: {unit: a}}\n" + MAP + "  - b\n",
    "by a key": "blocks:\n  a:\n    parameters: [c]\n    layers: [conv: {K: $c, F: 1}]\n"
    + "  b:\n    parameters: [unit]\n    layers: [$unit: {c: 8}]\n" + MAP + "  - b: {unit: a}\n",
    "left out": f"blocks:\n  a:\n{BLOCK}  b:\n    parameters: [x: 0]\n    layers: [relu, a: {{when: $x == 1}}]\n"
    + MAP + "  - b\n",
    "no rounds": f"blocks:\n  a:\n{BLOCK}" + MAP + "  - relu\n  - repeat: [a]\n    times: 0\n",
    "in a list that is passed": f"blocks:\n  a:\n{BLOCK}  b:\n    parameters: [body]\n    layers: $body\n"
    + MAP + "  - b: {body: [a, relu]}\n",
    "a layer of that name": f"blocks:\n  a:  # here\n{BLOCK}" + MAP + "  - relu: {name: a}\n  - tanh: {from: a}\n",
}  # fmt: skip


@pytest.mark.parametrize("case", BLOCKS)
def test_unused_block(case: str) -> None:
    check(BLOCKS[case], "unused-block")


def body(parameters: str, layers: str, use: str = "b: {x: 8}") -> str:
    return f"blocks:\n  b:\n    parameters: {parameters}\n    layers: {layers}\n{MAP}  - {use}\n"


PARAMETERS = {
    "unused": (body("[x]", "[relu]"), 3),
    "used as a value": (body("[x]", "[conv: {K: $x, F: 1}]"), 0),
    "used in arithmetic": (body("[x]", "[conv: {K: 2*$x + 1, F: 1}]"), 0),
    "used in a when": (body("[x]", "[relu, tanh: {when: $x == 8}]"), 0),
    "used as a layer": (body("[x]", "[$x]", "b: {x: relu}"), 0),
    "used as a key": (body("[x]", "[$x: {K: 8, F: 1}]", "b: {x: conv}"), 0),
    "used as a name": (body("[x]", "[relu: {name: $x}]", "b: {x: r}"), 0),
    "used as a reference": (body("[x]", "[relu: {from: $x}]", "b: {x: input}"), 0),
    "used as the body": (body("[x]", "$x", "b: {x: [relu]}"), 0),
    "used for a count": (body("[x]", "[{repeat: [relu, conv: {K: 8, F: 1}], times: $x}]"), 0),
    "another name": (body("[x, xy: 4]", "[conv: {K: $xy, F: 1}]"), 3),
    "of a mapping": (body("{x: 3, y: 4}", "[conv: {K: $x, F: 1}]"), 3),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_unused_parameter(case: str) -> None:
    text, line = PARAMETERS[case]
    assert told(text) == ([("unused-parameter", line)] if line else [])


def test_an_unused_parameter_tells_how_often_it_is_set_and_what_may_be_meant() -> None:
    text = body("[x]", "[relu: {name: x}]") + "  - b: {x: 1}\n"
    (found,) = lint_source(Source("case.yaml", text), ONLY).diagnostics
    assert found.message == "the block `b` never uses its parameter `x`, which 2 places set"
    assert found.help == "its body has `x` without a $: was `$x` meant?"


DEFAULTS = {
    "taken": "defaults: {conv: {F: 1}}\n" + MAP + "  - conv: {K: 4}\n",
    "no such layer": "defaults:\n  conv: {F: 1}  # here\n" + MAP + "  - relu\n",
    "every layer sets it": "defaults:\n  conv:\n    K: 4\n    F: 1  # here\n" + MAP + "  - conv: {F: 3}\n",
    "by another name": "defaults:\n  conv: {F: 1}  # here\n" + MAP + "  - conv: {K: 4, kernel_size: 3}\n",
    "one takes it": "defaults: {conv: {F: 1}}\n" + MAP + "  - conv: {K: 4, F: 3}\n  - relu\n  - conv: {K: 4}\n",
    "a bare layer takes it": "defaults: {dropout: {rate: 0.1}}\n" + MAP + "  - dropout\n",
    "in a block": "defaults: {conv: {F: 1}}\nblocks: {b: {layers: [conv: {K: 4}]}}\n" + MAP + "  - b\n",
    "a layer left out": "defaults: {conv: {F: 1}}\nblocks: {b: {parameters: [x: 0], "
    "layers: [relu, conv: {K: 4, when: $x}]}}\n" + MAP + "  - b\n",
    "a layer by a parameter": "defaults: {dropout: {rate: 0.1}}\nblocks: {b: {parameters: [x], layers: [$x]}}\n"
    + MAP + "  - b: {x: dropout}\n",
    "a block's": "defaults: {b: {x: 4}}\nblocks: {b: {parameters: [x], layers: [conv: {K: $x, F: 1}]}}\n"
    + MAP + "  - b\n",
    "a block's, unused": "defaults:\n  b: {x: 4}  # here\nblocks: {b: {parameters: [x], "
    "layers: [conv: {K: $x, F: 1}]}}\n" + MAP + "  - b: {x: 8}\n",
    "a side": "defaults: {zero_pad: {top: 1}}\n" + MAP + "  - zero_pad\n",
    "a side, unused": "defaults:\n  zero_pad: {top: 1}  # here\n" + MAP + "  - zero_pad: {bottom: 2}\n",
    "a branch of that name": "defaults:\n  dropout: {rate: 0.1}  # here\n" + MAP
    + "  - branches: {dropout: [relu], b: []}\n",
}  # fmt: skip


@pytest.mark.parametrize("case", DEFAULTS)
def test_unused_default(case: str) -> None:
    check(DEFAULTS[case], "unused-default")


SHADOWS = {
    "by a number": MAP + "  - conv: {name: conv1, K: 8, F: 1}\n  - residual:\n      - conv: {K: 8, F: 1}\n"
    "      - relu\n      - add: {from: [relu1, conv1]}  # here\n",
    "by a name": MAP + "  - relu: {name: a}\n  - residual:\n      - conv: {name: a, K: 8, F: 1}\n      - tanh\n"
    "      - add: {from: [tanh1, a]}  # here\n",
    "in a branch": MAP + "  - relu: {name: a}\n  - branches:\n      p: []\n      q:\n        - tanh: {name: a}\n"
    "        - elu: {from: a}  # here\n",
    "an input": "inputs: {a: 8x24x24, b: 8x24x24}\nlayers:\n  - residual:\n      - tanh: {name: a}\n"
    "      - elu: {from: a}  # here\n    from: b\n  - add: {from: [a, residual1]}\n",
    "both by number": MAP + "  - conv: {K: 8, F: 1}\n  - residual:\n      - conv: {K: 8, F: 1}\n"
    "      - relu\n      - add: {from: [relu1, conv1]}\n",
    "the outer by number": MAP + "  - conv: {K: 8, F: 1}\n  - residual:\n      - conv: {name: conv1, K: 8, F: 1}\n"
    "      - relu\n      - add: {from: [relu1, conv1]}\n",
    "no reference": MAP + "  - relu: {name: a}\n  - residual:\n      - conv: {name: a, K: 8, F: 1}\n",
    "the outer is meant": MAP + "  - relu: {name: a}\n  - residual:\n      - tanh: {from: a}\n"
    "      - conv: {name: a, K: 8, F: 1}\n",
    "siblings": MAP + "  - residual: [tanh: {name: a}, elu: {from: a}]\n"
    "  - residual: [tanh: {name: a}, elu: {from: a}]\n",
    "a block": "blocks: {b: {layers: [conv: {K: 8, F: 1}, relu, add: {from: [relu1, conv1]}]}}\n" + MAP
    + "  - conv: {name: conv1, K: 8, F: 1}\n  - b\n",
    "weights": MAP + "  - conv: {name: c, K: 8, F: 1}\n  - residual:\n      - conv: {name: c, K: 8, F: 1}\n"
    "      - conv: {K: 8, F: 1, weights: c}  # here\n",
    "another type": MAP + "  - conv: {name: max_pool, K: 8, F: 2, S: 2}  # here\n",
    "a pool of another kind": MAP + "  - avg_pool: {name: max_pool, F: 2}  # here\n",
    "its own type": MAP + "  - conv: {name: conv, K: 8, F: 1}\n  - global_avg_pool: {name: avg_pool}\n",
    "a purpose": MAP + "  - transposed_conv: {name: upsample, K: 8, F: 2, S: 2}\n  - conv: {name: dense, K: 8, F: 1}\n",
    "an identity": MAP + "  - identity: {name: dropout}\n  - relu\n",
    "a parameter": "blocks:\n  b:\n    parameters: [relu]  # here\n    layers: [$relu]\n" + MAP
    + "  - b: {relu: elu}\n",
    "a parameter as a key": "blocks:\n  b:\n    parameters: [conv]  # here\n    layers:\n      - branches:\n"
    "          p: [$conv: {K: 8, F: 1}]\n" + MAP + "  - b: {conv: conv}\n",
    "a parameter that is a number": "blocks: {b: {parameters: [scale], layers: [scale: {value: $scale}]}}\n" + MAP
    + "  - b: {scale: 0.5}\n",
    "in a list of numbers": "blocks: {b: {parameters: [scale], layers: [crop: {offset: [$scale, $scale], size: 9}]}}\n"
    + MAP + "  - b: {scale: 2}\n",
}  # fmt: skip


@pytest.mark.parametrize("case", SHADOWS)
def test_shadowed_name(case: str) -> None:
    check(SHADOWS[case], "shadowed-name")


def test_a_shadowed_name_tells_both_lines() -> None:
    assert message(SHADOWS["by a number"]) == (
        "from: conv1 is the conv of line 5, which has that name by its number, "
        "and not the conv called conv1 in line 3"
    )  # fmt: skip


AXES = {
    "224x224x3": "channels-last",
    "28x28x1": "channels-last",
    "32x32x4": "channels-last",
    "[32, 32, 3]": "channels-last",
    "5x5x3": "layout",
    "1x3x32x32": "layout",
    "32x32x2": "",
    "3x32x32": "",
    "32x24x3": "",
    "{channels: 32, height: 32, width: 3}": "",
}


@pytest.mark.parametrize("shape", AXES)
def test_channels_last(shape: str) -> None:
    text = f"input: {shape}\nlayers:\n  - relu\n"
    assert [rule for rule, _ in told(text)] == ([AXES[shape]] if AXES[shape] else [])


def test_channels_last_of_one_of_several_inputs_and_with_errors() -> None:
    text = "inputs:\n  a: 3x32x32\n  b: 32x32x3\nlayers:\n  - conv: {from: b, K: 4, F: 5}\n"
    report = lint_source(Source("case.yaml", text), ONLY)
    assert [(d.rule, d.span.line if d.span else 0) for d in report.diagnostics] == [("channels-last", 3)]


def test_a_window_along_the_height_alone_says_that_the_axes_are_meant() -> None:
    assert told("input: 64x64x1\nlayers:\n  - conv: {K: 8, F: 3x1, P: 1x0}\n") == [("layout", 1)]


def test_an_allowed_channels_last_is_not_told_as_an_info_either() -> None:
    assert told("# cnncalc: allow[channels-last] a signal\ninput: 64x64x1\nlayers:\n  - relu\n") == []
    text = "input: 64x64x1\nlayers:\n  - relu\n"
    (found,) = lint_source(Source("case.yaml", text), Settings(ignore=("channels-last",))).diagnostics
    assert (found.rule, found.severity) == ("layout", "info")


def test_the_channels_are_put_first() -> None:
    source = Source("case.yaml", "input: 32x32x3  # an image\nlayers:\n  - relu\n")
    mended, count = fixed(source, ONLY, unsafe=True)
    assert (count, mended.text) == (1, "input: 3x32x32  # an image\nlayers:\n  - relu\n")
    assert fixed(source, ONLY)[1] == 0


# Task, loss, units, what stands behind the dense layer, and whether it is wrong.
OUTPUTS = [
    # torch.nn.CrossEntropyLoss: "The input is expected to contain the unnormalized logits for each class"
    ("", "cross_entropy", 10, "softmax", "softmax is applied twice"),
    ("", "nn.CrossEntropyLoss()", 10, "log_softmax", "softmax is applied twice"),
    ("", "softmax_cross_entropy_with_logits", 10, "softmax", "softmax is applied twice"),
    ("", "CategoricalCrossentropy(from_logits=True)", 10, "softmax", "softmax is applied twice"),
    ("", "cross_entropy", 10, "", ""),
    ("", "cross_entropy", 10, "sigmoid", "wants scores of any size"),
    ("", "cross_entropy", 10, "relu", "wants scores of any size"),
    ("", "cross_entropy", 10, "leaky_relu", ""),
    ("", "cross_entropy", 1, "", "of a single class is 0"),
    ("", "cross_entropy", 1, "sigmoid", "of a single class is 0"),
    ("", "categorical_crossentropy", 1, "sigmoid", "of a single class is 0"),
    # torch.nn.NLLLoss: "The input given through a forward call is expected to contain log-probabilities"
    ("", "nll", 10, "log_softmax", ""),
    ("", "nll", 10, "softmax", "wants logarithms of probabilities"),
    ("", "F.nll_loss", 10, "", "wants logarithms of probabilities"),
    # keras.losses.CategoricalCrossentropy, from_logits: "By default, we assume that y_pred encodes a probability"
    ("", "categorical_crossentropy", 10, "softmax", ""),
    ("", "sparse_categorical_crossentropy", 10, "", "wants probabilities that add up to 1"),
    ("", "categorical_cross_entropy", 10, "sigmoid", "wants probabilities that add up to 1"),
    ("", "categorical_cross_entropy", 10, "log_softmax", "wants probabilities that add up to 1"),
    # torch.nn.BCELoss takes probabilities, BCEWithLogitsLoss "combines a Sigmoid layer and the BCELoss"
    ("", "bce", 1, "sigmoid", ""),
    ("", "bce", 1, "", "wants probabilities"),
    ("", "binary_crossentropy", 1, "tanh", "wants probabilities"),
    ("", "bce", 10, "softmax", ""),
    ("", "bce_with_logits", 1, "", ""),
    ("", "BCEWithLogitsLoss", 1, "sigmoid", "sigmoid is applied twice"),
    ("", "bce-with-logits", 10, "softmax", "wants scores of any size"),
    ("", "binary_crossentropy(from_logits=True)", 1, "sigmoid", "sigmoid is applied twice"),
    ("", "hinge", 10, "", ""),
    ("", "hinge", 10, "tanh", ""),
    ("", "MultiMarginLoss", 10, "softmax", "wants scores that nothing bounds"),
    ("", "wasserstein", 1, "sigmoid", "wants scores that nothing bounds"),
    ("", "mse", 10, "sigmoid", ""),
    ("", "mse", 10, "relu", ""),
    ("", "focal", 10, "softmax", ""),
    ("", "my_own", 10, "softmax", ""),
    ("", "cross_entropy + 0.4 dice", 10, "softmax", ""),
    ("classification", "", 10, "", ""),
    ("classification", "", 10, "softmax", ""),
    ("classification", "", 10, "sigmoid", "its 10 classes do not exclude each other"),
    ("classification", "bce", 10, "sigmoid", ""),  # one against the rest, as in arXiv:2110.00476
    ("classification", "mse", 10, "sigmoid", ""),
    ("classification", "mse", 10, "relu", "every score below 0 becomes 0"),
    ("image classification", "", 10, "relu", "every score below 0 becomes 0"),
    ("classification", "", 1, "sigmoid", ""),
    ("binary_classification", "", 1, "sigmoid", ""),
    ("binary_classification", "", 2, "softmax", ""),
    ("binary_classification", "", 2, "sigmoid", "its 2 classes do not exclude each other"),
    ("multi-label", "", 10, "sigmoid", ""),
    ("multi-label", "", 10, "softmax", "of its 10 labels one alone can be likely"),
    ("multi-label", "cross_entropy", 10, "", ""),  # arXiv:1805.00932, section 2.1
    ("regression", "", 4, "", ""),
    ("regression", "mse", 4, "relu", "no number is below 0"),
    ("regression", "mse", 4, "softplus", ""),
    ("regression", "mse", 4, "sigmoid", ""),
    ("regression", "l1", 4, "softmax", "none of its 4 numbers is free of the others"),
    ("segmentation", "", 4, "sigmoid", ""),
    ("generation", "bce", 10, "tanh", ""),
    ("embedding", "nll", 10, "", ""),
    ("detection", "", 10, "relu", ""),
    ("something", "", 10, "relu", ""),
]


def ending(task: str, loss: str, units: int, activation: str) -> str:
    facts = "".join(f"{key}: {value}\n" for key, value in (("task", task), ("loss", loss)) if value)
    return facts + FLAT + f"  - dense: {{units: {units}}}\n" + (f"  - {activation}\n" if activation else "")


@pytest.mark.parametrize(("task", "loss", "units", "activation", "wrong"), OUTPUTS)
def test_output_activation(task: str, loss: str, units: int, activation: str, wrong: str) -> None:
    text = ending(task, loss, units, activation)
    found = lint_source(Source("case.yaml", text), Settings(select=("output-activation",))).diagnostics
    assert [wrong in d.message for d in found] == ([True] if wrong else [])


LOSS = "loss: cross_entropy\n"
ENDS = {
    "a head": LOSS + MAP + "  - head:\n      - global_avg_pool\n      - flatten\n      - dense: {units: 9}\n"
    "      - softmax  # here\n    name: aux\n  - global_avg_pool\n  - flatten\n  - dense: {units: 9}\n",
    "other widths": LOSS
    + "outputs: [a, b]\n"
    + FLAT
    + "  - dense: {units: 9}\n  - softmax: {name: a}\n  - dense: {name: b, units: 4, from: input}\n",
    "made flat": LOSS + MAP + "  - conv: {K: 9, F: 24}\n  - softmax  # here\n  - flatten\n",
    "made larger": LOSS + MAP + "  - conv: {K: 9, F: 1}\n  - softmax  # here\n  - upsample: {scale: 2}\n",
    "used inside": LOSS + FLAT + "  - dense: {units: 9}\n  - softmax\n  - dense: {units: 9}\n",
    "a mean of rectified scores": LOSS + MAP + "  - conv: {K: 9, F: 1}\n  - relu\n  - global_avg_pool\n  - flatten\n",
    "no logarithm behind a mean": "loss: nll\n" + MAP + "  - conv: {K: 9, F: 1}\n  - relu\n"
    "  - global_avg_pool  # here\n  - flatten\n",
    "a mean of probabilities": "loss: nll\n" + MAP + "  - conv: {K: 9, F: 1}\n  - log_softmax\n  - global_avg_pool\n",
    "a sum": "loss: nll\n" + FLAT + "  - residual: [dense: {units: 64}]\n",
    "numbers in a row": LOSS + FLAT + "  - dense: {units: 9}\n  - reshape: {shape: 1x3x3}\n",
    "dropout behind softmax": LOSS + FLAT + "  - dense: {units: 9}\n  - softmax  # here\n  - dropout\n",
    "dropout behind scores": LOSS + FLAT + "  - dense: {units: 9}\n  - identity\n  - dropout\n",
    "pixels made flat": LOSS + MAP + "  - conv: {K: 1, F: 1}\n  - flatten\n",
}


@pytest.mark.parametrize("case", ENDS)
def test_what_an_output_ends_in(case: str) -> None:
    check(ENDS[case], "output-activation")


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "relu"])
def test_labels_that_do_not_exclude_each_other_have_a_loss(activation: str) -> None:
    for task, offered in (("multi_label", True), ("classification", False)):
        (found,) = lint_source(Source("x.yaml", ending(task, "cross_entropy", 9, activation)), ONLY).diagnostics
        assert ("or take bce_with_logits" in found.help) == offered


def test_an_output_is_repaired() -> None:
    for loss, before, after in (("cross_entropy", "  - softmax\n", ""), ("nll", "  - softmax\n", "  - log_softmax\n"),
                                ("bce", "  - tanh\n", "  - sigmoid\n")):  # fmt: skip
        head = f"loss: {loss}\n{FLAT}  - dense: {{units: 9}}\n"
        mended, count = fixed(Source("case.yaml", head + before), ONLY, unsafe=True)
        assert (count, mended.text) == (1, head + after)


def test_what_torch_makes_of_scores() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    scores, right = torch.tensor([[2.0, -1.0, 0.5]]), torch.tensor([0])
    expected = functional.cross_entropy(scores, right)
    assert torch.isclose(functional.nll_loss(scores.log_softmax(1), right), expected)
    assert not torch.isclose(functional.cross_entropy(scores.softmax(1), right), expected)
    assert functional.cross_entropy(torch.tensor([[2.0]]), right) == 0
    probability = scores.sigmoid()
    assert torch.isclose(
        functional.binary_cross_entropy(probability, torch.ones(1, 3)),
        functional.binary_cross_entropy_with_logits(scores, torch.ones(1, 3)),
    )


@pytest.mark.parametrize(("table", "what"), [(LOSSES, "loss"), (TASKS, "task")])
def test_every_word_means_one_thing(table: tuple[object, ...], what: str) -> None:
    goals = LOSSES if what == "loss" else TASKS
    for each in goals:
        for word in (each.name, *each.others):
            assert goal(word, goals) is each, word


def test_sums_of_losses_are_taken_apart() -> None:
    assert parts("cross_entropy + 0.4*dice, 2 l1 and mse * 3") == ["cross_entropy", "dice", "l1", "mse"]
    assert parts("CrossEntropyLoss(weight=None, reduction='mean')") == [
        "CrossEntropyLoss(weight=None  reduction='mean')"
    ]
    assert parts("") == []
    assert goal("(" * 1000, LOSSES) is None


UNKNOWN = {
    ("clasification", ""): "did you mean `classification`",
    ("", "crossentropie"): "did you mean",
    ("", "zzz"): "it knows cross_entropy, nll,",
    ("", "dice + zzz"): "it knows cross_entropy, nll,",
    ("classification", "focal"): "",
    ("", "torch.nn.functional.binary_cross_entropy_with_logits"): "",
}


@pytest.mark.parametrize(("task", "loss"), UNKNOWN)
def test_unknown_task(task: str, loss: str) -> None:
    report = lint_source(Source("x.yaml", ending(task, loss, 9, "")), Settings(select=("unknown-task",)))
    helps = [d.help for d in report.diagnostics]
    wanted = UNKNOWN[task, loss]
    assert [wanted in help for help in helps] == ([True] if wanted else [])
    assert all(d.severity == "info" for d in report.diagnostics)


def hidden(layer: str, behind: str = "  - relu\n  - conv: {K: 4, F: 1}\n") -> str:
    return MAP + f"  - {layer}\n" + behind


INITS = {
    "zeros": hidden("conv: {K: 8, F: 1, init: zeros}  # here"),
    "ones": hidden("conv: {K: 8, F: 1, init: Ones}  # here"),
    "a constant": hidden("conv: {K: 8, F: 1, init: constant}  # here"),
    "torch's": hidden("conv: {K: 8, F: 1, init: nn.init.constant_(0.1)}  # here"),
    "a number": hidden("conv: {K: 8, F: 1, init: 0.01}  # here"),
    "depthwise, several a channel": hidden("depthwise_conv: {F: 3, multiplier: 2, init: ones}  # here"),
    "depthwise": hidden("depthwise_conv: {F: 3, init: ones}"),
    "a group for each filter": hidden("conv: {K: 8, F: 3, G: 8, init: ones}"),
    "separable": hidden("separable_conv: {K: 8, F: 3, init: ones}  # here"),
    "random": hidden("conv: {K: 8, F: 1, init: kaiming_normal}"),
    "orthogonal": hidden("conv: {K: 8, F: 1, init: orthogonal}"),
    "a norm": hidden("batch_norm: {init: zeros}"),
    "one filter": hidden("conv: {K: 1, F: 1, init: ones}"),
    "frozen": hidden("conv: {K: 8, F: 1, init: ones, trainable: false}"),
    "the output": hidden("conv: {K: 8, F: 1, init: zeros}", "  - relu\n"),
    "the end of a branch": MAP + "  - residual: [conv: {K: 8, F: 1}, relu, conv: {K: 8, F: 1, init: zeros}]\n  - relu\n"
    "  - conv: {K: 4, F: 1}\n",
    "ones at the end of a branch": MAP + "  - residual:\n      - conv: {K: 8, F: 1}\n      - relu\n"
    "      - conv: {K: 8, F: 1, init: ones}  # here\n  - relu\n  - conv: {K: 4, F: 1}\n",
    "a branch that is scaled": MAP + "  - residual: [conv: {K: 8, F: 1, init: 0}, scale]\n  - conv: {K: 4, F: 1}\n",
    "a parameter of a block": "blocks:\n  b:\n    parameters: [init]\n    layers:\n"
    "      - conv: {K: 8, F: 1, init: $init}  # here\n      - relu\n" + MAP
    + "  - b: {init: zeros}\n  - conv: {K: 4, F: 1}\n",
    "a long word": hidden("conv: {K: 8, F: 1, init: " + "0" * 5000 + "x}"),
}  # fmt: skip


@pytest.mark.parametrize("case", INITS)
def test_constant_init(case: str) -> None:
    check(INITS[case], "constant-init")


def test_units_that_begin_alike_stay_alike_in_torch() -> None:
    """Two layers of constants: after ten steps the hidden units are still one unit; with zeros nothing was learned."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    images, targets = torch.randn(16, 5), torch.randn(16, 1)
    for value in (0.0, 0.5):
        hidden, output = torch.nn.Linear(5, 4), torch.nn.Linear(4, 1)
        for layer in (hidden, output):
            torch.nn.init.constant_(layer.weight, value)
            torch.nn.init.zeros_(layer.bias)
        optimizer = torch.optim.SGD([*hidden.parameters(), *output.parameters()], lr=0.05)
        for _ in range(10):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(output(hidden(images).relu()), targets).backward()
            optimizer.step()
        assert torch.allclose(hidden.weight, hidden.weight[:1].expand_as(hidden.weight))
        assert bool((hidden.weight == 0).all()) == (value == 0)


def test_unused_allowance_has_the_severity_of_its_page() -> None:
    text = "input: 3x8x8\nlayers:\n  - relu  # cnncalc: allow[unused-layer] because\n"
    (found,) = lint_source(Source("x.yaml", text), Settings()).diagnostics
    assert (found.rule, found.severity) == ("unused-allowance", "warning")
