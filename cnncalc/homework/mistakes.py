"""What common mistakes give: about a layer, about a whole network, or about a setting that is looked for."""

from __future__ import annotations

from cnncalc.homework.assignment import Cell
from cnncalc.homework.misconceptions import SIZES, Misconception, Subject, candidates
from cnncalc.homework.misconceptions import Value as Slip
from cnncalc.homework.misconceptions.networks import SUMMED, network_candidates
from cnncalc.homework.truth import Value


def subject_of(cell: Cell) -> Subject | None:
    """What the question is about; None where it can't be graded.

    What is asked of a network and is no sum is asked of its last layer.
    """
    if cell.analysis is None:
        return None
    return Subject(cell.layer or cell.analysis.layers[-1], cell.analysis)


def as_told(cell: Cell, truth: Value) -> object:
    """A truth as the misconceptions take it: one number for equal sizes, None for what does not fit."""
    if isinstance(truth, bool):
        return truth or None
    if isinstance(truth, tuple) and (cell.axis or (cell.ask != "output" and len(set(truth)) == 1)):
        return truth[0]
    return truth


def mistakes(cell: Cell, subject: Subject, right: object) -> list[tuple[Misconception, Slip]]:
    """What each misconception gives in the place of what is ``right``, the commonest first."""
    if cell.layer is not None or cell.ask in ("output", *SIZES):
        return candidates(subject, cell.ask, right)
    if cell.ask in SUMMED and isinstance(right, int):
        return network_candidates(subject.analysis, cell.ask, right)
    return []
