"""Which input sizes fit: against figures of torchvision and of papers, and against the engine run on every size."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from cnncalc import Source, accepted_sizes
from cnncalc.cli.app import app
from cnncalc.diagnostics import Fault, Findings
from cnncalc.graph import Graph
from cnncalc.inference import Run
from cnncalc.progressions import Progression, SizeSet
from cnncalc.sizes import Sizes

# `min_size` in the metadata of torchvision 0.29.1's weights, which its authors found by trying.
TORCHVISION_MIN_SIZE = {
    "alexnet": 63,
    "convnext_tiny": 32,
    "densenet121": 29,
    "efficientnet_b0": 1,
    "googlenet_torchvision": 15,
    "inception_v3": 75,
    "mnasnet1_0": 1,
    "mobilenet_v2": 1,
    "mobilenet_v3_large": 1,
    "regnet_y_400mf": 1,
    "resnet18": 1,
    "resnet50": 1,
    "shufflenet_v2_x1_0": 1,
    "squeezenet1_0": 21,
    "squeezenet1_1": 17,
    "vgg16": 32,
    "wide_resnet50_2": 1,
}


@pytest.mark.parametrize(("name", "smallest"), TORCHVISION_MIN_SIZE.items())
def test_the_smallest_input_is_torchvisions(name: str, smallest: int) -> None:
    assert accepted_sizes(name).smallest() == {"H": smallest, "W": smallest}


CLOSED_FORMS = {
    # Five 2×2 pools that have to come out even.
    "vgg16": ("H ≡ 0 mod 32, H ≥ 32", "H ≡ 0 mod 32, H ≥ 32"),
    # LeCun et al. 1998: 32 is the smallest input of the convolutional part; its two poolings halve.
    "lenet5": ("H ≡ 0 mod 4, H ≥ 32", "H ≡ 0 mod 4, H ≥ 32"),
    # Ronneberger et al. 2015, section 2: every 2×2 pool has to see an even size; 572 = 12 + 35·16 is the paper's own.
    "unet": ("H ≡ 12 mod 16, H ≥ 188", "H ≡ 12 mod 16, H ≥ 188"),
    # He et al. 2015: strides 2⁵, every odd window centred; 225 is the nearest to 224 that loses nothing.
    "resnet50": ("every H", "H ≡ 1 mod 32"),
    # ConvNeXt cuts patches: 4·2·2·2.
    "convnext_tiny": ("H ≡ 0 mod 32, H ≥ 32", "H ≡ 0 mod 32, H ≥ 32"),
}


@pytest.mark.parametrize(("name", "accepts", "whole"), [(n, *texts) for n, texts in CLOSED_FORMS.items()])
def test_the_closed_form_of_a_published_network(name: str, accepts: str, whole: str) -> None:
    found = accepted_sizes(name)
    assert [box["H"].text("H") for box in found.boxes] == [accepts]
    assert [box["H"].text("H") for box in found.whole] == [whole]
    assert [box["W"].parts for box in found.boxes] == [box["H"].parts for box in found.boxes]


@pytest.mark.parametrize(
    ("name", "layer", "output"),
    [
        ("vgg16", "pool5", ["512", "H/32", "W/32"]),
        ("vgg16", "flatten1", ["512·H/32·W/32"]),
        ("resnet50", "pool1", ["64", "⌈H/4⌉", "⌈W/4⌉"]),
        ("unet", "score", ["2", "H − 184", "W − 184"]),  # 572 → 388, Figure 1 of the paper
        ("fcn8s", "score", ["21", "H", "W"]),
        ("lenet5", "c5", ["120", "H/4 − 7", "W/4 − 7"]),
        ("resnet50", "avg_pool", ["2048", "1", "1"]),
    ],
)
def test_outputs_are_expressions_in_the_inputs_letters(name: str, layer: str, output: list[str]) -> None:
    found = accepted_sizes(name)
    assert found.output_texts(next(each for each in found.layers if each.path == layer)) == output


def engine_takes(graph: Graph, inputs: dict[str, tuple[int, ...]]) -> Run | None:
    """The engine's own verdict on one input: the run, or None where something is wrong."""
    graph.inputs = inputs
    run = Run(graph, Findings("brute force"))
    with patch("cnncalc.blame.find_blame", return_value=None):  # who is to blame does not matter here
        for _ in run:
            pass
    return None if run.findings.errors else run


