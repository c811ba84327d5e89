"""Rules that inform about windows, views and costs: what they report, and the near misses that must stay silent."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import Source, analyze, gallery
from cnncalc.lint import Report, Settings, lint, lint_source
from cnncalc.lint.network import Network
from cnncalc.lint.rules import rule
from cnncalc.lint.rules.unread_pixels import unread

RULES = (
    "unread-pixels",
    "portability",
    "asymmetric-padding",
    "unproductive-layer",
    "narrow-view",
    "dominant-dense",
    "factorisable-convolution",
    "representational-bottleneck",
    "no-downsampling",
    "averaged-padding",
    "uneven-adaptive-pool",
)


def lint_only(name: str, text: str, **thresholds: float) -> Report:
    """What one rule says about a text that has no error."""
    report = lint_source(Source("net.yaml", text), Settings(thresholds={name: thresholds} if thresholds else {}))
    assert [d for d in report.diagnostics if d.severity == "error"] == []
    report.found = [found for found in report.found if found.diagnostic.rule == name]
    return report


def lines(name: str, text: str, **thresholds: float) -> list[int]:
    return [d.span.line for d in lint_only(name, text, **thresholds).diagnostics if d.span]


def message(name: str, text: str, **thresholds: float) -> str:
    (diagnostic,) = lint_only(name, text, **thresholds).diagnostics
    return f"{diagnostic.message} / {diagnostic.help}"


def net(*layers: str, input: str = "3x32x32", top: str = "") -> str:
    """A description with one layer a line; the first layer stands in line 4."""
    return f"input: {input}\n{top}\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)


def conv(filters: int, kernel: int = 3, more: str = "") -> str:
    return f"conv: {{filters: {filters}, kernel: {kernel}, padding: {kernel // 2}{more}}}"


POOL = "max_pool: {kernel: 2}"
HEAD = ("global_avg_pool", "flatten", "dense: {units: 10}")
FLOOR, CEIL = "rounding: floor", "rounding: ceil"


@pytest.mark.parametrize("name", RULES)
def test_they_inform_and_fail_no_run(name: str) -> None:
    assert rule(name).severity == "info"
    assert lint_source(Source("net.yaml", rule(name).bad), Settings()).clean


@pytest.mark.parametrize("name", gallery.names())
def test_they_say_little_about_published_networks(name: str) -> None:
    report = lint(name, Settings())
    assert len([d for d in report.diagnostics if d.rule in RULES]) <= 3


SAID = {
    "alexnet": {"dominant-dense"},
    "googlenet": {"portability", "factorisable-convolution"},
    "inception_v3": {"averaged-padding", "factorisable-convolution"},
    "inception_v4": set(),
    "nin": {"portability", "unread-pixels"},
    "resnet50": set(),
    "mobilenet_v2": set(),
    "efficientnet_b0": set(),
    "convnext_tiny": set(),
    "squeezenet1_1": {"unread-pixels"},
    "unet": set(),
    "vgg16": {"dominant-dense"},
    "xception": {"asymmetric-padding"},
    "yolov1": {"dominant-dense"},
}


@pytest.mark.parametrize("name", SAID)
def test_what_they_say_about_published_networks(name: str) -> None:
    assert {d.rule for d in lint(name, Settings()).diagnostics} & set(RULES) == SAID[name]


# unread-pixels


def test_unread_pixels_of_the_image_itself() -> None:
    text = net("conv: {filters: 8, kernel: 5, stride: 3}", input="3x224x226", top=FLOOR)
    # (224 − 5)/3 = 73 fits; (226 − 5)/3 leaves 2: the last window ends at 3·73 + 5 = 224.
    said = message("unread-pixels", text)
    assert "no window of conv1 reads the last 2 columns of 226: columns 224 to 225, counted from 0" in said
    assert "pad the end by 1 more, or let 224 or 227 come in" in said


SHORT, LONG = (f"conv: {{filters: 8, kernel: {kernel}, stride: 2}}" for kernel in (3, 4))
"""Both make 15 of 32; the first leaves row 31 out."""


@pytest.mark.parametrize(
    ("layer", "found"),
    [
        ("conv: {filters: 8, kernel: 7, stride: 2, padding: 3}", False),  # as in ResNet: the remainder is padding
        ("conv: {filters: 8, kernel: 1, stride: 2}", False),  # a thinned map, no end that is lost
        ("max_pool: {kernel: 3, stride: 2}", True),
        ("max_pool: {kernel: 3, stride: 2, rounding: ceil}", False),
        (f"branches: [[{SHORT}], [{LONG}]]", False),  # the other branch reads it
        (f"branches: [[{SHORT}], [max_pool: {{kernel: 3, stride: 2}}]]", True),
    ],
)
def test_what_is_an_unread_pixel(layer: str, found: bool) -> None:
    assert lines("unread-pixels", net(layer, top=FLOOR)) == [4] * found


def test_what_unread_rows_of_a_deeper_map_saw() -> None:
    # 35 → 17: row 34 is read by the convolution's window 33, whose rows 33 to 35 include it; row 34 is not lost alone.
    text = net(conv(8), "max_pool: {kernel: 2}", conv(8), *HEAD, input="3x35x35", top=FLOOR)
    assert "row and column of 35; of the network's input, rows and columns from 33 on count for less" in message(
        "unread-pixels", text
    )
    text = net("conv: {filters: 8, kernel: 2, stride: 2}", "max_pool: {kernel: 2}", *HEAD, input="3x34x34", top=FLOOR)
    assert "row and column of 17; nothing behind it sees rows and columns 32 to 33 of the network's input" in message(
        "unread-pixels", text
    )


Windows = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 1)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.integers(12, 40), Windows)
def test_lost_pixels_are_those_that_no_way_leads_from(size: int, windows: list[tuple[int, int, int]]) -> None:
    windows = [(max(f, s), s, min(p, max(f, s) - 1)) for f, s, p in windows]
    views = [{i} for i in range(size)]  # the pixels that each unit sees
    layers, lost = [], []
    for f, s, p in windows:
        units = (len(views) + 2 * p - f) // s + 1
        if units < 1:
            break
        before = set().union(*views)
        views = [
            set().union(*(views[i] for i in range(u * s - p, u * s - p + f) if 0 <= i < len(views)))
            for u in range(units)
        ]
        lost.append(sorted(before - set().union(*views)))
        layers.append(f"conv: {{filters: 1, kernel: {f}, stride: {s}, padding: {p}}}")
    if not layers:
        return
    text = net(*layers, input=f"1x{size}", top=FLOOR)
    source = Source("net.yaml", text)
    told = {layer.index: rests[0] for layer, rests in unread(Network(source, None, analyze(source)), 1)}
    for index, pixels in enumerate(lost, 1):
        rest = told.get(index)
        span = [*rest.lost] if rest and rest.lost else []
        assert span == [pixels[i] for i in (0, -1) if pixels]
    found = lint_only("unread-pixels", text).diagnostics
    assert len(found) == bool(told)
    if any(lost):
        most = max(lost, key=len)
        assert re.search(rf"samples? {most[0]}\b.*(, counted| of the network)", found[0].message)


def test_unread_pixels_are_told_once_where_most_is_lost() -> None:
    # 35 → 17 (row 34 is lost), 17 → 5 (rows 15 and 16, that is 30 to 33), 5 → 2 (row 4: 24 to 29).
    cuts = [f"conv: {{filters: 8, kernel: {kernel}, stride: {kernel}}}" for kernel in (2, 3, 2)]
    said = message("unread-pixels", net(*cuts, *HEAD, input="3x35x35", top=FLOOR))
    assert said.startswith("no window of conv3 reads the last row and column of 5; nothing behind it sees rows and col")
    assert "(and 2 more layers leave something unread)" in said
    said = message("unread-pixels", net(*cuts[:2], *HEAD, input="3x35x35", top=FLOOR))
    assert said.startswith("no window of conv2 reads")
    assert "(and 1 more layer leaves something unread)" in said


# portability


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("max_pool: {kernel: 3, stride: 2, rounding: ceil}", "rounds up to 56×56, as Caffe does"),
        ("max_pool: {kernel: 3, stride: 2, rounding: ceil}", "down to 55×55 unless told `ceil_mode`, and Keras always"),
        # The last window would begin at 112, behind the map: PyTorch leaves it out, Caffe has it, for want of padding.
        ("max_pool: {kernel: 1x3, stride: 2, rounding: ceil}", "behind the input, has 57×56"),
        ("conv: {filters: 8, kernel: 3, stride: 2, rounding: ceil}", "rounds up to 56×56; in PyTorch, Caffe, Keras"),
    ],
)  # fmt: skip
def test_sizes_that_differ(layer: str, said: str) -> None:
    assert said in message("portability", net(layer, input="8x112x112"))


@pytest.mark.parametrize(
    "layer",
    [
        "max_pool: {kernel: 2, rounding: ceil}",  # fits
        # In Caffe alone it is another size: 57. ResNet's pool is the first (its prototxt therefore has no padding).
        "max_pool: {kernel: 3, stride: 2, padding: 1, rounding: floor}",
        "max_pool: {kernel: 1, stride: 2, rounding: ceil}",
        "max_pool: {kernel: 3, stride: 2, padding: same}",  # asymmetric-padding's
        "max_pool: {kernel: 3, stride: 2, rounding: floor}",  # rows are lost: unread-pixels'
        "conv: {filters: 8, kernel: 3, stride: 2, padding: 1, rounding: floor}",  # every framework rounds down
        "lrn: {size: 1}",
        "batch_norm",
    ],
)
def test_what_is_the_same_everywhere(layer: str) -> None:
    assert lines("portability", net(layer, input="8x112x112")) == []


def test_response_norms_are_told_once() -> None:
    text = net("lrn: {size: 5, alpha: 0.0005}", conv(8), "lrn: {size: 5, alpha: 0.0005}")
    assert "lrn1, and 1 more: PyTorch, Caffe and ONNX divide alpha, 0.0005, by the 5" in message("portability", text)
    assert "the same in PyTorch and in TensorFlow is 0.0005 and 0.0001" in message("portability", text)


# asymmetric-padding


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("conv: {filters: 8, kernel: 3, stride: 2, padding: same}", "0 before and 1 behind along height and width"),
        ("conv: {filters: 8, kernel: 4, padding: same}", "pads 1 before and 2 behind along height and width"),
        ("conv: {filters: 8, kernel: 4, padding: same}", "PyTorch at stride 1"),
        ("conv: {filters: 8, kernel: 2x3, padding: same}", "pads 0 before and 1 behind along height, as"),
        ("max_pool: {kernel: 2, stride: 1, padding: same}", "pads 0 before and 1 behind"),
        ("transposed_conv: {filters: 8, kernel: 3, stride: 2, padding: same}", "cuts 0 off before and 1 off behind"),
    ],
)  # fmt: skip
def test_paddings_that_are_not_symmetric(layer: str, said: str) -> None:
    assert said in message("asymmetric-padding", net(layer))


@pytest.mark.parametrize(
    "layer",
    [
        "conv: {filters: 8, kernel: 3, padding: same}",
        "conv: {filters: 8, kernel: 1, stride: 2, padding: same}",
        "conv: {filters: 8, kernel: 4, stride: 2, padding: same}",  # (16 − 1)·2 + 4 − 32 = 2: one at each end
        "conv: {filters: 8, kernel: 4, padding: {top: 1, bottom: 2, left: 1, right: 2}}",  # said in so many words
        "transposed_conv: {filters: 8, kernel: 4, stride: 2, padding: same}",
    ],
)
def test_paddings_that_are_symmetric_or_meant(layer: str) -> None:
    assert lines("asymmetric-padding", net(layer)) == []


# unproductive-layer


def vgg(*stages: tuple[int, int]) -> list[str]:
    return [layer for count, filters in stages for layer in [*[conv(filters)] * count, POOL]]


VGG16 = vgg((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def test_vgg16_on_cifar() -> None:
    # Receptive fields 3 5 (6) 10 14 (16) 24 32 40 (44) 60 …: conv8 is the first whose input sees more than 32.
    # It has 9·256·512 + 512 parameters, and the five behind it 9·512·512 + 512 each.
    said = message("unproductive-layer", net(*VGG16, *HEAD))
    assert said.startswith("what conv8 takes sees 44×44 pixels already, more than the image of 32×32: it and the 5 ")
    assert "with 12,979,200 parameters" in said


def test_an_input_as_large_as_the_field_is_enough() -> None:
    assert lines("unproductive-layer", net(*VGG16, *HEAD, input="3x160x160")) == [20]  # the last one's input sees 164
    assert lines("unproductive-layer", net(*VGG16, *HEAD, input="3x192x192")) == []
    assert lines("unproductive-layer", net(*vgg((2, 8), (2, 8), (3, 8)), *HEAD, input="3x32x32")) == []


def test_shortcuts_are_the_shortest_way() -> None:
    block = f"repeat: [residual: [{conv(16)}, relu, {conv(16)}], relu]\n    times: 12"
    plain = f"repeat: [{conv(16)}, relu]\n    times: 24"
    assert lines("unproductive-layer", net(conv(16), block, *HEAD, input="3x32x32")) == []
    assert lines("unproductive-layer", net(conv(16), plain, *HEAD, input="3x32x32")) == [5]


def test_layers_without_a_window_are_none() -> None:
    wide = ["conv: {filters: 8, kernel: 17, padding: 16, dilation: 2}", "relu"]
    assert lines("unproductive-layer", net(*wide, "conv: {filters: 8, kernel: 1}", *HEAD)) == []
    assert lines("unproductive-layer", net(*wide, conv(8), *HEAD)) == [6]
    assert lines("unproductive-layer", net(*wide, conv(8))) == []  # no classifier: a map leaves


# narrow-view


SEGMENTS = "task: segmentation"
MASK = (conv(8), POOL, conv(8), "upsample: {scale: 2}", "conv: {filters: 2, kernel: 1}")


def test_maps_are_looked_at_where_the_whole_counts() -> None:
    # 3, after the pool 4, then 4 + 2·2 = 8 of 32.
    assert "conv3, which leaves the network, sees 8 of 32 pixels along height and width (25%)" in message(
        "narrow-view", net(*MASK, top=SEGMENTS)
    )
    assert lines("narrow-view", net(*MASK, top=SEGMENTS, input="3x16x16")) == []
    assert lines("narrow-view", net(*MASK, top=SEGMENTS), share=0.25) == []
    assert lines("narrow-view", net(*MASK)) == []  # an autoencoder, or tiles
    flat = (conv(8), conv(8), conv(2))
    assert lines("narrow-view", net(*flat)) == []
    assert lines("narrow-view", net(*flat, top="task: denoising")) == []
    assert lines("narrow-view", net(*flat, top="task: segmentation")) == [6]
    assert lines("narrow-view", net(conv(8), *HEAD, top="task: classification")) == []


@pytest.mark.parametrize(
    "task",
    [
        "reconstruction",
        "autoencoder",
        "generation",
        "discriminator",
        "super-resolution",
        "object detection",
        "segmentation + gan",
    ],
)
def test_a_part_is_the_design(task: str) -> None:
    assert lines("narrow-view", net(*MASK, top=f"task: {task}")) == []
    assert lines("narrow-view", net(conv(8), "crop: {size: 3}", conv(2).replace("1", "0"), top=f"task: {task}")) == []


def test_a_patch_gan_has_no_task_that_needs_the_whole() -> None:
    # Isola et al.: 70 of 256 pixels.
    patch = [f"conv: {{filters: 8, kernel: 4, stride: {stride}, padding: 1}}" for stride in (2, 2, 2, 1)]
    layers = (*patch, "conv: {filters: 1, kernel: 4, padding: 1}")
    assert lines("narrow-view", net(*layers, input="6x256x256")) == []
    said = message("narrow-view", net(*layers, input="6x256x256", top="task: classification"))
    assert "sees 70 of 256 pixels along height and width (27%)" in said


def test_of_several_outputs_the_widest_counts() -> None:
    fine, coarse = "head: [conv: {filters: 2, kernel: 1}]", (conv(8, 9), conv(8, 9))
    assert lines("narrow-view", net(conv(8), fine, *coarse, top=SEGMENTS)) == []
    assert lines("narrow-view", net(conv(8), fine, conv(8, 9), top=SEGMENTS)) == [6]


def test_a_share_is_not_rounded_up_to_the_limit() -> None:
    assert "sees 63 of 127 pixels along height and width (49%)" in message(
        "narrow-view", net(conv(2, 63), input="3x127x127", top=SEGMENTS)
    )


def test_one_unit_that_sees_a_corner() -> None:
    text = net(conv(8), "crop: {size: 3}", "conv: {filters: 2, kernel: 3}")
    assert "sees 5 of 32 pixels" in message("narrow-view", text)


# dominant-dense


def test_what_global_pooling_would_save_of_vgg16() -> None:
    # fc6: 25,088·4,096 + 4,096; from 512 numbers 512·4,096 + 4,096 (Simonyan and Zisserman, Table 2: 138M in all).
    text = net(
        *VGG16, "flatten", "dense: {units: 4096}", "dense: {units: 4096}", "dense: {units: 1000}", input="3x224x224"
    )
    said = message("dominant-dense", text)
    assert "dense1 has 102,764,544 of the network's 138,357,544 parameters (74%), for a map of 512×7×7" in said
    assert "leaves 512 numbers and 2,101,248 parameters, 100,663,296 fewer (73% of all)" in said


@pytest.mark.parametrize(
    "layers",
    [
        ("flatten", "dense: {units: 500}", "dense: {units: 10}"),  # no convolution: it is all dense
        (conv(8), "global_avg_pool", "flatten", "dense: {units: 50000}"),  # pooled already
        (conv(8), POOL, "flatten", "dense: {units: 10}"),  # 20,490 parameters are no burden
    ],
)
def test_dense_layers_that_may_dominate(layers: tuple[str, ...]) -> None:
    assert lines("dominant-dense", net(*layers)) == []


def test_what_may_stand_between_flatten_and_dense() -> None:
    text = net(conv(8), "flatten", "dropout: {rate: 0.5}", "dense: {units: 64}")
    assert lines("dominant-dense", text) == [7]
    assert lines("dominant-dense", text, params=1e6) == []


# factorisable-convolution


def test_the_lectures_numbers() -> None:
    # 25·C² against 18·C², and 49·C² against 14·C², for C = 64; without biases.
    five = net(conv(64), conv(64, 5, ", bias: false"), *HEAD)
    assert "has 102,400 parameters and 104,857,600 MACs" in message("factorisable-convolution", five)
    assert "with 73,728 (−28%) and 75,497,472 (−28%)" in message("factorisable-convolution", five)
    seven = net(conv(64), conv(64, 7, ", bias: false"), *HEAD)
    assert "1×7 and 7×1 with 64 channels between them see as much, with 57,344 (−71%)" in message(
        "factorisable-convolution", seven
    )


@pytest.mark.parametrize(
    "layers",
    [
        (conv(64, 7), conv(64)),  # the first of the network
        ("batch_norm", conv(64, 5)),
        (conv(64), conv(64, 3)),
        (conv(64), "depthwise_conv: {kernel: 7, padding: 3}"),
        (conv(64), conv(64, 5, ", groups: 2")),
        (conv(64), "conv: {filters: 64, kernel: 5, stride: 2, padding: 2, rounding: floor}"),
        (conv(64), "conv: {filters: 64, kernel: 5, dilation: 2, padding: 4}"),
        (conv(64), "conv: {filters: 64, kernel: 1x7, padding: [0, 3]}"),
        (conv(16), conv(256, 5)),  # most channels are new: two steps cost as much
    ],
)
def test_convolutions_that_stay_as_they_are(layers: tuple[str, ...]) -> None:
    assert lines("factorisable-convolution", net(*layers, *HEAD)) == []


def test_an_output_of_few_channels_stays_as_it_is() -> None:
    assert lines("factorisable-convolution", net(conv(64), "relu", conv(3, 9))) == []
    assert lines("factorisable-convolution", net(conv(64), "relu", conv(3, 9), "tanh")) == []
    assert lines("factorisable-convolution", net(conv(64), "relu", conv(3, 9), conv(3))) == [6]
    assert lines("factorisable-convolution", net(conv(64), "relu", conv(32, 5))) == [6]


@pytest.mark.parametrize("padding", ["0", "1", "2", "3", "4", "same", "[1, 2]"])
def test_what_takes_the_place_leaves_the_same_size(padding: str) -> None:
    text = net(conv(64), f"conv: {{filters: 64, kernel: 5, padding: {padding}}}", *HEAD)
    assert lines("factorisable-convolution", text) == [5]


# representational-bottleneck


@pytest.mark.parametrize(
    ("cut", "found"),
    [
        ("max_pool: {kernel: 4}", True),
        ("max_pool: {kernel: 3, rounding: floor}", True),  # one in nine
        ("conv: {filters: 16, kernel: 3, stride: 2, padding: 1, rounding: floor}", True),  # one in eight
        ("max_pool: {kernel: 3, stride: 2, rounding: floor}", False),
        ("conv: {filters: 32, kernel: 3, stride: 2, padding: 1, rounding: floor}", False),
        ("conv: {filters: 128, kernel: 4, stride: 4}", False),  # widened: one in four
        ("conv: {filters: 4, kernel: 1}", False),  # a bottleneck's reduction has no stride
    ],
)
def test_what_cuts_too_much(cut: str, found: bool) -> None:
    assert bool(lines("representational-bottleneck", net(conv(32), cut, conv(64), *HEAD))) is found


def test_cuts_with_something_beside_or_at_the_ends() -> None:
    cut = "max_pool: {kernel: 4}"
    beside = f"branches: [[{cut}], [conv: {{filters: 32, kernel: 4, stride: 4}}]]"
    assert lines("representational-bottleneck", net(conv(32), beside, conv(64), *HEAD)) == []
    assert lines("representational-bottleneck", net(cut, conv(64), *HEAD)) == []
    assert (
        lines("representational-bottleneck", net(conv(32), "max_pool: {kernel: 32}", "flatten", "dense: {units: 10}"))
        == []
    )
    volumes = net(conv(8), POOL, conv(8), *HEAD, input="3x16x32x32")
    assert lines("representational-bottleneck", volumes) == []
    small = net(conv(32), "max_pool: {kernel: 3, stride: 2, rounding: floor}", conv(64), *HEAD, input="3x4x4")
    assert lines("representational-bottleneck", small) == []


@pytest.mark.parametrize(
    ("up", "top", "found"),
    [
        (["upsample: {scale: 4}", conv(3)], "", False),
        (["upsample: {scale: 4}", conv(32), "upsample: {scale: 2}", conv(3)], "", False),  # on to twice the size
        (["transposed_conv: {filters: 3, kernel: 4, stride: 4}"], "", False),
        (["conv: {filters: 48, kernel: 1}", "pixel_shuffle: {factor: 4}"], "", False),
        (["upsample: {scale: 2}", conv(3)], "", True),  # half of it
        (["flatten", "dense: {units: 64}", "relu", "dense: {units: 3072}"], "", True),
        (["flatten", "dense: {units: 64}", "relu", "dense: {units: 3072}"], "task: autoencoder", False),
        (["upsample: {scale: 2}", conv(3)], "task: reconstruction", False),
    ],
)
def test_an_autoencoder_is_a_bottleneck(up: list[str], top: str, found: bool) -> None:
    text = net(conv(32), "relu", "max_pool: {kernel: 4}", conv(64), "relu", *up, top=top)
    assert lines("representational-bottleneck", text) == [6] * found


def test_the_activations_that_are_left() -> None:
    said = message("representational-bottleneck", net(conv(32), "max_pool: {kernel: 4}", conv(64), *HEAD))
    assert "pool1 leaves 2,048 of 32,768 activations, one in 16: 32×32×32 becomes 32×8×8" in said


# no-downsampling


def test_what_full_resolution_costs() -> None:
    # 64²·9·(3·32 + 32·64) multiplications; a quarter of the second convolution's is enough behind a pool.
    said = message("no-downsampling", net(conv(32), conv(64), *HEAD, input="3x64x64"))
    assert "takes a map of 64×64 from an image of 64×64" in said
    assert "each unit sees 5×5 pixels, and 2 convolutions need 79.04M MACs" in said
    assert "saves 56.62M MACs" in said


@pytest.mark.parametrize(
    "text",
    [
        net(conv(32), conv(64), *HEAD),  # 32 pixels
        net(conv(32), POOL, conv(64), *HEAD, input="3x64x64"),
        net(conv(32), conv(64), POOL, *HEAD, input="3x64x64"),
        net(conv(32), *HEAD, input="3x64x64"),  # one window is no network yet
        net(conv(32), conv(64), input="3x64x64"),  # a map leaves
        net("flatten", "dense: {units: 10}", input="3x64x64"),
    ],
)
def test_what_downsamples_or_need_not(text: str) -> None:
    assert lines("no-downsampling", text) == []


def test_maps_of_unknown_size_are_not_spoken_of() -> None:
    broken = net("conv: {filters: 8, kernel: 65}", conv(64), "flatten", "dense: {units: 10}", input="3x64x64")
    report = lint_source(Source("net.yaml", broken), Settings())
    assert any(d.severity == "error" for d in report.diagnostics)
    assert "no-downsampling" not in [d.rule for d in report.diagnostics]


# averaged-padding


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("avg_pool: {kernel: 3, stride: 1, padding: 1}", "at a corner 5 of a window's 9 numbers"),
        ("avg_pool: {kernel: 3, stride: 1, padding: same}", "at a corner 5 of a window's 9 numbers"),
        ("avg_pool: {kernel: 3x1, stride: 1, padding: [1, 0]}", "at the border 1 of a window's 3 numbers"),
        ("avg_pool: {kernel: 4, padding: {bottom: 1, right: 1, top: 3, left: 3}}", "at a corner 15 of a window's 16"),
    ],
)
def test_zeros_in_the_mean(layer: str, said: str) -> None:
    assert said in message("averaged-padding", net(layer))


@pytest.mark.parametrize(
    "layer",
    [
        "avg_pool: {kernel: 2}",
        "avg_pool: {kernel: 2, padding: same}",  # comes to no padding
        "avg_pool: {kernel: 3, stride: 1, padding: 1, count_padding: false}",
        "max_pool: {kernel: 3, stride: 1, padding: 1}",
        "avg_pool: {kernel: 2, padding: {bottom: 1, right: 1}, rounding: floor}",  # no window gets there
    ],
)
def test_means_without_zeros(layer: str) -> None:
    assert lines("averaged-padding", net(layer)) == []


def test_no_repair_where_the_padding_is_not_the_layers_own() -> None:
    text = net("avg_pool", "avg_pool", top="defaults: {avg_pool: {kernel: 3, stride: 1, padding: 1}}")
    report = lint_only("averaged-padding", text)
    assert [found.fix for found in report.found] == [None]
    assert "(and 1 more layer from this line)" in report.diagnostics[0].message


# uneven-adaptive-pool


def test_adaptive_pools_that_do_not_divide() -> None:
    for size in range(1, 33):
        found = lint_only("uneven-adaptive-pool", net(f"adaptive_avg_pool: {{output: {size}}}", *HEAD)).diagnostics
        assert bool(found) is (32 % size != 0)
        if not found:
            continue
        # PyTorch's windows: ⌊n·I/O⌋ to ⌈(n + 1)·I/O⌉.
        windows = [(n * 32 // size, -(-(n + 1) * 32 // size)) for n in range(size)]
        sizes = sorted({end - start for start, end in windows})
        shared = sum(end > start for (_, end), (start, _) in pairwise(windows))
        told = f"windows of {sizes[0]}" if len(sizes) == 1 else f"windows of {sizes[0]} and of {sizes[1]}"
        assert f"{told} pixels, of which {shared} pair" in found[0].message


def test_adaptive_pools_that_repeat_pixels() -> None:
    assert lines("uneven-adaptive-pool", net("adaptive_max_pool: {output: 48}", *HEAD)) == [4]
    assert "let 48 pixels come in" in message("uneven-adaptive-pool", net("adaptive_max_pool: {output: 48}", *HEAD))
    assert lines("uneven-adaptive-pool", net("adaptive_avg_pool: {output: 1}", *HEAD)) == []


# All of them


@pytest.mark.parametrize(
    "text",
    [
        "input: 10\nlayers: [dense: {units: 5}]\n",
        "input: 3x32x32\nlayers: [conv: {filters: 8, kernel: 40}, max_pool: {kernel: 2}, flatten, dense: {units: 3}]\n",
        "input: 1000000000000000000x1000000000000000000x1000000000000000000\nrounding: floor\nlayers: [max_pool: "
        "{kernel: 3, stride: 2}, conv: {filters: 1000000000000000000, kernel: 5, padding: 2}, global_avg_pool]\n",
        "inputs: {a: 3x8x8, b: 3x16x16}\nlayers: [conv: {from: a, filters: 3, kernel: 3}, flatten]\n",
        "input: 3x8\nlayers: [conv: {filters: 8, kernel: 5, padding: same}, avg_pool: {kernel: 3, stride: 2, padding: "
        "same}, adaptive_avg_pool: {output: 3}, reshape: {shape: 8x3x1}, conv: {filters: 2, kernel: 1}, flatten]\n",
        "input: 3x8x8\nlayers: [upsample: {size: 13}, max_pool: {kernel: 4, rounding: floor}, flatten]\n",
    ],
)
def test_odd_networks_break_nothing(text: str) -> None:
    report = lint_source(Source("odd.yaml", text), Settings())
    assert all(d.message and d.span for d in report.diagnostics if d.rule in RULES)
