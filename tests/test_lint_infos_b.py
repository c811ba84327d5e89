"""Rules that only inform: what they report, and the near misses about which they keep quiet."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

import pytest

from cnncalc import Source, analyze, gallery
from cnncalc.lint import Report, Settings, lint, lint_source
from cnncalc.lint.rules import rule
from cnncalc.lint.rules.outsized import MEDIANS

RULES = (
    "widening-dense",
    "shrinking-channels",
    "uneven-block",
    "growing-kernel",
    "dropout-before-max-pool",
    "extreme-dropout",
    "repeated-batch-norm",
    "repeated-pooling",
    "outsized",
)


def lint_only(name: str, text: str, **thresholds: float) -> Report:
    """What one rule says about a text."""
    settings = Settings(select=(name,), thresholds={name: thresholds} if thresholds else {})
    return lint_source(Source("net.yaml", text), settings)


def lines(name: str, text: str) -> list[int]:
    """The lines at which a rule reports something; nothing but that rule may have something to say."""
    report = lint_only(name, text)
    assert {d.rule for d in report.diagnostics} <= {name}
    return [d.span.line for d in report.diagnostics if d.span]


def message(name: str, text: str, **thresholds: float) -> str:
    (diagnostic,) = lint_only(name, text, **thresholds).diagnostics
    return diagnostic.message


def net(*layers: str, input: str = "3x32x32", defaults: str = "") -> str:
    """A description with one layer a line; the first layer stands in line 4."""
    return f"input: {input}\ndefaults: {{{defaults}}}\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)


def conv(filters: int, kernel: int = 3, more: str = "") -> str:
    return f"conv: {{filters: {filters}, kernel: {kernel}, padding: {kernel // 2}{more}}}"


POOL = "max_pool: {kernel: 2}"
MEAN = "avg_pool: {kernel: 2}"
SIDE = "head: [conv: {filters: 24, kernel: 1}]"
HEAD = ("global_avg_pool", "flatten", "dense: {units: 10}")


@pytest.mark.parametrize("name", RULES)
def test_they_inform_and_fail_no_run(name: str) -> None:
    assert rule(name).severity == "info"
    assert lint_source(Source("net.yaml", rule(name).bad), Settings()).clean


@pytest.mark.parametrize("name", gallery.names())
def test_the_published_networks_have_none_of_it(name: str) -> None:
    said = {d.rule for d in lint(name, Settings(select=RULES)).diagnostics}
    # VGG is known for it: 138 million parameters, three quarters of them in the first dense layer.
    assert said == ({"outsized"} if name.startswith("vgg") else set())


# widening-dense


def dense(*units: int, relu: bool = True) -> list[str]:
    found = []
    for n in units:
        found += [f"dense: {{units: {n}}}", *(["relu", "dropout: {rate: 0.5}"] if relu else [])]
    return found[:-2] if relu else found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (net("flatten", *dense(128, 512, 10)), [8]),
        # One matrix of low rank, taken apart: nothing between but what is linear.
        (net("flatten", *dense(128, 512, 10, relu=False)), []),
        (net("flatten", "dense: {units: 32}", "dropout: {rate: 0.1}", *dense(512, 10)), []),
        (net("dense: {units: 32}", *dense(512, 10), input="784"), []),
        (
            net("flatten", "dense: {units: 128}", "batch_norm", "tanh", "dense: {units: 256}", "dense: {units: 128}"),
            [8],
        ),
        (net("flatten", *dense(512, 512, 10)), []),
        (net("flatten", *dense(4096, 1024, 10)), []),
        # The second is the classifier itself: as many classes as there are.
        (net("flatten", *dense(128, 1000)), []),
        # A low-rank way to many classes: the last is wider than the first.
        (net("flatten", *dense(128, 512, 1000)), []),
        # Few features are spread out first.
        (net(*dense(32, 64, 3), input="13"), []),
        # A decoder: 784, 400, 20, 400, 784; and one that goes back to a map.
        (net(*dense(400, 20, 400, 784), input="784"), []),
        (net("flatten", *dense(32, 512), "reshape: {shape: 8x8x8}", *HEAD), []),
        # The wide one is used twice.
        (
            net(
                "flatten",
                "dense: {units: 64}",
                "dense: {name: a, units: 512}",
                "dense: {name: b, units: 512}",
                "add: {from: [a, b]}",
                "dense: {units: 10}",
            ),
            [],
        ),
    ],
)
def test_widening_dense(text: str, expected: list[int]) -> None:
    assert lines("widening-dense", text) == expected


def test_a_gate_that_squeezes_and_excites_is_no_widening_classifier() -> None:
    text = """\
input: 64x8x8
layers:
  - branches:
      gate: [global_avg_pool, flatten, dense: {units: 4}, relu, dense: {units: 64}, sigmoid, reshape: {shape: 64x1x1}]
      through: []
    merge: multiply
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""
    assert lines("widening-dense", text) == []


