"""The language, spelling by spelling: what each way of writing means, in shapes and counts worked out by hand."""

from __future__ import annotations

import pytest

import cnncalc


def network(layers: str, input: str = "3x32x32", more: str = "") -> cnncalc.Analysis:
    return cnncalc.analyze_text(f"input: {input}\n{more}\nlayers:\n{layers}")


def outputs(analysis: cnncalc.Analysis) -> dict[str, object]:
    assert analysis.ok, analysis.diagnostics
    return {layer.path: layer.output for layer in analysis.layers}


# A 3×3 window with padding 1 keeps 32×32; a 5×5 without takes 4 off each axis (Dumoulin & Visin 2016, section 2.2).
CONV_SPELLINGS = {
    "own-words": "conv: {filters: 8, kernel: 5, stride: 1, padding: 0}",
    "lecture-letters": "conv: {K: 8, F: 5, S: 1, P: 0}",
    "pytorch": "conv: {in_channels: 3, out_channels: 8, kernel_size: 5}",
    "keras": "conv: {filters: 8, kernel_size: 5, strides: 1, padding: valid, use_bias: true}",
    "caffe": "conv: {num_output: 8, kernel_size: 5, pad: 0, group: 1, bias_term: true}",
    "onnx": "conv: {filters: 8, kernel_shape: [5, 5], strides: [1, 1], dilations: [1, 1]}",
    "quoted": "conv: {filters: '8', kernel: \"5\"}",
    "by-axis-x": "conv: {K: 8, F: 5x5}",
    "by-axis-times": "conv: {K: 8, F: 5×5}",
    "by-axis-spaces": "conv: {K: 8, F: 5 x 5}",
    "by-axis-list": "conv: {K: 8, F: [5, 5]}",
    "block-style": "conv:\n      K: 8\n      F: 5",
    "yes-and-no": "conv: {K: 8, F: 5, bias: on}",
}


@pytest.mark.parametrize("layer", CONV_SPELLINGS.values(), ids=CONV_SPELLINGS)
def test_one_convolution_in_every_spelling(layer: str) -> None:
    analysis = network(f"  - {layer}")
    assert outputs(analysis) == {"conv1": (8, 28, 28)}
    assert analysis.totals.params == (5 * 5 * 3 + 1) * 8
    assert analysis.totals.macs == 5 * 5 * 3 * 8 * 28 * 28


INPUTS = {
    "3x32x32": (3, 32, 32),
    "3 x 32 x 32": (3, 32, 32),
    "3×32×32": (3, 32, 32),
    "[3, 32, 32]": (3, 32, 32),
    "(3, 32, 32)": (3, 32, 32),
    "{channels: 3, height: 32, width: 32}": (3, 32, 32),
    "{width: 32, channels: 3, height: 30}": (3, 30, 32),
    "{channels: 1, length: 16000}": (1, 16000),
    "{channels: 3, depth: 16, height: 112, width: 112}": (3, 16, 112, 112),
    "{features: 784}": (784,),
    "784": (784,),
    "120_000": (120000,),
    "1x16000": (1, 16000),
    "3x16x112x112": (3, 16, 112, 112),
}


@pytest.mark.parametrize(("text", "shape"), INPUTS.items(), ids=INPUTS)
def test_input(text: str, shape: tuple[int, ...]) -> None:
    assert network("  - relu", text).layers[0].output == shape


