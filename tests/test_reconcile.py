"""What other tools would report, compared with what they do report where they are installed.

    pip install 'cnncalc[torch,tools]'

A network is built in torch.nn from cnncalc's description of it, and the tools are run on it. Those that look at modules
alone do so on the meta device; the others would see that PyTorch's functions are made of others there.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

import cnncalc
from cnncalc import Analysis
from cnncalc.reconcile import Report, reconcile
from cnncalc.render.reconcile import reasons_table

# Total and non-trainable parameters as Keras 3.15.1 counts them in keras.applications: MobileNet, MobileNetV2,
# MobileNetV3Large (classifier: a convolution there), DenseNet121, Xception, VGG16, VGG19.
KERAS = {
    "mobilenet_v1": (4_253_864, 21_888),
    "mobilenet_v2": (3_538_984, 34_112),
    "densenet121": (8_062_504, 83_648),
    "xception": (22_910_480, 54_528),
    "vgg16": (138_357_544, 0),
    "vgg19": (143_667_240, 0),
}

# What the tools report for torchvision's own models (torchvision 0.29.1, run on the CPU).
TORCHVISION = {("resnet50", "thop"): 4_133_742_592, ("resnet50", "torchinfo"): 4_089_238_376}


def reports(analysis: Analysis) -> dict[str, Report]:
    return {report.tool.name: report for report in reconcile(analysis)}


@pytest.mark.parametrize("network", KERAS)
def test_keras_counts_running_statistics(network: str) -> None:
    total, fixed = KERAS[network]
    analysis = cnncalc.analyze(network)
    assert reports(analysis)["Keras"].params == total
    assert analysis.totals.buffers == fixed


@pytest.mark.parametrize(("network", "tool"), TORCHVISION)
def test_torchvisions_own_model(network: str, tool: str) -> None:
    assert reports(cnncalc.analyze(network))[tool].operations == TORCHVISION[network, tool]


@pytest.mark.parametrize("network", ["lenet5", "resnet50", "convnext_tiny", "dcgan_generator"])
def test_the_reasons_add_up(network: str) -> None:
    analysis = cnncalc.analyze(network)
    for report in reconcile(analysis):
        assert report.params == analysis.totals.params + sum(term.amount for term in report.params_terms)
        if report.operations is not None:
            macs = report.tool.per_mac * analysis.totals.macs
            assert report.operations == macs + sum(term.amount for term in report.operations_terms)


def test_what_is_not_known_is_not_made_up() -> None:
    analysis = cnncalc.analyze_text("input: 3x224x224\nlayers: [conv: {K: 96, F: 11, S: 4}, batch_norm]")
    assert {report.operations for report in reconcile(analysis)} == {None}


def test_a_layer_whose_groups_do_not_divide_is_left_out() -> None:
    text = "input: 4x8x8\nlayers: [transposed_conv: {K: 2, F: 3, G: 4}, prelu, layer_norm]"
    assert {report.operations for report in reconcile(cnncalc.analyze_text(text))} == {None}


def test_no_reason_comes_to_nothing() -> None:
    analysis = cnncalc.analyze_text("input: 3x8x8\nlayers: [relu]")
    rows = list(reasons_table(analysis, reconcile(analysis)).rows)
    # 3·8·8 elements: ptflops counts two operations for each, calflops one.
    assert [(row.tool, row.amount) for row in rows] == [("ptflops", 384), ("calflops", 192)]


# Every layer type, settings that the rules look at, and ranks 1 to 3.
LAYERS = """
conv: {filters: 6, kernel: 3, padding: 1}
conv: {filters: 6, kernel: 3, bias: false, groups: 2}
conv: {filters: 6, kernel: 3, trainable: false}
depthwise_conv: {kernel: 3, multiplier: 2}
separable_conv: {filters: 6, kernel: 3}
transposed_conv: {filters: 6, kernel: 4, stride: 2, padding: 1}
transposed_conv: {filters: 6, kernel: 3, stride: 2, bias: false}
transposed_conv: {filters: 6, kernel: 3, groups: 2}
max_pool: {kernel: 2}
max_pool: {kernel: 3, stride: 2, padding: {top: 0, bottom: 1, left: 0, right: 1}}
avg_pool: {kernel: 2}
global_avg_pool
global_max_pool
adaptive_avg_pool: {output: 4}
adaptive_max_pool: {output: 4}
batch_norm
batch_norm: {affine: false}
batch_norm: {running_stats: false}
layer_norm
layer_norm: {affine: false}
layer_norm: {over: all}
group_norm: {groups: 2}
group_norm: {groups: 2, affine: false}
instance_norm
instance_norm: {affine: true}
lrn
lrn: {size: 3}
scale
scale: {value: 0.5}
relu
relu6
leaky_relu
prelu
prelu: {num_parameters: 4}
elu
selu
gelu
silu
mish
sigmoid
hard_sigmoid
hard_swish
tanh
softplus
softmax
log_softmax
dropout
drop_path
zero_pad: {padding: 1}
crop: {size: 4}
upsample: {scale: 2}
upsample: {scale: 2, mode: bilinear}
upsample: {scale: 2, mode: bicubic}
upsample: {size: 16}
pixel_shuffle: {factor: 2}
channel_shuffle: {groups: 2}
slice: {start: 1, end: 3}
identity
""".strip().splitlines()
SOUNDS = """
conv: {filters: 6, kernel: 3}
transposed_conv: {filters: 6, kernel: 4, stride: 2}
max_pool: {kernel: 2}
avg_pool: {kernel: 2}
global_avg_pool
batch_norm
layer_norm
upsample: {scale: 2}
upsample: {scale: 2, mode: linear}
""".strip().splitlines()
VIDEOS = """
conv: {filters: 6, kernel: 3}
avg_pool: {kernel: 2}
global_avg_pool
instance_norm
upsample: {scale: 2, mode: trilinear}
""".strip().splitlines()
FLAT = ["dense: {units: 5}", "dense: {units: 5, bias: false}", "batch_norm", "layer_norm", "softmax", "relu"]

# The first layer has weights, because some tools end in an error where a network has none.
TEXTS = {
    **{line: f"input: 4x8x8\nlayers: [conv: {{K: 4, F: 1}}, {line}]" for line in LAYERS},
    **{f"sound {line}": f"input: 4x16\nlayers: [conv: {{K: 4, F: 1}}, {line}]" for line in SOUNDS},
    **{f"video {line}": f"input: 4x8x8x8\nlayers: [conv: {{K: 4, F: 1}}, {line}]" for line in VIDEOS},
    **{f"flat {line}": f"input: 7\nlayers: [dense: {{units: 8}}, {line}]" for line in FLAT},
    "shared weights": "input: 4x8x8\nlayers: [conv: {K: 4, F: 1, name: a}, relu, conv: {K: 4, F: 1, weights: a}]",
}

NETWORKS = """
    lenet5 alexnet vgg11 vgg16_bn googlenet googlenet_torchvision inception_v3 resnet18 resnet50 se_resnet50 densenet121
    squeezenet1_1 mobilenet_v2 mobilenet_v3_large shufflenet_v2_x1_0 efficientnet_b0 regnet_y_400mf convnext_tiny
    inception_resnet_v2 unet dcgan_generator m5 c3d
