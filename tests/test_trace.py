"""`cnncalc trace`: the numbers of papers, of PyTorch, and of sums written out here; each way to give and show them."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import cnncalc
from cnncalc import gallery
from cnncalc.cli.app import app
from cnncalc.diagnostics import ArchitectureError
from cnncalc.render.trace import Writer
from cnncalc.render.trace_scene import Label
from cnncalc.render.trace_text import joined, output_lines, step_lines
from cnncalc.trace_examples import EXAMPLES
from cnncalc.trace_numbers import Dice, exact_text, number_text, places_for, read_text
from cnncalc.tracing import MisfitError, Progress, Trace, trace

# Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, figures 1.1 and 1.2.
INPUT = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
FILTER = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]


def run(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["trace", *words], input=input)


def example(name: str, **settings: Any) -> Trace:
    found = EXAMPLES[name]
    return trace(found.type, found.input, **{**found.options, **settings})


# The numbers that papers print


def test_convolution_of_figure_1_1() -> None:
    assert trace("conv", INPUT, FILTER).output == [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]


def test_convolution_of_figure_1_2_with_padding_and_stride() -> None:
    assert trace("conv", INPUT, FILTER, stride=2, padding=1).output == [[[6, 17, 3], [8, 17, 13], [6, 4, 4]]]


def test_max_pool_of_figure_1_6() -> None:
    assert trace("max_pool", INPUT, 3, stride=1).output == [[[3, 3, 3], [3, 3, 3], [3, 2, 3]]]


def test_average_pool_of_figure_1_5_is_exact_and_printed_as_there() -> None:
    found = trace("avg_pool", INPUT, 3, stride=1)
    ninths = [[15, 15, 15], [9, 11, 16], [10, 7, 12]]
    assert found.output == [[[Fraction(n, 9) for n in row] for row in ninths]]
    text = "".join(piece for piece, _ in joined(output_lines(Writer(found))))
    assert text.split() == "output 1.7 1.7 1.7 1.0 1.2 1.8 1.1 0.8 1.3".split()


SHAPES = {
    "picture_conv": (1, 3, 3),
    "picture_conv_padded_strided": (1, 3, 3),
    "picture_conv_channels": (1, 3, 3),
    "picture_conv_two_filters": (2, 3, 3),
    "picture_conv_cs231n": (2, 3, 3),
    "picture_max_pool": (1, 3, 3),
    "picture_avg_pool": (1, 3, 3),
    "picture_transposed_conv": (1, 7, 7),  # 2·(3 − 1) + 3
}


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_examples_have_the_shapes_of_the_lecture(name: str, shape: tuple[int, ...]) -> None:
    output = example(name).output
    assert (len(output), len(output[0]), len(output[0][0])) == shape


def test_every_example_has_a_case() -> None:
    assert SHAPES.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() & set(gallery.names())))
def test_examples_agree_with_the_architectures_of_their_names(name: str) -> None:
    (layer,) = cnncalc.analyze(name).layers
    found = example(name)
    assert layer.type == found.type
    assert layer.input == (len(found.input), *found.input_size)
    assert layer.output == SHAPES[name]
    assert (layer.settings["kernel"], layer.settings["stride"]) == ([*found.size], [*found.stride])
    assert layer.facts.padding == found.padding


# Against sums written out here, and PyTorch


def brute(x: Any, w: Any, b: list[int], s: int, p: int, d: int) -> list[Any]:
    """A convolution by its definition: y[k, i, j] = b[k] + Σ x[c, s·i + d·a − p, s·j + d·e − p]·w[k, c, a, e]."""
    height, width, f = len(x[0]), len(x[0][0]), len(w[0][0])
    known = {(c, r, q): v for c, rows in enumerate(x) for r, row in enumerate(rows) for q, v in enumerate(row)}
    o_h, o_w = ((n + 2 * p - d * (f - 1) - 1) // s + 1 for n in (height, width))
    return [
        [
            [
                b[k]
                + sum(
                    known.get((c, s * i + d * a - p, s * j + d * e - p), 0) * w[k][c][a][e]
                    for c, a, e in product(range(len(x)), range(f), range(f))
                )
                for j in range(o_w)
            ]
            for i in range(o_h)
        ]
        for k in range(len(w))
    ]


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    c, k, f, s, p, d = (draw(st.integers(1, n)) for n in (3, 3, 3, 3, 3, 2))
    p -= 1
    least = max(1, d * (f - 1) + 1 - 2 * p)
    h, w = draw(st.integers(least, least + 4)), draw(st.integers(least, least + 4))
    number = st.integers(-5, 5)

    def array(*shape: int) -> Any:
        if not shape:
            return draw(number)
        return [array(*shape[1:]) for _ in range(shape[0])]

    return {"x": array(c, h, w), "w": array(k, c, f, f), "b": array(k), "f": f, "s": s, "p": p, "d": d}


@settings(max_examples=60)
@given(layers())
def test_convolution_is_what_its_definition_says(v: dict[str, Any]) -> None:
    found = trace("conv", v["x"], v["w"], stride=v["s"], padding=v["p"], dilation=v["d"], bias=v["b"], rounding="floor")
    assert found.output == brute(v["x"], v["w"], v["b"], v["s"], v["p"], v["d"])
    for step in found.steps:
        assert step.total == step.bias + sum(part.sum for part in step.parts)
        assert found.output[step.filter][step.at[0]][step.at[1]] == step.total
        for part in step.parts:
            assert part.sum == sum(x * w for a, b in zip(part.cells, part.kernel) for x, w in zip(a, b) if x)


@settings(max_examples=150)
@given(layers(), st.sampled_from(["floor", "ceil"]), st.booleans())
def test_pytorch_gets_the_same(v: dict[str, Any], rounding: str, counted: bool) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'cnncalc[torch]'")
    functional = torch.nn.functional
    x, w, b = (torch.tensor(v[name], dtype=torch.float64) for name in "xwb")
    f, s, d = v["f"], v["s"], v["d"]
    common = {"stride": s, "padding": v["p"]}

    found = trace("conv", v["x"], v["w"], dilation=d, bias=v["b"], rounding="floor", **common)
    assert torch.tensor(found.output).double().equal(functional.conv2d(x, w, b, dilation=d, **common))

    extra = max(s, d) - 1
    if s * (min(x.shape[1:]) - 1) + d * (f - 1) + 1 - 2 * v["p"] + extra > 0:
        found = trace("transposed_conv", v["x"], v["w"], dilation=d, bias=v["b"], output_padding=extra, **common)
        theirs = functional.conv_transpose2d(x, w.transpose(0, 1), b, dilation=d, output_padding=extra, **common)
        assert torch.tensor(found.output).double().equal(theirs)

    common["padding"] = min(v["p"], f // 2)  # PyTorch pads a pool by no more
    pool = {"rounding": rounding, **common}
    ceil = rounding == "ceil"
    if min(x.shape[1:]) + 2 * common["padding"] >= f:
        found = trace("avg_pool", v["x"], f, count_padding=counted, **pool)
        theirs = functional.avg_pool2d(x, f, ceil_mode=ceil, count_include_pad=counted, **common)
        ours = torch.tensor([[[float(n) for n in row] for row in rows] for rows in found.output], dtype=torch.float64)
        assert torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12)
    if min(x.shape[1:]) + 2 * common["padding"] >= d * (f - 1) + 1:
        theirs = functional.max_pool2d(x, f, dilation=d, ceil_mode=ceil, **common)
        if theirs.isinf().any():  # where a window has nothing but padding
            with pytest.raises(ArchitectureError, match="padding alone"):
                trace("max_pool", v["x"], f, dilation=d, **pool)
        else:
            found = trace("max_pool", v["x"], f, dilation=d, **pool)
            assert torch.tensor(found.output).double().equal(theirs)


def test_transposed_convolution_lays_filters_down() -> None:
    # 1 and 2, two apart, each times (1 1 1): they meet in the middle.
    found = trace("transposed_conv", "1 2", "1 1 1", stride=2)
    assert found.output == [[1, 1, 3, 2, 2]]
    progress = Progress(found)
    assert progress.after(1) == [[[1, 1, 1, None, None]]]
    assert progress.after(2) == [[[1, 1, 3, 2, 2]]]
    assert progress.after(1) == [[[1, 1, 1, None, None]]]


def test_what_no_pixel_of_a_transposed_convolution_reaches_has_the_bias() -> None:
    found = trace("transposed_conv", "1 2", "1 | 1", stride=3, output_padding=1, bias=[5, 7])
    assert found.output == [[6, 5, 5, 7, 5], [8, 7, 7, 9, 7]]
    # The second filter begins when the first is done.
    assert Progress(found).after(2) == [[[6, 5, 5, 7, 5]], [[None] * 5]]


# A kernel in one row: for an image of two axes it is one pixel high.
ROWS = {
    "text": "1 0 -1",
    "semicolon": "1 0 -1;",
    "nested": "[[1, 0, -1]]",
    "list": [1, 0, -1],
    "csv": "kernel.csv",
}


@pytest.mark.parametrize("kernel", ROWS.values(), ids=ROWS)
def test_a_kernel_in_one_row_follows_the_rank_of_the_input(
    kernel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = "1 2 3 4;4 5 6 1;7 8 9 3;1 1 5 2"
    # The pixel to the left, less the one to the right.
    expected = [[[1 - 3, 2 - 4], [4 - 6, 5 - 1], [7 - 9, 8 - 3], [1 - 5, 1 - 2]]]
    if kernel == "kernel.csv":
        monkeypatch.chdir(tmp_path)
        Path("kernel.csv").write_text("1,0,-1\n")
        assert json.loads(run("conv", image, "-F", kernel, "--format", "json").stdout)["output"] == expected
    else:
        assert trace("conv", image, kernel).output == expected
        # The other way round, too: an input of one axis has no rows.
        assert trace("conv", "1 2 3 4", kernel).output == [[-2, -2]]


def test_several_filters_in_one_row() -> None:
    found = trace("conv", "1 2 3 4;4 5 6 1", "1 0 -1 | 1 1 1")
    assert (found.size, found.output) == ((1, 3), [[[-2, -2], [-2, 4]], [[6, 9], [15, 12]]])
    found = trace("transposed_conv", "1 2;3 4", "1 0 -1")
    # Each pixel, and two to its right the negative: 1 2 0 0 less 0 0 1 2.
    assert found.output == [[[1, 2, -1, -2], [3, 4, -3, -4]]]


def test_padding_is_never_the_maximum() -> None:
    assert trace("max_pool", "-3 -1; -2 -4", 3, stride=1, padding=1).output == [[[-1, -1], [-1, -1]]]


def test_padding_counts_in_a_mean_unless_it_is_said_not_to() -> None:
    # Each window has all four numbers and five zeros of the padding.
    assert trace("avg_pool", "4 4; 4 4", 3, stride=1, padding=1).output[0][0][0] == Fraction(16, 9)
    assert trace("avg_pool", "4 4; 4 4", 3, stride=1, padding=1, count_padding=False).output[0][0][0] == 4


def test_decimals_stay_exact() -> None:
    # In floats this is 0.30000000000000004.
    assert trace("conv", [[0.1, 0.2]], [[1, 1]]).output == [[[Fraction(3, 10)]]]
    assert trace("conv", "0.1 0.2", "1 1").output == [[Fraction(3, 10)]]


def test_one_spatial_axis() -> None:
    found = trace("conv", "1 2 3 4 | 0 1 0 1", "1 0 -1 | 1 1 1", padding=1, bias=10)
    assert found.rank == 1
    # (0 + 0 − 2) + (0 + 0 + 1) + 10, …
    assert found.output == [[9, 9, 10, 14]]


# Numbers in and out

READINGS: dict[str, tuple[str, list[Any]]] = {
    "rows": ("1 2; 3 4", [[[1, 2], [3, 4]]]),
    "commas": ("1, 2; 3,4", [[[1, 2], [3, 4]]]),
    "lines": ("1 2\n3 4\n", [[[1, 2], [3, 4]]]),
    "windows-lines": ("1 2\r\n3 4\r\n\r\n5 6\r\n7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    "channels": ("1 2; 3 4 | 5 6; 7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    "empty-line": ("1 2\n3 4\n  \n5 6\n7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    "one-row": ("1 2 3", [[[1, 2, 3]]]),
    "one-row-of-two-axes": ("1 2 3;", [[[1, 2, 3]]]),
    "python": ("[[1, 2], [3, 4]]", [[[1, 2], [3, 4]]]),
    "numpy": ("[[[1 2]\n  [3 4]]]", [[[1, 2], [3, 4]]]),
    "tuples": ("((1, 2), (3, 4))", [[[1, 2], [3, 4]]]),
    "signs": ("-1 +2 −3", [[[-1, 2, -3]]]),
    "decimals": (".5 1. 1e2 1/3", [[[Fraction(1, 2), 1, 100, Fraction(1, 3)]]]),
}


@pytest.mark.parametrize(("text", "blocks"), READINGS.values(), ids=READINGS)
def test_reading(text: str, blocks: list[Any]) -> None:
    assert [[list(row) for row in block] for block in read_text(text, "x").blocks] == blocks


def test_rank_follows_from_the_rows() -> None:
    assert [read_text(text, "x").rank for text in ("1 2 3", "1 2 3;", "1 2; 3 4", "[1, 2]", "[[1, 2]]")] == [
        1,
        2,
        2,
        1,
        2,
    ]


def test_csv_of_a_country_with_decimal_commas() -> None:
    assert read_text("1,5;2\n3;4\n", "x", csv=True).blocks == (((Fraction(3, 2), 2), (3, 4)),)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(3, "3"), (-3, "−3"), (Fraction(1, 2), "0.5"), (Fraction(1, 8), "0.125"), (Fraction(-1, 9), "−1/9")],
)
def test_given_numbers_are_shown_exactly(number: Any, shown: str) -> None:
    assert exact_text(number) == shown


def test_results_are_rounded_away_from_zero() -> None:
    assert number_text(Fraction(5, 4), 1) == "1.3"
    assert number_text(Fraction(-5, 4), 1) == "−1.3"
    assert number_text(Fraction(-1, 100), 1) == "0.0"
    assert places_for([1, 2]) == 0
    assert places_for([1, Fraction(1, 4)]) == 2
    assert places_for([1, Fraction(1, 3)]) == 1
    assert places_for([1, Fraction(1, 3)], 4) == 4


def test_a_seed_draws_the_same_on_every_machine() -> None:
    # random.Random(7).random() begins 0.3238, 0.1508, 0.6509, 0.0724, 0.5359, 0.3574 in every Python since 2.3.
    assert Dice(7).blocks(1, (2, 3), 0, 3) == (((1, 0, 2), (0, 2, 1)),)
    assert trace("conv", "3x5x5", 3, filters=2, seed=7).output != trace("conv", "3x5x5", 3, filters=2, seed=8).output


def test_arrays_of_a_library_are_read() -> None:
    class Array:
        def tolist(self) -> list[Any]:
            return INPUT

    assert trace("conv", Array(), FILTER).output[0][0] == [12, 12, 17]


def test_filters_written_one_after_the_other_or_nested() -> None:
    channels = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    nested = [[[[1]], [[0]]], [[[0]], [[1]]], [[[1]], [[1]]]]
    text = "1; | 0; || 0; | 1; || 1; | 1;"
    assert trace("conv", channels, nested).output == trace("conv", channels, text).output
    assert trace("conv", channels, text).output == [*channels, [[6, 8], [10, 12]]]


# The command

RUNS: dict[str, tuple[list[str], int, str]] = {
    "example": (["picture_conv"], 0, "3·0 + 3·1 + 2·2 + 0·2 + 0·2 + 1·0 + 3·0 + 1·1 + 2·2      12"),
    "example-changed": (["picture_conv", "-S", "2", "-P", "1"], 0, " 6  17   3\n"),
    "max": (["picture_max_pool"], 0, "max(3, 3, 2, 0, 0, 1, 3, 1, 2)"),
    "avg": (["picture_avg_pool", "--step", "1"], 0, "(3 + 3 + 2 + 0 + 0 + 1 + 3 + 1 + 2)/9 = 15/9 ≈ 1.7"),
    "avg-decimals": (["picture_avg_pool", "--step", "1", "--decimals", "3"], 0, "= 15/9 ≈ 1.667"),
    "channels": (["picture_conv_cs231n", "--step", "1"], 0, "together: 0 + 1 + (−1) + 1 (bias) = 1"),
    "laid": (["picture_transposed_conv", "--step", "2"], 0, "1·[0 1 2; 2 2 0; 0 1 2] = [0 1 2; 2 2 0; 0 1 2]"),
    "window": (["picture_conv", "--step", "5"], 0, " 0 [0][1][3] 1 "),
    "window-on-the-padding": (["picture_conv_padded_strided", "--step", "1"], 0, "[0]│[3][3] 2  1  0 │ 0"),
    "result": (["picture_conv", "--step", "5"], 0, " 10 [17]  ·"),
    "all": (["picture_conv", "--all"], 0, "step 9 of 9: row 3, column 3 of the output"),
    "minus": (["conv", "-i", "-1 2", "-F", "-1 3"], 0, "(−1)·(−1) + 2·3"),
    "quotient": (["conv", "3 3 3", "-F", "1/9 1/9 1/9"], 0, "3·(1/9) + 3·(1/9) + 3·(1/9)"),
    "pool-letter-k": (["max_pool", "1x4x4", "-K", "2"], 0, "1×4×4 → 1×2×2"),
    "misfit": (["conv", "1x5x5", "-F", "4", "-S", "2"], 1, "(5 − 4 + 2·0)/2 + 1 = 1.5 [non-integer-output]"),
    "too-large": (["max_pool", "1x5x5", "-F", "7"], 1, "a window of 7 is larger than the height and width of 5"),
    "kernel-too-deep": (["conv", "1x5x5", "-F", "3x3x3"], 1, "the depth of a filter follows"),
    "no-input": (["conv"], 2, "INPUT"),
    "no-filter": (["conv", "1x5x5"], 2, "a filter is missing"),
    "unknown": (["conf", "1x5x5"], 2, "did you mean `conv`?"),
    "pool-filter": (["max_pool", "1 2; 3 4", "-F", "1 0; 0 1"], 2, "a pool has no filter"),
    "pool-bias": (["max_pool", "1 2; 3 4", "-F", "2", "--bias", "1"], 2, "a pool has no bias"),
    "ragged": (["conv", "1 2; 3", "-F", "2"], 2, "row 2 of channel 1 has 1"),
    "ragged-channels": (["conv", "1; 2 | 3;", "-F", "2"], 2, "channel 2 has 1 rows"),
    "empty-cell": (["conv", "1,,2", "-F", "2"], 2, "INPUT:1:3: error: a number is missing"),
    "empty": (["conv", ";", "-F", "2"], 2, "the input has no numbers"),
    "no-such-file": (["conv", "nope.csv", "-F", "2"], 2, "there is no file of that name"),
    "rows-for-one-axis": (["conv", "1 2 3 4", "-F", "1 0; 0 1"], 2, "the input has one spatial axis"),
    "pool-without-size": (["max_pool", "1x3x3"], 2, "trace: error: max_pool needs `-F`"),
    "rounded-factor": (["conv", "0.123456789 1", "-F", "1 1", "--step", "1"], 0, "0.1·1 + 1·1 ≈ 1.1"),
    "rounded-sum": (["conv", "1/3 1", "-F", "1 1", "--step", "1"], 0, "(1/3)·1 + 1·1 ≈ 1.3"),
    "rounded-channel": (["conv", "1/3; | 2/3;", "-F", "1; | 1;", "--step", "1"], 0, "channel 1: (1/3)·1 ≈ 0.3\n"),
    "rounded-together": (["conv", "1/3; | 2/3;", "-F", "1; | 1;", "--step", "1"], 0, "(1/3) + (2/3) = 1\n"),
    "rounded-max": (["max_pool", "0.123456789 0", "-F", "2", "--step", "1"], 0, "max(0.1, 0) ≈ 0.1"),
    "rounded-mean": (["avg_pool", "1/3 0", "-F", "2", "--step", "1"], 0, "((1/3) + 0)/2 ≈ 0.3/2 ≈ 0.2"),
    "rounded-laid": (["transposed_conv", "1/3", "-F", "1 3", "--step", "1"], 0, "(1/3)·[1 3] ≈ [0.3 1]"),
    "long-decimal": (["conv", "0.12345 1", "-F", "1 1", "--step", "1"], 0, "0.12345·1 + 1·1 ≈ 1.1"),
    "drawn-filter": (["conv", "1 2; 3 4", "-F", "2", "--seed", "7"], 0, "filter drawn (seed 7)\n\ninput   filter\n"),
    "drawn-filters": (["conv", "1 2; 3 4", "-F", "2", "-K", "2", "--step", "1"], 0, "\n2 filters drawn (seed 1)\n"),
    "drawn-input": (["max_pool", "1x4x4", "-F", "2"], 0, "\ninput drawn (seed 1)\n\ninput\n"),
    "drawn-both": (["conv", "1x4x4", "-F", "2", "--format", "latex"], 0, "\ninput and filter drawn (seed 1)\n"),
    "drawn-in-a-picture": (["conv", "1x4x4", "-F", "2", "--svg", "-"], 0, ">input and filter drawn (seed 1)</text>"),
    "too-large-a-number": (["conv", "1e400 1", "-F", "2"], 2, "`1e400` is larger or finer than a trace takes"),
    "too-fine-a-number": (["conv", "1e-400 1", "-F", "2"], 2, "`1e-400` is larger or finer than a trace takes"),
    "endless-exponent": (["conv", "1e" + "9" * 30, "-F", "2"], 2, "is larger or finer"),
    "gif-named-png": (["picture_conv", "--gif", "x.png"], 2, "`x.png` is the name of another type of file"),
    "svg-named-gif": (["picture_conv", "--svg", "x.GIF"], 2, "end it in .svg"),
    "gif-into-the-output": (["picture_conv", "--gif", "-"], 2, "an animation needs a file"),
    "folder": (["conv", "/", "-F", "2"], 2, "it is a folder"),
    "control-character": (["conv", "\x1b[31m", "-F", "2"], 2, r"`\x1b[31m` is not a number"),
    "nul": (["conv", "1\x002", "-F", "2"], 2, r"`1\x002` is not a number"),
    "not-a-digit": (["conv", "٣ ٤", "-F", "2"], 2, "`٣` is not a number"),
    "nan": (["conv", "nan 1", "-F", "2"], 2, "`nan` is not a number"),
    "brackets": (["conv", "[[1, 2], [3, 4]", "-F", "2"], 2, "a bracket is not closed"),
    "brackets-too-many": (["conv", "[1]]", "-F", "2"], 2, "closes nothing"),
    "brackets-deep": (["conv", "[" * 100_000, "-F", "2"], 2, "at most four deep"),
    "brackets-uneven": (["conv", "[[1], 2]", "-F", "2"], 2, "not nested evenly"),
    "by-zero": (["conv", "1/0 2", "-F", "2"], 2, "divides by zero"),
    "huge": (["conv", "1e30 2", "-F", "2"], 2, "limit-exceeded"),
    "long": (["conv", "9" * 100_000 + " 1", "-F", "2"], 2, "limit-exceeded"),
    "many": (["conv", "1 " * 20_000, "-F", "2"], 2, "more than 10,000 numbers"),
    "shape-huge": (["conv", "3x1000000000x1000000000", "-F", "3"], 2, "limit-exceeded"),
    "padding-huge": (["max_pool", "1x9x9", "-F", "3", "-S", "1", "-P", "1000000000000"], 2, "limit-exceeded"),
    "filters-huge": (["conv", "1x9x9", "-F", "3", "-K", "1000000000000000000"], 2, "limit-exceeded"),
    "products": (["conv", "4x30x30", "-F", "5", "-K", "4"], 2, "270,400 products, and a trace 100,000"),
    "padding-alone": (["max_pool", "1x5x5", "-F", "3", "-S", "1", "-P", "3"], 2, "lies in the padding alone"),
    "channels-differ": (["conv", "2x5x5", "-F", "1 2; 3 4"], 2, "channel-mismatch"),
    "filters-differ": (["conv", "1x5x5", "-F", "1 2; 3 4", "-K", "2"], 2, "leave -K out"),
    "biases": (["conv", "1x5x5", "-F", "3", "--bias", "1 2"], 2, "there are 2 biases for 1 filter"),
    "three-axes": (["conv", "1x5x5x5", "-F", "3"], 2, "no one or two spatial axes"),
    "step-0": (["picture_conv", "--step", "0"], 2, "--step: 0 is no step: they count from 1 to 9"),
    "step-below-0": (["picture_conv", "--step", "-3"], 2, "-3 is no step: they count from 1 to 9"),
    "step-0-of-1": (["conv", "1 2", "-F", "1 1", "--step", "0"], 2, "0 is no step: there is one, number 1"),
    "step-10": (["picture_conv", "--step", "10"], 2, "there are 9 steps"),
    "seed": (["conv", "1x5x5", "-F", "3", "--seed", "-1"], 2, "--seed"),
    "decimals": (["picture_conv", "--decimals", "99"], 2, "99 is more than 18"),
    "not-a-setting": (["avg_pool", "1x5x5", "-F", "3", "-D", "2"], 2, "unknown-parameter"),
    "all-of-too-many": (["conv", "1x50x50", "-F", "1", "--all"], 2, "at most 1,000 are shown"),
    "pictures-too-large": (["conv", "1x30x30", "-F", "3", "--svg", "-"], 2, "limit-exceeded"),
    "unwritable": (["picture_conv", "--svg", "/nope/x.svg"], 2, "cannot write `/nope/x.svg`"),
    "format": (["picture_conv", "--format", "yaml"], 2, "is not one of"),
}


@pytest.mark.parametrize(("words", "status", "shown"), RUNS.values(), ids=RUNS)
def test_run(words: list[str], status: int, shown: str) -> None:
    result = run(*words)
    assert result.exit_code == status, result.output
    assert shown in result.output
    assert (result.stderr == "") == (status == 0)
    assert "Traceback" not in result.output
    assert "\x1b" not in result.output


def test_a_misfit_has_the_message_of_the_command_for_shapes() -> None:
    theirs = CliRunner().invoke(app, ["conv", "1x5x5", "-K", "1", "-F", "4", "-S", "2"]).stderr.splitlines()
    ours = run("conv", "1x5x5", "-F", "4", "-S", "2").stderr.splitlines()
    # Only the place in a command that nobody typed is left out.
    assert theirs[0].endswith(f": {ours[0]}")
    assert ours[0].startswith("error: ")
    assert ours[1:] == theirs[3:]


def test_an_api_for_programs_says_what_does_not_fit() -> None:
    with pytest.raises(MisfitError, match="non-integer-output"):
        trace("conv", INPUT, FILTER, stride=3, padding=1)
    with pytest.raises(ArchitectureError, match="can't be traced"):
        trace("dense", INPUT)
    with pytest.raises(ArchitectureError, match="is not a number"):
        trace("conv", [[None]], 1)


def test_channels_that_seem_to_come_last_get_a_hint() -> None:
    result = run("conv", "5x5x3", "-F", "3", "-P", "1", "--step", "1")
    assert result.exit_code == 0
    assert "the channels come first: 3x5x5\n" in result.stderr
    assert "is it an image?" in run("conv", "5x5", "-F", "3").stderr
    assert run("conv", "1 2 | 3 4", "-F", "1 1 | 1 1").stderr == ""


def test_csv_files_and_standard_input(tmp_path: Path) -> None:
    image, kernel = tmp_path / "image.csv", tmp_path / "kernel.csv"
    image.write_text("1,2,3\n4,5,6\n\n1,1,1\n0,0,0\n")
    kernel.write_text("1,0\n0,1\n\n1,1\n0,0\n\n\n0,0\n0,0\n\n0,0\n0,-1\n")
    result = run("conv", str(image), "--kernel", str(kernel), "--format", "json")
    assert json.loads(result.stdout)["output"] == [[[8, 10]], [[0, 0]]]
    assert "1·1 + 2·0" in run("conv", "-", "-F", "1 0", input="1 2 3\n").output


def test_a_file_that_is_wrong_is_shown_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("image.csv").write_text("1,2\n3,x\n")
    result = run("conv", "image.csv", "-F", "2")
    assert result.exit_code == 2
    assert result.stderr.startswith("image.csv:2:3: error: `x` is not a number")
    Path("bytes.csv").write_bytes(b"\x00\xff\xfe")
    assert run("conv", "bytes.csv", "-F", "2").exit_code == 2
    Path("control.csv").write_bytes(b"1,\x012\n")
    assert "control.csv:1:3: error: the control character U+0001 is not allowed in a file of numbers" in (
        run("conv", "control.csv", "-F", "2").stderr
    )
    Path("large.csv").write_bytes(b"1 " * 2_000_001)
    assert (
        run("conv", "large.csv", "-F", "2").stderr.rstrip().endswith("has more than 4,000,000 bytes [limit-exceeded]")
    )


def test_json_of_the_contract() -> None:
    document = json.loads(run("picture_conv_cs231n", "--step", "2", "--format", "json").stdout)
    assert list(document) == (
        "type ok rank input kernel bias size stride dilation padding padded output steps diagnostics".split()
    )
    assert (document["type"], document["ok"], document["rank"], document["bias"]) == ("conv", True, 2, [1, 0])
    assert (document["size"], document["stride"], document["padding"]) == ([3, 3], [2, 2], [[1, 1], [1, 1]])
    assert [len(document[key]) for key in ("input", "kernel", "padded", "output")] == [3, 2, 3, 2]
    (step,) = document["steps"]
    assert list(step) == "step filter at start channels bias divisor result".split()
    assert (step["step"], step["filter"], step["at"], step["start"], step["bias"]) == (2, 0, [0, 1], [0, 2], 1)
    assert [list(part) for part in step["channels"]] == ["channel cells kernel products sum".split()] * 3
    assert step["result"] == 1 + sum(part["sum"] for part in step["channels"])


def test_json_has_quotients_as_text_and_no_number_in_a_max_pools_padding() -> None:
    document = json.loads(run("picture_avg_pool", "--format", "json").stdout)
    assert document["output"][0] == [["5/3", "5/3", "5/3"], [1, "11/9", "16/9"], ["10/9", "7/9", "4/3"]]
    document = json.loads(run("max_pool", "1 2; 3 4", "-F", "2", "-S", "1", "-P", "1", "--format", "json").stdout)
    assert document["padded"][0][0] == [None] * 4


def test_json_of_what_does_not_fit() -> None:
    result = run("conv", "1x5x5", "-F", "7", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"], document["diagnostics"][0]["rule"]) == (1, False, "window-too-large")


def test_tables() -> None:
    rows = list(csv.DictReader(io.StringIO(run("picture_avg_pool", "--format", "csv").stdout)))
    assert rows[0] == {
        "step": "1",
        "row": "1",
        "column": "1",
        "sum": "(3 + 3 + 2 + 0 + 0 + 1 + 3 + 1 + 2)/9",
        "result": "5/3",
    }
    lines = run("picture_conv_two_filters", "--format", "csv").stdout.splitlines()
    assert lines[0] == "step,filter,row,column,sum,result"
    assert len(lines) == 1 + 18


SOLUTIONS = {
    "input": (["picture_conv"], r"\[ \text{input} = \begin{pmatrix} 3 & 3 & 2 & 1 & 0 \\ 0 & 0 & 1 & 3 & 1 \\ "),
    "filter": (["picture_conv"], r"\text{filter} = \begin{pmatrix} 0 & 1 & 2 \\ 2 & 2 & 0 \\ 0 & 1 & 2 \end{pmatrix}"),
    "output": (["picture_conv"], r"\begin{pmatrix} 12 & 12 & 17 \\ 10 & 17 & 19 \\ 9 & 6 & 14 \end{pmatrix}"),
    "padding": (["picture_conv_padded_strided"], r"\text{padded input} = \begin{pmatrix} 0 & 0 & 0 & 0 & 0 & 0 & 0 "),
    "filters": (["picture_conv_cs231n"], r", \quad \text{filter 2, ch. 3} = \begin{pmatrix} 1 & 1 & 0 \\ -1 & 0 & 0 "),
    "bias": (["picture_conv_cs231n"], r"\text{bias} = \begin{pmatrix} 1 & 0 \end{pmatrix}"),
    "sum": (["picture_conv", "--step", "1"], r"$3 \cdot 0 + 3 \cdot 1 + 2 \cdot 2 + 0 \cdot 2 + 0 \cdot 2 + "),
    "products": (["conv", "1 2; | 3 4;", "-F", "1 0; | -1 2;"], r"channel 2: $3 \cdot (-1) + 4 \cdot 2 = 5$"),
    "together": (["conv", "1 2; | 3 4;", "-F", "1 0; | -1 2;", "--bias", "2"], r": $1 + 5 + 2 (\text{bias}) = 8$"),
    "mean": (["picture_avg_pool"], r"(3 + 3 + 2 + 0 + 0 + 1 + 3 + 1 + 2)/9 = 15/9 \approx 1.7$"),
    "rounded": (["picture_avg_pool"], r"\text{output} \approx \begin{pmatrix} 1.7 "),
    "max": (["picture_max_pool"], r"$\max(3, 3, 2, 0, 0, 1, 3, 1, 2) = 3$"),
    "laid": (["transposed_conv", "2", "-F", "1 0 -1"], r"2 \cdot \begin{bmatrix} 1 & 0 & -1 \end{bmatrix} = \begin{bm"),
    "more": (["conv", "1x9x9", "-F", "9"], r" + \dots 33\text{ more} = "),
}  # fmt: skip


@pytest.mark.parametrize("format", ["latex", "markdown"])
@pytest.mark.parametrize(("words", "shown"), SOLUTIONS.values(), ids=SOLUTIONS)
def test_solutions_have_matrices_and_all_products(words: list[str], shown: str, format: str) -> None:
    result = run(*words, "--format", format)
    assert result.exit_code == 0
    text = result.stdout
    assert (shown if format == "latex" else shown.removeprefix(r"\[ ")) in text
    assert text.count(r"\[ ") == text.count(r" \]")
    assert text.replace("$$", "").count("$") % 2 == text.count("$$") % 2 == 0
    assert text.count(r"\begin{") == text.count(r"\end{")


def test_wide_matrices_are_announced_to_latex() -> None:
    text = run("max_pool", "1x2x12", "-F", "2", "--format", "latex").stdout
    # What amsmath lays out is ten columns wide unless it is told.
    assert text.startswith("% \\usepackage{amsmath}\n\\setcounter{MaxMatrixCols}{12}\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_pictures_fit_a_terminal_of_80_columns_and_24_lines(name: str) -> None:
    found = example(name)
    writer, progress = Writer(found), Progress(found)
    for step in found.steps:
        lines = ["".join(text for text, _ in line) for line in step_lines(writer, progress, step)]
        assert max(map(len, lines)) <= 80
        assert len(lines) <= 23  # the last one has the keys


def test_large_grids_are_shown_around_the_window() -> None:
    text = run("conv", "1x40x40", "-F", "5", "--step", "700").output
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) < 60
    assert "of 40" in text
    assert text.count("[") == 5 * 5 + 1
    assert "and 14 more" in run("conv", "20x3x3", "-F", "1", "--step", "1").output
    assert "… 33 more" in run("conv", "1x9x9", "-F", "9", "--step", "1").output


# Pictures

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_svg_is_xml_with_a_group_for_each_step(name: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    result = run(name, "--svg", str(path))
    assert (result.exit_code, result.output) == (0, f"wrote {path}\n")
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f"{SVG}g")) == len(example(name).steps)
    assert not [e for e in root.iter() if any("href" in key for key in e.attrib)]


def test_svg_of_one_step_marks_what_the_step_is_about() -> None:
    root = ElementTree.fromstring(run("picture_conv_padded_strided", "--step", "1", "--svg", "-").stdout)
    (group,) = root.findall(f"{SVG}g")
    kinds = [rect.get("class") for rect in group.findall(f"{SVG}rect")]
    # 7×7 cells, of them 24 padding; the first window has four of the input's. Nine weights, and one of nine results.
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "padding": 19, "window-padding": 5, "input": 21, "window": 4, "filter": 9, "made": 1, "empty": 8,
    }  # fmt: skip
    assert "0·0 + 0·1 + 0·2 + 0·2 + 3·2 + 3·0 + 0·0 + 0·1 + 0·2 = 6" in [e.text for e in group.iter(f"{SVG}text")]


def test_sums_in_pictures_use_the_whole_width() -> None:
    # 614 pixels hold a channel's nine products in most steps; where they do not, no result stands alone.
    texts = re.findall(">([^<]*)</text>", run("picture_conv_channels", "--svg", "-").stdout)
    sums = [text for text in texts if "·" in text]
    assert len([text for text in sums if text.startswith("channel") and " = " in text]) > 20
    assert not [text for text in texts if text.startswith("=")]


def test_pictures_leave_empty_what_a_transposed_convolution_has_not_reached() -> None:
    def kinds(step: str) -> list[str | None]:
        root = ElementTree.fromstring(run("picture_transposed_conv", "--step", step, "--svg", "-").stdout)
        return [rect.get("class") for rect in root.iter(f"{SVG}rect")]

    # Of 49 cells nine are laid onto; at the end all have been.
    assert kinds("1").count("empty") == 49 - 9
    assert kinds("9").count("empty") == 0


def test_a_gif_has_a_font_with_accents_where_the_system_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    image_font = pytest.importorskip("PIL.ImageFont", reason="Pillow is not installed: pip install 'cnncalc[gif]'")
    from cnncalc.render.trace_gif import _Pen

    written: list[str] = []

    class Draw:
        def text(self, place: Any, text: str, **_: Any) -> None:
            written.append(text)

    monkeypatch.setattr(image_font, "truetype", lambda name, size: name)
    _Pen(Draw(), 1).label(Label(0, 0, "posición −1", 15))
    monkeypatch.undo()
    monkeypatch.setattr("cnncalc.render.trace_gif.FONTS", ())
    _Pen(Draw(), 1).label(Label(0, 0, "posición −1", 15))
    assert written == ["posición −1", "posicion -1"]


@pytest.mark.parametrize(
    ("words", "frames"), [(["picture_conv"], 9), (["picture_conv_cs231n"], 18), (["picture_conv", "--step", "3"], 1)]
)
def test_gif_has_a_frame_for_each_step(words: list[str], frames: int, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install 'cnncalc[gif]'")
    path = tmp_path / "picture.gif"
    assert run(*words, "--gif", str(path)).exit_code == 0
    with image.open(path) as found:
        assert (found.format, getattr(found, "n_frames", 1)) == ("GIF", frames)
        assert found.info.get("loop", 0) == 0


def test_a_gif_without_pillow_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    result = run("picture_conv", "--gif", str(tmp_path / "picture.gif"))
    assert result.exit_code == 2
    assert "pip install 'cnncalc[gif]'" in result.stderr
    assert not list(tmp_path.iterdir())


# The terminal


def played(keys: list[str], name: str, lines: int = 24) -> str:
    """What a terminal gets while these keys are pressed, each when the screen stands."""
    import os
    import pty
    import subprocess

    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": str(lines)}
    words = [sys.executable, "-m", "cnncalc", "trace", name]
    with subprocess.Popen(words, stdin=follower, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        output = b""
        left = list(keys)
        while True:
            try:
                data = os.read(leader, 1 << 16)
            except OSError:  # Linux says so when the other side is closed
                break
            if not data:
                break
            output += data
            # Every screen ends with the keys that there are.
            while left and output.count(b"q quit") > len(keys) - len(left):
                os.write(leader, left.pop(0).encode())
        assert process.wait(timeout=20) == 0
    os.close(leader)
    return output.decode()


needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")


@needs_terminal
@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["q"], [1]),
        ([" ", "q"], [1, 2]),
        (["\x1b[C", "\x1b[C", "\x1b[D", "q"], [1, 2, 3, 2]),
        (["\x1b[D", "\x1b"], [1, 1]),
        (["  \x1b[C", "?", "\x04"], [1, 4, 4]),
        (["a", "", "q"], [1, 1, 2]),
        (["\x1b[F", "\x1b[H", "\x1b[4~", "\x1bOH", "q"], [1, 9, 1, 9, 1]),
    ],
    ids=["quit", "space", "arrows", "back-at-the-start", "several-at-once", "run", "home-and-end"],
)
def test_keys_step_through(keys: list[str], shown: list[int]) -> None:
    text = played(keys, "picture_conv")
    assert [int(n) for n in re.findall(r"step (\d) of 9", text)] == shown
    assert text.count("\x1b[?1049h") == text.count("\x1b[?1049l") == 1
    # What stays on the screen is the output.
    assert "12  12  17" in text.rpartition("\x1b[?1049l")[2]


@needs_terminal
def test_a_terminal_of_another_size_gets_the_picture_anew() -> None:
    import fcntl
    import os
    import pty
    import select
    import struct
    import subprocess
    import termios

    leader, follower = pty.openpty()

    def resize(columns: int) -> None:
        fcntl.ioctl(leader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    resize(80)
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")} | {"TERM": "xterm"}
    words = [sys.executable, "-m", "cnncalc", "trace", "picture_conv"]
    # Its own terminal is the one that tells it of a new size.
    child = f"import fcntl, os, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv({words[0]!r}, {words!r})"
    with subprocess.Popen(
        [sys.executable, "-c", child], stdin=follower, stdout=follower, stderr=follower, env=environment,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(follower)

        def screen() -> str:
            output = b""
            while b"q quit" not in output:
                assert select.select([leader], [], [], 20)[0]
                output += os.read(leader, 1 << 16)
            return output.decode()

        assert "row 1, column 1 of the output" in screen()
        resize(36)
        narrow = screen()
        assert "step 1 of 9: row 1, column 1 " in narrow.replace("…", " ")
        # The title is cut, with a mark; the sums are broken, and the output is below the filter.
        assert "…" in narrow
        assert re.search(r"= 12\b", narrow)
        assert narrow.index("12]") > narrow.index("filter") > narrow.index("input")
        os.write(leader, b"q")
        while True:
            try:
                if not os.read(leader, 1 << 16):
                    break
            except OSError:
                break
        assert process.wait(timeout=20) == 0
    os.close(leader)


@needs_terminal
def test_a_picture_that_is_too_high_is_scrolled() -> None:
    assert "scroll" not in played(["q"], "picture_conv_cs231n")
    above, below = played(["\x1b[B" * 30, "q"], "picture_conv_cs231n", lines=12).split("scroll")[:2]
    assert "step 1 of 18" in above
    assert "together" not in above
    assert "together" in below
