"""The pages of the rules that reader and engine raise themselves: there is nothing to run again."""

from __future__ import annotations

from cnncalc.lint.rule import Rule
from cnncalc.lint.rules.raised import bounds, reading, shapes

PAGES: dict[str, Rule] = {page.name: page for page in (*reading.PAGES, *shapes.PAGES, *bounds.PAGES)}
"""Every such rule by its name, in the order in which they are listed."""