# Input 3×32×32 unless the case says otherwise. Expected shapes: PyTorch 2.13 on its meta device, and TensorFlow's rule
# for `same`, ⌈in/S⌉.
LAYERS: dict[str, tuple[str, str, tuple[int, ...], int]] = {
    "same-kernel-below-stride": ("conv: {K: 8, F: 1, S: 3, P: same}", "3x5x5", (8, 2, 2), 32),
    "same-stride-2": ("conv: {K: 8, F: 3, S: 2, P: same}", "3x33x32", (8, 17, 16), 224),
    "sides": ("conv: {K: 8, F: 3, P: {top: 0, bottom: 1, left: 1, right: 1}}", "3x32x32", (8, 31, 32), 224),
    "kernel-1x7": ("conv: {K: 8, F: 1x7, P: 0x3, bias: false}", "3x32x32", (8, 32, 32), 168),
    "depthwise": ("depthwise_conv: {F: 3, P: 1, M: 2}", "3x32x32", (6, 32, 32), 60),
    "separable": ("separable_conv: {K: 8, F: 3, P: 1}", "3x32x32", (8, 32, 32), 59),
    "separable-multiplier": ("separable_conv: {K: 8, F: 3, P: 1, multiplier: 2}", "3x32x32", (8, 32, 32), 110),
    "transposed": ("transposed_conv: {K: 8, F: 4, S: 2, P: 1}", "3x32x32", (8, 64, 64), 392),
    "transposed-output-padding": (
        "transposed_conv: {K: 8, F: 3, S: 2, P: 1, output_padding: 1}",
        "3x16x16",
        (8, 32, 32),
        224,
    ),
    "transposed-same": ("transposed_conv: {K: 8, F: 3, S: 2, P: same}", "3x16x15", (8, 32, 30), 224),
    "pool-stride-is-kernel": ("max_pool: {F: 2}", "3x32x32", (3, 16, 16), 0),
    "pool-letter-k": ("max_pool: {K: 3, S: 1}", "3x32x32", (3, 30, 30), 0),
    "pool-ceil": ("max_pool: {F: 3, S: 2, rounding: ceil}", "3x112x112", (3, 56, 56), 0),
    "pool-ceil-last-window-in-padding": ("max_pool: {F: 1, S: 2, rounding: ceil}", "3x6x6", (3, 3, 3), 0),
    "pool-by-axis": ("max_pool: {F: 1x2}", "3x32x32", (3, 32, 16), 0),
    "adaptive": ("adaptive_avg_pool: {output: 7x7}", "3x33x30", (3, 7, 7), 0),
    "global": ("global_max_pool", "3x32x32", (3, 1, 1), 0),
    "reshape": ("reshape: {shape: 12x16x16}", "3x32x32", (12, 16, 16), 0),
    "batch-norm": ("batch_norm", "3x32x32", (3, 32, 32), 6),
    "batch-norm-plain": ("batch_norm: {affine: false}", "3x32x32", (3, 32, 32), 0),
    "layer-norm": ("layer_norm", "3x32x32", (3, 32, 32), 6),
    "layer-norm-all": ("layer_norm: {over: all}", "3x32x32", (3, 32, 32), 6144),
    "group-norm": ("group_norm: {groups: 3}", "3x32x32", (3, 32, 32), 6),
    "instance-norm": ("instance_norm", "3x32x32", (3, 32, 32), 0),
    "prelu": ("prelu", "3x32x32", (3, 32, 32), 1),
    "prelu-by-channel": ("prelu: {num_parameters: 3}", "3x32x32", (3, 32, 32), 3),
    "scale": ("scale", "3x32x32", (3, 32, 32), 3),
    "scale-constant": ("scale: {value: 0.17}", "3x32x32", (3, 32, 32), 0),
    "lrn": ("lrn: {size: 5, k: 2}", "3x32x32", (3, 32, 32), 0),
    "zero-pad": ("zero_pad: {padding: 3}", "3x32x32", (3, 38, 38), 0),
    "zero-pad-side": ("zero_pad: {bottom: 1, right: 1}", "3x32x32", (3, 33, 33), 0),
    "crop-size": ("crop: {size: 28}", "3x33x32", (3, 28, 28), 0),
    "crop-sides": ("crop: {top: 1, left: 2}", "3x32x32", (3, 31, 30), 0),
    "crop-sides-value": ("crop: {sides: 2}", "3x32x32", (3, 28, 28), 0),
    "upsample": ("upsample: {scale: 2}", "3x32x32", (3, 64, 64), 0),
    "upsample-size": ("upsample: {size: 50x40, mode: bilinear}", "3x32x32", (3, 50, 40), 0),
    "pixel-shuffle": ("pixel_shuffle: {factor: 2}", "12x32x32", (3, 64, 64), 0),
    "channel-shuffle": ("channel_shuffle: {groups: 3}", "12x32x32", (12, 32, 32), 0),
    "slice": ("slice: {start: 1, end: 3}", "12x32x32", (2, 32, 32), 0),
    "slice-to-the-end": ("slice: {start: 4}", "12x32x32", (8, 32, 32), 0),
    "conv-1d": ("conv: {K: 32, F: 80, S: 4}", "1x16000", (32, 3981), 2592),
    "conv-3d": ("conv: {K: 64, F: 3, P: 1}", "3x16x112x112", (64, 16, 112, 112), 5248),
}