def test_widening_dense_says_what_goes_through_what() -> None:
    assert message("widening-dense", net("flatten", *dense(128, 512, 10))) == (
        "dense2 makes 512 numbers of the 128 to which dense1 has brought 3,072"
    )


# shrinking-channels


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (net(conv(64), "relu", POOL, conv(32), "relu", POOL, conv(64), *HEAD), [7]),
        (net(conv(128), POOL, conv(64), POOL, conv(32), POOL, conv(16), conv(10, 1), *HEAD), [6, 8, 10]),
        # Downsampled by strides, and with names of the letters.
        (net("conv: {K: 64, F: 2, S: 2}", "conv: {K: 32, F: 2, S: 2}", "conv: {K: 10, F: 1}", *HEAD), [5]),
        # As many is enough; and a layer that shrinks within a stage is that stage's own affair.
        (net(conv(64), POOL, conv(64), POOL, conv(64), *HEAD), []),
        (net(conv(64), POOL, conv(32, 1), conv(64), POOL, conv(32, 1), conv(64), *HEAD), []),
        (net(conv(384), POOL, conv(384), conv(256), POOL, conv(256), *HEAD), []),
        # The transition of a DenseNet halves channels and map together.
        (net(conv(256), conv(128, 1), MEAN, conv(512), conv(256, 1), MEAN, conv(1024), *HEAD), []),
        # The last convolution makes a score for each class.
        (net(conv(64), POOL, conv(128), POOL, conv(10, 1), "global_avg_pool", "flatten"), []),
        (net(conv(64), POOL, conv(10, 1)), []),
        (net(conv(64), POOL, conv(32), conv(10, 1)), [6]),
        (net(conv(64), POOL, conv(10, 1), "flatten", "dense: {units: 10}"), [6]),
        # Encoder and decoder; a path that a skip goes past.
        (net(conv(64), POOL, conv(32), POOL, conv(16), "upsample: {scale: 4}", conv(3)), []),
        # Padding that is left out makes a map smaller too, but is no downsampling.
        (net("conv: {filters: 16, kernel: 5}", "conv: {filters: 8, kernel: 5}", "relu", *HEAD), []),
        # Several outputs, as of a detector.
        (net(conv(256), SIDE, POOL, conv(128), SIDE, POOL, conv(128)), []),
    ],
)
def test_shrinking_channels(text: str, expected: list[int]) -> None:
    assert lines("shrinking-channels", text) == expected


def test_channels_are_those_of_the_main_path() -> None:
    bottleneck = """\
input: 3x32x32
blocks:
  bottleneck:
    parameters: [c, stride: 1]
    layers:
      - residual:
          - conv: {filters: $c, kernel: 1}
          - conv: {filters: $c, kernel: 2, stride: $stride, padding: same}
          - conv: {filters: $c * 4, kernel: 1}
        shortcut: [conv: {filters: $c * 4, kernel: 2, stride: $stride, padding: same}]
layers:
  - bottleneck: {c: 16}
  - bottleneck: {c: STAGE, stride: 2}
  - bottleneck: {c: 32, stride: 2}
  - global_avg_pool
"""
    assert lines("shrinking-channels", bottleneck.replace("STAGE", "16")) == []
    report = lint_only("shrinking-channels", bottleneck.replace("STAGE", "8"))
    assert [d.message for d in report.diagnostics] == [
        "at 16×16 no layer has more than the 32 channels of bottleneck2/add1; the stage before ends with 64, at 32×32"
    ]


# uneven-block


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([64, 46, 64], [5]),
        ([64, 64, 32, 64], [6]),
        ([256, 512, 256], [5]),
        ([64, 64, 64], []),
        ([64, 64], []),
        # Once wider or narrower, as in AlexNet: 384, 256, 256.
        ([384, 256, 256], []),
        ([128, 128, 256], []),
        # To and fro is a pattern.
        ([64, 32, 64, 32, 64], []),
        ([64, 48, 32, 64], []),
    ],
)
def test_uneven_block(filters: list[int], expected: list[int]) -> None:
    assert lines("uneven-block", net(*(conv(n) for n in filters), POOL, conv(128), *HEAD)) == expected


@pytest.mark.parametrize(
    "layers",
    [
        (conv(64), POOL, conv(32), conv(64)),
        (conv(64), conv(32, 1), conv(64)),
        (conv(64), "conv: {filters: 32, kernel: 2, stride: 2}", conv(64)),
        (conv(64, 3, ", name: a"), conv(32), conv(64, 3, ", name: c"), "add: {from: [a, c]}"),
        (f"residual: [{conv(3)}, {conv(8)}, {conv(3)}]",),
        (f"branches: [[{conv(64)}, {conv(32)}, {conv(64)}], []]",),
        ("conv: {filters: 64, kernel: 1x7, padding: 0x3}",) * 2,
    ],
)
def test_what_is_no_plain_stack_is_not_looked_at(layers: tuple[str, ...]) -> None:
    text = net(*layers, *HEAD)
    assert lines("uneven-block", text) == []
    assert lines("growing-kernel", text) == []


