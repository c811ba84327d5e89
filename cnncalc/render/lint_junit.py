"""Findings as JUnit's XML, which every build server shows: a test case for each file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

from cnncalc.lint.linter import Report
from cnncalc.render.lint import concise_pieces, counts_text
from cnncalc.render.lint_places import relative_path
from cnncalc.text import printable


def render(reports: Iterable[Report]) -> str:
    """A file fails that has a finding of warning or above, and is an error where it can't be read."""
    reports = list(reports)
    counts: dict[str, Any] = {
        "tests": str(len(reports)),
        "failures": str(sum(not report.clean and not report.unreadable for report in reports)),
        "errors": str(sum(report.unreadable for report in reports)),
    }
    suites = ET.Element("testsuites", name="cnncalc", **counts)
    suite = ET.SubElement(suites, "testsuite", name="cnncalc lint", **counts)
    for report in reports:
        suite.append(_case(report))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _case(report: Report) -> ET.Element:
    name = printable(relative_path(report.name))
    case = ET.Element("testcase", classname="cnncalc.lint", name=name, file=name)
    if report.found:
        # Every line has been made printable, and with it fit for XML.
        text = "".join(piece for piece, _ in concise_pieces(report))
        if report.clean:
            ET.SubElement(case, "system-out").text = text
        else:
            severities = [d.severity for d in report.diagnostics]
            message = counts_text({severity: severities.count(severity) for severity in severities})
            kind = "error" if report.unreadable else "failure"
            ET.SubElement(case, kind, message=message, type="cnncalc.lint").text = text
    return case