@pytest.mark.parametrize(("layer", "input", "output", "params"), LAYERS.values(), ids=LAYERS)
def test_layer(layer: str, input: str, output: tuple[int, ...], params: int) -> None:
    analysis = network(f"  - {layer}", input)
    assert analysis.ok, analysis.diagnostics
    assert analysis.output == output
    assert analysis.totals.params == params


def test_every_layer_type_is_in_the_contract() -> None:
    words = (
        "conv depthwise_conv separable_conv transposed_conv max_pool avg_pool global_avg_pool global_max_pool "
        "adaptive_avg_pool adaptive_max_pool dense flatten reshape batch_norm layer_norm group_norm instance_norm lrn "
        "scale relu relu6 leaky_relu prelu elu selu gelu silu mish sigmoid hard_sigmoid hard_swish tanh softplus "
        "softmax log_softmax dropout drop_path zero_pad crop upsample pixel_shuffle channel_shuffle concat add "
        "multiply slice identity"
    ).split()
    from cnncalc.layers import BY_WORD

    assert sorted(BY_WORD) == sorted(words)


# What YAML 1.1 makes of these texts: 12, false, 8 (octal), 183 (sexagesimal), 7, true, 1.5, null.
NAMES_AS_WRITTEN = ["1_2", "no", "010", "08", "3:3", "0x7", "on", "1.5", "'null'", "3a", "2014-01-01", "1e3"]


@pytest.mark.parametrize("name", NAMES_AS_WRITTEN)
def test_names_are_text(name: str) -> None:
    analysis = network(f"  - relu: {{name: {name}}}\n  - relu\n  - add: {{from: [{name}, relu1]}}")
    assert analysis.ok
    assert analysis.layers[0].path == name.strip("'")


SIZES_NOT_NUMBERS = ["0x7", "3:3", "010", "1_2", "3.0", "1e1", "no", "-1", "''", "0", "3,3", "[]", "{}", "x3", "3x"]


@pytest.mark.parametrize("size", SIZES_NOT_NUMBERS)
def test_sizes_are_read_as_written(size: str) -> None:
    with pytest.raises(cnncalc.ArchitectureError) as raised:
        network(f"  - conv:\n      K: 8\n      F: {size}")
    assert [d.rule for d in raised.value.diagnostics] == ["invalid-value"]


BLOCKS = """
blocks:
  unit:
    parameters: [c, stride: 1, se: false, act: relu, body: [identity]]
    layers:
      - conv: {filters: $c, kernel: 3, stride: $stride, padding: 1}
      - $act
      - conv: {filters: $c * 4, kernel: [1, 1], when: $stride == 1}
      - conv: {filters: ($c + 8) // 2, kernel: 1, when: not $se}
      - global_avg_pool: {when: $se}
      - repeat: $body
        times: $stride
rounding: floor
"""

