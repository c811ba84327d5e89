"""What a grade is: a verdict and points for each cell of an assignment, whose sum is the total."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

VERDICTS = ("correct", "partial", "wrong", "unreadable", "missing", "ungradable")


@dataclass(frozen=True, slots=True)
class Item:
    """A cell, graded. Points are whole hundredths (``cents``), so that any format can add them up."""

    id: str
    question: str
    verdict: str
    cents: int
    max_cents: int
    answer: str
    read_as: str
    reason: str
    misconceptions: tuple[str, ...]
    hint: str
    carried: bool
    """Whether it is right for the student's own rows above it."""
    truth: str
    """What is right."""
    text: str = ""
    """What the question asks, on one line or several."""

    @property
    def points(self) -> Fraction:
        return Fraction(self.cents, 100)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100)


@dataclass
class Grade:
    """All items of one student."""

    student: str
    items: list[Item]
    notes: list[str] = field(default_factory=list)
    file: str = ""
    title: str = ""
    unread: str = ""
    """Why the file could not be read, where it could not."""
    variant: str = ""
    """The code of the numbers that were drawn for the student, where they were."""

    @property
    def cents(self) -> int:
        """The points, in hundredths."""
        return sum(item.cents for item in self.items)

    @property
    def max_cents(self) -> int:
        return sum(item.max_cents for item in self.items)

    @property
    def points(self) -> Fraction:
        return Fraction(self.cents, 100)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100)

    @property
    def gradable(self) -> bool:
        """Whether there was anything to grade."""
        return any(item.verdict != "ungradable" for item in self.items)
