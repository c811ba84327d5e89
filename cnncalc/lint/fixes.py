"""Repairs made in a text: each edit where it stands, and nothing else changed."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Sequence

from cnncalc.lint.linter import Found, Report, lint_source
from cnncalc.lint.rule import Edit, Fix
from cnncalc.lint.settings import Settings
from cnncalc.source import Source

ROUNDS = 10
"""A repair may make room for another; after so many rounds it is enough."""


def _applied(text: str, fixes: Sequence[Fix]) -> tuple[str, list[int]]:
    """The text with the repairs made in it, and their positions: of two that overlap only the first is made."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    taken: list[tuple[int, int, str]] = []
    made = []
    for position, fix in enumerate(fixes):
        edits = [_offsets(edit, starts) for edit in fix.edits]
        if all(_free(edit, taken) for edit in edits):
            for edit in edits:
                insort(taken, edit)
            made.append(position)
    ending = "\r\n" if "\r\n" in text else "\n"
    pieces, done = [], 0
    for start, end, new in taken:
        pieces += [text[done:start], new.replace("\n", ending)]
        done = end
    return "".join([*pieces, text[done:]]), made


def _offsets(edit: Edit, starts: list[int]) -> tuple[int, int, str]:
    span = edit.span
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1, edit.text


def _free(edit: tuple[int, int, str], taken: list[tuple[int, int, str]]) -> bool:
    """Whether an edit keeps apart from those taken, which are in order and apart: its neighbours tell."""
    place = bisect(taken, edit)
    return all(_apart(edit, other) for other in taken[max(0, place - 1) : place + 1])


def _apart(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    """Whether two edits do not touch the same text, nor stand at the same place."""
    return one[:2] != other[:2] and (one[1] <= other[0] or other[1] <= one[0])


def fixed(source: Source, settings: Settings, *, unsafe: bool = False) -> tuple[Source, int]:
    """The text with every repair made that its findings offer, and how many: those that are not safe only if asked."""
    source, made = repaired(source, settings, unsafe=unsafe)
    return source, len(made)


def repaired(source: Source, settings: Settings, *, unsafe: bool = False) -> tuple[Source, list[Found]]:
    """The text with its repairs made, and the findings that they were for; places are those of the round before.

    Repairs after which the text can't be read any more, or says something worse, are not made.
    """
    made: list[Found] = []
    report = lint_source(source, settings)
    for _ in range(ROUNDS):
        offered = [found for found in report.found if found.fix is not None and (found.fix.safe or unsafe)]
        text, positions = _applied(source.text, [found.fix for found in offered if found.fix is not None])
        if not positions:
            break
        later = Source(source.name, text)
        after = lint_source(later, settings)
        if _errors(after) > _errors(report):
            break
        source, report = later, after
        made += [offered[position] for position in positions]
    return source, made


def _errors(report: Report) -> int:
    return sum(d.severity == "error" for d in report.diagnostics)
