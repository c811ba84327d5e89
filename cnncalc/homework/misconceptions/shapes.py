"""Mistakes about channels, the order of axes, and which shape comes in."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnncalc.homework.misconceptions.declaration import (
    COSTS,
    SHAPES,
    WEIGHTS,
    Example,
    Misconception,
    Subject,
    Value,
    counted,
    followed,
    known,
)
from cnncalc.language import marked, t
from cnncalc.layers import infer
from cnncalc.layers.base import elements
from cnncalc.layers.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from cnncalc.layers.dense import Dense, Flatten
from cnncalc.layers.merging import Merge
from cnncalc.layers.pooling import AdaptivePool, GlobalPool, Pool

_FILTERED = (Conv, DepthwiseConv, SeparableConv, TransposedConv)


def _joined(subject: Subject) -> list[int]:
    """The channels that come in and those that the layer is made of: of a merge, the channels of each input."""
    kind, x, y = subject.kind, subject.x, subject.y
    if y and isinstance(kind, Merge):
        return [shape[0] for shape in subject.layer.inputs if shape is not None and shape[0] is not None]
    if y and isinstance(kind, _FILTERED):
        return [x[0], kind.multiplier if isinstance(kind, DepthwiseConv) else kind.filters]
    return []


def _channelled(subject: Subject, ask: str, channels: int) -> Iterator[Value]:
    if ask == "filters":
        yield channels
    else:
        yield from followed(subject, ask, (channels, *subject.y[1:]))


def _kept(subject: Subject, ask: str) -> Iterator[Value]:
    if joined := _joined(subject):
        yield from _channelled(subject, ask, joined[0])


def _multiplied(subject: Subject, ask: str) -> Iterator[Value]:
    if joined := _joined(subject):
        yield from _channelled(subject, ask, prod(joined))


def _added(subject: Subject, ask: str) -> Iterator[Value]:
    if joined := _joined(subject):
        yield from _channelled(subject, ask, sum(joined))


def _halved(subject: Subject, ask: str) -> Iterator[Value]:
    kind, y = subject.kind, subject.y
    if y and isinstance(kind, Pool) and kind.stride[0] > 1 and y[0] >= kind.stride[0]:
        yield from followed(subject, ask, (y[0] // kind.stride[0], *y[1:]))


def _layout(subject: Subject, ask: str) -> Iterator[Value]:
    """The channels last; or the width before the height."""
    y = subject.y
    if len(y) > 1:
        yield (*y[1:], y[0])
        yield (y[0], *reversed(y[1:]))


def flattened(subject: Subject) -> tuple[int, ...]:
    """The map that a flatten takes: of a flatten, or of a dense layer behind one."""
    flatten = subject.layer if isinstance(subject.kind, Flatten) else subject.changing(subject.layer)
    return Subject(flatten, subject.analysis).x if flatten and isinstance(flatten.facts.layer, Flatten) else ()


def _no_flatten(subject: Subject, ask: str) -> Iterator[Value]:
    """The dense layer takes one number for each channel; the flatten keeps its map."""
    found = flattened(subject) if subject.x else ()
    if len(found) < 2:
        return
    if isinstance(subject.kind, Dense):
        yield from counted(subject.kind, found[:1], subject.y, ask)
    elif ask == "output" and isinstance(subject.kind, Flatten):
        yield found


def _flatten_early(subject: Subject, ask: str) -> Iterator[Value]:
    """The flatten takes what the pool before it takes."""
    kind = subject.kind
    if not subject.x or not isinstance(kind, (Dense, Flatten)):
        return
    flatten = subject.layer if isinstance(kind, Flatten) else subject.changing(subject.layer)
    pool = subject.changing(flatten) if flatten and isinstance(flatten.facts.layer, Flatten) else None
    if pool is None or not isinstance(pool.facts.layer, (Pool, GlobalPool, AdaptivePool)):
        return
    features = elements(pool.input)
    if features is None:
        return
    if isinstance(kind, Dense):
        yield from counted(kind, (features,), subject.y, ask)
    else:
        yield from followed(subject, ask, (features,))


def _earlier_input(subject: Subject, ask: str) -> Iterator[Value]:
    """The layer is given what the layer before it takes, in place of what that makes."""
    layer = subject.layer
    before = subject.changing(layer) if subject.x and len(layer.node.inputs) == 1 else None
    if before is None or before.input is None or len(before.input) != len(subject.x) or layer.node.like is not None:
        return
    type, values = layer.node.spec.type, layer.node.spec.values
    facts = infer(type, {k: v for k, v in values.items() if not type.parameters[k].claim}, (before.input,))
    x, y = known(before.input), known(facts.output)
    if facts.faults or not x or not y:
        return
    if ask in WEIGHTS | COSTS:
        yield from counted(facts.layer, x, y, ask)
    else:
        yield from followed(subject, ask, y)


CHANNELS_KEPT = Misconception(
    name="channels-kept",
    asks=SHAPES | {"filters"},
    hint=lambda: t("What decides how many channels leave this layer?"),
    page=marked(
        "Every filter makes one channel of the output, however many came in; and a concatenation puts the channels of "
        "all its inputs one after another."
    ),
    # (227 − 11)/4 + 1 = 55, and the 3 channels that came in.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (3, 55, 55)),
    values=_kept,
)

CHANNELS_MULTIPLIED = Misconception(
    name="channels-multiplied",
    asks=SHAPES | {"filters"},
    hint=lambda: t("Does a filter make a map for each channel of the input, or one for all together?"),
    page=marked(
        "A filter adds up what it sees in all the channels of its input, and makes a single map of it. So the channels "
        "that come in are not multiplied by the filters."
    ),
    # 3·96 = 288 channels.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (288, 55, 55), "3·96 = 288"),
    values=_multiplied,
)

CHANNELS_ADDED = Misconception(
    name="channels-added",
    asks=SHAPES | {"filters"},
    hint=lambda: t("Are the channels of the input still there in the output?"),
    page=marked(
        "The maps that filters make take the place of the channels that came in, and an addition adds numbers, not "
        "channels. Only a concatenation puts channels beside each other."
    ),
    # 3 + 96 = 99 channels.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (99, 55, 55), "3 + 96 = 99"),
    values=_added,
)

POOL_HALVES_CHANNELS = Misconception(
    name="pool-halves-channels",
    asks=frozenset({"output", "activations"}),
    hint=lambda: t("Does a pooling look at several channels together?"),
    page=marked("A pooling works on each channel by itself: height and width shrink, and the channels stay as many."),
    # 112/2 = 56, and 64/2 = 32 channels.
    example=Example("64x112x112", "max_pool: {F: 2}", "output", (32, 56, 56), "64/2 = 32"),
    values=_halved,
)

LAYOUT_EXCHANGED = Misconception(
    name="layout-exchanged",
    asks=frozenset({"output"}),
    hint=lambda: t("In which order does the question want the axes?"),
    page=marked(
        "PyTorch writes channels, height, width; TensorFlow writes height, width, channels. Both mean the same map, "
        "and a question asks for one of them."
    ),
    # 96×55×55 with its channels last.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (55, 55, 96)),
    values=_layout,
)

FLATTEN_SKIPPED = Misconception(
    name="flatten-skipped",
    asks=WEIGHTS - {"biases"} | COSTS | {"output"},
    hint=lambda: t("How many numbers are left when the map is laid out in a row?"),
    page=marked(
        "A dense layer looks at every number of the map: channels times height times width. Whoever takes the channels "
        "alone forgets the positions."
    ),
    # (16 + 1)·120 = 2,040; behind the flatten it is (16·5·5 + 1)·120 = 48,120.
    example=Example("16x5x5", "flatten\ndense: {units: 120}", "params", 2_040, "(16 + 1)·120 = 2,040"),
    values=_no_flatten,
)

FLATTEN_BEFORE_POOL = Misconception(
    name="flatten-before-pool",
    asks=WEIGHTS - {"biases"} | COSTS | {"output", "activations"},
    hint=lambda: t("Which layer comes right before the flatten?"),
    page=marked("The flatten takes the map behind the last pooling, which is smaller than the one before it."),
    # (16·10·10 + 1)·120 = 192,120; the pool leaves 16·5·5.
    example=Example(
        "16x10x10", "max_pool: {F: 2}\nflatten\ndense: {units: 120}", "params", 192_120, "(16·10·10 + 1)·120 = 192,120"
    ),
    values=_flatten_early,
)

EARLIER_INPUT = Misconception(
    name="earlier-input",
    asks=SHAPES | WEIGHTS - {"biases"},
    hint=lambda: t("Which shape leaves the layer before this one?"),
    page=marked(
        "Each layer takes what the one before it makes. Whoever goes on with that layer's input skips the layer, and "
        "its change of channels or of size."
    ),
    # (3·3·3 + 1)·16 = 448 on the image; on the 8 maps of the first layer it is (3·3·8 + 1)·16 = 1,168.
    example=Example(
        "3x32x32", "conv: {K: 8, F: 3, P: 1}\nconv: {K: 16, F: 3, P: 1}", "params", 448, "(3·3·3 + 1)·16 = 448"
    ),
    values=_earlier_input,
)