def test_a_stack_goes_on_behind_what_leaves_numbers_in_their_place() -> None:
    between = ("batch_norm", "relu", "dropout: {rate: 0.2}")
    text = net(conv(64), *between, conv(46), *between, conv(64), *HEAD)
    assert lines("uneven-block", text) == [8]
    assert message("uneven-block", text) == "conv2 has 46 filters, and the 2 others from conv1 to conv3 have 64"


# growing-kernel


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        ([3, 5, 3], [5]),
        ([3, 5, 5, 3], [5]),
        ([3, 3, 7, 5], [6]),
        ([7, 3, 5, 3], [6]),
        ([3, 3, 3], []),
        ([7, 5, 3], []),
        ([3, 5, 7], []),
        ([5, 3, 5], []),
        # A 1×1 convolution ends a stack.
        ([3, 1, 5, 1, 3], []),
        ([1, 3, 1], []),
    ],
)
def test_growing_kernel(kernels: list[int], expected: list[int]) -> None:
    text = net(*(conv(32, k) for k in kernels), POOL, conv(64), *HEAD)
    assert lines("growing-kernel", text) == expected


def test_growing_kernel_says_between_which() -> None:
    assert message("growing-kernel", net(conv(8), conv(8, 5), conv(8, 5), conv(8), *HEAD)) == (
        "conv2 has a window of 5×5, between the 3×3 of conv1 and the 3×3 of conv4, all at one resolution"
    )


# dropout-before-max-pool and extreme-dropout


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (("dropout: {rate: 0.25}", POOL), [5]),
        ((POOL, "dropout: {rate: 0.25}"), []),
        (("dropout: {rate: 0.25}", "avg_pool: {kernel: 2}"), []),
        (("dropout: {rate: 0.25}", conv(8), POOL), []),
        (("dropout: {rate: 0.25}", "max_pool: {kernel: 1}"), []),
        # U-Net drops before the last pool, and hands on what is left through a skip.
        (("dropout: {name: drop, rate: 0.5}", POOL, "upsample: {scale: 2}", "concat: {from: [drop, upsample1]}"), []),
    ],
)
def test_dropout_before_max_pool(layers: tuple[str, ...], expected: list[int]) -> None:
    assert lines("dropout-before-max-pool", net(conv(8), *layers, *HEAD)) == expected


def test_dropout_before_max_pool_says_how_often_a_whole_window_is_dropped() -> None:
    # 0.5⁴ = 0.0625
    assert message("dropout-before-max-pool", net(conv(8), "dropout", POOL, *HEAD)) == (
        "dropout1 drops 0.5 of the numbers, and max_pool1 takes the largest of 4, which are all dropped with a "
        "probability of 0.062"
    )


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("dropout: {rate: 0}", "dropout1 has a rate of 0, and drops nothing"),
        ("dropout: {rate: 0.9}", "dropout1 drops 0.9 of its input while training: one number in 10 is left"),
        ("dropout: {rate: 1}", "dropout1 drops 1 of its input while training: nothing is left"),
        ("dropout: {rate: 0.89}", ""),
        ("dropout", ""),
        # Stochastic depth begins at 0, and goes up from block to block.
        ("drop_path: {rate: 0}", ""),
    ],
)
def test_extreme_dropout(layer: str, expected: str) -> None:
    found = lint_only("extreme-dropout", net(conv(8), "global_avg_pool", "flatten", layer, "dense: {units: 10}"))
    assert [d.message for d in found.diagnostics] == ([expected] if expected else [])


def test_the_rate_from_which_dropout_is_extreme_can_be_set() -> None:
    text = net(conv(8), "global_avg_pool", "flatten", "dropout: {rate: 0.6}", "dense: {units: 10}")
    assert message("extreme-dropout", text, rate=0.6).startswith("dropout1 drops 0.6")