# By hand: 3×3 with padding 1 and stride 2 halves 32; widths are c, 4c and (c + 8)/2.
BLOCK_USES = {
    "defaults": ("unit: {c: 8}", {"unit1/conv1": (8, 32, 32), "unit1/relu1": (8, 32, 32), "unit1/conv2": (32, 32, 32),
                                  "unit1/conv3": (8, 32, 32), "unit1/repeat1/1/identity1": (8, 32, 32)}),
    "stride": ("unit: {c: 8, stride: 2}", {"unit1/conv1": (8, 16, 16), "unit1/relu1": (8, 16, 16),
                                           "unit1/conv2": (8, 16, 16), "unit1/repeat1/1/identity1": (8, 16, 16),
                                           "unit1/repeat1/2/identity1": (8, 16, 16)}),
    "flag-and-type": ("unit: {name: u, c: 4, se: true, act: gelu}",
                      {"u/conv1": (4, 32, 32), "u/gelu1": (4, 32, 32), "u/conv2": (16, 32, 32),
                       "u/global_avg_pool1": (16, 1, 1), "u/repeat1/1/identity1": (16, 1, 1)}),
    "type-with-parameters": ("unit: {c: 4, act: {leaky_relu: {slope: 0.1}}, body: []}",
                             {"unit1/conv1": (4, 32, 32), "unit1/leaky_relu1": (4, 32, 32),
                              "unit1/conv2": (16, 32, 32), "unit1/conv3": (6, 32, 32)}),
    "list-of-layers": ("unit: {c: 4, body: [relu, conv: {K: 2, F: 1}]}",
                       {"unit1/conv1": (4, 32, 32), "unit1/relu1": (4, 32, 32), "unit1/conv2": (16, 32, 32),
                        "unit1/conv3": (6, 32, 32), "unit1/repeat1/1/relu1": (6, 32, 32),
                        "unit1/repeat1/1/conv1": (2, 32, 32)}),
}  # fmt: skip


@pytest.mark.parametrize(("use", "expected"), BLOCK_USES.values(), ids=BLOCK_USES)
def test_block(use: str, expected: dict[str, tuple[int, ...]]) -> None:
    assert outputs(network(f"  - {use}", more=BLOCKS)) == expected


ARITHMETIC = {
    "$n * 4": 32,
    "$n + 1": 9,
    "$n - 1": 7,
    "$n // 3": 2,
    "$n % 3": 2,
    "($n + 1) * 2": 18,
    "$n + 1 * 2": 10,
    "2 * $n - 3 * 4": 4,
    "-$n + 10": 2,
    "$n // 3 * 3": 6,
    "$n*$n": 64,
}


@pytest.mark.parametrize(("expression", "value"), ARITHMETIC.items(), ids=ARITHMETIC)
def test_arithmetic(expression: str, value: int) -> None:
    text = f"blocks: {{b: {{parameters: [n], layers: [conv: {{K: '{expression}', F: 1}}]}}}}"
    assert network("  - b: {n: 8}", more=text).output == (value, 32, 32)


@pytest.mark.parametrize("size", ["[$n, $n]", "[1, $n]", "[$n * 2 + 1, 3]"])
def test_a_parameter_may_be_one_axis_of_a_size(size: str) -> None:
    text = f"blocks: {{b: {{parameters: [n], layers: [conv: {{K: 4, F: {size}, P: same}}]}}}}"
    assert network("  - b: {n: 3}", more=text).output == (4, 32, 32)


NO_ARITHMETIC = ["$n ** 2", "$n / 2", "$n ^ 2", "abs($n)", "$n // 0", "$n if 1", "n * 2", "($n", "$n $n", "$m + 1"]


@pytest.mark.parametrize("expression", NO_ARITHMETIC)
def test_what_is_no_arithmetic(expression: str) -> None:
    text = f"blocks: {{b: {{parameters: [n], layers: [conv: {{K: '{expression}', F: 1}}]}}}}"
    with pytest.raises(cnncalc.ArchitectureError) as raised:
        network("  - b: {n: 8}", more=text)
    assert {d.rule for d in raised.value.diagnostics} <= {"invalid-value", "unknown-reference"}