def agrees(found: Sizes, sizes: dict[str, int]) -> None:
    """Whether the input is taken, and each layer's size, are what the engine finds."""
    run = engine_takes(found.graph, found.input_of(sizes))
    assert found.accepts(**sizes) == (run is not None), sizes
    if run is None:
        return
    for layer in run.layers:
        value = len(found.graph.names) + layer.index - 1
        shape = layer.output or ()
        if len(shape) > 1:
            expected = tuple(found.size(value, axis, sizes) for axis in found.axes[: len(shape) - 1])
            assert expected == shape[1:], (sizes, layer.path)
        elif (features := found.features[value]) is not None:
            assert found.count(features, sizes) == shape[0], (sizes, layer.path)


# The language's sliding and resizing layers, as hypothesis draws them.
numbers = st.integers
roundings = st.sampled_from(["strict", "floor", "ceil"])
windows = st.builds(
    lambda word, f, s, p, d, rounding: (
        f"{word}: {{{'K: 2, ' if word == 'conv' else ''}F: {f}, S: {s}, P: {p}, "
        f"{f'D: {d}, ' if word != 'avg_pool' else ''}rounding: {rounding}}}"
    ),
    st.sampled_from(["conv", "max_pool", "avg_pool"]),
    numbers(1, 5),
    numbers(1, 4),
    st.one_of(numbers(0, 3), st.just("same")),
    numbers(1, 2),
    roundings,
)
others = st.one_of(
    st.builds("upsample: {{scale: {}}}".format, numbers(1, 3)),
    st.builds("transposed_conv: {{K: 2, F: {}, S: {}, P: {}}}".format, numbers(1, 4), numbers(1, 3), numbers(0, 2)),
    st.builds("zero_pad: {{left: {}, right: {}}}".format, numbers(0, 3), numbers(0, 3)),
    st.builds("crop: {{left: {}, right: {}}}".format, numbers(0, 3), numbers(0, 3)),
    st.builds("crop: {{size: {}}}".format, numbers(1, 9)),
    st.builds("adaptive_avg_pool: {{output: {}}}".format, numbers(1, 5)),
    st.sampled_from(["relu", "batch_norm", "crop: {like: input}", "upsample: {like: input}", "global_avg_pool"]),
)
layers = st.one_of(windows, windows, others)
chains = st.lists(layers, min_size=0, max_size=4)


@st.composite
def networks(draw: st.DrawFn) -> str:
    """A network on one axis: chains, and branches that meet again by concat or addition."""
    parts: list[str] = []
    for _ in range(draw(numbers(1, 3))):
        if draw(st.booleans()):
            parts += draw(chains)
        else:
            one, two = draw(chains), draw(chains)
            # Additions want equal channels: a 1×1 convolution ends both.
            end = "conv: {K: 2, F: 1}"
            merge = draw(st.sampled_from(["concat", "add", "multiply"]))
            parts.append(f"branches: [[{', '.join([*one, end])}], [{', '.join([*two, end])}]]\n    merge: {merge}")
    parts = parts or ["relu"]
    return "input: 2x50\nlayers:\n" + "".join(f"  - {part}\n" for part in parts)


@given(networks())
@settings(max_examples=60)
def test_every_size_up_to_1200_is_judged_as_the_engine_does(text: str) -> None:
    found = accepted_sizes(Source("drawn", text))
    for length in range(1, 1201):
        agrees(found, {"L": length})


