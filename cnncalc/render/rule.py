"""A lint rule's page, as text with styles, Markdown and JSON; and the list of all. In English only, like findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from cnncalc.diagnostics import Diagnostic
from cnncalc.lint.rule import Rule
from cnncalc.lint.rules import CHECKED
from cnncalc.render.messages import SEVERITY_STYLES, Segment, segments
from cnncalc.render.table import Column, Table

WIDTH = 100
"""Columns that a page's sentences are broken at."""


def rule_table(rules: Iterable[Rule]) -> Table:
    """A row for each rule."""
    columns = (
        Column("rule", "rule", lambda rule: rule.name, lambda rule: rule.name, style="bold"),
        Column("severity", "severity", lambda rule: rule.severity, lambda rule: rule.severity, styles=SEVERITY_STYLES),
        Column("summary", "what it reports", lambda rule: rule.summary, lambda rule: rule.summary, folds=True),
        Column("fix", "--fix", lambda rule: "yes" if rule.fixes else "", lambda rule: rule.fixes),
    )
    return Table(columns, list(rules))


def page(rule: Rule, width: int = WIDTH) -> Iterator[Segment]:
    """The whole page, with what the linter says about the bad example."""
    yield rule.name, "bold"
    yield " (", ""
    yield rule.severity, SEVERITY_STYLES[rule.severity]
    yield f"): {rule.summary}\n\n", ""
    yield f"{textwrap.fill(rule.why, min(width, WIDTH))}\n", ""
    if rule.bad:
        yield "\nbad:\n", "bold"
        yield textwrap.indent(rule.bad, "    "), ""
        said = list(segments(found(rule), rule.bad))
        yield from [("\n", ""), *said] if said else []
    if rule.good:
        yield "\ngood:\n", "bold"
        yield textwrap.indent(rule.good, "    "), ""
    for head, text in _facts(rule):
        yield f"\n{head}: ", "bold"
        yield textwrap.fill(text, min(width, WIDTH) - len(head) - 2).replace("\n", "\n  ") + "\n", ""


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    for name, threshold in rule.thresholds.items():
        yield f"threshold {name}", f"{threshold.value:g}; {threshold.help}"
    if rule.fixes:
        yield "--fix", rule.fixes
    yield "source", rule.source
    yield "allow it", rule.allow
    if rule.name in CHECKED:
        yield "how", allowance(rule)


def allowance(rule: Rule) -> str:
    """The comment that allows a finding; only of rules that look at networks."""
    return f"# cnncalc: allow[{rule.name}] the reason"


def found(rule: Rule) -> list[Diagnostic]:
    """What the linter says about the bad example."""
    from cnncalc.lint.linter import lint_source
    from cnncalc.lint.settings import Settings
    from cnncalc.source import Source

    return lint_source(Source("bad.yaml", rule.bad), Settings()).diagnostics


def markdown(rule: Rule) -> str:
    """The page in Markdown."""
    thresholds = "".join(f"- `{name}`: {each.value:g}; {each.help}\n" for name, each in rule.thresholds.items())
    comment = f"\n```yaml\n{allowance(rule)}\n```\n" if rule.name in CHECKED else ""
    parts = [
        f"# {rule.name}\n\n{rule.severity}: {rule.summary}\n\n{rule.why}\n",
        f"## Bad\n\n```yaml\n{rule.bad}```\n" if rule.bad else "",
        f"## Good\n\n```yaml\n{rule.good}```\n" if rule.good else "",
        f"## Thresholds\n\n{thresholds}" if thresholds else "",
        f"## Repair\n\n`--fix` {rule.fixes}.\n" if rule.fixes else "",
        f"## When to allow it\n\n{rule.allow[:1].upper()}{rule.allow[1:]}.\n{comment}",
        f"## Source\n\n{rule.source}\n",
    ]
    return "\n".join(filter(None, parts))


def document(rule: Rule) -> dict[str, Any]:
    """The page as JSON."""
    return {
        "name": rule.name,
        "severity": rule.severity,
        "summary": rule.summary,
        "why": rule.why,
        "bad": rule.bad,
        "good": rule.good,
        "thresholds": {name: {"default": each.value, "help": each.help} for name, each in rule.thresholds.items()},
        "fixes": rule.fixes or None,
        "source": rule.source,
        "allow": rule.allow,
    }