""".split()


@pytest.fixture(params=["torchinfo", "fvcore", "ptflops", "thop", "calflops"])
def tool(request: pytest.FixtureRequest) -> str:
    for name in ("torch", str(request.param)):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed: pip install 'cnncalc[torch,tools]'")
    return str(request.param)


@pytest.mark.parametrize("name", TEXTS)
def test_one_layer_is_counted_as_the_tool_counts_it(tool: str, name: str) -> None:
    compare(cnncalc.analyze_text(TEXTS[name]), tool)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_is_counted_as_the_tool_counts_it(tool: str, network: str) -> None:
    compare(cnncalc.analyze(network, heads=False), tool)


def compare(analysis: Analysis, tool: str) -> None:
    from tests.torch_reference import Network, torch

    assert analysis.ok, analysis.diagnostics
    shape = analysis.input
    assert isinstance(shape, tuple)
    report = reports(analysis)[tool]
    model = Network(analysis).eval()
    image = torch.empty((1, *shape), device="meta")
    if tool not in ("torchinfo", "thop"):
        model, image = model.to_empty(device="cpu"), torch.zeros((1, *shape))
    with quiet(), unpatched(torch, torch.Tensor, torch.nn.functional):
        found = RUN[tool](model, image)
    assert found == (report.params, report.operations)


@contextlib.contextmanager
def quiet() -> Any:
    """Without what the tools print and warn of."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


@contextlib.contextmanager
def unpatched(*places: Any) -> Any:
    """The functions as they were before: ptflops and calflops put their own in their places, and leave some there."""
    before = [(place, dict(vars(place))) for place in places]
    try:
        yield
    finally:
        for place, names in before:
            for name, value in names.items():
                if vars(place).get(name) is not value:
                    setattr(place, name, value)
            for name in vars(place).keys() - names.keys():
                if name in ("matmul", "mul", "add", "addmm", "mm", "bmm"):
                    delattr(place, name)


# Each gives the parameters and the operations that the tool reports.


def torchinfo(model: Any, image: Any) -> tuple[int, int]:
    from torchinfo import summary

    found = summary(model, input_data=image, verbose=0, device="meta")
    return found.total_params, found.total_mult_adds


def fvcore(model: Any, image: Any) -> tuple[int, int]:
    from fvcore.nn import FlopCountAnalysis, parameter_count

    return parameter_count(model)[""], int(FlopCountAnalysis(model, image).total())


def ptflops(model: Any, image: Any) -> tuple[int, int]:
    from ptflops import get_model_complexity_info

    macs, params = get_model_complexity_info(
        model,
        tuple(image.shape[1:]),
        as_strings=False,
        print_per_layer_stat=False,
        backend="pytorch",
        input_constructor=lambda _: {"image": image},
    )
    return params, macs


def thop(model: Any, image: Any) -> tuple[int, int]:
    from thop import profile

    macs, params = profile(model, inputs=(image,), verbose=False)
    return int(params), int(macs)


def calflops(model: Any, image: Any) -> tuple[int, int]:
    from calflops import calculate_flops

    flops, _, params = calculate_flops(model=model, args=[image], output_as_string=False, print_results=False)
    return params, flops


RUN: dict[str, Callable[[Any, Any], tuple[int, int]]] = {
    "torchinfo": torchinfo,
    "fvcore": fvcore,
    "ptflops": ptflops,
    "thop": thop,
    "calflops": calflops,
}