CONDITIONS = {
    "$n == 8": True,
    "$n == 7": False,
    "$n != 8": False,
    "not $n == 8": False,
    "$n > 7": True,
    "$n <= 7": False,
    "$n % 2 == 0": True,
    "$t": True,
    "not $t": False,
    "$w == relu": True,
    "$w != relu": False,
    "true": True,
    "no": False,
}


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS.items(), ids=CONDITIONS)
def test_when(condition: str, holds: bool) -> None:
    body = f"[identity, relu: {{when: '{condition}'}}, {{residual: [tanh], when: '{condition}'}}]"
    text = f"blocks: {{b: {{parameters: [n: 8, t: true, w: relu], layers: {body}}}}}"
    types = [layer.type for layer in network("  - b", more=text).layers]
    assert types == (["identity", "relu", "tanh", "add"] if holds else ["identity"])


def test_what_a_condition_guards_is_not_looked_at() -> None:
    text = "blocks: {b: {parameters: [se: false], layers: [relu, conv: {K: $se // 4, F: 1, when: $se}]}}"
    assert [layer.type for layer in network("  - b", more=text).layers] == ["relu"]


STRUCTURES = {
    "branches-by-name": (
        "branches: {left: [relu], right: [tanh]}",
        ["left/relu1", "right/tanh1", "concat1"],
        (6, 32, 32),
    ),
    "branches-as-lists": (
        "branches: [[relu], [tanh], []]\n    merge: add",
        ["branch1/relu1", "branch2/tanh1", "add1"],
        (3, 32, 32),
    ),
    "branches-named": (
        "branches: {left: [relu], right: []}\n    merge: multiply\n    name: mixed",
        ["mixed/left/relu1", "mixed"],
        (3, 32, 32),
    ),
    "residual": ("residual: [relu, tanh]", ["residual1/relu1", "residual1/tanh1", "add1"], (3, 32, 32)),
    "residual-shortcut": (
        "residual: [conv: {K: 8, F: 1}]\n    shortcut: [conv: {K: 8, F: 1}]\n    name: res",
        ["res/conv1", "res/shortcut/conv1", "res"],
        (8, 32, 32),
    ),
    "repeat": (
        "repeat: [conv: {K: 3, F: 1}, relu]\n    times: 2",
        ["repeat1/1/conv1", "repeat1/1/relu1", "repeat1/2/conv1", "repeat1/2/relu1"],
        (3, 32, 32),
    ),
    "repeat-never": ("repeat: [relu]\n    times: 0\n  - tanh", ["tanh1"], (3, 32, 32)),
    "names-that-are-taken": (
        "relu: {name: relu2}\n  - relu\n  - relu\n  - tanh: {name: tanh1}\n  - tanh",
        ["relu2", "relu1", "relu3", "tanh1", "tanh2"],
        (3, 32, 32),
    ),
    "null-parameters": ("relu:\n  - tanh: {}", ["relu1", "tanh1"], (3, 32, 32)),
}


@pytest.mark.parametrize(("layers", "paths", "output"), STRUCTURES.values(), ids=STRUCTURES)
def test_structure(layers: str, paths: list[str], output: tuple[int, ...]) -> None:
    analysis = network(f"  - {layers}")
    assert list(outputs(analysis)) == paths
    assert analysis.output == output


# `from` looks in its own scope, then outwards; the expected sources are what the text names.
REFERENCES = {
    "a-layer": ("- conv: {name: a, K: 3, F: 1}\n- relu\n- add: {from: [a, relu1]}", ["a", "relu1"]),
    "the-input": ("- relu\n- add: {from: [input, relu1]}", ["input", "relu1"]),
    "twice-the-same": ("- relu\n- concat: {from: [relu1, relu1]}", ["relu1", "relu1"]),
    "a-branch": ("- branches: {l: [relu], r: []}\n- concat: {from: [l, concat1]}", ["l/relu1", "concat1"]),
    "a-structure": ("- residual: [relu]\n  name: r\n- tanh\n- concat: {from: [r, tanh1]}", ["r", "tanh1"]),
    "an-unnamed-residual": ("- residual: [relu]\n- tanh\n- concat: {from: [residual1, tanh1]}", ["add1", "tanh1"]),
    "reaching-in": ("- residual: [relu, tanh]\n  name: r\n- concat: {from: [r/relu1, r]}", ["r/relu1", "r"]),
    "a-round": ("- repeat: [relu, tanh]\n  times: 2\n- concat: {from: [repeat1/1, repeat1/2/relu1]}",
                ["repeat1/1/tanh1", "repeat1/2/relu1"]),
    "outwards": ("- relu: {name: a}\n- residual: [tanh, concat: {from: [tanh1, a]}, slice: {end: 3}]",
                 ["residual1/slice1", "a"]),
    "own-scope-first": ("- relu: {name: a}\n- residual: [tanh: {name: a}, add: {from: [a, input]}]",
                        ["residual1/add1", "a"]),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "sources"), REFERENCES.values(), ids=REFERENCES)
