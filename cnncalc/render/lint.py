"""What the linter found, for people: with the lines of the files, a line each, or as counts; and the sum of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from cnncalc.diagnostics import Diagnostic
from cnncalc.language import marked, n, t
from cnncalc.lint.linter import Found, Report
from cnncalc.lint.tally import Tally
from cnncalc.render.messages import EXCERPT, SEVERITY_STYLES, Segment, segments, severity_word
from cnncalc.render.table import Column, Table
from cnncalc.text import count_text, printable


def text_pieces(report: Report, width: int = EXCERPT) -> Iterator[Segment]:
    """Each finding with the line that it is about, the spot underlined, and the cure."""
    source = report.mended or report.source
    yield from segments(report.diagnostics, source.text if source else "", width, most=sys.maxsize)


def concise_pieces(report: Report, width: int = EXCERPT) -> Iterator[Segment]:
    """Each finding on a line of its own: ``file:line:column: severity: message [rule]``."""
    for diagnostic in report.diagnostics:
        yield f"{place(diagnostic)}: ", "bold"
        yield severity_word(diagnostic.severity), SEVERITY_STYLES[diagnostic.severity]
        yield f": {printable(diagnostic.message)} [{diagnostic.rule}]\n", ""


PIECES: dict[str, Callable[[Report, int], Iterator[Segment]]] = {"text": text_pieces, "concise": concise_pieces}
"""The formats for people."""


def place(diagnostic: Diagnostic) -> str:
    """``file:line:column``, or the file alone."""
    span = diagnostic.span
    return printable(diagnostic.file) + (f":{span.line}:{span.column}" if span else "")


def counts_text(severities: dict[str, int]) -> str:
    """``2 errors, 1 warning, 3 infos``, without what there is none of."""
    words = {
        "error": n("{n} error", "{n} errors", severities.get("error", 0)),
        "warning": n("{n} warning", "{n} warnings", severities.get("warning", 0)),
        "info": n("{n} info", "{n} infos", severities.get("info", 0)),
    }
    return ", ".join(text for severity, text in words.items() if severities.get(severity))


def summary(tally: Tally) -> str:
    """``2 errors, 1 warning in 2 of 5 files; 2 can be repaired with --fix``."""
    files = n("{n} file", "{n} files", tally.files)
    if not tally.severities:
        return t("{files}, nothing found", files=files)
    counts = counts_text(tally.severities)
    if tally.with_findings == tally.files:
        told = t("{counts} in {files}", counts=counts, files=files)
    else:
        told = t("{counts} in {some} of {files}", counts=counts, some=count_text(tally.with_findings), files=files)
    if tally.safe and tally.unsafe:
        return told + t("; {safe:,} can be repaired with --fix, {more:,} more with --fix --unsafe-fixes",
                        safe=tally.safe, more=tally.unsafe)  # fmt: skip
    if tally.safe:
        return told + t("; {safe:,} can be repaired with --fix", safe=tally.safe)
    if tally.unsafe:
        return told + t("; {more:,} can be repaired with --fix --unsafe-fixes", more=tally.unsafe)
    return told


def repair_line(found: Found) -> str:
    """What was repaired, and where."""
    title = found.fix.title if found.fix else ""
    return t("{place}: repaired: {title} [{rule}]", place=place(found.diagnostic), title=printable(title),
             rule=found.diagnostic.rule)  # fmt: skip


def diff(report: Report) -> str:
    """The repairs of a file as a unified diff; empty where there are none."""
    from difflib import unified_diff

    if report.source is None or report.mended is None:
        return ""
    before, after = (_lines(source.text) for source in (report.source, report.mended))
    lines = unified_diff(before, after, printable(report.name), printable(report.name))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines with their ends, which are what a patch counts: newlines, and nothing else that YAML breaks at."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


DIFF_STYLES = {"-": "red", "+": "green", "@": "cyan"}


def diff_pieces(text: str) -> Iterator[Segment]:
    """A diff's lines with their styles, for a terminal."""
    for line in text.split("\n")[:-1]:
        style = "bold" if line.startswith(("---", "+++")) else DIFF_STYLES.get(line[:1], "")
        yield printable(line.removesuffix("\r")) + "\n", style


def statistics(tally: Tally) -> list[dict[str, object]]:
    """The findings of each rule, the most frequent first."""
    order = sorted(tally.rules.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"count": count, "rule": rule, "severity": severity, "fixable": tally.fixable[rule]}
        for (rule, severity), count in order
    ]


def statistics_table(tally: Tally) -> Table:
    """The same as a table."""
    columns = (
        _column("count", marked("findings"), right=True),
        _column("rule", marked("rule"), style="bold"),
        Column("severity", marked("severity"), lambda row: severity_word(row["severity"]), lambda row: row["severity"]),
        _column("fixable", marked("repairs"), right=True),
    )
    return Table(columns, statistics(tally))


def _column(key: str, title: str, **options: Any) -> Column:
    return Column(key, title, lambda row: str(row[key] or ""), lambda row: row[key], **options)
