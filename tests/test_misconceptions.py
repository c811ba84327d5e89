"""Misconceptions: what each one gives, worked out by hand; none gives the truth, and none fails on any layer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.homework.answer import Answer
from cnncalc.homework.misconceptions import ASKS, MISCONCEPTIONS, Misconception, Subject, candidates, diagnose
from cnncalc.language import t

BY_NAME = {m.name: m for m in MISCONCEPTIONS}


def subject_of(input: str, layers: str) -> Subject:
    """The last layer of a network; its layers divided by semicolons."""
    lines = "".join(f"  - {line.strip()}\n" for line in layers.split(";"))
    analysis = cnncalc.analyze_text(f"input: {input}\nlayers:\n{lines}")
    return Subject(analysis.layers[-1], analysis)


def sizes(numbers: Any) -> Any:
    """One number where the axes are alike."""
    return numbers[0] if len(set(numbers)) == 1 else tuple(numbers)


def truth_of(subject: Subject, ask: str) -> Any:
    """The right answer as the engine has it. None where there is none: of a window, that it does not fit."""
    layer, kind = subject.layer, subject.kind
    output = layer.output if layer.output and None not in layer.output else None
    match ask:
        case "output":
            return output
        case "fits":
            return True if output else None
        case "params" | "macs" | "activations":
            return getattr(layer, ask)
        case "flops":
            return None if layer.macs is None else 2 * layer.macs
        case "memory":
            return None if layer.activations is None or layer.params is None else 4 * (layer.activations + layer.params)
        case "weights" | "biases":
            if layer.tensors is None:
                return None
            return sum(each.numel for each in layer.tensors if (each.name == "bias") == (ask == "biases"))
        case "receptive_field" | "effective_stride":
            if not layer.field or None in layer.field:
                return None
            return sizes([e.size if ask == "receptive_field" else e.stride for e in layer.field if e])
        case "filters":
            return getattr(kind, "filters", None)
        case "padding":
            pads = kind.padding_pixels(subject.x) if subject.x else None
            return sizes([pad[0] for pad in pads]) if pads and None not in pads else None
        case _:
            found = getattr(kind, ask, None)
            return sizes(found) if found else None


def given_by(subject: Subject, ask: str, name: str, truth: Any = ...) -> list[Any]:
    """The values that a misconception gives for a question."""
    right = truth_of(subject, ask) if truth is ... else truth
    return [value for misconception, value in candidates(subject, ask, right) if misconception.name == name]


ALEXNET = "conv: {K: 96, F: 11, S: 4}"  # 3×227×227 → 96×55×55, (11·11·3 + 1)·96 = 34,944 parameters
PADDED = "conv: {K: 8, F: 5, P: 2}"  # (32 − 5 + 4)/1 + 1 = 32
GROUPED = "conv: {K: 8, F: 3, G: 2, bias: false}"  # 4 channels: 3·3·2·8 = 144
SEPARABLE = "separable_conv: {K: 8, F: 3, M: 2}"  # 4 channels: 3·3·8 + 8·8 + 8 = 144
LENET = "conv: {K: 6, F: 5}; max_pool: {F: 2}; conv: {K: 16, F: 5}"  # 1×28×28: 24, 12, 8; RF 5, 6, 6 + 4·2 = 14
DENSE = "max_pool: {F: 2}; relu; flatten; dropout; dense: {units: 10}"  # 4×8×8: 4·4·4 = 64 features, 650 parameters

# Misconception, input, layers, what is asked, and the wrong value; each by hand.
WRONG: list[tuple[str, str, str, str, Any]] = [
    ("bias-forgotten", "3x227x227", ALEXNET, "params", 34848),  # 11·11·3·96
    ("bias-forgotten", "100", "dense: {units: 10}", "params", 1000),  # 100·10
    ("bias-forgotten", "3x227x227", ALEXNET, "biases", 0),
    ("needless-bias", "4x8x8", GROUPED, "params", 152),  # 144 + 8
    ("needless-bias", "4x8x8", GROUPED, "biases", 8),
    ("one-bias", "3x227x227", ALEXNET, "params", 34849),  # 34,848 + 1
    ("one-bias", "100", "dense: {units: 10}", "biases", 1),
    ("bias-for-inputs", "3x227x227", ALEXNET, "params", 34851),  # 34,848 + 3
    ("bias-for-inputs", "3x227x227", ALEXNET, "params", 35136),  # 34,848 + 3·96
    ("input-channels-forgotten", "3x227x227", ALEXNET, "params", 11712),  # (11·11 + 1)·96
    ("input-channels-forgotten", "3x227x227", ALEXNET, "macs", 35138400),  # 11·11·96·55·55 = 11,616·3,025
    ("input-channels-forgotten", "4x8x8", GROUPED, "params", 72),  # 3·3·8
    ("filters-forgotten", "3x227x227", ALEXNET, "params", 364),  # 11·11·3 + 1
    ("filters-forgotten", "3x227x227", ALEXNET, "macs", 1098075),  # 363·55·55
    ("filters-forgotten", "4x8x8", GROUPED, "params", 18),  # 3·3·2
    ("filters-forgotten", "100", "dense: {units: 10}", "params", 101),  # 100 + 1
    ("filters-forgotten", "4x8x8", "depthwise_conv: {F: 3}", "params", 10),  # 3·3 + 1
    ("kernel-not-squared", "3x227x227", ALEXNET, "params", 3264),  # (11·3 + 1)·96
    ("kernel-not-squared", "3x227x227", ALEXNET, "flops", 19166400),  # 2·11·3·96·55·55 = 6,336·3,025
    ("weights-not-shared", "3x227x227", ALEXNET, "params", 105705600),  # 34,944·55·55
    ("weights-not-shared", "3x227x227", ALEXNET, "params", 105415296),  # 34,848·3,025 + 96
    ("activations-as-parameters", "3x227x227", ALEXNET, "params", 290400),  # 96·55·55
    ("activations-as-parameters", "3x227x227", ALEXNET, "params", 325344),  # 290,400 + 34,944
    ("pool-with-parameters", "3x8x8", "max_pool: {F: 2}", "params", 39),  # (2·2·3 + 1)·3
    ("pool-with-parameters", "3x8x8", "max_pool: {F: 2}", "params", 15),  # (2·2 + 1)·3
    ("pool-with-parameters", "3x8x8", "avg_pool: {F: 2}", "params", 4),  # 2·2
    ("pool-with-parameters", "3x8x8", "max_pool: {F: 2}", "macs", 192),  # 2·2·3·4·4
    ("groups-ignored", "4x8x8", GROUPED, "params", 288),  # 3·3·4·8
    ("groups-ignored", "4x8x8", "depthwise_conv: {F: 3}", "params", 148),  # (3·3·4 + 1)·4
    ("groups-ignored", "4x8x8", GROUPED, "macs", 10368),  # 288·6·6
    ("half-separable", "4x8x8", SEPARABLE, "params", 72),  # 3·3·4·2
    ("half-separable", "4x8x8", SEPARABLE, "params", 80),  # 3·3·8 + 8
    ("half-separable", "4x8x8", SEPARABLE, "macs", 2592),  # 72·6·6
    ("half-separable", "4x8x8", SEPARABLE, "weights", 64),  # 8·8
    ("norm-counted-wrong", "64x7x7", "batch_norm", "params", 256),  # 4·64
    ("norm-counted-wrong", "64x7x7", "batch_norm", "params", 64),  # a factor only
    ("norm-counted-wrong", "64x7x7", "batch_norm: {affine: false}", "params", 128),  # 2·64, and nothing is learned
    ("macs-and-flops", "3x227x227", ALEXNET, "macs", 210830400),  # 2·34,848·3,025
    ("macs-and-flops", "3x227x227", ALEXNET, "flops", 105415200),  # 34,848·3,025
    ("flatten-skipped", "4x8x8", DENSE, "params", 50),  # (4 + 1)·10
    ("flatten-skipped", "4x8x8", "flatten", "output", (4, 8, 8)),
    ("flatten-before-pool", "4x8x8", DENSE, "params", 2570),  # (4·8·8 + 1)·10
    ("flatten-before-pool", "4x8x8", "max_pool: {F: 2}; flatten", "output", (256,)),  # 4·8·8
    ("padding-forgotten", "3x32x32", PADDED, "output", (8, 28, 28)),  # 32 − 5 + 1
    ("padding-forgotten", "3x32x32", PADDED, "activations", 6272),  # 8·28·28
    ("padding-forgotten", "3x32x32", PADDED, "macs", 470400),  # 5·5·3·8·28·28 = 600·784
    ("padding-forgotten", "3x32x32", PADDED, "kernel", 1),  # 32 − F + 1 = 32
    ("padding-forgotten", "3x15x15", "conv: {K: 4, F: 4, S: 3, P: 2}", "fits", None),  # (15 − 4)/3 leaves 2
    ("padding-forgotten", "3x15x15", "conv: {K: 4, F: 4, S: 3, P: 2}", "output", None),
    ("padding-forgotten", "3x33x33", "conv: {K: 4, F: 3, S: 2, P: same}", "output", (4, 16, 16)),  # (33 − 3)/2 + 1
    ("padding-forgotten", "3x16x16", "transposed_conv: {K: 4, F: 4, S: 2, P: 1}", "output", (4, 34, 34)),  # 30 + 4
    ("padding-once", "3x32x32", PADDED, "output", (8, 30, 30)),  # 32 − 5 + 2 + 1
    ("padding-once", "3x32x32", PADDED, "padding", 4),  # 32 − 5 + P + 1 = 32
    ("padding-sign", "3x32x32", PADDED, "output", (8, 24, 24)),  # 32 − 5 − 4 + 1
    ("padding-sign", "3x16x16", "transposed_conv: {K: 4, F: 4, S: 2, P: 1}", "output", (4, 36, 36)),  # 30 + 4 + 2
    ("one-forgotten", "3x227x227", ALEXNET, "output", (96, 54, 54)),  # 216/4
    ("one-forgotten", "3x227x227", ALEXNET, "kernel", 7),  # (227 − F)/4 = 55
    ("one-forgotten", "3x32x32", PADDED, "kernel", 4),  # 32 − F + 4 = 32
    ("one-forgotten", "3x16x16", "transposed_conv: {K: 4, F: 4, S: 2, P: 1}", "output", (4, 34, 34)),  # 32 + 4 − 2
    ("one-forgotten", "1x10x10", "conv: {K: 1, F: 4, S: 6}", "stride", 3),  # 6/S = 2
    ("stride-forgotten", "3x227x227", ALEXNET, "output", (96, 217, 217)),  # 227 − 11 + 1
    ("stride-forgotten", "1x28x28", LENET, "receptive_field", 10),  # 1 + 4 + 1 + 4
    ("stride-forgotten", "1x28x28", LENET, "effective_stride", 1),
    ("stride-forgotten", "3x32x32", "conv: {K: 4, F: 3, S: 2, P: same}", "output", (4, 32, 32)),  # ⌈32/1⌉
    ("stride-forgotten", "3x16x16", "transposed_conv: {K: 4, F: 1, S: 2, P: same}", "output", (4, 16, 16)),  # 16·1
    ("stride-early", "3x227x227", ALEXNET, "output", (96, 46, 46)),  # 56 − 11 + 1
    ("ceil-for-floor", "3x12x12", "max_pool: {F: 3, S: 2, rounding: floor}", "output", (3, 6, 6)),  # 9/2 = 4.5
    ("floor-for-ceil", "3x12x12", "max_pool: {F: 3, S: 2, rounding: ceil}", "output", (3, 5, 5)),
    ("rounded-anyway", "3x224x224", ALEXNET, "output", (96, 54, 54)),  # 213/4 + 1 = 54.25
    ("rounded-anyway", "3x224x224", ALEXNET, "output", (96, 55, 55)),
    ("rounded-anyway", "3x224x224", ALEXNET, "fits", True),
    ("dilation-ignored", "3x32x32", "conv: {K: 8, F: 3, D: 4}", "output", (8, 30, 30)),  # it is 32 − 9 + 1 = 24
    ("dilation-ignored", "3x32x32", "conv: {K: 8, F: 3, D: 4}", "receptive_field", 3),
    ("dilation-ignored", "3x32x32", "conv: {K: 8, F: 3, D: 4}", "kernel", 9),  # 32 − F + 1 = 24
    ("dilation-from-zero", "3x32x32", "conv: {K: 8, F: 3, D: 4}", "output", (8, 22, 22)),  # F' = 5·2 + 1 = 11
    ("dilation-from-zero", "3x32x32", "conv: {K: 8, F: 3, D: 4}", "receptive_field", 11),
    (
        "transposed-as-convolution",
        "3x16x16",
        "transposed_conv: {K: 4, F: 4, S: 2, P: 1}",
        "output",
        (4, 8, 8),
    ),  # 14/2 + 1
    ("earlier-layers-forgotten", "1x28x28", LENET, "receptive_field", 5),
    ("earlier-layers-forgotten", "1x28x28", LENET, "effective_stride", 1),
    ("channels-kept", "3x227x227", ALEXNET, "output", (3, 55, 55)),
    ("channels-kept", "3x227x227", ALEXNET, "filters", 3),
    ("channels-multiplied", "3x227x227", ALEXNET, "output", (288, 55, 55)),  # 3·96
    ("channels-multiplied", "3x227x227", ALEXNET, "activations", 871200),  # 288·3,025
    ("channels-added", "3x227x227", ALEXNET, "output", (99, 55, 55)),  # 3 + 96
    ("channels-added", "3x8x8", "relu: {name: a}; add: {from: [a, input]}", "output", (6, 8, 8)),  # 3 + 3
    ("channels-kept", "3x8x8", "relu: {name: a}; concat: {from: [a, input]}", "output", (3, 8, 8)),  # it is 6
    ("channels-multiplied", "3x8x8", "relu: {name: a}; concat: {from: [a, input]}", "output", (9, 8, 8)),
    ("pool-halves-channels", "64x8x8", "max_pool: {F: 2}", "output", (32, 4, 4)),
    ("layout-exchanged", "3x227x227", ALEXNET, "output", (55, 55, 96)),
    ("layout-exchanged", "3x8x6", "relu", "output", (3, 6, 8)),
    ("earlier-input", "1x28x28", LENET, "output", (16, 20, 20)),  # the pool's input: 24 − 5 + 1
    ("earlier-input", "3x8x8", "conv: {K: 8, F: 3}; relu; conv: {K: 16, F: 3}", "params", 448),  # (3·3·3 + 1)·16
    ("power-of-ten", "3x227x227", ALEXNET, "params", 349440),
    ("power-of-ten", "100", "dense: {units: 10, bias: false}", "params", 100),  # 1,000
    ("digits-exchanged", "3x227x227", ALEXNET, "params", 39444),
    ("digits-exchanged", "3x224x224", "conv: {K: 64, F: 3, P: 1}", "output", (64, 242, 242)),
    ("digits-exchanged", "3x224x224", "conv: {K: 64, F: 3, P: 1}", "output", (46, 224, 224)),
]


@pytest.mark.parametrize(("name", "input", "layers", "ask", "wrong"), WRONG, ids=lambda value: str(value)[:40])
def test_what_it_gives(name: str, input: str, layers: str, ask: str, wrong: Any) -> None:
    subject = subject_of(input, layers)
    assert ask in BY_NAME[name].asks
    assert wrong in given_by(subject, ask, name)


def test_every_misconception_is_in_the_table() -> None:
    assert {row[0] for row in WRONG} == set(BY_NAME)
    assert len(BY_NAME) == len(MISCONCEPTIONS)


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=lambda m: m.name)
class TestDeclaration:
    def test_its_example_is_what_it_gives_and_is_named(self, misconception: Misconception) -> None:
        subject, ask, wrong = misconception.example.subject(), misconception.example.ask, misconception.example.wrong
        truth = truth_of(subject, ask)
        assert wrong != truth
        assert wrong in given_by(subject, ask, misconception.name)
        assert misconception in diagnose(subject, ask, truth, wrong)

    def test_its_hint_asks_and_gives_nothing_away(self, misconception: Misconception) -> None:
        hint = misconception.hint()
        assert hint.endswith("?")
        assert not re.search(r"\d", hint)

    def test_its_page_and_name(self, misconception: Misconception) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", misconception.name)
        assert t(misconception.page).endswith(".")
        assert misconception.asks <= ASKS


# What each is not: the questions to which a misconception must have nothing to say.
@pytest.mark.parametrize(
    ("name", "input", "layers", "ask"),
    [
        ("bias-forgotten", "4x8x8", GROUPED, "params"),
        ("needless-bias", "3x227x227", ALEXNET, "params"),
        ("padding-forgotten", "3x227x227", ALEXNET, "output"),
        ("padding-once", "3x227x227", ALEXNET, "output"),
        ("stride-forgotten", "3x32x32", PADDED, "output"),
        ("dilation-ignored", "3x32x32", PADDED, "output"),
        ("dilation-from-zero", "3x32x32", PADDED, "output"),
        ("groups-ignored", "3x32x32", PADDED, "params"),
        ("dilation-ignored", "3x32x32", "conv: {K: 4, F: 3, S: 2, D: 2, P: same}", "output"),
        ("dilation-ignored", "3x16x16", "transposed_conv: {K: 4, F: 3, S: 2, D: 2, P: same}", "output"),
        ("earlier-input", "3x8x8", "conv: {K: 4, F: 1}; conv: {K: 4, F: 3, G: 2}", "params"),  # 3 into 2 groups
        ("one-forgotten", "1x14x14", "conv: {K: 1, F: 4, S: 5}", "stride"),  # 10/S = 3 has no whole solution
        ("rounded-anyway", "3x227x227", ALEXNET, "output"),
        ("ceil-for-floor", "3x227x227", ALEXNET, "output"),
        ("transposed-as-convolution", "3x227x227", ALEXNET, "output"),
        ("pool-halves-channels", "3x227x227", ALEXNET, "output"),
        ("flatten-skipped", "100", "dense: {units: 10}", "params"),
        ("earlier-input", "3x8x8", "relu; conv: {K: 16, F: 3}", "params"),
        ("earlier-layers-forgotten", "3x227x227", ALEXNET, "receptive_field"),
        ("norm-counted-wrong", "3x227x227", ALEXNET, "params"),
        ("activations-as-parameters", "3x224x224", ALEXNET, "params"),
    ],
)
def test_what_it_leaves_alone(name: str, input: str, layers: str, ask: str) -> None:
    assert given_by(subject_of(input, layers), ask, name) == []


def test_a_part_of_the_shape_is_compared_with_parts() -> None:
    subject = subject_of("3x32x30", "conv: {K: 8, F: 5, P: 2}")
    assert given_by(subject, "output", "padding-forgotten", (32, 30)) == [(28, 26)]
    assert given_by(subject, "output", "padding-forgotten", 30) == [26]
    assert [m.name for m in diagnose(subject, "output", 32, 28)] == ["padding-forgotten"]
    assert [m.name for m in diagnose(subject, "output", (32,), 28)] == ["padding-forgotten"]
    assert [m.name for m in diagnose(subject, "output", 8, 3)] == ["channels-kept"]
    # The window does not fit, and a student who was asked for the side gives one.
    odd = subject_of("3x224x224", ALEXNET)
    assert [m.name for m in diagnose(odd, "output", None, 54)] == ["rounded-anyway"]
    # Where the whole shape is asked for, a side is no answer.
    assert diagnose(subject, "output", (8, 32, 30), 28) == []


def test_a_rounded_answer_is_recognised() -> None:
    subject = subject_of("3x227x227", ALEXNET)
    rounded = Answer("count", 11700, "11.7K", 11650, 11750)
    assert [m.name for m in diagnose(subject, "params", 34944, rounded)] == ["input-channels-forgotten"]
    exact = Answer("count", 11700, "11700")
    assert diagnose(subject, "params", 34944, exact) == []


def test_at_most_two_are_named_and_the_commonest_first() -> None:
    # 4·4·1·4 = 64 weights and 4 biases. With one input channel, one bias for each is one bias.
    subject = subject_of("1x12x12", "conv: {K: 4, F: 4}")
    assert [m.name for m in diagnose(subject, "params", 68, 65)] == ["one-bias", "bias-for-inputs"]
    # 1×1×1: without its bias the layer has 1·1 weights, and its output is one number.
    subject = subject_of("1x1x1", "conv: {K: 1, F: 1}")
    given = [m.name for m, value in candidates(subject, "params", 2) if value == 1]
    assert given == ["bias-forgotten", "activations-as-parameters"]
    # 4 filters of 1×1 on 2 channels, 12 parameters. 8 is what there is without biases, and what 4 maps of 1×2 hold.
    subject = subject_of("2x1x2", "conv: {K: 4, F: 1}")
    given = [m.name for m, value in candidates(subject, "params", 12) if value == 8]
    assert given == ["bias-forgotten", "input-channels-forgotten", "activations-as-parameters"]  # (1 + 1)·4 = 8
    assert [m.name for m in diagnose(subject, "params", 12, 8)] == given[:2]


def test_exchanged_digits_make_a_number_as_long() -> None:
    # 1·104 + 1 = 105: 501 is no neighbouring digits, and 015 nothing that anyone writes.
    assert given_by(subject_of("104", "dense: {units: 1}"), "params", "digits-exchanged") == [150]


def test_sizes_at_the_limit_are_solved() -> None:
    # (10¹⁸ − 10¹⁸ + 2·10¹⁸)/10¹⁸ + 1 = 3; one padding of 2·10¹⁸ would be more than there may be.
    huge = f"conv: {{K: 1, F: {10**18}, S: {10**18}, P: {10**18}}}"
    subject = subject_of(f"1x{10**18}x{10**18}", huge)
    assert subject.y == (1, 3, 3)
    assert given_by(subject, "padding", "padding-once") == []
    assert given_by(subject, "stride", "padding-once") == [10**18 // 2]  # 10¹⁸/S = 2


small = st.integers(1, 12)
large = st.one_of(small, st.integers(1, 300), st.integers(1, 10**18))


@st.composite
def networks(draw: st.DrawFn, numbers: st.SearchStrategy[int] = small) -> Iterator[str]:
    """One to four layers on an input of one, two or three spatial axes; they may well not fit."""
    rank = draw(st.integers(1, 3))
    shape = [draw(numbers) for _ in range(rank + 1)]
    layers = [_layer(draw, numbers, rank) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        layers += ["flatten", f"dense: {{units: {draw(numbers)}, bias: {draw(st.sampled_from(['true', 'false']))}}}"]
    lines = "\n".join(f"  - {layer}" for layer in layers)
    names = {1: ["channels", "length"], 2: ["channels", "height", "width"], 3: ["channels", "depth", "height", "width"]}
    axes = ", ".join(f"{name}: {size}" for name, size in zip(names[rank], shape, strict=True))
    return f"input: {{{axes}}}\nrounding: {draw(st.sampled_from(['strict', 'floor', 'ceil']))}\nlayers:\n{lines}\n"  # type: ignore[return-value]


def _layer(draw: st.DrawFn, numbers: st.SearchStrategy[int], rank: int) -> str:
    words = "conv depthwise_conv separable_conv transposed_conv max_pool avg_pool batch_norm relu global_avg_pool"
    word = draw(st.sampled_from(words.split()))
    if word in ("relu", "global_avg_pool", "batch_norm"):
        return word

    def size() -> str:
        return "x".join(str(draw(numbers)) for _ in range(rank)) if draw(st.booleans()) else str(draw(numbers))

    given = {"F": size(), "S": size(), "P": draw(st.sampled_from(["0", "1", "2", "same"]))}
    if word != "avg_pool":
        given["D"] = str(draw(st.integers(1, 3)))
    if word in ("conv", "separable_conv", "transposed_conv"):
        given["K"] = str(draw(numbers))
    if word in ("conv", "transposed_conv"):
        given["G"] = draw(st.sampled_from(["1", "1", "2"]))
    if "conv" in word:
        given["bias"] = draw(st.sampled_from(["true", "false"]))
    return f"{word}: {{{', '.join(f'{key}: {value}' for key, value in given.items())}}}"


def examine(text: str) -> None:
    """Every ask of every layer: no exception, no truth among the candidates, and two names at most."""
    try:
        analysis = cnncalc.analyze_text(text)
    except cnncalc.ArchitectureError:
        assume(False)
    for layer in analysis.layers:
        subject = Subject(layer, analysis)
        for ask in ASKS:
            truth = truth_of(subject, ask)
            found = candidates(subject, ask, truth)
            assert len({(m.name, v) for m, v in found}) == len(found)
            for misconception, value in found:
                assert value != truth
                assert ask in misconception.asks
                assert value is None or isinstance(value, tuple) or value >= 0
            for _, value in found[:5]:
                assert 1 <= len(diagnose(subject, ask, truth, value)) <= 2
            assert diagnose(subject, ask, truth, truth) == []


@settings(max_examples=150, deadline=None)
@given(networks())
@example("input: 3x1x1\nlayers:\n  - transposed_conv: {K: 1, F: 1, P: 2}\n")
@example("input: 3x9x9\nlayers:\n  - dense: {units: 3}\n")
@example("input: 3x9x9\nlayers:\n  - conv: {K: 3, F: 3, in_channels: 4}\n  - conv: {K: 3, F: 3, G: 2}\n")
def test_any_layers(text: str) -> None:
    examine(text)


@settings(max_examples=100, deadline=None)
@given(networks(large))
def test_any_layers_of_any_size(text: str) -> None:
    examine(text)


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "googlenet", "mobilenet_v2", "xception", "unet"])
def test_published_networks(name: str) -> None:
    analysis = cnncalc.analyze(name)
    for layer in analysis.layers[::7]:
        subject = Subject(layer, analysis)
        for ask in ("output", "params", "macs", "receptive_field"):
            truth = truth_of(subject, ask)
            assert truth not in [value for _, value in candidates(subject, ask, truth)]
