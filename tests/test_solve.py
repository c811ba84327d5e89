"""The solver: complete and right beside a window that is walked step by step; questions of papers and lectures."""

from __future__ import annotations

import csv
import io
import json
import time
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import cnncalc
from cnncalc.cli.app import app
from cnncalc.diagnostics import Fault
from cnncalc.render.solve import SEEN_IN
from cnncalc.render.solve_networks import input_rows, inputs_reason
from cnncalc.solving import Question, inputs_giving, solve, solve_filters, solve_window
from cnncalc.solving.reasons import alternatives, reason


def cnncalc_solve(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["solve", *words], input=input)


# An oracle that knows no formula: it puts windows on a row of pixels, one after the other.


def walked(size: int, kernel: int, stride: int, padding: int, dilation: int) -> tuple[int, int, bool]:
    """The windows that fit, and of the next one: how many pixels it would find of its last ``stride``, and whether it
    would start before the right padding.
    """
    pixels = ["zero"] * padding + ["pixel"] * size + ["zero"] * padding
    windows, start = 0, 0
    while all(start + k * dilation < len(pixels) for k in range(kernel)):
        windows += 1
        start += stride
    end = start + (kernel - 1) * dilation + 1
    return windows, stride - (end - len(pixels)), start < padding + size


def painted(size: int, kernel: int, stride: int, padding: int, dilation: int, extra: int) -> int:
    """The length of what a transposed convolution paints, cut by its padding."""
    touched = {pixel * stride + k * dilation for pixel in range(size) for k in range(kernel)}
    return max(touched) + 1 - 2 * padding + extra


def expected(question: Question) -> set[tuple[object, ...]]:
    """Every setting of the small bounds of the question that fits, with its rounding and what it leaves over."""
    found: set[tuple[object, ...]] = set()
    for f, s, d, i in product(question.kernel, question.stride, question.dilation, question.input or range(1, 40)):
        reach = (f - 1) * d + 1
        most = reach // 2 if question.type == "max_pool" else reach - 1
        for p in (p for p in question.padding or range(40) if p <= most):
            if question.type == "transposed_conv":
                outputs = {(painted(i, f, s, p, d, extra), "strict", extra) for extra in range(s)}
            else:
                windows, left, room = walked(i, f, s, p, d)
                outputs = {(windows, "strict", 0)} if left == 0 else set()
                if left > 0 and question.rounding in ("floor", "any"):
                    outputs.add((windows, "floor", left))
                # Rounding up adds a window that reaches over the end by less than a stride, to none as well.
                if left > 0 and question.rounding in ("ceil", "any"):
                    outputs.add((windows + room, "ceil", left))
            for o, rounding, rest in outputs:
                if o >= 1 and (question.output is None or o in question.output):
                    found.add((f, s, p, d, i, o, rounding, rest))
    return found


some = st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True).map(tuple)
sizes = st.none() | st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(tuple) | st.just(range(2, 9))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    type = draw(st.sampled_from(["conv", "max_pool", "transposed_conv"]))
    rounding = "strict" if type == "transposed_conv" else draw(st.sampled_from(["strict", "floor", "ceil", "any"]))
    input, output = draw(sizes), draw(sizes)
    if input is None and output is None:
        output = (3,)
    padding = draw(st.none() | st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(tuple))
    dilation = draw(st.sampled_from([(1,), (1, 2), (3,)]))
    return Question(type, input, output, draw(some), draw(some), padding, dilation, rounding=rounding)


@given(questions())
def test_complete_and_right(question: Question) -> None:
    found = [setting.axes[0] for setting in solve([question]).settings]
    # Inputs of up to 39 are walked; with an output of at most 12, a kernel of 13 and a stride of 5 they reach 68.
    near = {tuple(axis) for axis in found if axis.input < 40}
    assert len(found) == len(set(found))
    assert near == {setting for setting in expected(question) if question.input or setting[4] < 40}
    if question.input is None:
        for axis in found:
            if question.type != "transposed_conv":
                windows, left, room = walked(axis.input, axis.kernel, axis.stride, axis.padding, axis.dilation)
                assert axis.output == windows + (axis.rounding == "ceil" and room and left > 0)


@given(questions())
def test_the_most_usual_come_first(question: Question) -> None:
    scores = [setting.score for setting in solve([question]).settings]
    assert scores == sorted(scores)


@given(questions(), st.integers(1, 60))
def test_a_long_range_is_not_gone_through_and_gives_the_same(question: Question, most: int) -> None:
    """A range of more than 100 sizes takes another way to the answer."""
    if question.output is None:
        return
    short = solve([Question(**{**vars(question), "input": range(1, 60)})]).settings
    long = solve([Question(**{**vars(question), "input": range(1, 10**18)})]).settings
    assert tuple(a for a in long if a.axes[0].input < 60) == short


# Questions with the answers of papers and lectures.

