"""The kinds of question that can be drawn."""

from __future__ import annotations

from cnncalc.homework.quiz.templates.branches import BRANCHES
from cnncalc.homework.quiz.templates.chain import CHAIN
from cnncalc.homework.quiz.templates.declaration import DIFFICULTIES, Body, Drawn, Order, Template
from cnncalc.homework.quiz.templates.inverse import INVERSE
from cnncalc.homework.quiz.templates.one_layer import ONE_LAYER
from cnncalc.homework.quiz.templates.parameters import PARAMETERS

__all__ = ["DIFFICULTIES", "TEMPLATES", "Body", "Drawn", "Order", "Template"]

TEMPLATES: dict[str, Template] = {
    template.name: template for template in (ONE_LAYER, CHAIN, PARAMETERS, INVERSE, BRANCHES)
}
"""Every template by its name, the simplest first."""
