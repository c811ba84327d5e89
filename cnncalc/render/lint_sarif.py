"""Findings as SARIF 2.1.0, which code scanning of every kind reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cnncalc
from cnncalc.diagnostics import Diagnostic, Span
from cnncalc.lint.linter import Report
from cnncalc.lint.rule import Fix
from cnncalc.lint.rules import NAMES, rule
from cnncalc.render.lint_places import fingerprints, json_text, uri
from cnncalc.render.rule import markdown
from cnncalc.text import printable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
WHOLE = Span(1, 1, 1, 1)
"""Where a finding stands that is about a whole file: viewers want a line."""


def render(reports: Iterable[Report]) -> str:
    """One run, with the rules that found something and their pages."""
    reports = list(reports)
    names = sorted({diagnostic.rule for report in reports for diagnostic in report.diagnostics})
    run = {
        "tool": {
            "driver": {"name": "cnncalc", "version": cnncalc.__version__, "rules": [_rule(name) for name in names]}
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not any(report.unreadable for report in reports)}],
        "results": [
            _result(found.diagnostic, found.fix, fingerprint, names)
            for report in reports
            for found, fingerprint in zip(report.found, fingerprints(report))
        ],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str) -> dict[str, Any]:
    if name not in NAMES:
        return {"id": name}
    page = rule(name)
    return {
        "id": name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": page.why},
        "help": {
            "text": f"{page.why}\n\nWhen to allow it: {page.allow}.\n\nSource: {page.source}.",
            "markdown": markdown(page),
        },
        "defaultConfiguration": {"level": LEVELS[page.severity]},
    }


def _result(diagnostic: Diagnostic, fix: Fix | None, fingerprint: str, names: list[str]) -> dict[str, Any]:
    text = printable(diagnostic.message)
    if diagnostic.help:
        text += "\n" + "\n".join(map(printable, diagnostic.help.splitlines()))
    place = {"artifactLocation": {"uri": uri(diagnostic.file)}, "region": _region(diagnostic.span or WHOLE)}
    location: dict[str, Any] = {"physicalLocation": place}
    if diagnostic.layer:
        location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.layer}]
    result = {
        "ruleId": diagnostic.rule,
        "ruleIndex": names.index(diagnostic.rule),
        "level": LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"ruleAndLine/v1": fingerprint},
    }
    if fix is not None:
        result["fixes"] = [_fix(fix, diagnostic.file)]
    return result


def _region(span: Span) -> dict[str, int]:
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    return dict(zip(keys, span))


def _fix(fix: Fix, file: str) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits]
    change = {"artifactLocation": {"uri": uri(file)}, "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}
