"""Findings as a Code Quality report, which GitLab shows in a merge request."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.lint.linter import Report
from cnncalc.render.lint_places import fingerprints, json_text, relative_path
from cnncalc.text import printable

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(reports: Iterable[Report]) -> str:
    """The list of all findings; one that is about a whole file stands at its first line."""
    issues = [
        {
            "description": printable(diagnostic.message),
            "check_name": diagnostic.rule,
            "fingerprint": fingerprint,
            "severity": SEVERITIES[diagnostic.severity],
            "location": {
                "path": relative_path(diagnostic.file),
                "lines": {"begin": diagnostic.span.line if diagnostic.span else 1},
            },
        }
        for report in reports
        for diagnostic, fingerprint in zip(report.diagnostics, fingerprints(report, relative_path(report.name)))
    ]
    return json_text(issues, indent=2) + "\n"