# type, input, output, what is given, then the first answer's F, S, P; input, too, where that is asked for.
FIRST: dict[str, tuple[dict[str, object], tuple[int, int, int], int | None]] = {
    # Krizhevsky et al. 2012, section 3.5: 96 kernels of 11×11 with a stride of 4; the pools 3×3 with a stride of 2.
    "alexnet-conv1": ({"input": 227, "output": 55}, (11, 4, 0), None),
    "alexnet-pool1": ({"input": 55, "output": 27, "type": "max_pool"}, (3, 2, 0), None),
    "alexnet-input": ({"output": 55, "kernel": 11, "stride": 4}, (11, 4, 0), 227),
    # (28 − 5 + 2·2)/1 + 1 = 28.
    "padding-that-keeps-28": ({"input": 28, "output": 28, "kernel": 5}, (5, 1, 2), None),
    # Simonyan & Zisserman 2015, section 2.1: 3×3, stride 1, padding 1; pools 2×2 with stride 2.
    "vgg-conv": ({"input": 224, "output": 224}, (3, 1, 1), None),
    "vgg-pool": ({"input": 224, "output": 112, "type": "max_pool"}, (2, 2, 0), None),
    "lenet-conv": ({"input": 32, "output": 28}, (5, 1, 0), None),
    # torchvision's resnet18: the first 3×3 of a stage has stride 2 and padding 1.
    "resnet-stage": ({"input": 56, "output": 28, "rounding": "floor"}, (3, 2, 1), None),
    # Ronneberger et al. 2015, section 2: an up-convolution of 2×2 doubles the map.
    "unet-up": ({"input": 7, "output": 14, "type": "transposed_conv"}, (2, 2, 0), None),
    # Dosovitskiy et al. 2021: 16×16 patches of 224×224 are 14×14.
    "vit-patches": ({"input": 224, "output": 14, "kernel": 16}, (16, 16, 0), None),
    "dilated": ({"input": 28, "output": 28, "kernel": 3, "dilation": 2}, (3, 1, 2), None),
}


@pytest.mark.parametrize(("given", "first", "input"), FIRST.values(), ids=FIRST)
def test_first_answer(given: dict[str, object], first: tuple[int, int, int], input: int | None) -> None:
    axis = solve_window(**given).settings[0].axes[0]  # type: ignore[arg-type]
    assert axis[:3] == first
    assert input is None or axis.input == input


# He et al. 2016, table 1: 7×7 with stride 2 on 224; torchvision has padding 3. PyTorch's example of a DCGAN: 4, 2, 1.
PRESENT = {
    "resnet-conv1": ({"input": 224, "output": 112, "rounding": "floor"}, (7, 2, 3)),
    "resnet-pool": ({"input": 112, "output": 56, "rounding": "floor", "type": "max_pool"}, (3, 2, 1)),
    "alexnet-torchvision": ({"input": 224, "output": 55, "rounding": "floor"}, (11, 4, 2)),
    "googlenet-pool-ceil": ({"input": 112, "output": 56, "rounding": "ceil", "type": "max_pool"}, (3, 2, 0)),
    "dcgan": ({"input": 4, "output": 8, "type": "transposed_conv"}, (4, 2, 1)),
}


@pytest.mark.parametrize(("given", "setting"), PRESENT.values(), ids=PRESENT)
def test_among_the_answers(given: dict[str, object], setting: tuple[int, int, int]) -> None:
    assert setting in [s.axes[0][:3] for s in solve_window(**given).settings]  # type: ignore[arg-type]


def test_only_alexnets_window_takes_227_to_55() -> None:
    # 54·S = 227 − F + 2P: 216 needs F − 2P = 11; 162 needs 65, and 270 a P larger than F.
    assert [s.axes[0][:3] for s in solve_window(227, 55).settings] == [(11, 4, 0)]


def test_strict_and_floor_differ_by_what_is_left_over() -> None:
    strict = solve_window(224, 112, 3)
    floor = solve_window(224, 112, 3, rounding="floor")
    assert strict.settings == ()
    assert [(s.axes[0][:3], s.rounding, s.axes[0].remainder) for s in floor.settings] == [((3, 2, 1), "floor", 1)]


def test_ranges_and_lists() -> None:
    found = solve_window(32, 32, [3, 5], range(1, 3))
    assert {s.axes[0][:3] for s in found.settings} == {(3, 1, 1), (5, 1, 2)}


# Several axes.


def test_square_settings_go_before_others() -> None:
    found = solve([Question(input=(32,), output=(16,), kernel=(4,)), Question(input=(64,), output=(32,), kernel=(4,))])
    assert found.square
    assert [s.part("kernel") + s.part("stride") + s.part("padding") for s in found.settings] == [(4, 4, 2, 2, 1, 1)]


def test_axes_that_share_no_setting_have_their_own() -> None:
    # Szegedy et al. 2016, figure 6: 1×7 with padding 0×3 keeps 17×17.
    found = solve([Question(input=(17,), output=(17,), kernel=(f,)) for f in (1, 7)])
    assert not found.square
    assert (found.settings[0].part("padding"), found.settings[0].part("stride")) == ((0, 3), (1, 1))


def test_one_layer_rounds_all_axes_alike() -> None:
    # 5 → 2 with F=2, S=2 needs floor, 5 → 3 needs ceil: together no layer does it.
    asked = [Question("conv", (5,), (o,), (2,), (2,), (0,), rounding="any") for o in (2, 3)]
    assert solve(asked).settings == ()
    assert "rounding" in reason(asked)


# Nothing fits.

