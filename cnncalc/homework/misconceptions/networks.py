"""Common mistakes about a whole network: those that a student who makes them makes at every layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cnncalc.analysis import Analysis
from cnncalc.homework.misconceptions import MISCONCEPTIONS, slips
from cnncalc.homework.misconceptions.declaration import COSTS, WEIGHTS, Misconception, Subject, Value, counted

SUMMED = WEIGHTS | COSTS
"""Asks about a whole network whose answer is a sum over its layers, and whose mistakes are known."""

_REPEATED = tuple(misconception for misconception in MISCONCEPTIONS if misconception.asks <= SUMMED)
"""Mistakes in counting alone: what a layer gives to the next is right."""


def network_candidates(analysis: Analysis, ask: str, truth: int) -> list[tuple[Misconception, Value]]:
    """The wrong sums that each misconception leads to where it is made at every layer; none of them is the truth.

    Slips of the pen happen to the sum. Nothing but these where the truth is no sum of what the layers count.
    """
    found: dict[tuple[str, Value], tuple[Misconception, Value]] = {}
    for misconception, value in _sums(analysis, ask, truth):
        if value != truth:
            found.setdefault((misconception.name, value), (misconception, value))
    return list(found.values())


def _sums(analysis: Analysis, ask: str, truth: int) -> Iterator[tuple[Misconception, Value]]:
    subjects = [Subject(layer, analysis) for layer in analysis.layers if ask in COSTS or layer.node.shared is None]
    rights = [_right(subject, ask) for subject in subjects]
    if sum(rights) == truth:
        for misconception in _REPEATED:
            if ask in misconception.asks:
                total = 0
                for subject, right in zip(subjects, rights):
                    wrong = next(iter(misconception.values(replace(subject, truth=right), ask)), right)
                    total += wrong if isinstance(wrong, int) else right
                yield misconception, total
    last = Subject(analysis.layers[-1], analysis, truth)
    for slip in (slips.DIGITS_EXCHANGED, slips.POWER_OF_TEN):
        yield from ((slip, value) for value in slip.values(last, ask))


def _right(subject: Subject, ask: str) -> int:
    """What a layer counts; a layer whose input is not known counts nothing."""
    return next(counted(subject.kind, subject.x, subject.y, ask), 0) if subject.x else 0
