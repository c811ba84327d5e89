"""Grades for people and programs: text, JSON and CSV. What a student typed is data here, never a command."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any, TextIO

from cnncalc.homework.grading import Grade, Item
from cnncalc.language import n, t
from cnncalc.render.messages import Segment
from cnncalc.text import QUOTED, printable

_HIDDEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\U000e0000-\U000e0fff]"
)
"""Characters that a terminal obeys or hides, and ends of lines; JSON has escaped the others."""

_PASSED_OVER = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]+(?=[#:[])"
)
"""Characters that show nothing and count for nothing where a language compares texts, as GitHub's runner does."""

SHOWN = 500
"""Characters of an answer that are given back."""

STYLES = {
    "correct": "green",
    "partial": "yellow",
    "wrong": "red",
    "unreadable": "magenta",
    "missing": "dim",
    "ungradable": "bold magenta",
}
MARKS = {"correct": "✓", "partial": "~", "wrong": "✗", "unreadable": "?", "missing": "–", "ungradable": "!"}


def safe(text: str, most: int = SHOWN) -> str:
    """A student's text on one line, with nothing in it that a terminal or a build server would obey.

    GitHub's and Azure's runners take ``::error::`` at the start of a line, and ``##[error]`` anywhere in one, for
    commands.
    """
    text = printable(text if len(text) <= most else text[: most - 1] + "…")
    if not text.isascii():
        text = _PASSED_OVER.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
    text = re.sub(r"#(?=#)", r"\\x23", text)
    return re.sub(r"\A(\s*):(?=:)", r"\1\\x3a", text)


def harmless(document: str) -> str:
    """A JSON text that says the same, in which a build server finds no command, and a terminal nothing to obey."""
    document = document.replace("##", "#\\u0023")
    if not document.isprintable():
        document = _HIDDEN.sub(_escaped, document)
    return _PASSED_OVER.sub(_escaped, document) if "#" in document else document


def _escaped(match: re.Match[str]) -> str:
    """Characters as JSON escapes them."""
    import json

    return json.dumps(match[0])[1:-1]


def number(cents: int) -> int | float:
    """Points as a number of JSON."""
    return cents / 100 if cents % 100 else cents // 100


def points_text(cents: int) -> str:
    """Points for people: ``2``, ``0.33``."""
    whole, part = divmod(cents, 100)
    return f"{whole}.{part:02}" if part else str(whole)


def verdict_word(verdict: str) -> str:
    """What a verdict is called, in the language in use. It is itself an English word, a JSON value."""
    words = {
        "correct": t("correct"),
        "partial": t("partly correct"),
        "wrong": t("wrong"),
        "unreadable": t("unreadable"),
        "missing": t("not answered"),
        "ungradable": t("can't be graded"),
    }
    return words[verdict]


def remarks(item: Item, reveal: bool = False) -> Iterator[str]:
    """What is said about an answer, a line each, fit for any output."""
    if item.carried:
        yield t("right for your own rows above")
    if item.reason:
        yield safe(item.reason)
    if item.hint:
        yield item.hint
    if reveal and item.truth and item.verdict != "correct":
        yield t("right is {truth}", truth=item.truth)
        if item.misconceptions:
            yield t("it looks like {names}", names=", ".join(item.misconceptions))


def grade_pieces(grade: Grade, reveal: bool = False) -> Iterator[Segment]:
    """A grade as lines of text. Each begins with a word or a mark of ours."""
    if grade.title:
        yield f"{safe(grade.title)}\n", "bold"
    yield t("student: {name}", name=safe(grade.student)) + "\n", "bold"
    if grade.variant:
        yield t("variant: {code}", code=safe(grade.variant)) + "\n", ""
    width = max((len(safe(item.id)) for item in grade.items), default=0)
    asked = set()
    for item in grade.items:
        yield f"  {MARKS[item.verdict]} ", STYLES[item.verdict]
        points = t("{points} of {most}", points=points_text(item.cents), most=points_text(item.max_cents))
        yield f"{safe(item.id):<{width}}  {points}  ", ""
        yield verdict_word(item.verdict), STYLES[item.verdict]
        yield f"{_answer(item)}\n", ""
        if item.verdict != "correct" and item.question not in asked:
            asked.add(item.question)
            for line in item.text.splitlines():
                yield f"      {safe(line)}\n", ""
        for line in remarks(item, reveal):
            yield f"      {line}\n", "dim"
        if item.misconceptions:
            command = f"cnncalc misconception {item.misconceptions[0]}"
            yield f"      {t('about this mistake: {command}', command=command)}\n", "dim"
    for note in grade.notes:
        yield f"  {t('note:')} ", "bold"
        yield f"{safe(note)}\n", ""
    yield t("total: {total}", total=total_text(grade)) + "\n", "bold"


def _answer(item: Item) -> str:
    """What was typed, and what it was read as where that looks different."""
    if not item.answer:
        return ""
    shown = f"  {safe(item.answer, QUOTED)}"
    if item.read_as and item.read_as.replace("×", "x") != item.answer.strip().replace("×", "x"):
        shown += f" ({t('read as {value}', value=safe(item.read_as))})"
    return shown


def total_text(grade: Grade) -> str:
    """``7.5 of 10 points``."""
    most = points_text(grade.max_cents)
    return n(
        "{points} of {most} points",
        "{points} of {most} points",
        -(-grade.max_cents // 100),
        points=points_text(grade.cents),
        most=most,
    )


def grade_dict(grade: Grade, reveal: bool = False) -> dict[str, Any]:
    """The JSON document of a grade."""
    document = {
        "student": grade.student,
        "points": number(grade.cents),
        "max_points": number(grade.max_cents),
        "items": [_item_dict(item, reveal) for item in grade.items],
        "file": grade.file,
        "notes": grade.notes,
    }
    if grade.variant:
        document["variant"] = grade.variant
    return document


def _item_dict(item: Item, reveal: bool) -> dict[str, Any]:
    document = {
        "id": item.id,
        "verdict": item.verdict,
        "points": number(item.cents),
        "max_points": number(item.max_cents),
        "answer": item.answer[:SHOWN],
        "read_as": item.read_as,
        "misconceptions": list(item.misconceptions),
        "hint": item.hint,
        "reason": item.reason,
        "carried": item.carried,
        "question": item.text,
    }
    if reveal:
        document["truth"] = item.truth
    return document


_FORMULA = re.compile(r'(\A|;)(?=[\s"]*[=+\-@＝＋－＠])')


def cell(text: str) -> str:
    """A student's text for a spreadsheet, which would work out what begins with ``=``, ``+``, ``-`` or ``@``.

    Where decimals have a comma, a cell may begin behind any semicolon.
    """
    return _FORMULA.sub(r"\1'", safe(text))


ITEM_COLUMNS = (
    "student",
    "id",
    "verdict",
    "points",
    "max_points",
    "answer",
    "read_as",
    "misconceptions",
    "hint",
    "reason",
)


def write_items(grade: Grade, out: TextIO) -> None:
    """A row for each item of one grade."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ITEM_COLUMNS)
    for item in grade.items:
        texts = (item.answer, item.read_as, " ".join(item.misconceptions), item.hint, item.reason)
        writer.writerow(
            [
                cell(grade.student),
                cell(item.id),
                item.verdict,
                points_text(item.cents),
                points_text(item.max_cents),
                *map(cell, texts),
            ]
        )