# What is asked; words of the reason; changes that help with F, S, P, input and output.
NOTHING: dict[str, tuple[dict[str, object], str, dict[str, tuple[int, int, int, int, int]]]] = {
    # 28 + 2P − 4 + 1 = 28 for P = 1.5; 3×3 and 5×5 keep 28 with P = 1 and 2.
    "even-kernel": (
        {"input": 28, "output": 28, "kernel": 4},
        "P = 1.5",
        {"kernel": (3, 1, 1, 28, 28), "output": (4, 1, 1, 28, 27)},
    ),
    # (224 − 11)/4 + 1 = 54.25, and P = 2 leaves 1 row over: 217/4.
    "alexnet-224": (
        {"input": 224, "output": 55, "kernel": 11, "stride": 4},
        "P = 1.5",
        {"rounding": (11, 4, 2, 224, 55)},
    ),
    "all-given": ({"input": 224, "output": 55, "kernel": 11, "stride": 4, "padding": 0}, "= 54.25, and not 55", {}),
    "grows": ({"input": 227, "output": 400}, "no stride makes a map grow", {"output": (11, 1, 10, 227, 237)}),
    "vit-without-its-kernel": ({"input": 224, "output": 14}, "more than 14", {"bounds": (16, 16, 0, 224, 14)}),
    "padding-too-large": (
        {"input": 10, "output": 9, "kernel": 3, "padding": 5},
        "not smaller than the window",
        {},
    ),
    "pool-padding-too-large": (
        {"input": 10, "output": 9, "kernel": 3, "padding": 2, "type": "max_pool"},
        "half the window",
        {},
    ),
    "window-larger-than-input": ({"input": 5, "output": 3, "kernel": 9, "padding": 0}, "larger than the input", {}),
    "stride": (
        # (11 − 3)/(4 − 1) = 8/3
        {"input": 11, "output": 4, "kernel": 3, "padding": 0},
        "S = 2.67",
        {"kernel": (2, 3, 0, 11, 4), "padding": (3, 3, 1, 10, 4)},
    ),
    "kernel": (
        # 20 − (5 − 1)·6 = −4
        {"input": 20, "output": 5, "stride": 6, "padding": 0},
        "F = −4",
        {},
    ),
    "negative-padding": ({"input": 32, "output": 10, "kernel": 3, "stride": 1}, "even without padding", {}),
    "transposed": ({"input": 7, "output": 500, "type": "transposed_conv"}, "less than 500", {}),
}  # fmt: skip


@pytest.mark.parametrize(("given", "words", "helps"), NOTHING.values(), ids=NOTHING)
def test_nothing_fits(given: dict[str, object], words: str, helps: dict[str, tuple[int, int, int, int, int]]) -> None:
    found = solve_window(**given)  # type: ignore[arg-type]
    assert found.settings == ()
    assert words in reason(found.questions)
    near: dict[str, list[tuple[int, ...]]] = {}
    for change, setting in alternatives(found.questions):
        axis = setting.axes[0]
        near.setdefault(change, []).append((*axis[:3], axis.input, axis.output))
    for change, setting in helps.items():
        if change == "padding":
            continue
        assert setting in near[change], near


@given(questions())
def test_reasons_and_alternatives_never_fail_and_always_fit(question: Question) -> None:
    if solve([question]).settings:
        return
    assert reason([question])
    for change, setting in alternatives([question]):
        axis = setting.axes[0]
        kept = {"kernel", "stride", "dilation", "padding", "input", "output"} - {change}
        for name in kept:
            values = getattr(question, name)
            assert values is None or getattr(axis, name) in values
        if question.type == "transposed_conv":
            assert painted(axis.input, *axis[:4], axis.remainder) == axis.output
        else:
            windows, left, room = walked(axis.input, *axis[:4])
            assert axis.output == windows + (axis.rounding == "ceil" and left > 0 and room)


# Filters.

# Type, input, settings, budget, and the number by hand.
FILTERS: dict[str, tuple[str, str, dict[str, object], dict[str, int], int]] = {
    # (3·3·64 + 1)·K = 577·K: 577·1733 = 999,941 and 577·1734 = 1,000,518.
    "conv": ("conv", "64x56x56", {"kernel": 3}, {"max_params": 1_000_000}, 1733),
    # (11·11·3 + 1)·K = 364·K: 364·2747 = 999,908.
    "alexnet": ("conv", "3x224x224", {"kernel": 11}, {"max_params": 1_000_000}, 2747),
    "exactly": ("conv", "3x224x224", {"kernel": 11}, {"max_params": 34_944}, 96),
    "one-less": ("conv", "3x224x224", {"kernel": 11}, {"max_params": 34_943}, 95),
    "no-bias": ("conv", "64x8x8", {"kernel": 3, "bias": "false"}, {"max_params": 5760}, 10),
    # Groups of 8: (3·3·8 + 1)·K = 73·K: 73·13,696 = 999,808 and 73·13,704 > 10⁶.
    "groups": ("conv", "64x8x8", {"kernel": 3, "groups": 8}, {"max_params": 1_000_000}, 13_696),
    # 3·3·4·6·6·K = 1296·K MACs.
    "macs": ("conv", "4x8x8", {"kernel": 3}, {"max_macs": 13_000}, 10),
    "both-the-smaller": ("conv", "4x8x8", {"kernel": 3}, {"max_macs": 13_000, "max_params": 100}, 2),
    # n·m + m = (25,088 + 1)·K: 25,089·3985 = 99,979,665.
    "dense": ("dense", "512x7x7", {}, {"max_params": 100_000_000}, 3985),
    # (3·3 + 1)·8·M = 80·M.
    "depthwise": ("depthwise_conv", "8x8x8", {"kernel": 3}, {"max_params": 1000}, 12),
    # 3·3·8 + 8·K + K = 72 + 9K.
    "separable": ("separable_conv", "8x8x8", {"kernel": 3}, {"max_params": 1000}, 103),
    # 3·3·8·K + K = 73·K.
    "transposed": ("transposed_conv", "8x8x8", {"kernel": 3}, {"max_params": 1000}, 13),
    "nothing": ("conv", "64x8x8", {"kernel": 3}, {"max_params": 576}, 0),
}


