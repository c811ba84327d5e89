"""Derivations: every formula comes to the engine's number, and says it in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import cnncalc
from cnncalc import gallery
from cnncalc.cli.app import app
from cnncalc.derivations import DERIVERS, Section
from cnncalc.explaining import Explanation, explain
from cnncalc.formula import Largest, Num, Power, Quotient, Rounded, Symbol, product, total
from cnncalc.layers import LAYERS
from cnncalc.render.explain import latex, markdown, segments


def run(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=input)


def network(layers: str, input: str = "8x33x20") -> cnncalc.Analysis:
    return cnncalc.analyze_text(f"input: {input}\nlayers: {layers}")


def section(explanation: Explanation, key: str, number: int = 0) -> Section:
    return [found for found in explanation.sections if found.key == key][number]


def steps(found: Section) -> list[str]:
    return [line.expression.text() for line in found.lines]


# Formulas. Text and LaTeX as the lecture writes them; values worked out by hand.

H, F, P, S = Symbol("H", "I", 224), Symbol("F", "", 11), Symbol("P", "", 0), Symbol("S", "", 4)
C, G, R = Symbol("C", "I", 12), Symbol("G", "", 3), Symbol("r", "", 2)
FORMULAS = {
    "window": (
        (H - F + 2 * P) / S + 1,
        "(H_I − F + 2P)/S + 1",
        "(224 − 11 + 2·0)/4 + 1",
        r"\frac{H_I - F + 2P}{S} + 1",
        Fraction(217, 4),
    ),
    "floor": (
        Rounded("floor", (H - F) / S) + 1,
        "⌊(H_I − F)/S⌋ + 1",
        "⌊(224 − 11)/4⌋ + 1",
        r"\left\lfloor \frac{H_I - F}{S} \right\rfloor + 1",
        54,
    ),
    "ceil": (
        Rounded("ceil", (H - F) / S) + 1,
        "⌈(H_I − F)/S⌉ + 1",
        "⌈(224 − 11)/4⌉ + 1",
        r"\left\lceil \frac{H_I - F}{S} \right\rceil + 1",
        55,
    ),
    "groups": (
        (F * F * (C / G) + 1) * 2,
        "(F·F·(C_I/G) + 1)·2",
        "(11·11·(12/3) + 1)·2",
        r"\left(F \cdot F \cdot \frac{C_I}{G} + 1\right) \cdot 2",
        970,
    ),
    "dilation": (
        Symbol("D", "", 2) * (F - 1) + 1,
        "D·(F − 1) + 1",
        "2·(11 − 1) + 1",
        r"D \cdot \left(F - 1\right) + 1",
        21,
    ),
    "difference-of-a-sum": (H - (F + 1), "H_I − (F + 1)", "224 − (11 + 1)", r"H_I - \left(F + 1\right)", 212),
    "power": (C / Power(R, 2), "C_I/r²", "12/2²", r"\frac{C_I}{r^2}", 3),
    "largest": (Largest((F - C, Num(0))), "max(F − C_I, 0)", "max(11 − 12, 0)", r"\max\left(F - C_I, 0\right)", 0),
    "index-of-words": (H + Symbol("P", "top", 3), "H_I + P_top", "224 + 3", r"H_I + P_{\text{top}}", 227),
    "index-of-digits": (Symbol("C", "10", 5) + 1, "C_10 + 1", "5 + 1", "C_{10} + 1", 6),
    "word": (2 * Symbol("MACs", "", 4), "2·MACs", "2·4", r"2 \cdot \text{MACs}", 8),
    "negative": (F * Num(-2) - 1, "F·(−2) − 1", "11·(−2) − 1", r"F \cdot \left(-2\right) - 1", -23),
    "unknown": (Symbol("H", "I") * 2 + 1, "H_I·2 + 1", "?·2 + 1", r"H_I \cdot 2 + 1", None),
    "quotient-of-quotient": (Quotient(H, C / G), "H_I/(C_I/G)", "224/(12/3)", r"\frac{H_I}{\frac{C_I}{G}}", 56),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "letters", "numbers", "tex", "value"), FORMULAS.values(), ids=FORMULAS)
def test_formula(formula, letters, numbers, tex, value) -> None:
    assert formula.text() == letters
    assert formula.numbers().text() == numbers
    assert formula.latex() == tex
    assert formula.value() == value


def test_a_long_sum_leaves_its_middle_out() -> None:
    terms = total([Symbol("C", str(place), place) for place in range(1, 41)])
    assert terms.text() == "C_1 + C_2 + C_3 + … + C_40"
    assert terms.numbers().text() == "1 + 2 + 3 + … + 40"
    assert terms.value() == 820


def test_results_are_grouped() -> None:
    assert Num(34944, apart=True).text() == "34,944"
    assert Num(34944, apart=True).latex() == "34{,}944"


small = st.integers(1, 50)


@given(a=small, b=small, c=small, d=small)
def test_text_means_what_it_says(a: int, b: int, c: int, d: int) -> None:
    """Python reads the text with the numbers put in as the same value: no bracket is missing."""
    w, x, y, z = (Symbol(letter, "", number) for letter, number in zip("wxyz", (a, b, c, d)))
    for formula in (w - (x - y), (w - x) * (y + z), w * x / (y + z) - 1, (w + x) / (y * z), product([w, x / y, z])):
        text = formula.numbers().text().replace("−", "-").replace("·", "*")
        text = re.sub(r"\d+", lambda number: f"Fraction({number[0]})", text)
        assert eval(text) == formula.value()


# Every layer type.

# One network for each type; the input is 8×33×20. All have to be sound.
CASES = {
    "conv": "[conv: {K: 8, F: 3}]",
    "conv-groups-dilation-same": "[conv: {K: 8, F: 3, D: 2, G: 4, S: 2, P: same}]",
    "conv-dilation-by-axis": "[conv: {K: 8, F: 3, D: 1x2, bias: false}]",
    "conv-sides": "[conv: {K: 12, F: 1x7, P: {left: 3, right: 2}}]",
    "conv-floor": "[conv: {K: 4, F: 5, S: 3, P: 1, rounding: floor}]",
    "conv-ceil": "[conv: {K: 4, F: 5, S: 3, P: 1, rounding: ceil}]",
    "conv-valid": "[conv: {K: 4, F: 3, P: valid}]",
    "depthwise": "[depthwise_conv: {F: 3, P: 1}]",
    "depthwise-multiplier": "[depthwise_conv: {F: 3, M: 2, bias: false}]",
    "separable": "[separable_conv: {K: 5, F: 3}]",
    "separable-multiplier": "[separable_conv: {K: 5, F: 3, M: 2, bias: false}]",
    "transposed": "[transposed_conv: {K: 6, F: 3, S: 2, P: 1, output_padding: 1, G: 2}]",
    "transposed-same": "[transposed_conv: {K: 6, F: 4, S: 2, P: same, bias: false}]",
    "transposed-dilation": "[transposed_conv: {K: 6, F: 3, S: 2, D: 2, P: {top: 1}}]",
    "max-pool": "[max_pool: {F: 3, S: 1}]",
    "max-pool-clipped": "[zero_pad: {top: 1}, max_pool: {F: 1, S: 2, P: 0, rounding: ceil}]",
    "avg-pool": "[avg_pool: {F: 2, rounding: floor}]",
    "global-avg": "[conv: {K: 2, F: 3, S: 1}, global_avg_pool]",
    "global-max": "[global_max_pool]",
    "adaptive-avg": "[adaptive_avg_pool: {output: 7x4}]",
    "adaptive-max": "[adaptive_max_pool: {output: 1}]",
    "flatten-dense": "[flatten, dense: {units: 10}]",
    "dense-no-bias": "[flatten, dense: {units: 10, bias: false}]",
    "reshape": "[reshape: {shape: 16x33x10}]",
    "batch-norm": "[batch_norm]",
    "batch-norm-plain": "[batch_norm: {affine: false, running_stats: false}]",
    "instance-norm": "[instance_norm]",
    "layer-norm": "[layer_norm]",
    "layer-norm-all": "[layer_norm: {over: all}]",
    "group-norm": "[group_norm: {groups: 4}]",
    "lrn": "[lrn]",
    "scale": "[scale, scale: {value: 0.17}]",
    "prelu": "[prelu, prelu: {num_parameters: 8}]",
    "activations": "[relu, relu6, leaky_relu, elu, selu, gelu, silu, mish, sigmoid, hard_sigmoid, hard_swish, tanh, "
    "softplus, softmax, log_softmax]",
    "dropout": "[dropout, drop_path: {rate: 0.1}, identity]",
    "zero-pad": "[zero_pad: {padding: 2}]",
    "zero-pad-side": "[zero_pad: {bottom: 1}]",
    "crop": "[crop: {size: 10x7}]",
    "crop-offset": "[crop: {size: 10, offset: 2x3}]",
    "crop-sides": "[crop: {top: 3, left: 1}]",
    "crop-like": "[max_pool: {F: 2, rounding: floor, name: p}, crop: {from: input, like: p}]",
    "upsample": "[upsample: {scale: 2x3}]",
    "upsample-size": "[upsample: {size: 40}]",
    "pixel-shuffle": "[pixel_shuffle: {factor: 2}]",
    "channel-shuffle": "[channel_shuffle: {groups: 2}]",
    "concat": "[branches: [[conv: {K: 3, F: 1}], [], [relu]]]",
    "add": "[residual: [relu]]",
    "multiply-gate": "[branches: [[], [global_avg_pool]], merge: multiply]".replace(", merge", "\n    , merge"),
    "slice": "[slice: {start: 2, end: 5}, slice: {start: 1}]",
}  # fmt: skip
CASES["multiply-gate"] = "[{branches: [[], [global_avg_pool]], merge: multiply}]"

FACTS = {"parameters": "params", "macs": "macs", "buffers": "buffers"}


def check(explanation: Explanation) -> None:
    """Each formula comes to its result, and each result is the engine's own."""
    layer = explanation.layer
    facts = layer.facts
    for found in explanation.sections:
        assert found.formula.value() == found.result, (explanation.path, found.title)
        if found.result is not None:
            last = found.lines[-1].expression
            assert isinstance(last, Num)
            assert last.number == found.result
        if found.key in FACTS:
            assert found.result == getattr(facts, FACTS[found.key])
        if found.key == "flops":
            assert found.result == 2 * facts.macs
        if found.key.startswith("weights."):
            (tensor,) = [tensor for tensor in facts.tensors if tensor.name == found.key.split(".")[1]]
            assert found.result == tensor.numel
        if found.key == "channels":
            assert found.result == layer.output[0]
        if found.key == "receptive_field":
            assert found.result in [extent.size for extent in layer.field]
    outputs = {found.result for found in explanation.sections if found.key == "output" and found.symbol}
    if outputs:
        assert outputs == set(layer.output[1:] or layer.output)
    assert explanation.words


