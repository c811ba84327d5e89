"""Findings as workflow commands, which GitHub shows at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.diagnostics import Diagnostic
from cnncalc.lint.linter import Report
from cnncalc.render.lint_places import relative_path
from cnncalc.text import printable

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def render(reports: Iterable[Report]) -> str:
    """A command a line; escaped as GitHub's own toolkit does it (@actions/core, command.ts)."""
    return "".join(_command(diagnostic) + "\n" for report in reports for diagnostic in report.diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties = {"title": f"cnncalc: {diagnostic.rule}", "file": relative_path(diagnostic.file)}
    span = diagnostic.span
    if span:
        properties |= {"line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:  # GitHub takes columns within one line only
            properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
    given = ",".join(f"{key}={_escaped(value, PROPERTY)}" for key, value in properties.items())
    message = diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")
    return f"::{LEVELS[diagnostic.severity]} {given}::{_escaped(message, DATA)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character) or printable(character) for character in text)
