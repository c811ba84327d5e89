"""A misconception's page, as text with styles, Markdown and JSON: what goes wrong, worked out on an example."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cnncalc.derivations import Section
from cnncalc.explaining import explain
from cnncalc.homework.assignment import Cell, Question
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.misconceptions import Misconception
from cnncalc.homework.truth import ASKS, Value, facts_truth, truth_text
from cnncalc.homework.wording import question_text
from cnncalc.language import marked, t
from cnncalc.render.messages import Segment
from cnncalc.render.table import Column, Table

WIDTH = 100
"""Columns that a page's sentences are broken at."""

_SECTIONS = {"params": "parameters", "weights": "weights.weight", "biases": "weights.bias"}
"""The section of an explanation that works out what is asked, where it is called otherwise."""


def misconception_table(found: Iterable[Misconception]) -> Table:
    """A row for each, the commonest first."""
    return Table(_COLUMNS, list(found))


def _asks(misconception: Misconception) -> str:
    return ", ".join(ask for ask in ASKS if ask in misconception.asks)


_COLUMNS = (
    Column("name", marked("misconception"), lambda row: row.name, lambda row: row.name, style="bold"),
    Column("hint", marked("hint"), lambda row: row.hint(), lambda row: row.hint(), folds=True),
)


@dataclass(frozen=True)
class Worked:
    """The example of a misconception: the question, and what is right and wrong with how each comes about."""

    question: str
    right: str
    right_steps: list[str]
    wrong: str
    wrong_steps: list[str]
    truth: Value


def worked(misconception: Misconception) -> Worked:
    """The example, worked out."""
    example, conventions = misconception.example, Conventions()
    subject = example.subject()
    layer = subject.layer
    truth = facts_truth(layer.facts, layer.field, example.ask, conventions)
    cell = Cell("", "", example.ask, Fraction(1), layer, subject.analysis, truth)
    wrong: Any = example.wrong
    if example.ask not in ("output", "fits") and isinstance(truth, tuple) and isinstance(wrong, int):
        wrong = (wrong,) * len(truth)
    return Worked(
        question_text(Question("", "", [cell], written=True)),
        truth_text(truth, example.ask, conventions),
        [
            _line(section)
            for section in explain(subject.analysis, layer.path)[0].sections
            if _asked(section, example.ask)
        ],
        truth_text(wrong, example.ask, conventions),
        [example.working] if example.working else [],
        truth,
    )


def _asked(section: Section, ask: str) -> bool:
    if ask == "output":
        return section.key.startswith("output") or section.key == "channels"
    return section.key == _SECTIONS.get(ask, ask)


def _line(section: Section) -> str:
    """``height and width: (H_I − F + 2P)/S + 1 = (227 − 11 + 2·0)/4 + 1 = 55``."""
    steps = dict.fromkeys(line.expression.text() for line in section.lines)
    return f"{section.title}: {' = '.join(steps)}"


def page(misconception: Misconception, width: int = WIDTH) -> Iterator[Segment]:
    """The whole page."""
    width = min(width, WIDTH)
    found = worked(misconception)
    yield f"{misconception.name}\n\n", "bold"
    yield f"{textwrap.fill(t(misconception.page), width)}\n", ""
    yield f"\n{t('hint:')} ", "bold"
    yield f"{misconception.hint()}\n", ""
    head = t("asked for:")
    yield f"{head} ", "bold"
    yield textwrap.fill(_asks(misconception), width - len(head) - 1).replace("\n", "\n  ") + "\n", ""
    yield f"\n{t('example:')}\n", "bold"
    for line in found.question.splitlines():
        yield f"{textwrap.fill(line, width, initial_indent='    ', subsequent_indent='    ')}\n", ""
    yield f"\n    {t('right: {value}', value=found.right)}\n", "green"
    yield "".join(f"      {step}\n" for step in found.right_steps), ""
    yield f"    {t('wrong: {value}', value=found.wrong)}\n", "red"
    yield "".join(f"      {step}\n" for step in found.wrong_steps), ""


def markdown(misconception: Misconception) -> str:
    """The page in Markdown."""
    found = worked(misconception)
    right = "".join(f"  - {step}\n" for step in found.right_steps)
    wrong = "".join(f"  - {step}\n" for step in found.wrong_steps)
    return (
        f"# {misconception.name}\n\n{t(misconception.page)}\n\n"
        f"- {t('hint:')} {misconception.hint()}\n- {t('asked for:')} {_asks(misconception)}\n\n"
        f"## {t('Example')}\n\n{found.question}\n\n"
        f"- {t('right: {value}', value=found.right)}\n{right}"
        f"- {t('wrong: {value}', value=found.wrong)}\n{wrong}"
    )


def document(misconception: Misconception) -> dict[str, Any]:
    """The page as JSON."""
    example, found = misconception.example, worked(misconception)
    return {
        "name": misconception.name,
        "hint": misconception.hint(),
        "page": t(misconception.page),
        "asks": [ask for ask in ASKS if ask in misconception.asks],
        "example": {
            "input": example.input,
            "layers": example.layers.splitlines(),
            "ask": example.ask,
            "question": found.question,
            "right": found.truth,
            "wrong": example.wrong,
            "right_steps": found.right_steps,
            "wrong_steps": found.wrong_steps,
        },
    }