@pytest.mark.parametrize("layers", CASES.values(), ids=CASES)
def test_formulas_come_to_the_engines_numbers(layers: str) -> None:
    analysis = network(layers)
    assert analysis.ok, analysis.diagnostics
    found = explain(analysis)
    assert [explanation.path for explanation in found] == [layer.path for layer in analysis.layers]
    for explanation in found:
        check(explanation)


@pytest.mark.parametrize(("input", "rank"), [("3x100", 1), ("3x8x9x10", 3)])
def test_other_ranks(input: str, rank: int) -> None:
    analysis = network("[conv: {K: 4, F: 3, P: same}, max_pool: {F: 2, rounding: floor}, global_avg_pool]", input)
    for explanation in explain(analysis):
        check(explanation)
    size = "L" if rank == 1 else "D"
    assert section(explain(analysis, "max_pool1")[0], "output").symbol == Symbol(
        size, "O", analysis.layers[1].output[1]
    )


def test_every_layer_type_has_its_derivation() -> None:
    assert set(DERIVERS) == {layer.word for layer in LAYERS}
    told = {layer.type for layers in CASES.values() for layer in network(layers).layers}
    assert told == {layer.word for layer in LAYERS}


def test_a_layer_with_parameters_derives_them() -> None:
    for layers in CASES.values():
        for explanation in explain(network(layers)):
            if explanation.layer.params:
                assert section(explanation, "parameters").result == explanation.layer.params