@pytest.mark.parametrize(("type", "input", "given", "budget", "units"), FILTERS.values(), ids=FILTERS)
def test_filters(type: str, input: str, given: dict[str, object], budget: dict[str, int], units: int) -> None:
    assert solve_filters(type, input, **budget, **given).units == units  # type: ignore[arg-type]


@given(
    st.sampled_from(["conv", "separable_conv", "transposed_conv", "depthwise_conv"]),
    st.integers(1, 9),
    st.integers(1, 4),
    st.integers(0, 20_000),
    st.sampled_from(["max_params", "max_macs"]),
)
def test_the_engine_agrees_that_more_is_too_much(type: str, channels: int, f: int, budget: int, bound: str) -> None:
    found = solve_filters(type, f"{channels}x6x6", kernel=f, **{bound: budget})  # type: ignore[arg-type]
    key = {"max_params": "params", "max_macs": "macs"}[bound]
    name = "multiplier" if type == "depthwise_conv" else "filters"
    assert found.units is not None
    for units, within in ((found.units, True), (found.units + 1, False)):
        if units:
            layer = cnncalc.analyze_layer(type, f"{channels}x6x6", **{name: units, "kernel": f}).layers[-1]
            assert (getattr(layer, key) <= budget) == within


# Inputs of a network.

# Name, output, layer, the sizes that the network takes, and the smallest and largest under floor.
INPUTS: dict[str, tuple[str, tuple[int, ...], str | None, set[int], tuple[int, int]]] = {
    # Five pools of 2×2: 7·32 = 224, and strict pools refuse whatever is no multiple of 32.
    "vgg16": ("vgg16", (7, 7), None, {224}, (224, 255)),
    "vgg16-pool5": ("vgg16", (7,), "pool5", {224}, (224, 255)),
    "vgg16-pool4": ("vgg16", (14, 14), "pool4", {224}, (224, 239)),
    "vgg16-8": ("vgg16", (8, 8), None, {256}, (256, 287)),
    # ⌈I/32⌉ = 7 for a network that pads and rounds down: 193 to 224.
    "resnet50": ("resnet50", (7, 7), None, set(range(193, 225)), (193, 224)),
    # Ronneberger et al. 2015, figure 1: 572 gives 388; sizes that the pools halve are 16 apart.
    "unet": ("unet", (388, 388), None, {572}, (572, 587)),
    "lenet5": ("lenet5", (5, 5), "s4", {32}, (32, 35)),
}


@pytest.mark.parametrize(("name", "output", "layer", "accepted", "span"), INPUTS.values(), ids=INPUTS)
def test_inputs(
    name: str, output: tuple[int, ...], layer: str | None, accepted: set[int], span: tuple[int, int]
) -> None:
    found = inputs_giving(name, output, layer)
    assert [set(sizes) for sizes in found.axes] == [accepted, accepted]
    assert found.rounded is not None
    for box in found.rounded.boxes:
        assert [(min(sizes), max(sizes)) for sizes in box.values()] == [span, span]
    assert found.sizes.ok
    assert not found.constant


def test_the_files_own_size_comes_first() -> None:
    rows = input_rows(inputs_giving("resnet50", (7, 7)))
    assert [(row.size, row.own) for row in rows[:2]] == [(224, True), (208, False)]  # 208 = 13·16


def test_axes_of_their_own() -> None:
    found = inputs_giving("vgg16", (7, 10))
    assert [list(sizes) for sizes in found.axes] == [[224], [320]]
    assert found.sizes.accepts(H=224, W=320)
    assert not found.sizes.accepts(H=320, W=224)


def test_each_input_gives_the_output() -> None:
    layers = "[conv: {K: 4, F: 5, S: 3, P: 1}, max_pool: {F: 2}, conv: {K: 1, F: 3}]"
    text = f"input: 3x40x40\nrounding: floor\nlayers: {layers}"
    path = cnncalc.Source("net", text)
    tried = {n for n in range(1, 120) if cnncalc.analyze_text(text, (3, n, n)).output == (1, 4, 4)}
    assert {*inputs_giving(path, (4, 4)).axes[0]} == tried
    assert tried


