"""An assignment: questions, and the cells that they ask for, each with one answer that the engine computes."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from cnncalc.analysis import Analysis, Layer
from cnncalc.diagnostics import Diagnostic
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.inverse import Inverse
from cnncalc.homework.truth import Value

AXES = ("channels", "height", "width")


@dataclass(eq=False)
class Cell:
    """One thing that is asked, for which points are given. ``broken`` says why it can't be graded, if it can't."""

    id: str
    question: str
    ask: str
    points: Fraction
    layer: Layer | None = None
    analysis: Analysis | None = None
    truth: Value = None
    broken: str = ""
    misnamed: str = ""
    """Why an answer can't be read, of a file that says itself what it answers."""
    axis: str = ""
    inverse: Inverse | None = None
    row: str = ""
    """The row of a table that it stands in, whose column is ``ask``."""


@dataclass(eq=False)
class Question:
    """A question: one cell, or those of a table."""

    id: str
    text: str
    cells: list[Cell]
    table: bool = False
    row: bool = False
    """Whether it is a row of a table by itself."""
    written: bool = False
    """Whether its network is written in the question, and not named."""
    conventions: Conventions = field(default_factory=Conventions)


@dataclass(eq=False)
class Assignment:
    """Questions and what their answers follow. ``diagnostics`` tell of questions that can't be graded."""

    title: str
    conventions: Conventions
    questions: list[Question]
    diagnostics: tuple[Diagnostic, ...] = ()
    text: str = ""
    ids: frozenset[str] = field(default_factory=frozenset)
    id: str = ""
    """What numbers are drawn for, where the title may still change."""
    student: str = ""
    """Whose numbers were drawn."""
    variant: str = ""
    """A short code of the numbers that were drawn."""

    def __post_init__(self) -> None:
        self.ids = frozenset(question.id for question in self.questions)

    @property
    def cells(self) -> list[Cell]:
        return [cell for question in self.questions for cell in question.cells]