sizes = st.integers(1, 40)


@given(
    size=sizes, width=sizes, kernel=st.integers(1, 7), stride=st.integers(1, 4), padding=st.integers(0, 4),
    dilation=st.integers(1, 3), groups=st.integers(1, 3), each=st.integers(1, 4), bias=st.booleans(),
    rounding=st.sampled_from(["strict", "floor", "ceil"]), same=st.booleans(),
    type=st.sampled_from(["conv", "max_pool"]),
)  # fmt: skip
def test_any_window(
    size, width, kernel, stride, padding, dilation, groups, each, bias, rounding, same, type
) -> None:  # fmt: skip
    settings = f"F: {kernel}, S: {stride}, P: {'same' if same else padding}, D: {dilation}, rounding: {rounding}"
    if type == "conv":
        settings += f", K: {each * groups}, G: {groups}, bias: {str(bias).lower()}"
    analysis = network(f"[{type}: {{{settings}}}]", f"{2 * groups}x{size}x{width}")
    (explanation,) = explain(analysis)
    if analysis.ok:
        check(explanation)
        return
    for found in explanation.sections:
        assert found.result is None or found.result == found.formula.value()
        if found.key == "output" and found.result is None:
            value = found.formula.value()
            assert value < 1 or value.denominator > 1
            assert found.remark
    for write in (markdown, latex):
        balanced(write(explanation))