def test_a_layer_that_does_not_depend_on_the_input() -> None:
    found = inputs_giving("resnet50", (1, 1), "avg_pool")
    assert (found.constant, found.sizes.ok) == (True, True)
    other = inputs_giving("resnet50", (2, 2), "avg_pool")
    assert (other.constant, other.sizes.ok) == (True, False)


def test_no_input_gives_it() -> None:
    # U-Net's sizes are 16 apart: 388 − 16 = 372.
    found = inputs_giving("unet", (380, 380))
    assert not found.sizes.ok
    assert found.nearest == ((372, 388), (372, 388))


def test_inputs_that_the_network_refuses() -> None:
    text = "input: 3x12x12\nlayers: [max_pool: {F: 2, S: 2, name: a}, conv: {K: 1, F: 4, S: 2, name: b}]"
    found = inputs_giving(cnncalc.Source("net", text), (5, 5), "a")
    # Outputs of a are 5 for 10 (and 11 under floor); b: (5 − 4)/2 leaves 1 over, (4 − 4)/2 and (6 − 4)/2 do not.
    assert found.rounded is not None
    assert [list(sizes) for sizes in found.rounded.boxes[0].values()] == [[10, 11], [10, 11]]
    assert [list(sizes) for sizes in found.axes] == [[], []]
    assert found.nearest == ((4, 6), (4, 6))
    assert [d.rule for d in found.diagnostics] == ["non-integer-output"]


# A pool whose map's area a dense layer fixes: 16 numbers are 1×16, 2×8, 4×4, 8×2 or 16×1.
TIED = "input: 1x8x8\nlayers: [max_pool: {F: 2, name: p}, flatten, dense: {units: 3, in_features: 16}]"
# What is wanted of the pool; the inputs; else outputs that can be had, and words of the reason and its help.
TIES: dict[str, tuple[tuple[int, int], list[tuple[int, int]], tuple[tuple[int, ...], ...], str]] = {
    "square": ((4, 4), [(8, 8)], ((4,), (4,)), ""),
    "oblong": ((2, 8), [(4, 16)], ((2,), (8,)), ""),
    "each-but-not-both": ((4, 2), [], ((4,), (2,)), "not together"),
    "neither": ((3, 3), [], ((2, 4), (2, 4)), "2 or 4"),
    "no-such-height": ((20, 1), [], ((16,), (1,)), "16"),
}


@pytest.mark.parametrize(("output", "inputs", "nearest", "words"), TIES.values(), ids=TIES)
def test_height_and_width_that_hang_together(
    output: tuple[int, int], inputs: list[tuple[int, int]], nearest: tuple[tuple[int, ...], ...], words: str
) -> None:
    found = inputs_giving(cnncalc.Source("net", TIED), output)
    assert [pair for pair in product(range(1, 41), repeat=2) if found.sizes.accepts(H=pair[0], W=pair[1])] == inputs
    assert (found.sizes.ok, found.nearest) == (bool(inputs), nearest)
    if words:
        told = inputs_reason(found)
        assert words in told.message
        assert "= 16" in told.help


def test_an_axis_that_is_not_tied_to_the_output() -> None:
    text = "input: 1x8x8\nlayers: [adaptive_avg_pool: {output: 4x4}, conv: {K: 1, F: 3, name: c}]"
    result = cnncalc_solve("-", "--output", "2", "--layer", "c", "-f", "csv", input=text)
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1001)  # every size would do; 1,000 stand for them


def test_a_network_that_takes_no_input() -> None:
    text = "input: 1x8x8\nlayers: [conv: {K: 1, F: 2, S: 2}, upsample: {scale: 2}, conv: {K: 1, F: 3, S: 2, name: c}]"
    result = cnncalc_solve("-", "--output", "2", input=text)
    assert result.exit_code == 1
    assert "no input fits" in result.stderr


def test_a_network_that_is_wrong_with_every_input() -> None:
    text = "input: 1x8x8\nlayers: [conv: {K: 4, F: 1, in_channels: 3}]"
    result = cnncalc_solve("-", "--output", "2", input=text)
    assert result.exit_code == 2
    assert "channel-mismatch" in result.stderr


@pytest.mark.parametrize(
    ("text", "layer", "words"),
    [
        ("input: 784\nlayers: [dense: {units: 10}]", None, "flat"),
        ("input: 1x8x8\nlayers: [flatten, dense: {units: 10}]", None, "no layer"),
        ("input: 1x8x8\nlayers: [flatten]", "flatten1", "flat"),
        ("input: 1x8x8\nlayers: [relu]", "tanh1", "no layer is called"),
        ("inputs: {a: 1x8x8, b: 1x9x9}\nlayers: [add: {from: [a, a]}]", None, "several inputs"),
    ],
    ids=["flat-input", "no-map", "flat-layer", "unknown-layer", "several-inputs"],
)
def test_networks_without_an_answer(text: str, layer: str | None, words: str) -> None:
    with pytest.raises(Fault, match=words):
        inputs_giving(cnncalc.Source("net", text), (3, 3), layer)


# The command.