def worked_out(formula: str, length: int) -> int | None:
    """What an expression comes to; None for one that says several things."""
    if "where" in formula:
        return None
    signs = {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", "−": "-"}
    text = re.sub(r"(\d)L", r"\1*L", "".join(signs.get(c, c) for c in formula))
    value = Fraction(eval(text, {"floor": math.floor, "ceil": math.ceil, "L": Fraction(length)}))
    assert value.denominator == 1
    return int(value)


@given(networks())
@settings(max_examples=80)
def test_expressions_come_to_what_the_engine_finds(text: str) -> None:
    found = accepted_sizes(Source("drawn", text))
    for length in [n for box in found.boxes for n in box["L"].first(40)]:
        run = engine_takes(found.graph, found.input_of({"L": length}))
        assert run is not None
        for layer in found.layers:
            output = run.layers[layer.index - 1].output
            told = worked_out(found.output_texts(layer)[1], length)
            assert told is None or output is None or told == output[1], (layer.path, length)


COUPLED = {
    "dense with a claim": (
        "input: 3xHxW\nrounding: floor\nlayers: [conv: {K: 2, F: 3, S: 2}, flatten, dense: {units: 4, in_features: 24}]"
    ),
    "reshape of a map": "input: 3xHxW\nlayers: [conv: {K: 4, F: 2}, reshape: {shape: 2x3x8}, conv: {K: 1, F: 3}]",
    "reshape to features and back": "input: 2xHxW\nlayers: [max_pool: 2, flatten, reshape: {shape: 2x2x6}]",
    "slice of features": "input: 1xHxW\nlayers: [flatten, slice: {start: 3, end: 40}, dense: {units: 2}]",
    "group norm of features": "input: 1xHxW\nlayers: [flatten, group_norm: {groups: 6}]",
    "two flattened branches added": (
        "input: 1xHxW\nlayers:\n"
        "- branches: [[conv: {K: 2, F: 1x3}, flatten], [conv: {K: 2, F: 3x1}, flatten]]\n  merge: add"
    ),
    "a gate and a map": (
        "input: 2xHxW\nrounding: floor\nlayers:\n- branches: [[global_avg_pool], [max_pool: {K: 2}]]\n  merge: multiply"
    ),
    "unequal axes": "input: 1xHxW\nlayers: [conv: {K: 1, F: 3x5, S: 2x3}, max_pool: {K: 1x2, rounding: ceil}]",
}


def coupled(text: str) -> Source:
    return Source("coupled", text.replace("HxW", "9x9").replace("max_pool: 2", "max_pool: {K: 2}"))


@pytest.mark.parametrize("text", COUPLED.values(), ids=COUPLED)
def test_height_and_width_together(text: str) -> None:
    found = accepted_sizes(coupled(text))
    for height in range(1, 41):
        for width in range(1, 41):
            agrees(found, {"H": height, "W": width})


@pytest.mark.parametrize(("input", "letters"), [("2xNxN", "N"), ("2xNx9", "N"), ("2x9xM", "M"), ("2xBxA", "BA")])
def test_letters_say_which_axes_are_open(input: str, letters: str) -> None:
    text = (
        "input: 2x9x9\nlayers: [conv: {K: 1, F: 3, S: 2}, max_pool: {K: 2, S: 1x2}, flatten, "
        "dense: {units: 1, in_features: 6}]"
    )
    found = accepted_sizes(Source("open", text), input)
    assert "".join(found.symbols) == letters
    for one in range(1, 30):
        for two in range(1, 30 if len(letters) > 1 else 2):
            agrees(found, dict(zip(letters, (one, two))))


@given(
    st.lists(st.builds(Progression, numbers(1, 40), numbers(1, 12), st.one_of(st.none(), numbers(1, 6))), max_size=4)
)
def test_a_sets_text_says_what_is_in_it(parts: list[Progression]) -> None:
    """The closed form is read back word by word, and has the same members."""
    apart = [p for i, p in enumerate(parts) if all(p.meet(q) is None for q in parts[:i])]
    sizes = SizeSet(apart)
    assume("…" not in sizes.text("H"))
    members = set(read_back(sizes.text("H"), 200))
    assert members == {n for n in range(1, 200) if n in sizes}


def read_back(text: str, bound: int) -> Iterator[int]:
    if text in ("no H", "every H"):
        yield from range(1, bound) if text == "every H" else ()
        return
    for piece in text.replace(" or H", " | H").split(" | "):
        sizes, _, rest = piece.partition(" mod ")
        words = sizes.split(" = " if " = " in sizes else " ≡ ")[-1].replace(" or ", ", ").split(", ")
        listed = set()
        for word in words:
            first, _, last = word.partition(" to ")
            if "≥" in first:
                listed |= set(range(int(first.split("≥ ")[1]), bound))
            else:
                listed |= set(range(int(first), int(last or first) + 1))
        if rest:
            modulus, _, least = rest.partition(", H ≥ ")
            yield from (n for n in range(int(least or 1), bound) if n % int(modulus) in listed)
        else:
            yield from (n for n in listed if n < bound)


@given(*[st.builds(Progression, numbers(1, 60), numbers(1, 30), st.one_of(st.none(), numbers(1, 9)))] * 2)
def test_what_two_progressions_have_in_common(one: Progression, other: Progression) -> None:
    met = one.meet(other)
    both = {n for n in range(1, 1200) if n in one and n in other}
    assert both == (set() if met is None else {n for n in range(1, 1200) if n in met})


@pytest.mark.parametrize(
    ("text", "input", "rule", "part"),
    [
        ("input: 784\nlayers: [dense: {units: 3}]", None, "invalid-value", "flat"),
        ("input: 3x9x9\nlayers: [relu]", "3x9x9", "invalid-value", "no letter"),
        ("input: 3x9x9\nlayers: [relu]", "HxWx3", "invalid-value", "number of channels"),
        ("input: 3x9x9\nlayers: [relu]", "3xHxπ", "invalid-value", "neither a size nor a letter"),
        ("input: 3x9x9\nlayers: [max_pool: {K: 1, S: 999999999999}]", None, "limit-exceeded", "classes"),
    ],
)
def test_what_has_no_closed_form_is_refused(text: str, input: str | None, rule: str, part: str) -> None:
    with pytest.raises(Fault, match=part) as caught:
        accepted_sizes(Source("refused", text), input)
    assert caught.value.rule == rule


def run(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=input)


NONE = "input: 1x9x9\nlayers: [upsample: {scale: 2}, conv: {K: 1, F: 3, S: 2}]"
BROKEN = "input: 3x9x9\nlayers: [conv: {K: 4, F: 3, in_channels: 2}, global_avg_pool, flatten, dense: {units: 2}]"


@pytest.mark.parametrize(
    ("words", "text", "status", "parts"),
    [
        (("sizes", "vgg16"), None, 0, ["512×H/32×W/32", "H ≡ 0 mod 32, H ≥ 32; the same for W", "3×32×32", "fc6"]),
        (("sizes", "resnet18"), None, 0, ["leaves anything over, not even padding, where H ≡ 1 mod 32"]),
        (("sizes", "lenet5", "-i", "1x32xW"), None, 0, ["accepts W ≡ 0 mod 4, W ≥ 32", "1×32×32"]),
        (("sizes", "lenet5", "-i", "1x30xW"), None, 1, ["no input fits"]),
        (("sizes", "-"), NONE, 1, ["no input fits", "conv1"]),
        (("sizes", "-"), BROKEN, 1, ["accepts H ≥ 3", "claims 2"]),
        (("sizes", "-"), "input: 1x9x9\nlayers: [max_pool: {K: 2}]", 1, ["not among them", "H = 8 or 10"]),
        (("sizes", "dense_200", "-i", "784"), None, 2, ["no letter"]),
        (("sizes", "-"), "input: 9\nlayers: [relu]", 2, ["flat"]),
        (("sizes", "alexnet", "-i", "left=3xHxW"), None, 2, ["no input `left`"]),
        (("shapes", "vgg16", "-i", "3xHxW"), None, 0, ["(512·H/32·W/32 + 1)·4096", "16,781,312"]),
        (("shapes", "vgg16", "-i", "3xHxW", "-c", "macs"), None, 2, ["letters"]),
        (("shapes", "vgg16", "-i", "3xNx224", "-f", "csv"), None, 0, ["31,pool5,max_pool,512xN/32x7,0"]),
    ],
)
def test_the_command(words: tuple[str, ...], text: str | None, status: int, parts: list[str]) -> None:
    result = run(*words, input=text)
    assert result.exit_code == status, result.output
    for part in parts:
        assert part in result.output


def test_the_json_document() -> None:
    document = json.loads(run("sizes", "resnet50", "-f", "json").stdout)
    every = {"points": [], "modulus": 1, "residues": [0], "least": 1}
    assert document["accepts"] == [{letter: {"text": f"every {letter}", **every} for letter in "HW"}]
    assert document["whole"][0]["H"] == {
        "text": "H ≡ 1 mod 32",
        "points": [],
        "modulus": 32,
        "residues": [1],
        "least": 1,
    }
    assert (document["smallest"], document["own_accepted"], document["ok"]) == ([3, 1, 1], True, True)
    assert document["layers"][0]["output"] == ["64", "⌈H/2⌉", "⌈W/2⌉"]