def test_reference(layers: str, sources: list[str]) -> None:
    analysis = network("\n".join(f"  {line}" for line in layers.splitlines()))
    assert analysis.ok, analysis.diagnostics
    assert analysis.layers[-1].sources == sources


def test_own_scope_comes_before_the_outer_one() -> None:
    analysis = network("  - relu: {name: a}\n  - residual: [tanh: {name: a}, add: {from: [a, input]}]")
    inner = analysis.layer("residual1/add1")
    assert inner.sources == ["residual1/a", "input"]


def test_input_inside_a_block_is_the_blocks_own() -> None:
    text = "blocks: {skip: {layers: [conv: {K: 3, F: 1}, add: {from: [input, conv1]}]}}"
    analysis = network("  - relu\n  - skip: {name: s}", more=text)
    assert analysis.layer("s/add1").sources == ["relu1", "s/conv1"]


def test_repeat_rounds_see_their_own_layers_first() -> None:
    analysis = network("  - repeat: [relu: {name: a}, tanh, add: {from: [a, tanh1]}]\n    times: 2")
    assert analysis.layer("repeat1/2/add1").sources == ["repeat1/2/a", "repeat1/2/tanh1"]


def test_heads_and_outputs() -> None:
    text = "  - relu: {name: trunk}\n  - head: [global_avg_pool, flatten, dense: {units: 10}]\n    name: aux\n  - tanh"
    analysis = network(text)
    assert analysis.output == {"output": (3, 32, 32), "aux": (10,)}
    assert analysis.totals.params == 40
    assert analysis.layers[-1].sources == ["trunk"]
    without = cnncalc.analyze_text(f"input: 3x32x32\nlayers:\n{text}", heads=False)
    assert without.output == (3, 32, 32)
    assert without.totals.params == 0


def test_named_outputs() -> None:
    analysis = network("  - relu: {name: p3}\n  - max_pool: {F: 2, name: p4}", more="outputs: [p3, p4]")
    assert analysis.output == {"p3": (3, 32, 32), "p4": (3, 16, 16)}


SIAMESE = """
inputs: {left: 3x105x105, right: 3x105x105}
blocks:
  tower:
    layers: [conv: {K: 64, F: 10}, relu, max_pool: {F: 2}, flatten, dense: {units: 128}]
layers:
  - tower: {name: a, from: left}
  - tower: {name: b, from: right, weights: a}
  - concat: {from: [a, b]}
  - dense: {units: 1, trainable: false}
"""


def test_shared_weights_count_once_and_macs_each_time() -> None:
    analysis = cnncalc.analyze_text(SIAMESE)
    conv, dense, last = (10 * 10 * 3 + 1) * 64, (64 * 48 * 48 + 1) * 128, 257
    assert analysis.ok
    assert analysis.totals.params == conv + dense + last
    assert analysis.totals.trainable == conv + dense
    assert analysis.totals.macs == 2 * (10 * 10 * 3 * 64 * 96 * 96 + 64 * 48 * 48 * 128) + 256
    assert analysis.layer("b/conv1").params == 0
    assert analysis.layer("b/conv1").weights == analysis.layer("a/conv1").weights


def test_another_input() -> None:
    analysis = cnncalc.analyze("vgg16", "3x256x256")
    assert analysis.layer("pool5").output == (512, 8, 8)
    # 138,357,544 − (512·7·7 − 512·8·8)·4096
    assert analysis.totals.params == 138_357_544 + 512 * 15 * 4096
    assert analysis.ok