# Words, exit status, and what stands on standard output or error.
RUNS: dict[str, tuple[str, int, str]] = {
    "227-to-55": ("conv 227 --output 55", 0, "(227 − 11 + 2·0)/4 + 1 = 55"),
    "keeps-28": ("conv 28 --output 28 -F 5", 0, "(28 − 5 + 2·2)/1 + 1 = 28"),
    "vgg16": ("vgg16 --output 7x7", 0, "3×224×224 gives 512×7×7"),
    "vgg16-layer": ("vgg16 --output 14 --layer pool4", 0, "224"),
    "filters": ("conv 64x56x56 -F 3 --max-params 1M", 0, "1,733"),
    "filters-units": ("dense 512x7x7 --max-params 100M", 0, "3,985"),
    "filters-kernels": ("conv 64x56x56 --max-macs 1G", 0, "next MACs"),
    "pool": ("pool 55 --output 27", 0, "as in AlexNet"),
    "transposed": ("transposed_conv 7 --output 14", 0, "doubles the size, as in U-Net"),
    "inputs": ("conv --output 55 -F 11 -S 4", 0, "227"),
    "shape": ("conv 3x227x227 --output 96x55x55", 0, "227×227"),
    "floor": ("conv 224 --output 112 -F 7 --rounding floor", 0, "1 row left over under floor"),
    "any": ("conv 7 --output 4 -F 2 -S 2 -P 0 --rounding any", 0, "⌈(7 − 2 + 2·0)/2⌉ + 1 = 4"),
    "clipped": ("conv 6 --output 3 -F 1 -S 2 -P 0 --rounding ceil", 0, "would start in the padding: 3"),
    "dilated": ("conv 28 --output 28 -F 3 -D 2", 0, "2·(3 − 1) + 1 = 5"),
    "more-under-floor": ("pool 55 --output 27", 0, "5 more fit with --rounding floor"),
    "ranges": ("conv 28-32 --output 28 -F 1-5 -S 1,2", 0, "settings fit"),
    "nothing": ("conv 28 --output 28 -F 4", 1, "another F       3  1  1     28      28"),
    "nothing-filters": ("conv 64x8x8 -F 3 --max-params 576", 1, "577 parameters"),
    "nothing-vgg": ("unet --output 380", 1, "372 or 388"),
    "in-words": ("resnet50 --output 7", 0, "H = 193 to 224; the same for W"),
    "expression": ("vgg16 --output 7", 0, "512×H/32×W/32"),
    "huge": ("vgg16 --output 1000000000000000000", 0, "H = 32000000000000000000"),
    "constant": ("resnet50 --output 1 --layer avg_pool", 0, "same for every input"),
    "constant-other": ("resnet50 --output 2 --layer avg_pool", 1, "whatever the input"),
    "misfit-filters": ("conv 64x5x5 --max-params 1M -F 3 -S 3", 1, "non-integer-output"),
    "channels-of-a-layer": ("lenet5 --layer s4 --output 15x7x7", 2, "`s4` has 16 channels"),
    "channels-that-agree": ("lenet5 --layer s4 --output 16x7x7", 0, "the input: H = 40; the same for W"),
    "channels-of-a-conv": ("conv 3x224x224 --output 64x112x112", 0, "\n-K 64 gives the channels\n"),
    "channels-depthwise": ("depthwise 8x28x28 --output 16x28x28 -F 3", 0, "\n-M 2 gives the channels\n"),
    "channels-depthwise-unlike": ("depthwise 3x28x28 --output 7x28x28", 2, "multiple of the input's 3 channels"),
    "sound": ("conv 1x16000 --output 7995 -F 12", 0, "1x16000 is read as channels × length"),
    "sound-nothing": ("conv 1x16000 --output 7", 1, "1x16000 is read as channels × length"),
    "sound-many-channels": ("conv 64x16000 --output 8000 -F 4", 0, "write 1x64x16000"),
    "sound-both": ("conv 1x16000 --output 64x8000 -F 4", 0, "-K 64 gives the channels"),
    "sound-pool": ("pool 2x16000 --output 3x8000", 2, "a pool keeps the number of channels"),
    "square": ("conv 227x227 --output 55", 0, "227×227"),
    "oblong": ("conv 224x112 --output 56x28", 0, "56×28"),
    "oblong-small": ("conv 3x5 --output 1x3 -F 3x3", 0, "3×5"),
    "flat": ("vgg16 --output 1000", 2, "`fc8`, is flat: 1000 units"),
    "flat-layer": ("vgg16 --output 1000", 2, "`--layer pool5 --output 7x7`"),
    "flat-number-of-a-map": ("vgg16 --output 1000x1000", 0, "H = 32000"),
    "floor-besides": ("vgg16 --output 7x7", 0, "with `rounding: floor` these would give it, too: H = 225 to 255"),
    "beyond-the-bounds": ("conv 28 --output 5,7 -F 3,5 -S 2", 1, "another F, above 11  16  2  0"),
    "another-stride": ("pool 28 -F 3 -o 14", 1, "another output, with S = 3  3  3  1     28      10"),
    "unknown-layer": ("resnet50 --layer layer3 --output 7", 2, "there are `conv1`, `pool1`, `conv2_x`"),
    "message-with-help": ("conv 0 --output 5", 2, "at least 1; write a number"),
    "no-size": ("conv", 2, "neither"),
    "no-output": ("vgg16", 2, "--output"),
    "unknown": ("vgg61 --output 7", 2, "vgg16"),
    "typo": ("cnv 227 --output 55", 2, "is for one layer"),
    "zero": ("conv 0 --output 5", 2, "at least 1"),
    "negative": ("conv 5 --output=-5", 2, "at least 1"),
    "negative-padding": ("conv 5 --output 5 -P=-1", 2, "-P"),
    "empty-axis": ("conv 5x --output 5", 2, "missing"),
    "words": ("conv five --output 5", 2, "five"),
    "arabic-digits": ("conv ٥ --output 5", 2, "whole number"),
    "control": ("conv 5\x1b[31m --output 5", 2, "\\x1b"),
    "decimal": ("conv 5 --output 5.5", 2, "whole number"),
    "too-large": ("conv 1000000000000000001 --output 5", 2, "10¹⁸"),
    "backwards": ("conv 5 --output 7-3", 2, "ends before it begins"),
    "open-range": ("conv 5 --output 7-", 2, "missing"),
    "open-list": ("conv 5 --output 7,", 2, "missing"),
    "too-long-a-list": ("conv 5 --output 5 -F 1-1000000000000000000,3", 2, "at most 10,000"),
    "too-many": ("conv 5 -F 1-1000000000000000000", 2, "limit-exceeded"),
    "same": ("conv 5 --output 5 -P same", 2, "leave -P out"),
    "valid": ("conv 5 --output 5 -P valid", 2, "write 0"),
    "axes": ("conv 5x5x5x5x5 --output 5", 2, "5 axes"),
    "axes-differ": ("conv 5x5 --output 3 -F 1x1x1", 2, "axes"),
    "channels-of-a-pool": ("pool 8x8x8 --output 9x4x4", 2, "channels"),
    "layer-of-a-layer": ("conv 5 --output 5 --layer x", 2, "--layer"),
    "window-of-a-network": ("vgg16 --output 7 -F 3", 2, "-F"),
    "groups-without-budget": ("conv 5 --output 5 -G 2", 2, "budget"),
    "budget-and-output": ("conv 3x5x5 --output 5 --max-params 1M", 2, "two things"),
    "budget-of-a-pool": ("pool 3x5x5 --max-params 1M", 2, "no filters"),
    "budget-without-input": ("dense --max-params 1M", 2, "missing"),
    "budget-word": ("conv 3x5x5 --max-params many", 2, "many"),
    "budget-too-large": ("conv 3x5x5 -F 3 --max-params 9999999999999999999T", 2, "10¹⁸"),
    "budget-too-many-kernels": ("conv 3x5x5 -F 1-1000000000000000000 --max-params 1M", 2, "100 kernels"),
    "dense-without-budget": ("dense 8", 2, "budget"),
    "average-dilated": ("avg_pool 8 --output 4 -D 2", 2, "dilation"),
    "transposed-rounding": ("transposed 7 --output 14 --rounding floor", 2, "nothing to round"),
    "output-padding-of-a-conv": ("conv 7 --output 14 --output-padding 1", 2, "transposed"),
    "rounding": ("conv 7 --output 14 --rounding flor", 2, "floor"),
    "limit": ("conv 7 --output 7 -n 0", 2, "--limit"),
    "format": ("conv 7 --output 7 -f yaml", 2, "is not one of"),
    "network-range": ("vgg16 --output 7-9", 2, "one size"),
    "network-axes": ("vgg16 --output 3x7x7x7", 2, "axes"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "status", "shown"), RUNS.values(), ids=RUNS)
