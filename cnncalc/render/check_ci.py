"""Grades for what takes them in: JUnit's XML, Gradescope's results.json, and GitHub Classroom's reporter."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

from cnncalc.homework.grading import Grade, Item
from cnncalc.render.check import harmless, number, points_text, remarks, safe, total_text, verdict_word
from cnncalc.render.lint_github import DATA
from cnncalc.source import stem

KINDS = {"wrong": "failure", "partial": "failure", "unreadable": "error", "ungradable": "error", "missing": "skipped"}


def junit(grades: Iterable[Grade], reveal: bool = False, now: str = "") -> str:
    """A test case for each item: wrong fails, unreadable is an error, unanswered is skipped.

    Points are properties of the suite, ``points`` in all and ``q1.points`` of an item: the schemas that readers of
    JUnit's XML check it against, windyroad's JUnit.xsd and the junit-10.xsd of Jenkins, have none in a test case.
    ``now`` is the time that is written down, in UTC and to the second.
    """
    if not now:
        from datetime import UTC, datetime

        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suites = ET.Element("testsuites")
    suites.extend(_suite(grade, place, now, reveal) for place, grade in enumerate(grades))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(grade: Grade, place: int, now: str, reveal: bool) -> ET.Element:
    kinds = [KINDS.get(item.verdict) for item in grade.items]
    suite = ET.Element(
        "testsuite",
        id=str(place),
        package="cnncalc.check",
        name=safe(grade.student).strip() or "?",
        tests=str(len(kinds)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        timestamp=now,
        hostname="localhost",
        time="0",
    )
    properties = ET.SubElement(suite, "properties")
    _points(properties, "", grade.cents, grade.max_cents)
    for item in grade.items:
        _points(properties, f"{safe(item.id)}.", item.cents, item.max_cents)
        case = ET.SubElement(suite, "testcase", classname="cnncalc.check", name=safe(item.id), time="0")
        kind = KINDS.get(item.verdict)
        if kind:
            found = ET.SubElement(case, kind, message=verdict_word(item.verdict))
            if kind != "skipped":
                found.set("type", f"cnncalc.{item.verdict}")
            found.text = _output(item, reveal)
    ET.SubElement(suite, "system-out").text = "\n".join([total_text(grade), *map(safe, grade.notes)])
    ET.SubElement(suite, "system-err").text = safe(grade.unread)
    return suite


def junit_failed(message: str, path: str) -> str:
    """A suite of one error, for a file that can't be graded at all."""
    item = Item("file", "file", "unreadable", 0, 0, "", "", message, (), "", False, "")
    return junit([Grade(stem(path), [item], file=path, unread=message)])


def _points(properties: ET.Element, of: str, cents: int, most: int) -> None:
    ET.SubElement(properties, "property", name=f"{of}points", value=points_text(cents))
    ET.SubElement(properties, "property", name=f"{of}max_points", value=points_text(most))


def _output(item: Item, reveal: bool) -> str:
    answer = [f"> {safe(item.answer)}"] if item.answer else []
    return "\n".join([*answer, *remarks(item, reveal)])


def gradescope(grade: Grade, reveal: bool = False) -> dict[str, Any]:
    """Gradescope's results.json. All text is plain, and ``status`` is set, for it takes points in part for failed."""
    tests = [
        {
            "name": safe(item.id),
            "score": number(item.cents),
            "max_score": number(item.max_cents),
            "status": "passed" if item.verdict == "correct" else "failed",
            "output": "\n".join([verdict_word(item.verdict), *_output(item, reveal).splitlines()]),
            "output_format": "text",
            "name_format": "text",
        }
        for item in grade.items
    ]
    output = "\n".join([total_text(grade), *map(safe, grade.notes)])
    return {"score": number(grade.cents), "output": output, "output_format": "text", "tests": tests}


def gradescope_failed(reason: str) -> dict[str, Any]:
    """The results.json of a file that can't be graded: without one, Gradescope only says that the grader failed."""
    return {"score": 0, "output": safe(reason), "output_format": "text", "tests": []}


def github_classroom(grade: Grade, reveal: bool = False) -> str:
    """The results that GitHub Classroom's graders hand on, and below them the two notices that its reporter prints."""
    passed = grade.cents == grade.max_cents
    document = {
        "version": 1,
        "status": "pass" if passed else "fail",
        "max_score": number(grade.max_cents),
        "tests": [
            {
                "name": safe(item.id),
                "status": _status(item),
                "score": number(item.cents),
                "max_score": number(item.max_cents),
                "message": "\n".join([verdict_word(item.verdict), *_output(item, reveal).splitlines()]),
                "filename": safe(grade.file),
                "line_no": 0,  # its reporter prints a line unless it is 0, even one that is not there
            }
            for item in grade.items
        ],
    }
    total, most = number(grade.cents), number(grade.max_cents)
    report = json.dumps({"totalPoints": total, "maxPoints": most}, separators=(",", ":"))
    lines = [
        harmless(json.dumps(document, ensure_ascii=False)),
        _notice("Autograding complete", f"Points {total}/{most}"),
        _notice("Autograding report", report),
    ]
    return "\n".join(lines) + "\n"


def github_classroom_failed(reason: str, file: str) -> str:
    """The results of a file that can't be graded: no points, of none, so that its reporter tells why and no total."""
    test = {"name": safe(file), "status": "error", "score": 0, "message": safe(reason), "line_no": 0}
    document = {"version": 1, "status": "error", "max_score": 0, "tests": [test]}
    return harmless(json.dumps(document, ensure_ascii=False)) + "\n"


def _status(item: Item) -> str:
    if item.verdict in ("unreadable", "ungradable"):
        return "error"
    return "pass" if item.verdict == "correct" else "fail"


def _notice(title: str, text: str) -> str:
    """A workflow command, escaped as GitHub's own toolkit does it."""
    return f"::notice title={title}::{''.join(DATA.get(c, c) for c in text)}"
