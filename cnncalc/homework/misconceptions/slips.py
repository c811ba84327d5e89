"""Slips of the pen: a number that is right but for how it is written."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.homework.misconceptions.declaration import ASKS, Example, Misconception, Subject, Value
from cnncalc.language import marked, t

_POWERS = (1, 2, 3, 6)
"""A nought too many or too few, and thousands for millions."""

_LONGEST = 40
"""A number with more digits than this is nobody's homework."""


def _tens(subject: Subject, ask: str) -> Iterator[Value]:
    truth = subject.truth
    if not isinstance(truth, int) or not truth:
        return
    for power in _POWERS:
        yield truth * 10**power
        if truth % 10**power == 0:
            yield truth // 10**power


def _swapped(number: object) -> Iterator[int]:
    """The numbers with two neighbouring digits exchanged; none of a fraction, which a stride may be."""
    digits = str(number) if isinstance(number, int) and 9 < number < 10**_LONGEST else ""
    for place in range(len(digits) - 1):
        a, b = digits[place], digits[place + 1]
        if a != b and (place or b != "0"):
            yield int(digits[:place] + b + a + digits[place + 2 :])


def _exchanged(subject: Subject, ask: str) -> Iterator[Value]:
    truth = subject.truth
    if isinstance(truth, int):
        yield from _swapped(truth)
    elif isinstance(truth, tuple):
        for axis, size in enumerate(truth):
            yield from ((*truth[:axis], wrong, *truth[axis + 1 :]) for wrong in _swapped(size))
        if len(truth) > 1 and len(set(truth[1:])) == 1:  # height and width, copied alike
            yield from ((truth[0], *(wrong for _ in truth[1:])) for wrong in _swapped(truth[1]))


POWER_OF_TEN = Misconception(
    name="power-of-ten",
    asks=frozenset("weights biases params macs flops memory activations".split()),
    hint=lambda: t("Did you lose or add a zero somewhere?"),
    page=marked(
        "Large numbers are easily written with a nought too many or too few, or with thousands for millions. Group the "
        "digits by three, and work out roughly how large the result has to be."
    ),
    # (11·11·3 + 1)·96 = 34,944, and a nought too many.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "params", 349_440, "34,944·10 = 349,440"),
    values=_tens,
)

DIGITS_EXCHANGED = Misconception(
    name="digits-exchanged",
    asks=ASKS - {"fits"},
    hint=lambda: t("Did you copy every digit in its place?"),
    page=marked(
        "Two digits side by side change places when a number is copied. The working is right; only what was written "
        "down at the end is not."
    ),
    # (11·11·3 + 1)·96 = 34,944, written 39,444.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "params", 39_444),
    values=_exchanged,
)