# What the lecture says, literally.


def test_the_lectures_convolution() -> None:
    # AlexNet's first layer, Krizhevsky et al. 2012: 227 pixels, 96 filters of 11×11 with stride 4.
    (found,) = explain(cnncalc.analyze_layer("conv", "3x227x227", filters=96, kernel=11, stride=4))
    assert steps(section(found, "output")) == [
        "(H_I − F + 2P)/S + 1", "(227 − 11 + 2·0)/4 + 1", "216/4 + 1", "55",
    ]  # fmt: skip
    division = section(found, "output").lines[2].division
    assert division is not None
    assert tuple(division) == (216, 4, 54, 0)
    assert steps(section(found, "parameters")) == ["(F·F·C_I + 1)·K", "(11·11·3 + 1)·96", "34,944"]
    assert steps(section(found, "weights.weight"))[-1] == "34,848"
    assert steps(section(found, "weights.bias"))[-1] == "96"
    assert steps(section(found, "macs"))[-1] == "105,415,200"
    assert "96 filters of 11×11×3" in found.words


def test_the_lectures_dense_layer() -> None:
    flat, dense = explain(cnncalc.analyze_layer("dense", "3x200x200", units=1000))
    assert steps(section(flat, "output")) == ["C_I·H_I·W_I", "3·200·200", "120000"]
    assert steps(section(dense, "parameters")) == ["(n + 1)·m", "(120,000 + 1)·1000", "120,001,000"]


# VGG conv1_1: (3·3·3 + 1)·64 (Simonyan & Zisserman 2014); LeNet-5 C1: 156 (LeCun et al. 1998, section II.B).
PUBLISHED = {
    ("vgg16", "conv1_1", "parameters"): 1792,
    ("lenet5", "c1", "parameters"): 156,
    ("lenet5", "c1", "output"): 28,
    ("googlenet", "3a/concat1", "channels"): 256,  # Szegedy et al. 2014, Table 1
}


