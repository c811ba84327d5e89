"""Whom a merge that does not fit is blamed on, and the edit proposed: after it, the merge has to fit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cnncalc
from cnncalc.analysis import Analysis
from cnncalc.blame import Allowance, Blame, find_blame


def analyze(layers: Any, input: str = "16x32x32", **more: Any) -> Analysis:
    """JSON is YAML."""
    return cnncalc.analyze_text(json.dumps({"input": input, **more, "layers": layers}))


def blame_of(analysis: Analysis) -> Blame | None:
    """That of the first merge that does not fit."""
    for layer in analysis.layers:
        if any(fault.rule == "merge-mismatch" for fault in layer.facts.faults):
            return find_blame(layer, analysis.layers)
    raise AssertionError("every merge fits")


def conv(kernel: Any = 3, **more: Any) -> dict[str, Any]:
    return {"conv": {"filters": 16, "kernel": kernel, **more}}


def branches(merge: str = "concat", **paths: list[Any]) -> list[Any]:
    return [{"branches": paths, "merge": merge}]


POOL = {"max_pool": {"kernel": 2}}
UP = {"transposed_conv": {"filters": 16, "kernel": 2, "stride": 2, "name": "up"}}
SKIP = conv(padding=1, name="skip")
JOIN = {"concat": {"from": ["skip", "up"]}}

# What is written, worked out by hand with O = (I − F + 2P)/S + 1: the first sentence, and the edit.
CASES: dict[str, tuple[Any, str, tuple[str, str, Any]]] = {
    "padding forgotten": (
        branches(a=[conv(1), "relu", conv(5)], b=[conv(padding=1)]),
        "they came apart at a/conv2, which makes 32 into 28 (height and width); b/conv1 keeps 32",
        ("a/conv2", "padding", 2),
    ),
    "padding too small": (
        branches(a=[conv(7, padding=2)], b=["relu"]),
        "they came apart at a/conv1, which makes 32 into 30 (height and width); b/relu1 keeps 32",
        ("a/conv1", "padding", 3),
    ),
    "dilation not padded": (
        branches(a=[conv(dilation=2, padding=1)], b=[conv(1)]),
        "they came apart at a/conv1, which makes 32 into 30 (height and width); b/conv1 keeps 32",
        ("a/conv1", "padding", 2),
    ),
    "a pool without padding": (
        branches(a=[{"avg_pool": {"kernel": 3, "stride": 1}}, conv(1)], b=[]),
        "they came apart at a/avg_pool1, which makes 32 into 30 (height and width); input has 32",
        ("a/avg_pool1", "padding", 1),
    ),
    "one axis": (
        branches(a=[conv("1x7")], b=[conv(1)]),
        "they came apart at a/conv1, which makes 32 into 26 (width); b/conv1 keeps 32",
        ("a/conv1", "padding", "same"),
    ),
    "even kernel": (
        branches(a=[conv(4, padding=1)], b=[conv(1)]),
        "they came apart at a/conv1, which makes 32 into 31 (height and width); b/conv1 keeps 32",
        ("a/conv1", "padding", "same"),
    ),
    "uneven sides": (
        branches(a=[conv(padding={"top": 1})], b=[conv(1)]),
        "they came apart at a/conv1, which makes 32 into 31 (height); b/conv1 keeps 32",
        ("a/conv1", "padding", 1),
    ),
    "stride forgotten": (
        branches("add", a=[conv(2, stride=2)], b=[conv(2), "relu"]),
        "they came apart at a/conv1, which makes 32 into 16 (height and width); b/relu1 has 31",
        ("b/conv1", "stride", 2),
    ),
    "no convolution on the shortcut": (
        [{"residual": [{"conv": {"filters": 16, "kernel": 2, "stride": 2}}, "relu"]}],
        "they came apart at residual1/conv1, which makes 32 into 16 (height and width); input has 32",
        # (32 − 1)/2 leaves a remainder, which a strict window may not.
        ("add1", "shortcut", "[conv: {filters: 16, kernel: 1, stride: 2, rounding: floor}]"),
    ),
    "channels of a residual": (
        [{"residual": [{"conv": {"filters": 64, "kernel": 1}}, "relu"]}],
        "the channels come from residual1/conv1 (64) and input (16)",
        ("residual1/conv1", "filters", 16),
    ),
    "several branches, one of them different": (
        branches(a=[conv()], b=[conv(padding=1)], c=[conv(1)], d=[]),
        "they came apart at a/conv1, which makes 32 into 30 (height and width); b/conv1 keeps 32",
        ("a/conv1", "padding", 1),
    ),
    "a skip over an odd size": (
        [conv(2, name="skip"), {"max_pool": {"kernel": 2, "rounding": "floor"}}, UP, JOIN],
        "they came apart at max_pool1, which makes 31 into 15 (height and width); skip has 31",
        ("up", "output_padding", 1),
    ),
    "a skip without a crop": (
        [SKIP, POOL, conv(), conv(), UP, JOIN],
        "they came apart at conv1, which makes 16 into 14 (height and width); skip has 32",
        ("concat1", "from", "crop: {from: skip, like: up}"),
    ),
    "a skip, padding forgotten once": (
        [SKIP, POOL, conv(), conv(padding=1), UP, JOIN],
        "they came apart at conv1, which makes 16 into 14 (height and width); skip has 32",
        ("conv1", "padding", 1),
    ),
    "an enlargement forgotten": (
        [SKIP, {"max_pool": {"kernel": 4, "name": "up"}}, JOIN],
        "they came apart at up, which makes 32 into 8 (height and width); skip has 32",
        ("concat1", "from", "upsample: {from: up, like: skip}"),
    ),
    "a fixed size": (
        branches(a=[{"upsample": {"size": 33}}], b=[conv(1)]),
        "they came apart at a/upsample1, which makes 32 into 33 (height and width); b/conv1 keeps 32",
        ("a/upsample1", "size", 32),
    ),
    "two layers": (
        branches(a=[conv(), conv(5)], b=[conv(1)]),
        "they came apart at a/conv1, which makes 32 into 30 (height and width); b/conv1 keeps 32",
        ("a/conv1", "padding", "same"),
    ),
    "a flat branch": (
        branches(a=["flatten"], b=[conv(1)]),
        "they came apart at a/flatten1, which makes 16×32×32 into 16384; b/conv1 has 16×32×32",
        ("", "", None),
    ),
    "no single edit": (
        branches(a=[POOL], b=[{"max_pool": {"kernel": 4}}], c=[]),
        "they came apart at a/max_pool1, which makes 32 into 16 (height and width); b/max_pool1 makes 32 into 8",
        ("", "", None),
    ),
}


@pytest.mark.parametrize(("layers", "story", "edit"), CASES.values(), ids=CASES)
def test_blame(layers: Any, story: str, edit: tuple[str, str, Any]) -> None:
    analysis = analyze(layers)
    blame = blame_of(analysis)
    assert blame is not None
    assert blame.text.splitlines()[0] == story
    assert (blame.layer, blame.parameter, blame.value) == edit
    # The message that people read has it too.
    assert any(blame.text in diagnostic.help for diagnostic in analysis.diagnostics)


def test_a_shortcut_takes_channels_and_stride() -> None:
    body = [{"conv": {"filters": 64, "kernel": 3, "stride": 2, "padding": 1}}, "relu"]
    blame = blame_of(analyze([{"residual": body}], rounding="floor"))
    assert blame is not None
    assert blame.parameter == "shortcut"
    assert blame.value == "[conv: {filters: 64, kernel: 1, stride: 2}]"
    text = f"input: 16x32x32\nrounding: floor\nlayers:\n  - residual: {json.dumps(body)}\n    shortcut: {blame.value}\n"
    assert cnncalc.analyze_text(text).output == (64, 16, 16)


def test_an_edit_says_its_line_and_that_of_every_other_layer() -> None:
    text = (
        "input: 3x9x9\nlayers:\n  - branches:\n      a:\n        - conv: {K: 3, F: 3}\n        - conv: {K: 3, F: 3}\n"
    )
    blame = blame_of(cnncalc.analyze_text(text + "      b: []\n"))
    assert blame is not None
    assert blame.also == ("a/conv2",)
    assert blame.text.splitlines()[-1] == "write `padding: same` at a/conv1 (line 5) and a/conv2 (line 6)"


BLOCK = """
input: 64x32x32
blocks:
  res: {parameters: [c, p: 1], layers: [residual: [conv: {K: $c, F: 3, P: $p}]]}