def test_one_of_several_inputs() -> None:
    text = SIAMESE.replace(", weights: a", "")
    found = cnncalc.analyze_text(text, {"left": "3x205x205"})
    assert found.layer("a/conv1").output == (64, 196, 196)
    assert found.layer("b/conv1").output == (64, 96, 96)


def test_defaults_hold_where_a_layer_says_nothing() -> None:
    text = "defaults: {conv: {F: 3, padding: same, bias: false}}"
    analysis = network("  - conv: {K: 8}\n  - conv: {K: 8, kernel: 1, bias: true}", more=text)
    assert [layer.params for layer in analysis.layers] == [216, 72]
    assert analysis.output == (8, 32, 32)


def test_defaults_of_a_block() -> None:
    text = "defaults: {b: {c: 5}}\nblocks: {b: {parameters: [c], layers: [conv: {K: $c, F: 1}]}}"
    assert network("  - b", more=text).output == (5, 32, 32)


def test_merge_keys_and_anchors() -> None:
    layers = "  - conv: &three {K: 8, F: 3}\n  - conv: {<<: *three, K: 4}\n  - conv: *three"
    assert outputs(network(layers)) == {"conv1": (8, 30, 30), "conv2": (4, 28, 28), "conv3": (8, 26, 26)}


def test_frozen_structures() -> None:
    layers = "  - repeat: [conv: {K: 3, F: 1}]\n    times: 2\n    trainable: false\n  - conv: {K: 3, F: 1}"
    totals = network(layers).totals
    assert (totals.params, totals.trainable) == (36, 12)


def test_crop_like_is_centred_and_drops_the_odd_pixel_last() -> None:
    layers = "  - relu: {name: big}\n  - max_pool: {F: 4, S: 4, name: small}\n  - crop: {from: big, like: small}"
    analysis = network(layers, "3x35x32", "rounding: floor")
    assert analysis.output == (3, 8, 8)
    field = analysis.layers[-1].receptive_field
    # 35 − 8 = 27: 13 rows before and 14 after; 32 − 8 = 24: 12 columns before and 12 after.
    assert field is not None
    assert [extent.start for extent in field if extent] == [13, 12]


def test_unknown_shapes_go_on_as_unknown() -> None:
    analysis = network(
        "  - conv: {K: 8, F: 4, S: 3}\n  - conv: {K: 4, F: 3}\n  - flatten\n  - dense: {units: 10}", "3x33x32"
    )
    assert [layer.output for layer in analysis.layers] == [(8, None, None), (4, None, None), (None,), (10,)]
    assert [layer.params for layer in analysis.layers] == [392, 292, 0, None]
    assert [d.rule for d in analysis.diagnostics] == ["non-integer-output", "non-integer-output"]
    assert not analysis.totals.complete


def test_one_axis_can_be_known() -> None:
    assert network("  - max_pool: {F: 2}", "3x32x33").output is not None
    assert network("  - max_pool: {F: 2}", "3x32x33").output == (3, 16, None)


def test_everything_about_the_example_of_the_json_contract() -> None:
    document = cnncalc.analyze("lenet5").to_dict()
    assert {key: document["totals"][key] for key in ("params", "trainable", "buffers", "macs", "activations")} == {
        "params": 61706, "trainable": 61706, "buffers": 0, "macs": 416520, "activations": 8214,
    }  # fmt: skip
    layer = document["layers"][0]
    assert layer["receptive_field"] == {"size": [5, 5], "stride": [1, 1], "start": [0, 0]}
    assert layer["weights"] == {"weight": [6, 1, 5, 5], "bias": [6]}
    assert layer["padding_pixels"] == [[0, 0], [0, 0]]
    assert layer["settings"] == {
        "filters": 6, "kernel": [5, 5], "stride": [1, 1], "padding": [0, 0], "dilation": [1, 1], "groups": 1,
        "bias": True, "rounding": "strict",
    }  # fmt: skip
