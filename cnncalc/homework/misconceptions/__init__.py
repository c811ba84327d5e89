"""Common mistakes, and what each would give: computed as the right answer is, but for one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from cnncalc.homework.answer import ROUGHEST, Answer
from cnncalc.homework.misconceptions import counts, shapes, sizes, slips
from cnncalc.homework.misconceptions.declaration import ASKS, SIZES, Example, Misconception, Subject, Value

__all__ = [
    "ASKS",
    "MISCONCEPTIONS",
    "SIZES",
    "Example",
    "Misconception",
    "Subject",
    "Value",
    "as_asked",
    "candidates",
    "diagnose",
]

MOST = 2
"""So many misconceptions are named for one answer: with more, the hint helps nobody."""

MISCONCEPTIONS: tuple[Misconception, ...] = (
    counts.BIAS_FORGOTTEN,
    sizes.ROUNDED_ANYWAY,
    sizes.CEIL_FOR_FLOOR,
    sizes.FLOOR_FOR_CEIL,
    sizes.PADDING_FORGOTTEN,
    sizes.ONE_FORGOTTEN,
    shapes.LAYOUT_EXCHANGED,
    shapes.CHANNELS_KEPT,
    counts.INPUT_CHANNELS_FORGOTTEN,
    counts.MACS_AND_FLOPS,
    sizes.STRIDE_FORGOTTEN,
    sizes.PADDING_ONCE,
    counts.ONE_BIAS,
    counts.NEEDLESS_BIAS,
    counts.FILTERS_FORGOTTEN,
    counts.KERNEL_NOT_SQUARED,
    counts.BIAS_FOR_INPUTS,
    counts.POOL_WITH_PARAMETERS,
    counts.GROUPS_IGNORED,
    counts.HALF_SEPARABLE,
    counts.NORM_COUNTED_WRONG,
    shapes.FLATTEN_SKIPPED,
    shapes.FLATTEN_BEFORE_POOL,
    shapes.EARLIER_INPUT,
    sizes.EARLIER_LAYERS_FORGOTTEN,
    sizes.DILATION_IGNORED,
    sizes.DILATION_FROM_ZERO,
    sizes.TRANSPOSED_AS_CONVOLUTION,
    sizes.STRIDE_EARLY,
    sizes.PADDING_SIGN,
    counts.WEIGHTS_NOT_SHARED,
    counts.ACTIVATIONS_AS_PARAMETERS,
    shapes.CHANNELS_MULTIPLIED,
    shapes.CHANNELS_ADDED,
    shapes.POOL_HALVES_CHANNELS,
    slips.DIGITS_EXCHANGED,
    slips.POWER_OF_TEN,
)
"""Every misconception, the commonest first."""


def candidates(subject: Subject, ask: str, truth: object) -> list[tuple[Misconception, Value]]:
    """The wrong answers that each misconception leads to, the commonest first; none of them is the truth.

    ``truth`` is a count, a size, a shape C×H×W, its sides H×W or one side; None says that the window does not fit, as
    an answer may; for ``fits`` it is True or None. Several misconceptions may lead to one value: all are here.
    """
    right = as_asked(truth, ask, truth, subject)
    told = replace(subject, truth=right)
    found: dict[tuple[str, object], tuple[Misconception, Value]] = {}
    for misconception in MISCONCEPTIONS:
        if ask in misconception.asks:
            for raw in misconception.values(told, ask):
                value = as_asked(raw, ask, truth, subject)
                if value != right:
                    found.setdefault((misconception.name, value), (misconception, value))
    return list(found.values())


def diagnose(
    subject: Subject,
    ask: str,
    truth: object,
    answer_value: object,
    among: Sequence[tuple[Misconception, Value]] | None = None,
) -> list[Misconception]:
    """The misconceptions, at most two, that lead to an answer: a value, or an Answer, which may have been rounded.

    ``among`` are the `candidates`, for whoever has many answers to one question.
    """
    typed = answer_value if isinstance(answer_value, Answer) else None
    answer = as_asked(typed.value if typed else answer_value, ask, truth, subject)
    named: dict[str, Misconception] = {}
    for misconception, value in candidates(subject, ask, truth) if among is None else among:
        exact = value == answer or (ask == "output" and truth is None and _one_side(value) == answer is not None)
        rounded = typed and isinstance(value, (int, Fraction)) and typed.rounds(value) and typed.near(value, ROUGHEST)
        if exact or rounded:
            named.setdefault(misconception.name, misconception)
    return list(named.values())[:MOST]


def as_asked(value: Any, ask: str, truth: object, subject: Subject) -> Any:
    """A value in the form of the truth: one number for equal sizes, and of a shape the sides that are asked for."""
    if ask == "fits":
        return True if value else None
    if isinstance(value, list):
        value = tuple(value)
    if ask in SIZES and isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    if ask == "output" and isinstance(value, tuple):
        rank = len(subject.layer.output or ()) - 1
        if isinstance(truth, tuple) and len(truth) == 1 < rank + 1:
            truth = truth[0]  # one axis of a map
        if isinstance(truth, int) and len(value) == 1 < rank + 1:
            return value[0]
        if isinstance(truth, int) and len(value) == rank + 1 > 1:
            return value[_asked_axis(truth, subject)]
        if isinstance(truth, (tuple, list)) and len(truth) == rank == len(value) - 1:
            return value[1:]
    return value


def _asked_axis(side: int, subject: Subject) -> int:
    """Which axis of the output a side is: the first that has its size, the channels last; the height if none has."""
    output = subject.layer.output or ()
    if side in output[1:]:
        return output.index(side, 1)
    return 0 if side in output[:1] else 1


def _one_side(value: object) -> object:
    """The side of a square map."""
    return value[1] if isinstance(value, tuple) and len(value) > 1 and len(set(value[1:])) == 1 else None