def test_run(words: str, status: int, shown: str) -> None:
    before = time.process_time()
    result = cnncalc_solve(*words.split(" "))
    assert result.exit_code == status, result.output
    assert shown in result.output
    assert (result.stderr == "") == (status == 0)
    assert "Traceback" not in result.output
    assert "\x1b" not in result.output
    assert time.process_time() - before < 10


WORDS = "0 1 3 7 28 1-9 3,5 1x7 3x8x8 1000000000000000000 1-1000000000000000000 x 5x -1 same é \x00".split(" ")
HOSTILE = st.sampled_from(WORDS) | st.text(max_size=6)


@given(st.sampled_from(["conv", "pool", "transposed", "avg_pool"]), st.data())
def test_no_words_break_it(what: str, data: st.DataObject) -> None:
    words = [what]
    for option in data.draw(st.lists(st.sampled_from(["INPUT", "-o", "-F", "-S", "-P", "-D"]), unique=True)):
        word = data.draw(HOSTILE)
        if option == "INPUT":
            words.insert(1, word)
        else:
            words += [option, word]
    result = cnncalc_solve(*words)
    assert result.exit_code in (0, 1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit) or result.exit_code == 2


def test_standard_input() -> None:
    text = "input: 3x32x32\nlayers: [conv: {K: 8, F: 5}, max_pool: {F: 2}]"
    result = cnncalc_solve("-", "--output", "14", input=text)
    assert result.exit_code == 0
    assert "for example 3×32×32 gives 8×14×14" in result.output


def test_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("input: 3x32x32\nlayers: [foo]")
    result = cnncalc_solve(str(path), "--output", "7")
    assert result.exit_code == 2
    assert "unknown-type" in result.stderr


