"""What a class did with an assignment: counts that are added up grade by grade, and process by process."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from cnncalc.homework.grade import Grade, Item
from cnncalc.text import QUOTED

NOT_RIGHT = frozenset({"partial", "wrong", "unreadable"})
"""Verdicts on an answer that was given, and is not right."""


@dataclass
class Tally:
    """What a class did with one item. Points are hundredths (``cents``), those of all students together."""

    id: str
    question: str = ""
    cents: int = 0
    max_cents: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    misconceptions: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    """What was answered where it is not right: as it was read, or as it was typed."""

    @property
    def answers(self) -> int:
        return sum(self.verdicts.values())

    @property
    def points(self) -> Fraction:
        """What a student got for it on average."""
        return Fraction(self.cents, 100 * self.answers) if self.answers else Fraction(0)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100 * self.answers) if self.answers else Fraction(0)

    @property
    def commonest(self) -> tuple[str, int] | None:
        """The misconception that was found most often, and how often."""
        return next(iter(ordered(self.misconceptions)), None)

    def add(self, item: Item) -> None:
        self.cents += item.cents
        self.max_cents += item.max_cents
        self.verdicts[item.verdict] += 1
        if item.verdict in NOT_RIGHT:
            for name in item.misconceptions:
                self.misconceptions[name] += 1
            if item.answer.strip():
                self.given[(item.read_as or " ".join(item.answer.split()))[:QUOTED]] += 1

    def join(self, other: Tally) -> None:
        """Add those of other students."""
        self.cents += other.cents
        self.max_cents += other.max_cents
        self.verdicts.update(other.verdicts)
        self.misconceptions.update(other.misconceptions)
        self.given.update(other.given)


def ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """The commonest first; those that are as common by name, so that it does not matter who was counted first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@dataclass
class Statistics:
    """What a class did with an assignment; grades are added one by one."""

    items: dict[str, Tally] = field(default_factory=dict)
    students: int = 0
    cents: int = 0
    max_cents: int = 0
    """The points that one student can have, in hundredths."""

    def add(self, grade: Grade) -> None:
        self.students += 1
        most = 0
        for item in grade.items:
            self.cents += item.cents
            most += item.max_cents
            tally = self.items.get(item.id)
            if tally is None:
                tally = self.items[item.id] = Tally(item.id, item.question)
            tally.add(item)
        self.max_cents = most

    def join(self, other: Statistics) -> None:
        """Add those of other students."""
        self.students += other.students
        self.cents += other.cents
        self.max_cents = other.max_cents
        for id, tally in other.items.items():
            self.items.setdefault(id, Tally(id, tally.question)).join(tally)

    @property
    def mean(self) -> Fraction:
        """The points of a student on average."""
        return Fraction(self.cents, 100 * self.students) if self.students else Fraction(0)

    @property
    def max_points(self) -> Fraction:
        return Fraction(self.max_cents, 100)

    @property
    def misconceptions(self) -> Counter[str]:
        """Each misconception, and how many answers of the class it was found in."""
        return sum((tally.misconceptions for tally in self.items.values()), Counter())
