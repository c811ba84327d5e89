"""A layer's setting so that it has a stated output: any that does is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cnncalc.analysis import Analysis
from cnncalc.diagnostics import ArchitectureError, Span
from cnncalc.homework.truth import Ungradable, Value
from cnncalc.language import t
from cnncalc.text import shape_text
from cnncalc.tree import Node, Scalar

SEARCHED = 64
"""Settings up to this are tried to find the one that is told."""

_PLACE = Span(1, 1, 1, 2)


class Inverse:
    """A setting that is asked for, the output that it has to give, and how to run the layer with it."""

    def __init__(
        self, run: Callable[[Iterable[tuple[Scalar, Node]]], Analysis], ask: str, wanted: tuple[int, ...]
    ) -> None:
        self._run = run
        self.ask = ask
        self.wanted = wanted

    def analysis(self, value: Value) -> Analysis:
        """The network with this setting. Raises ArchitectureError."""
        text = shape_text(value, "x") if isinstance(value, tuple) else str(value)
        return self._run([(Scalar(self.ask, _PLACE), Scalar(text, _PLACE))])

    def gives(self, value: int | tuple[int, ...]) -> bool:
        """Whether the layer has the stated output with this setting."""
        try:
            analysis = self.analysis(value)
        except ArchitectureError:
            return False
        return analysis.ok and analysis.layers[-1].output == self.wanted

    def solve(self) -> Value:
        """The least setting that gives it. Raises Ungradable where none does."""
        least = 0 if self.ask == "padding" else 1
        tried = [self.wanted[0]] if self.ask == "filters" else range(least, SEARCHED + 1)
        found = next((value for value in tried if self.gives(value)), None)
        if found is None:
            message = t("no {name} gives {shape}", name=self.ask, shape=shape_text(self.wanted))
            raise Ungradable(message)
        return found if self.ask == "filters" else (found,)