@pytest.mark.parametrize(("where", "number"), PUBLISHED.items(), ids=lambda value: str(value))
def test_published_numbers(where: tuple[str, str, str], number: int) -> None:
    arch, name, key = where
    assert section(explain(cnncalc.analyze(arch), name)[-1], key).result == number


def test_groups_dilation_and_same_padding_are_in_the_formulas() -> None:
    (found,) = explain(network("[conv: {K: 8, F: 3, D: 2, G: 4, S: 2, P: same}]"))
    assert steps(section(found, "reach")) == ["D·(F − 1) + 1", "2·(3 − 1) + 1", "5"]
    assert steps(section(found, "output"))[:2] == ["⌈H_I/S⌉", "⌈33/2⌉"]
    assert section(found, "output").result == 17
    assert steps(section(found, "padding"))[-1] == "4"
    assert steps(section(found, "parameters"))[:2] == ["(F·F·(C_I/G) + 1)·K", "(3·3·(8/4) + 1)·8"]


def test_height_and_width_alike_are_told_once() -> None:
    (square,) = explain(network("[conv: {K: 1, F: 3}]", "3x9x9"))
    assert [s.title for s in square.sections if s.key == "output"] == ["height and width"]
    (oblong,) = explain(network("[conv: {K: 1, F: 3}]", "3x9x8"))
    assert [s.title for s in oblong.sections if s.key == "output"] == ["height", "width"]


# What is left over: the remark's words, and the division.
LEFT_OVER = {
    # 224 − 11 = 213 = 4·53 + 1: the last row and column are read by no window.
    "floor": ("conv: {K: 1, F: 11, S: 4, rounding: floor}", "3x224x224", 54, "no window reads 1 pixel"),
    # ResNet's first layer: 224 − 7 + 6 = 223 = 2·111 + 1, and the last row is padding.
    "floor-of-padding": ("conv: {K: 1, F: 7, S: 2, P: 3, rounding: floor}", "3x224x224", 112, "padding alone"),
    # GoogLeNet's pools: 112 − 3 = 109 = 2·54 + 1, one window more.
    "ceil": ("max_pool: {F: 3, S: 2, rounding: ceil}", "3x112x112", 56, "beyond the edge"),
    # 6 − 1 + 2 = 7 = 2·3 + 1 gives 5, and the last would start at 8 ≥ 6 + 1 (PyTorch: 4).
    "ceil-clipped": ("max_pool: {F: 1, S: 2, P: 1, rounding: ceil}", "3x6x6", 4, "one window less"),
}


@pytest.mark.parametrize(("layer", "input", "size", "words"), LEFT_OVER.values(), ids=LEFT_OVER)
def test_what_is_left_over(layer: str, input: str, size: int, words: str) -> None:
    (found,) = explain(network(f"[{layer}]", input))
    output = section(found, "output")
    assert output.result == size
    assert output.formula.value() == size
    assert words in output.remark


# Faults.


def test_a_window_that_does_not_fit_is_told_up_to_its_division() -> None:
    result = run("conv", "3x224x224", "-K", "96", "-F", "11", "-S", "4", "--explain")
    assert result.exit_code == 1
    assert "213 = 4·53 + 1, 1 left over" in result.stdout
    assert "no whole number of steps of 4" in result.stdout
    assert "= 53" not in result.stdout
    assert "nearest that fit" in result.stderr


@pytest.mark.parametrize("format", ["markdown", "latex", "json"])
def test_a_fault_stands_in_every_document(format: str) -> None:
    result = run("conv", "3x224x224", "-K", "96", "-F", "11", "-S", "4", "--explain", "-f", format)
    assert result.exit_code == 1
    assert "non-integer-output" in result.stdout
    assert "nearest that fit" in result.stdout


