"""Why the inputs of a merge disagree: the earliest layer at which they came apart, and the smallest edit that mends it.

Only looked for where a merge does not fit. What is tried is bounded: 2,000 layers before the merge, the last 200 of
each way, and 10,000 layers worked out anew in one run, for all its merges; what lies beyond is not found, and the
blame then says less, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnncalc.analysis import Layer
from cnncalc.blame.edits import Remedy, remedy
from cnncalc.blame.trials import LOOKED_AT, Allowance, Spent, Trials
from cnncalc.blame.ways import Fork, Past, Story, fork, tell, tell_ranks
from cnncalc.layers.merging import Merge
from cnncalc.values import Shape

__all__ = ["Allowance", "Blame", "find_blame"]


@dataclass(frozen=True, slots=True)
class Blame:
    """Who is to blame for a merge that does not fit, and the edit that mends it.

    ``text`` tells both, a sentence a line. ``layer``, ``parameter`` and ``value`` are the edit, the value in the form
    that settings have (1, (1, 0), "same", {"top": 1}); ``also`` are further layers that get the same. Where a layer
    has to be put in, ``layer`` is the merge, ``value`` the new layer's text, and ``parameter`` where it goes:
    ``shortcut``, ``branches`` or ``from``. No edit is known where ``layer`` is empty.
    """

    layer: str
    parameter: str
    value: Any
    text: str
    also: tuple[str, ...] = ()


def find_blame(merge: Layer, layers: Sequence[Layer], allowance: Allowance | None = None) -> Blame | None:
    """The blame for a merge whose inputs disagree; None where nothing is known, or they agree.

    ``layers`` are those of the network in order, at least up to the merge. An allowance can be shared among merges.
    """
    past = Past(merge, layers)
    allowance = allowance or Allowance()
    shapes = [shape for value in merge.node.inputs if (shape := past.shape(value)) is not None]
    kind = merge.facts.layer
    if not isinstance(kind, Merge) or len(shapes) < max(2, len(merge.node.inputs)):
        return None
    ranks = [len(shape) for shape in shapes]
    wrong = kind.wrong_axes(shapes) if len(set(ranks)) == 1 else []
    pair = _pair(kind, shapes, wrong) if wrong else _first_unlike(ranks)
    if pair is None:
        return None
    split = fork(past, *(merge.node.inputs[place] for place in pair))
    try:
        allowance.take(1 + sum(map(len, split.own)) // LOOKED_AT)
        if not wrong:
            return _blame(tell_ranks(past, split), None)
        apart = kind.wrong_axes([shapes[place] for place in pair])
        story = tell(past, split, apart)
    except Spent:
        return None
    return _blame(story, _remedy(past, split, wrong, story, allowance))


def _first_unlike(ranks: list[int]) -> tuple[int, int] | None:
    return next(((0, place) for place, rank in enumerate(ranks) if rank != ranks[0]), None)


def _remedy(past: Past, split: Fork, wrong: list[int], story: Story, allowance: Allowance) -> Remedy | None:
    try:
        return remedy(past, split, wrong, story.layers, Trials(past, wrong, allowance))
    except Spent:
        return None


def _blame(story: Story, edit: Remedy | None) -> Blame | None:
    if edit is None:
        return Blame("", "", None, "\n".join(story.lines)) if story.lines else None
    return Blame(edit.layer, edit.parameter, edit.value, "\n".join([*story.lines, edit.text]), edit.also)


def _pair(kind: Merge, shapes: list[Shape], wrong: list[int]) -> tuple[int, int] | None:
    """An input of the shape that most have, the first where none is in the majority, and the first that disagrees."""
    marks = [tuple(shape[axis] for axis in wrong) for shape in shapes]
    counts: dict[Shape, int] = {}
    for mark in marks:
        counts[mark] = counts.get(mark, 0) + 1
    for mark in sorted(counts, key=lambda mark: -counts[mark]):
        one = marks.index(mark)
        for other, shape in enumerate(shapes):
            if marks[other] != mark and kind.wrong_axes([shapes[one], shape]):
                return one, other
    return None