# repeated-batch-norm and repeated-pooling


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (("batch_norm", "batch_norm"), [6]),
        (("batch_norm", "batch_norm", "batch_norm"), [6, 7]),
        (("batch_norm", "relu", "batch_norm"), []),
        (("batch_norm", conv(8), "batch_norm"), []),
        (("batch_norm", "layer_norm"), []),
        # What the first gives goes elsewhere too, as in a residual network that normalises first.
        (("batch_norm: {name: a}", "batch_norm: {name: b}", "add: {from: [a, b]}"), []),
    ],
)
def test_repeated_batch_norm(layers: tuple[str, ...], expected: list[int]) -> None:
    assert lines("repeated-batch-norm", net(conv(8), *layers, *HEAD)) == expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((POOL, POOL), "one max_pool with a window of 4×4 and stride 4×4 does the same"),
        (("max_pool: {kernel: 3, stride: 1}", "max_pool: {kernel: 2}"), "window of 4×4 and stride 2×2"),
        (("max_pool: {kernel: 1x2}", "max_pool: {kernel: 2x1}"), "window of 2×2 and stride 2×2"),
        (("avg_pool: {kernel: 2}", "avg_pool: {kernel: 4}"), "window of 8×8 and stride 8×8"),
        (("avg_pool: {kernel: 2}", "global_avg_pool"), "global_avg_pool1 alone does the same"),
        ((POOL, "global_max_pool"), "global_max_pool1 alone does the same"),
        # Means of windows that overlap count pixels twice; padding counts as zeros.
        (("avg_pool: {kernel: 3, stride: 1}", "avg_pool: {kernel: 2}"), ""),
        (("avg_pool: {kernel: 2, padding: 1}", "global_avg_pool"), ""),
        (("avg_pool: {kernel: 3, rounding: floor}", "global_avg_pool"), ""),
        (("max_pool: {kernel: 1, stride: 2, rounding: floor}", POOL), ""),
        ((POOL, "avg_pool: {kernel: 2}"), ""),
        ((POOL, "relu", conv(8), POOL), ""),
        ((POOL, "global_avg_pool"), ""),
        # Pools of pools, joined, see several sizes at once (SPPF, in YOLOv5).
        (
            (
                "max_pool: {name: a, kernel: 5, stride: 1, padding: 2}",
                "max_pool: {name: b, kernel: 5, stride: 1, padding: 2}",
                "concat: {from: [a, b]}",
            ),
            "",
        ),
    ],
)
def test_repeated_pooling(layers: tuple[str, ...], expected: str) -> None:
    found = lint_only("repeated-pooling", net(conv(8), *layers)).diagnostics
    assert len(found) == bool(expected)
    assert all(expected in d.message for d in found)


def test_one_pool_does_what_two_do() -> None:
    torch = pytest.importorskip("torch")
    pool = torch.nn.functional
    x = torch.randn(1, 2, 23, 24, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    two = pool.max_pool2d(pool.max_pool2d(x, 3, 2), (2, 3), (1, 2))
    assert torch.equal(two, pool.max_pool2d(x, (5, 7), (2, 4)))
    text = net("max_pool: {kernel: 3, stride: 2}", "max_pool: {kernel: 2x3, stride: 1x2}", input="2x23x23")
    assert "a window of 5×7 and stride 2×4" in message("repeated-pooling", text)
    two = pool.avg_pool2d(pool.avg_pool2d(x, 2), 3)
    assert torch.allclose(two, pool.avg_pool2d(x, 6))


# outsized


def wide(units: int) -> list[str]:
    return ["max_pool: {kernel: 4}", conv(32), "flatten", f"dense: {{units: {units}}}"]


def test_the_medians_are_those_of_the_bundled_classifiers() -> None:
    params = defaultdict(list)
    for name in gallery.names():
        found = analyze(name)
        task = found.graph.architecture.facts.get("task", "classification")
        flat = isinstance(found.output, tuple) and len(found.output) == 1
        if isinstance(found.input, tuple) and flat and task == "classification":
            params[found.input].append(found.totals.params)
    medians = {shape: (median(counts), len(counts)) for shape, counts in params.items() if len(counts) >= 5}
    assert medians == MEDIANS, "write these into cnncalc/lint/rules/outsized.py"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # 5·21,797,672 = 108,988,360 lies between (100,352 + 1)·1086 + 896 and (100,352 + 1)·1087 + 896.
        (net(*wide(1086), input="3x224x224"), False),
        (net(*wide(1087), input="3x224x224"), True),
        # There are no published networks for this input, and these have another task.
        (net(*wide(1087), input="3x228x228"), False),
        ("task: regression\n" + net(*wide(1087), input="3x224x224"), False),
        (net(conv(4096), conv(4096), input="3x224x224"), False),
    ],
)
def test_outsized(text: str, found: bool) -> None:
    assert bool(lint_only("outsized", text).diagnostics) is found


def test_outsized_names_the_largest_layer() -> None:
    (found,) = lint("vgg16", Settings(select=("outsized",))).diagnostics
    # 138,357,544 of Simonyan and Zisserman's Table 2 (138 million); 102,764,544 of them in the first dense layer
    assert "138,357,544 parameters, 6.3 times" in found.message
    assert found.message.endswith("74% of them are in fc6")
    assert lint("vgg16", Settings(select=("outsized",), thresholds={"outsized": {"times": 7}})).diagnostics == []