BROKEN = "input: 3x9x9\nlayers: [relu, conv: {K: 4, F: 4, S: 2, name: bad}, flatten, dense: {units: 2}]"


def test_after_an_error_what_is_not_known_is_told_as_such() -> None:
    analysis = cnncalc.analyze_text(BROKEN)
    (dense,) = explain(analysis, "dense1")
    assert section(dense, "parameters").result is None
    assert steps(section(dense, "parameters")) == ["(n + 1)·m", "(? + 1)·2", "?"]
    assert "can't be known" in dense.words


# A sound layer is explained with exit status 0, however broken another is.
STATUS = {"relu1": 0, "bad": 1, "flatten1": 1, "dense1": 1}


@pytest.mark.parametrize(("name", "status"), STATUS.items())
def test_exit_status(name: str, status: int) -> None:
    result = run("explain", "-", name, input=BROKEN)
    assert result.exit_code == status, result.output
    assert ("non-integer-output" in result.stderr) == bool(status)


SOUND_NOWHERE = {
    "rank": "[conv: {K: 1, F: 3x3x3}]",
    "flat": "[flatten, conv: {K: 1, F: 3}]",
    "groups": "[conv: {K: 3, F: 1, G: 3}]",
    "claim": "[conv: {K: 3, F: 1, in_channels: 5}]",
    "no-flatten": "[dense: {units: 3}]",
    "reshape": "[reshape: {shape: 5x5}]",
    "merge": "[{branches: [[conv: {K: 3, F: 3}], []]}]",
    "merge-rank": "[{branches: [[flatten], []]}]",
    "shuffle": "[pixel_shuffle: {factor: 3}]",
    "channel-shuffle": "[channel_shuffle: {groups: 3}]",
    "slice": "[slice: {start: 9}]",
    "crop": "[crop: {size: 99}]",
    "transposed": "[transposed_conv: {K: 1, F: 1, P: 30}]",
    "too-large": "[conv: {K: 1, F: 99}]",
    "huge": "[conv: {K: 1000000000000000000, F: 1}, conv: {K: 1, F: 1, P: 1000000000000000000}]",
    "prelu": "[prelu: {num_parameters: 3}]",
    "up": "[upsample: {scale: 1000000000000000000}]",
}


@pytest.mark.parametrize("layers", SOUND_NOWHERE.values(), ids=SOUND_NOWHERE)
@pytest.mark.parametrize("format", ["table", "markdown", "latex", "json", "csv"])
def test_what_is_wrong_never_stops_the_derivation(layers: str, format: str) -> None:
    result = run("explain", "-", "-f", format, input=f"input: 8x33x20\nlayers: {layers[:-1]}, conv: {{K: 2, F: 1}}]")
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


# Structures.


def test_a_block_is_each_branch_and_then_the_merge() -> None:
    found = explain(cnncalc.analyze("googlenet"), "3a")
    parts = list(dict.fromkeys(explanation.part for explanation in found))
    assert parts == ["branch 1x1", "branch 3x3", "branch 5x5", "branch pool", "merge concat1"]
    merge = found[-1]
    assert steps(section(merge, "channels")) == ["C_1 + C_2 + C_3 + C_4", "64 + 128 + 32 + 32", "256"]
    assert section(merge, "channels").remark == "1x1 64×28×28, 3x3 128×28×28, 5x5 32×28×28, pool 32×28×28"