def test_rows_that_are_shown() -> None:
    lines = cnncalc_solve("conv", "--output", "55", "-n", "3").stdout.splitlines()
    assert lines.index("") == 4  # a heading and three rows
    assert "the 3 most usual are shown" in "".join(lines[-3:])
    every = cnncalc_solve("conv", "--output", "55", "--all").stdout.splitlines()
    assert every.index("") > 100


def test_json() -> None:
    document = json.loads(cnncalc_solve("conv", "227x227", "--output", "55", "-f", "json").stdout)
    assert (document["type"], document["ok"], document["found"], document["square"]) == ("conv", True, 1, True)
    setting = document["settings"][0]
    assert {key: setting[key] for key in ("kernel", "stride", "padding", "dilation", "input", "output")} == {
        "kernel": [11, 11], "stride": [4, 4], "padding": [0, 0], "dilation": [1, 1],
        "input": [227, 227], "output": [55, 55],
    }  # fmt: skip
    assert (setting["rounding"], setting["remainder"], setting["output_padding"]) == ("strict", [0, 0], None)
    assert setting["formulas"] == ["(227 − 11 + 2·0)/4 + 1 = 55"]


def test_json_where_nothing_fits() -> None:
    result = cnncalc_solve("conv", "28", "--output", "28", "-F", "4", "-f", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"], document["settings"]) == (1, False, [])
    assert "P = 1.5" in document["reason"]
    assert document["nearest"][0]["change"] == "kernel"
    assert document["nearest"][0]["kernel"] == [3]


def test_json_of_filters_and_inputs() -> None:
    filters = json.loads(cnncalc_solve("conv", "64x56x56", "-F", "3", "--max-params", "1M", "-f", "json").stdout)
    found = filters["solutions"][0]
    assert (filters["budget"], found["unit"], found["count"]) == ({"max_params": 1_000_000}, "filters", 1733)
    assert (found["layer"]["params"], found["more"]["params"]) == (999_941, 1_000_518)
    inputs = json.loads(cnncalc_solve("vgg16", "--output", "7x7", "-f", "json").stdout)
    assert (inputs["layer"], inputs["own"], inputs["example"]) == ("pool5", {"H": 224, "W": 224}, {"H": 224, "W": 224})
    assert inputs["expressions"] == ["512", "H/32", "W/32"]
    assert [[sizes["points"] for sizes in box.values()] for box in inputs["accepts"]] == [[[224], [224]]]
    assert [[sizes["text"] for sizes in box.values()] for box in inputs["rounded"]] == [
        ["H = 224 to 255", "W = 224 to 255"]
    ]


def test_json_says_how_sizes_were_read() -> None:
    sound = json.loads(cnncalc_solve("conv", "1x16000", "--output", "64x8000", "-F", "4", "-f", "json").stdout)
    assert sound["settings"][0]["input"] == [16000]
    assert [word for remark in sound["remarks"] for word in ("channels × length", "-K 64") if word in remark] == [
        "channels × length", "-K 64",
    ]  # fmt: skip


def test_csv_has_every_column() -> None:
    rows = list(csv.DictReader(io.StringIO(cnncalc_solve("conv", "227", "--output", "55", "-f", "csv").stdout)))
    assert rows == [
        {"kernel": "11", "stride": "4", "padding": "0", "dilation": "1", "input": "227", "output": "55",
         "rounding": "strict", "note": "as in AlexNet"}
    ]  # fmt: skip


@pytest.mark.parametrize("format", ["markdown", "latex", "csv"])
def test_other_formats(format: str) -> None:
    for words in ("conv 227 --output 55", "vgg16 --output 7", "conv 64x8x8 -F 3 --max-params 1k"):
        result = cnncalc_solve(*words.split(" "), "-f", format)
        assert (result.exit_code, result.stderr) == (0, "")
    near = cnncalc_solve("conv", "28", "--output", "28", "-F", "4", "-f", format)
    assert near.exit_code == 1
    assert ("kernel,3,1,1,1,28,28" if format == "csv" else "another F") in near.stdout


def has(name: str, type: str, kernel: int, stride: int, padding: int) -> bool:
    """Whether a bundled network has a layer with these settings."""
    for layer in cnncalc.analyze(name).layers:
        settings = layer.settings
        family = "pool" if layer.type.endswith("pool") else "transposed_conv" if "transposed" in layer.type else "conv"
        if family == type and "kernel" in settings and settings["kernel"] == [kernel] * len(settings["kernel"]):
            pads = settings.get("padding")
            if settings["stride"][0] == stride and (pads == "same" or pads[0] == padding):
                return True
    return False


BUNDLED = {
    "AlexNet": "alexnet_grouped", "ResNet": "resnet50", "LeNet-5": "lenet5", "GoogLeNet": "googlenet", "VGG": "vgg16",
    "U-Net": "unet", "ConvNeXt": "convnext_tiny",
}  # fmt: skip


# Not bundled: ViT (Dosovitskiy et al. 2021, section 3.1) and pix2pix (Isola et al. 2017, section 6.1).
NAMED = {setting: network for setting, network in SEEN_IN.items() if network not in ("ViT", "pix2pix")}


@pytest.mark.parametrize(("setting", "network"), NAMED.items(), ids=str)
def test_networks_that_are_named_have_such_a_layer(setting: tuple[str, int, int, int], network: str) -> None:
    assert has(BUNDLED[network], *setting)
