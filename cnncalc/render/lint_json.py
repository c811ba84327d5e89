"""Findings as JSON: a list of diagnostics, one a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.lint.linter import Found, Report
from cnncalc.lint.rule import Fix
from cnncalc.render.lint_places import json_text


def render(reports: Iterable[Report]) -> str:
    """The diagnostics of all files, each with its ``file`` and its ``fix``; ``[]`` where there are none."""
    found = [json_text(_document(found)) for report in reports for found in report.found]
    return "[\n" + ",\n".join(found) + "\n]\n" if found else "[]\n"


def _document(found: Found) -> dict[str, Any]:
    return {**found.diagnostic.to_dict(), "file": found.diagnostic.file, "fix": _fix(found.fix)}


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{**edit.span._asdict(), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