STRUCTURES = "input: 3x8x8\nlayers:\n  - relu\n" + "\n".join(
    f"  - {line}"
    for line in (
        "branches: {a: [tanh], b: []}",
        "branches: {c: [tanh], d: [relu]}\n    merge: add\n    name: named",
        "residual: [conv: {K: 6, F: 1}]\n    shortcut: [conv: {K: 6, F: 1}]",
        "repeat: [relu]\n    times: 2\n    name: twice",
        "repeat: [relu]\n    times: 0\n    name: never",
    )
)
# What a name means, and the layers that are told, merges last.
NAMES = {
    "relu1": ["relu1"],
    "concat1": ["a/tanh1", "concat1"],
    "a": ["a/tanh1"],
    "named": ["named/c/tanh1", "named/d/relu1", "named"],
    "named/d": ["named/d/relu1"],
    "d": ["named/d/relu1"],
    "residual1": ["residual1/conv1", "residual1/shortcut/conv1", "add1"],
    "add1": ["residual1/conv1", "residual1/shortcut/conv1", "add1"],
    "shortcut": ["residual1/shortcut/conv1"],
    "twice": ["twice/1/relu1", "twice/2/relu1"],
    "twice/2": ["twice/2/relu1"],
}


@pytest.mark.parametrize(("name", "paths"), NAMES.items(), ids=NAMES)
def test_what_a_name_means(name: str, paths: list[str]) -> None:
    assert [found.path for found in explain(cnncalc.analyze_text(STRUCTURES), name)] == paths


NO_NAMES = {
    "relu9": "did you mean",
    "conv1": "could be",
    "never": "has no layers",
    "input": "no layer or structure",
    "a//b": "no layer or structure",
    "/": "no layer or structure",
    "\x1b[31m": r"\x1b[31m",
    "x" * 5000: "…",
}


@pytest.mark.parametrize(("name", "words"), NO_NAMES.items(), ids=range(len(NO_NAMES)))
def test_what_is_no_name(name: str, words: str) -> None:
    with pytest.raises(KeyError) as raised:
        explain(cnncalc.analyze_text(STRUCTURES), name)
    assert words in raised.value.args[0]
    result = run("explain", "-", name, input=STRUCTURES)
    assert result.exit_code == 2
    assert "LAYER" in result.stderr
    assert result.stdout == ""


# Formats.


def balanced(text: str) -> None:
    """Braces, environments and pairs of brackets are closed; dollars come in pairs. Raises AssertionError."""
    bare = re.sub(r"\\[{}$%&#_]", "", text)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert bare.count(r"\left") - bare.count(r"\leftarrow") == len(re.findall(r"\\right(?!arrow)", bare))
    begun, ended = re.findall(r"\\begin\{(.*?)\}", bare), re.findall(r"\\end\{(.*?)\}", bare)
    assert begun == ended
    depth = 0
    for brace in re.findall(r"[{}]", bare):
        depth += 1 if brace == "{" else -1
        assert depth >= 0


@pytest.mark.parametrize("name", gallery.names())
def test_every_architecture_that_comes_with_it(name: str) -> None:
    analysis = cnncalc.analyze(name)
    for explanation in explain(analysis):
        check(explanation)
        shown = "".join(text for text, _ in segments(explanation, 80))
        assert explanation.path in shown
        assert explanation.words in shown
        balanced(markdown(explanation))
        document = latex(explanation)
        balanced(document)
        # Nothing that pdflatex does not know without a package.
        assert all(ord(character) < 256 for character in document), document
        assert "\n\n\\end{align*}" not in document


@pytest.mark.parametrize("format", ["table", "markdown", "latex", "json", "csv"])
def test_whole_documents(format: str) -> None:
    result = run("explain", "googlenet", "-f", format)
    assert result.exit_code == 0
    assert result.stderr == ""
    if format == "json":
        document = json.loads(result.stdout)
        assert len(document["layers"]) == len(cnncalc.analyze("googlenet").layers)
        first = document["layers"][0]["sections"][0]
        # Szegedy et al. 2014, Table 1: 7×7 with stride 2 makes 112×112; its padding is 3.
        assert (first["formula"], first["result"]) == ("⌊(H_I − F + 2P)/S⌋ + 1", 112)
    elif format == "csv":
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert rows[0]["result"] == "112"
    elif format == "latex":
        balanced(result.stdout)
        assert result.stdout.startswith("% \\usepackage{amsmath}")
    else:
        assert "6,998,552" in result.stdout


