"""Whether an answer tells which mistake was made: no two mistakes may give one answer, and none the right one.

A mistake that changes nothing in the formula is not there: padding forgotten where there is none, a stride where it
is 1. `_IDLE` says of each mistake when that is so. Any other that comes to the right answer does so by chance, and a
student who made it would learn that all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from cnncalc.homework.assignment import Cell
from cnncalc.homework.misconceptions import MISCONCEPTIONS, Misconception, Subject, as_asked
from cnncalc.homework.misconceptions.declaration import SHAPES, WEIGHTS, known
from cnncalc.homework.misconceptions.shapes import flattened
from cnncalc.homework.misconceptions.windows import Slip, sides_of
from cnncalc.homework.mistakes import as_told
from cnncalc.layers.convolution import Conv, DepthwiseConv, SeparableConv, TransposedConv
from cnncalc.layers.dense import Dense
from cnncalc.layers.merging import Add, Concat

_FILTERED = (Conv, SeparableConv, TransposedConv)


def clash(cell: Cell) -> tuple[str, str] | None:
    """Two names of mistakes that give one answer to the question; the second is empty where it is the right one.

    None where every mistake that is there has an answer of its own. It is for questions about a layer.
    """
    assert cell.layer is not None
    assert cell.analysis is not None
    truth = as_told(cell, cell.truth)
    subject = Subject(cell.layer, cell.analysis, truth)
    owners: dict[object, str] = {}
    for misconception in MISCONCEPTIONS:
        if cell.ask not in misconception.asks:
            continue
        name = misconception.name
        for value in _values(misconception, subject, cell.ask):
            if value == truth:
                if not _idle(name, subject, cell.ask):
                    return name, ""
            elif owners.setdefault(value, name) != name:
                return owners[value], name
    return None


def _values(misconception: Misconception, subject: Subject, ask: str) -> Iterator[object]:
    """All that a mistake leads to, the right answer too."""
    for value in misconception.values(subject, ask):
        yield as_asked(value, ask, subject.truth, subject)
    slip: Slip | None = getattr(misconception.values, "slip", None)
    if slip is not None and ask in SHAPES:
        # The same positions: as it is no wrong answer, it is not among the values.
        sides = sides_of(subject)
        if sides and [slip(side) for side in sides] == [side.fit() for side in sides]:
            yield subject.truth


def _idle(name: str, subject: Subject, ask: str) -> bool:
    """Whether the mistake changes nothing in the formula, so that it gives the right answer to whoever makes it."""
    rule = _IDLE.get(name)
    return rule is not None and rule(subject, ask)


# When a mistake changes nothing


def _no_padding(subject: Subject, ask: str) -> bool:
    return all(side.before == side.after == 0 for side in sides_of(subject))


def _stride_of_one(subject: Subject, ask: str) -> bool:
    """Of what a unit sees, the layer's own stride has no part in the size."""
    if ask in ("receptive_field", "effective_stride"):
        layers = subject.analysis.layers[: subject.layer.index - (ask == "receptive_field")]
        windows = [window for layer in layers for window in layer.facts.windows or () if window is not None]
        return all(window.stride == 1 for window in windows)
    return all(side.stride == 1 for side in sides_of(subject))


def _stride_not_divided(subject: Subject, ask: str) -> bool:
    return all(side.stride == 1 or side.transposed for side in sides_of(subject))


def _no_dilation(subject: Subject, ask: str) -> bool:
    layers = subject.analysis.layers[: subject.layer.index] if ask == "receptive_field" else [subject.layer]
    sides = [side for layer in layers for side in sides_of(Subject(layer, subject.analysis))]
    return all(side.dilation == 1 or side.kernel == 1 for side in sides)


def _rounding(wrong: str) -> Callable[[Subject, str], bool]:
    """Of rounding the ``wrong`` way: nothing is left over, or this is the way."""

    def idle(subject: Subject, ask: str) -> bool:
        return all(side.rounding in ("strict", wrong) or not side.fit().remainder for side in sides_of(subject))

    return idle


def _one_channel(subject: Subject, ask: str) -> bool:
    return bool(subject.x) and subject.x[0] == getattr(subject.kind, "groups", 1)


def _one_filter(subject: Subject, ask: str) -> bool:
    return bool(subject.y) and subject.y[0] == 1


def _thin_kernel(subject: Subject, ask: str) -> bool:
    return all(size == 1 for size in subject.kind.kernel[1:])


def _one_position(subject: Subject, ask: str) -> bool:
    return prod(subject.y[1:]) == 1


def _square(subject: Subject, ask: str) -> bool:
    """Height and width are exchanged for nothing; but channels as many as either are so by chance."""
    return len(set(subject.y[1:])) == 1 and subject.y[0] != subject.y[1]


def _keeps_channels(subject: Subject, ask: str) -> bool:
    kind = subject.kind
    return isinstance(kind, Add) or (isinstance(kind, DepthwiseConv) and kind.multiplier == 1)


def _multiplies_channels(subject: Subject, ask: str) -> bool:
    return isinstance(subject.kind, DepthwiseConv) or (isinstance(subject.kind, _FILTERED) and subject.x[0] == 1)


def _adds_channels(subject: Subject, ask: str) -> bool:
    return isinstance(subject.kind, Concat)


def _one_pixel(subject: Subject, ask: str) -> bool:
    return prod(flattened(subject)[1:]) == 1


def _same_input(subject: Subject, ask: str) -> bool:
    """The layer before leaves as it is what this one takes up: the channels, or the size."""
    before = subject.changing(subject.layer)
    earlier = known(before.input) if before is not None else ()
    kind = subject.kind
    if ask in WEIGHTS:
        return earlier[:1] == subject.x[:1] and not isinstance(kind, Dense)
    if ask in ("output", "activations"):
        return isinstance(kind, Dense) or (isinstance(kind, _FILTERED) and earlier[1:] == subject.x[1:])
    return False


def _first_window(subject: Subject, ask: str) -> bool:
    layers = subject.analysis.layers[: subject.layer.index - 1]
    windows = [window for layer in layers for window in layer.facts.windows or () if window is not None]
    return all((window.size if ask == "receptive_field" else window.stride) == 1 for window in windows)


def _learned(subject: Subject, ask: str) -> bool:
    """What is learned is right where anything is; the mistake is any of the other numbers."""
    return bool(subject.kind.affine)


_IDLE: dict[str, Callable[[Subject, str], bool]] = {
    "padding-forgotten": _no_padding,
    "padding-once": _no_padding,
    "padding-sign": _no_padding,
    "stride-forgotten": _stride_of_one,
    "stride-early": _stride_not_divided,
    "dilation-ignored": _no_dilation,
    "dilation-from-zero": _no_dilation,
    "ceil-for-floor": _rounding("ceil"),
    "floor-for-ceil": _rounding("floor"),
    "transposed-as-convolution": lambda subject, ask: not isinstance(subject.kind, TransposedConv),
    "input-channels-forgotten": _one_channel,
    "filters-forgotten": _one_filter,
    "one-bias": _one_filter,
    "bias-for-inputs": lambda subject, ask: subject.x[0] == 1 or _keeps_channels(subject, ask),
    "kernel-not-squared": _thin_kernel,
    "weights-not-shared": _one_position,
    "norm-counted-wrong": _learned,
    "layout-exchanged": _square,
    "channels-kept": _keeps_channels,
    "channels-multiplied": _multiplies_channels,
    "channels-added": _adds_channels,
    "flatten-skipped": _one_pixel,
    "earlier-input": _same_input,
    "earlier-layers-forgotten": _first_window,
}
