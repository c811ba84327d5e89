"""What a template is: a declaration with what it may ask, and how its numbers are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Union

from cnncalc.homework.quiz.draws import Draws

DIFFICULTIES = (1, 2, 3, 4, 5)

Body = dict[str, Any]
"""The keys of a plain question, as they stand in YAML: ``{"input": "3x28x28", "layer": {"conv": {…}}}``."""

Drawn = Union[Body, None]
"""None where the numbers came to nothing, and are drawn again."""


class Order(NamedTuple):
    """What is wanted of a template. ``whole`` says that no window may leave a remainder.

    ``rounding`` is what a layer gets that does not say how it rounds.
    """

    ask: str
    difficulty: int
    whole: bool = True
    rounding: str = "strict"


@dataclass(frozen=True)
class Template:
    """A kind of question. ``asks`` are drawn from at each difficulty; ``others`` a teacher may ask for as well.

    ``fits``, ``biases`` and sums over a network are in no template: of these, different mistakes give one answer.
    """

    name: str
    about: Callable[[], str]
    """One line that says what it is."""
    asks: Mapping[int, tuple[str, ...]]
    others: tuple[str, ...]
    draw: Callable[[Draws, Order], Drawn]

    def suitable(self) -> tuple[str, ...]:
        """Everything that it may ask for."""
        drawn = dict.fromkeys(ask for asks in self.asks.values() for ask in asks)
        return (*drawn, *(ask for ask in self.others if ask not in drawn))