def test_names_are_escaped() -> None:
    text = "input: 3x8x8\nlayers: [conv: {name: 'a_b&c%|^x~', K: 8, F: 3}]"
    shown = run("explain", "-", "-f", "latex", input=text).stdout
    assert r"\textbf{a\_b\&c\%\textbar{}\textasciicircum{}x\textasciitilde{}}" in shown
    balanced(shown)
    assert r"a\_b&c%\|^x\~" in run("explain", "-", "-f", "markdown", input=text).stdout


def test_a_layer_that_passes_its_input_through_is_one_line() -> None:
    result = run("explain", "vgg16", "relu1")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[2:] == [
        "relu1: relu   64×224×224   Every number x becomes max(0, x); the shape stays."
    ]


FLAGS = {
    "conv": (["conv", "3x227x227", "-K", "96", "-F", "11", "-S", "4"], "= 55"),
    "pool": (["pool", "96x55x55", "-F", "3", "-S", "2"], "= 27"),
    "dense": (["dense", "3x200x200", "-U", "1000"], "120,001,000"),
    "conv-batch": (["conv", "3x8x8", "-K", "1", "-F", "1", "--batch", "2"], "batch of 2"),
}


@pytest.mark.parametrize(("words", "shown"), FLAGS.values(), ids=FLAGS)
def test_flag(words: list[str], shown: str) -> None:
    result = run(*words, "--explain")
    assert result.exit_code == 0
    assert shown in result.stdout
    assert re.search(r"^  [A-Z0-9].*\.$", result.stdout, re.MULTILINE)  # the sentence


def test_where_a_terminal_is_narrow_the_check_of_a_division_stands_below() -> None:
    text = "".join(piece for piece, _ in segments(explain(cnncalc.analyze("vgg16"), "conv1_1")[0], 100))
    assert "left over" not in text  # a stride of 1 has nothing to check
    alexnet = explain(network("[conv: {K: 96, F: 11, S: 4}]", "3x227x227"))[0]
    wide, narrow = ("".join(piece for piece, _ in segments(alexnet, width)).splitlines() for width in (100, 80))
    assert "                        = 216/4 + 1                 216 = 4·54, nothing left over" in wide
    assert narrow[4:7] == [
        "                        = 216/4 + 1",
        "                              216 = 4·54, nothing left over",
        "                        = 55",
    ]
    assert max(map(len, narrow[:-1])) <= 80


def test_large_numbers_of_counts_are_grouped_and_small_ones_and_sizes_are_not() -> None:
    found = explain(network("[flatten, dense: {units: 4096}]", "512x7x7"))
    assert steps(section(found[0], "output")) == ["C_I·H_I·W_I", "512·7·7", "25088"]
    assert steps(section(found[1], "macs")) == ["n·m", "25,088·4096", "102,760,448"]
    assert steps(section(found[1], "flops")) == ["2·MACs", "2·102,760,448", "205,520,896"]
    assert "25{,}088 \\cdot 4096" in latex(found[1])


def test_options() -> None:
    assert "(256 − 3 + 2·1)/1" in run("explain", "vgg16", "conv1_1", "-i", "3x256x256").stdout
    assert run("explain", "googlenet_aux", "aux1").exit_code == 0
    assert run("explain", "googlenet_aux", "aux1", "--without-heads").exit_code == 2
    assert run("explain", "nowhere").exit_code == 2


def test_shared_and_frozen_weights_are_told() -> None:
    text = "[conv: {K: 3, F: 1}, conv: {K: 3, F: 1, weights: conv1}, conv: {K: 3, F: 1, trainable: false}]"
    _, shared, frozen = explain(network(text, "3x8x8"))
    assert section(shared, "parameters").remark == "these are the weights of conv1, and count there"
    assert "frozen" in section(frozen, "parameters").remark