layers:
  - res: {c: 64}
  - res: {c: %s, p: %s}
"""


@pytest.mark.parametrize(
    ("arguments", "edit", "line"),
    [
        ((128, 1), ("filters", 64), "write `64` in line 7, where the block gets the `filters` of res2/residual1/conv1"),
        ((64, 0), ("padding", 1), "write `1` in line 7, where the block gets the `padding` of res2/residual1/conv1"),
    ],
)
def test_a_blocks_argument_is_mended_where_it_is_given(
    arguments: tuple[int, int], edit: tuple[str, int], line: str
) -> None:
    blame = blame_of(cnncalc.analyze_text(BLOCK % arguments))
    assert blame is not None
    assert (blame.parameter, blame.value) == edit
    assert blame.text.splitlines()[-1] == line


def test_an_edit_of_a_block_suits_all_its_uses() -> None:
    """A padding for the second use would break the first, where the same text stands for another input."""
    text = """
input: 8x32x32
blocks:
  b: {parameters: [p], layers: [branches: {a: [conv: {K: 8, F: 3, P: $p}], b: [max_pool: {F: 3, S: 1}]}]}
layers:
  - b: {p: 0}
  - b: {p: 1}
"""
    blame = blame_of(cnncalc.analyze_text(text))
    assert blame is not None
    assert (blame.layer, blame.parameter, blame.value) == ("b2/a/conv1", "padding", 0)


def test_nothing_is_tried_without_allowance() -> None:
    analysis = analyze(branches(a=[conv()], b=[]))
    assert find_blame(analysis.layers[-1], analysis.layers, Allowance(0)) is None


def test_a_merge_that_fits_has_no_blame() -> None:
    analysis = analyze(branches(a=[conv(1)], b=[]))
    assert analysis.ok
    assert find_blame(analysis.layers[-1], analysis.layers) is None


def test_many_mismatches_and_long_ways_end_soon() -> None:
    residual = {"residual": [conv(padding=1), conv(1), {"conv": {"filters": 8, "kernel": 1}}]}
    rounds = [{"repeat": [residual, conv(1)], "times": 400}]
    analysis = analyze(rounds)
    assert len(analysis.diagnostics) == 400
    assert analysis.diagnostics[0].help.endswith("(line 1)")


# Properties

kernels = st.sampled_from([1, 2, 3, 4, 5, 7])
convs = st.builds(
    lambda kernel, stride, padding, filters: {
        "conv": {"filters": filters, "kernel": kernel, "stride": stride, "padding": padding}
    },
    kernels, st.integers(1, 2), st.integers(0, 3), st.sampled_from([8, 16]),
)  # fmt: skip
pools = st.builds(lambda kernel: {"max_pool": {"kernel": kernel, "stride": 1}}, st.sampled_from([2, 3]))
paths = st.lists(st.one_of(convs, pools, st.just("relu")), max_size=3)


def edited(document: dict[str, list[Any]], blame: Blame) -> dict[str, list[Any]]:
    """The branches after the edit."""
    found = json.loads(json.dumps(document))
    if blame.parameter == "branches":
        empty = next(name for name in found if not found[name])
        return {**found, empty: blame.value}
    for path in (blame.layer, *blame.also):
        branch, name = path.split("/")
        word, number = name[:-1], int(name[-1])
        layers = [layer for layer in found[branch] if word in layer]
        layers[number - 1][word][blame.parameter] = blame.value
    return found


@given(a=paths, b=paths, c=st.none() | paths, merge=st.sampled_from(["concat", "add"]))
def test_after_the_edit_the_merge_fits(a: list[Any], b: list[Any], c: list[Any] | None, merge: str) -> None:
    document = {"a": a, "b": b} if c is None else {"a": a, "b": b, "c": c}
    analysis = analyze(branches(merge, **document), rounding="floor")
    assume({fault.rule for layer in analysis.layers for fault in layer.facts.faults} == {"merge-mismatch"})
    blame = blame_of(analysis)
    assert blame is not None
    if not blame.layer:
        return
    after = edited(document, blame)
    if isinstance(empty := next((v for v in after.values() if isinstance(v, str)), None), str):
        text = "\n".join(f"      {k}: {v if isinstance(v, str) else json.dumps(v)}" for k, v in after.items())
        text = f"input: 16x32x32\nrounding: floor\nlayers:\n  - branches:\n{text}\n    merge: {merge}\n"
        assert cnncalc.analyze_text(text).ok, empty
    else:
        assert analyze(branches(merge, **after), rounding="floor").ok, blame


same = st.builds(lambda kernel: conv(kernel, padding=kernel // 2), st.sampled_from([3, 5, 7]))
ways = st.lists(same, min_size=1, max_size=4)


@given(a=ways, b=ways, c=ways, where=st.integers(0, 3))
def test_the_layer_whose_padding_was_forgotten_is_found(a: list[Any], b: list[Any], c: list[Any], where: int) -> None:
    """Of layers that all keep the size, one does not any more; the edit gives back what was there."""
    position = where % len(b)
    forgotten = dict(b[position]["conv"])
    padding = forgotten.pop("padding")
    b = [*b[:position], {"conv": forgotten}, *b[position + 1 :]]
    blame = blame_of(analyze(branches(a=a, b=b, c=c)))
    assert blame is not None
    assert (blame.layer, blame.parameter, blame.value) == (f"b/conv{position + 1}", "padding", padding)
    assert blame.text.startswith(f"they came apart at b/conv{position + 1}, which makes 32 into {32 - 2 * padding} ")
